#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Recordings that were once told wrongly: each folder of tests/data/cases has a configuration, a recording and what is right (rule,
# type and time of every alert). Ships, names and numbers are invented.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
for case in "$root"/tests/data/cases/*/; do
    name=$(basename "$case")
    (cd "$case" && "$bin" replay -c c.yaml in.nmea 2>"$work/err") |
        python3 -c 'import json, sys
for line in sys.stdin:
    alert = json.loads(line)
    print(alert["data"]["rule"], alert["type"].replace("lookoutd.", ""), alert["time"])' >"$work/told"
    text=$(diff <(grep -v "^#" "$case/expected.txt") "$work/told" 2>&1)
    result "$name" $? "$(head -n 1 "$case/expected.txt") $text"
done
finish
