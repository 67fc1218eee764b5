#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every alert that the tests made is valid by the installed JSON Schema, every type was made, and a planted fault is found.
set -u
cd "${LOOKOUT_ROOT:-.}" || exit 2
build=${LOOKOUT_BUILD:-build}
schema=config/schema/alert.schema.json
python=/usr/bin/python3
[ -x $python ] || python=python3
text=$($python tests/tools/schema.py $schema "$build"/alerts/*.jsonl 2>&1)
if [ $? -eq 0 ]; then echo "ok 1 - alerts are valid by their schema"; else echo "not ok 1 - alerts are valid by their schema"; fi
printf '%s\n' "$text" | sed 's/^/#   /'
missing=
for type in $(sed -n 's/^ *"\(lookoutd\.[a-z.]*\)",\{0,1\}$/\1/p' $schema); do
    grep -qh "\"type\":\"$type\"" "$build"/alerts/*.jsonl || missing="$missing $type"
done
if [ -z "$missing" ]; then echo "ok 2 - every type of alert was made"; else echo "not ok 2 - every type of alert was made"; echo "#   never made:$missing"; fi
plant=$(mktemp)
head -n 1 "$(ls "$build"/alerts/*.jsonl | head -n 1)" | sed 's/"severity":"[a-z]*"/"severity":"loud"/' >"$plant"
if $python tests/tools/schema.py $schema "$plant" >/dev/null 2>&1; then echo "not ok 3 - a planted fault is found"; else echo "ok 3 - a planted fault is found"; fi
rm -f "$plant"
echo 1..3
