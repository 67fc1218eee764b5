#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A disk that takes no more (here: a limit on the size of files): the daemon says so in its log, readiness and metrics, goes on when
# there is room again, ends when told to, and after a restart with room nothing is missing.
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
grep -q 'some data could not be written before the end' "$work/log"
result "and says that not all is kept" $? "$(cat "$work/log")"

"$bin" run -c "$work/c.yaml" --once >"$work/log2" 2>&1
result "with room again it runs through" $? "$(cat "$work/log2")"
"$bin" alerts --state "$work/state" >"$work/kept"
[ "$(ids "$work/kept")" = "$(ids "$work/whole")" ]
result "no alert is missing, none is new" $? "$(wc -l <"$work/kept")"

# Room again while it runs: everything is stored and sent, once.
receiver "$work/received"
result "a receiver listens" $? "$(cat "$work/received.err")"
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -e "s|^state: .*|state: $work/state2|" "$work/c.yaml" >"$work/c2.yaml"
printf 'webhooks: [{id: w, url: "%s"}]\napi: {listen: "127.0.0.1:%s"}\n' "$receiver_url" "$port" >>"$work/c2.yaml"
(
    trap '' XFSZ
    ulimit -S -f 400
    exec "$bin" run -c "$work/c2.yaml"
) >"$work/log3" 2>&1 &
pids+=($!)
get() { curl -s -o "$work/$1" -w '%{http_code}' "http://127.0.0.1:$port/$1"; }
says() { [ "$(get "$1")" = "$2" ]; }
wait_for 20 says readyz 503
result "readiness says that nothing is accepted" $? "$(cat "$work/log3" "$work/readyz")"
grep -q . "$work/readyz" && grep -qi 'store\|disk\|write' "$work/readyz"
result "and why" $? "$(cat "$work/readyz")"
says healthz 200
result "the daemon lives" $?
get metrics >/dev/null
grep -q '^lookoutd_store_failing 1$' "$work/metrics"
result "a metric says so" $? "$(grep store "$work/metrics")"
before=$(ids "$work/received" | wc -l)
[ "$before" -lt 400 ]
result "what is not on disk is not sent" $? "$before of 400"
daemon=$(cat "$work/state2/lock")
prlimit --pid "$daemon" --fsize=unlimited
all_came() { [ "$(ids "$work/received" | wc -l)" -eq 400 ]; }
wait_for 20 all_came && [ "$(ids "$work/received")" = "$(ids "$work/whole")" ]
result "with room again all is sent" $? "$(ids "$work/received" | wc -l) of 400, before $before; $(tail -n 5 "$work/log3")"
wait_for 10 says readyz 200
result "and readiness is back" $? "$(cat "$work/readyz")"
[ "$(wc -l <"$work/received")" -eq 400 ]
result "each alert once" $? "$(wc -l <"$work/received")"
kill "$daemon"
wait_for 5 gone
result "it ends when told to" $?
finish
