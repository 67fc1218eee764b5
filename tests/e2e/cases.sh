#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Recordings that were once told wrongly: each folder of tests/data/cases has a configuration, a recording and what is right (rule,
# type and time of every alert; said.txt, where it is, what the summary must say). Inputs that were once read wrongly: each folder of tests/data/cases-decode has one, options, and what
# is right (ship, time, place, speed, status and type of every line; what was refused). Ships, names and numbers are invented.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
# Several have the same route, whose distances over water are made once.
keep_water "$root/tests/data/cases/2-rest-outside/c.yaml" "$work/state" "$bin"
for case in "$root"/tests/data/cases/*/; do
    name=$(basename "$case")
    cp -r "$case" "$work/$name" && printf 'state: %s\n' "$work/state" >>"$work/$name/c.yaml"
    (cd "$work/$name" && "$bin" replay -c c.yaml in*.* 2>"$work/err") |
        python3 -c 'import json, sys
for line in sys.stdin:
    alert = json.loads(line)
    print(alert["data"]["rule"], alert["type"].replace("lookoutd.", ""), alert["time"])' >"$work/told"
    text=$(diff <(grep -v "^#" "$case/expected.txt") "$work/told" 2>&1)
    result "$name" $? "$(head -n 1 "$case/expected.txt") $text"
    [ -e "$case/said.txt" ] || continue
    grep -qFf "$case/said.txt" "$work/err"
    result "$name: said" $? "$(cat "$work/err")"
done

# One line a message, and one for each reason of refusal.
say_decoded() {
    python3 -c 'import json, re, sys
for line in open(sys.argv[1]):
    m = json.loads(line)
    print(m["mmsi"], *(m.get(k, "-") for k in ("t", "lat", "lon", "speed", "status", "shiptype")))
for word in ("refused", "passed over"):
    for reason, count in re.findall(r"([a-z_]+) (\d+)", open(sys.argv[2]).read().partition(f"; {word}: ")[2].partition("\n")[0].partition(";")[0]):
        print(word, reason, count)' "$work/out" "$work/err"
}
for case in "$root"/tests/data/cases-decode/*/; do
    name=$(basename "$case")
    args=()
    [ ! -f "$case/args" ] || mapfile -t args <"$case/args"
    (cd "$case" && "$bin" decode "${args[@]}" in.* >"$work/out" 2>"$work/err")
    text=$(diff <(grep -v "^#" "$case/expected.txt") <(say_decoded) 2>&1)
    result "$name" $? "$(head -n 1 "$case/expected.txt") $text"
done
finish
