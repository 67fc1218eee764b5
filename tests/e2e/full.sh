#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A disk that takes no more (here: a limit on the size of files): the daemon says so, goes on, ends when told to, and after a
# restart with room nothing is missing.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
tape=$work/tape.nmea
for s in $(seq 1 400); do "$build/ais_say" $((440000000 + s)) 36 125 10 90 $((1711238400 + s * 30)); done >"$tape"
printf 'site: t\nstate: %s\nfeeds: [{id: tape, file: %s}]\nrules:\n  - {id: s, when: sighted}\n' "$work/state" "$tape" >"$work/c.yaml"
"$bin" replay -c "$work/c.yaml" "$tape" >"$work/whole" 2>/dev/null
[ "$(wc -l <"$work/whole")" -eq 400 ]
result "400 alerts are to come" $?

(
    trap '' XFSZ
    ulimit -f 400
    exec "$bin" run -c "$work/c.yaml"
) >"$work/log" 2>&1 &
pids+=($!)
wait_for 20 grep -q 'error: store' "$work/log"
result "a full disk is said" $? "$(cat "$work/log")"
daemon=$(cat "$work/state/lock")
kill -0 "$daemon"
result "and does not end the daemon" $? "$(cat "$work/log")"
kill "$daemon"
gone() { ! kill -0 "$daemon"; }
wait_for 5 gone
result "it ends within 5 s when told to" $?
grep -q 'not everything could be written' "$work/log"
result "and says that not all is kept" $? "$(cat "$work/log")"

"$bin" run -c "$work/c.yaml" --once >"$work/log2" 2>&1
result "with room again it runs through" $? "$(cat "$work/log2")"
"$bin" alerts --state "$work/state" >"$work/kept"
[ "$(ids "$work/kept")" = "$(ids "$work/whole")" ]
result "no alert is missing, none is new" $? "$(wc -l <"$work/kept")"
finish
