#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The state directory is taken away under the daemon, and a database is damaged while it is down: it says so, and goes on.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
receiver "$work/received"
udp=$port_base api=$((port_base + 1))
cat >"$work/d.yaml" <<Y
state: $work/state
feeds: [{id: shore, udp: "127.0.0.1:$udp", from: ["127.0.0.1"]}]
rules: [{id: seen, when: sighted}]
webhooks: [{id: desk, url: "${receiver_url}a"}]
api: {listen: "127.0.0.1:$api"}
Y
start() {
    "$bin" run -c "$work/d.yaml" >>"$work/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    wait_for 40 curl -sf "http://127.0.0.1:$api/readyz"
}
is_not_ready() { [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$api/readyz")" = 503 ]; }
start
result "the daemon is ready" $? "$(cat "$work/log")"
mv "$work/state" "$work/taken"
wait_for 40 is_not_ready
result "without its directory it is not" $? "$(curl -s "http://127.0.0.1:$api/readyz")"
curl -s "http://127.0.0.1:$api/readyz" | grep -q 'the state directory or its lock was removed'
result "and readyz says why" $? "$(curl -s "http://127.0.0.1:$api/readyz")"
wait_for 40 grep -q 'was removed under the daemon' "$work/log"
result "and so does the log" $? "$(cat "$work/log")"
wait_for 40 grep -q '"what":"disk"' "$work/received"
result "and every webhook" $? "$(cat "$work/received")"
curl -s "http://127.0.0.1:$api/metrics" | grep -q '^lookoutd_store_replaced_total [1-9]'
result "and metrics count the database that was lost" $? "$(curl -s "http://127.0.0.1:$api/metrics" | grep store)"
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
rm -rf "$work/state"
mv "$work/taken" "$work/state"
start
result "it goes on when the directory is back" $? "$(tail -n 5 "$work/log")"
"$build/ais_say" 440000001 36 126.5 10 90 >"/dev/udp/127.0.0.1/$udp"
wait_for 40 sh -c "curl -s http://127.0.0.1:$api/metrics | grep -q '^lookoutd_vessels 1\$'"
stop "$daemon"
# A header that is damaged is no restart loop.
printf 'rubbish rubbish ' | dd of="$work/state/lookout.db" bs=1 seek=0 conv=notrunc status=none
start
result "it starts on a damaged header" $? "$(tail -n 5 "$work/log")"
grep -q 'set aside as' "$work/log" && grep -q 'and the state of vessels' "$work/log"
result "sets it aside, and keeps the state" $? "$(tail -n 5 "$work/log")"
stop "$daemon"
mkdir -p "$build/alerts" && cp "$work/received" "$build/alerts/displaced.jsonl"
finish
