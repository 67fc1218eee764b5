#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A flood of forged ships at the real binary: the watched ship stays, the operator hears of it.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
receiver "$work/received"
result "a receiver listens" $? "$(cat "$work/received.err")"
tcp=$port_base api=$((port_base + 1))
cat >"$work/flood.yaml" <<Y
state: $work/state
feeds: [{id: uplink, listen: "127.0.0.1:$tcp", format: jsonl}]
limits: {vessels: 1000}
vessels: [{id: w, name: WATCHED, mmsi: 445000001}]
rules: [{id: silent, when: gap, vessels: watched}]
webhooks: [{id: desk, url: "${receiver_url}a"}]
api: {listen: "127.0.0.1:$api"}
Y
"$bin" run -c "$work/flood.yaml" >"$work/log" 2>&1 &
daemon=$!
pids+=("$daemon")
wait_for 40 curl -sf "http://127.0.0.1:$api/readyz"
result "the daemon starts" $? "$(cat "$work/log")"
ships() { # FIRST COUNT: a position each
    awk -v first="$1" -v count="$2" 'BEGIN { for (i = 0; i < count; i++)
        printf "{\"class\":\"AIS\",\"type\":1,\"scaled\":true,\"mmsi\":%d,\"lat\":%.4f,\"lon\":%.4f,\"speed\":9.0,\"course\":90.0}\n",
            first + i, 30 + i % 100 / 50, 140 + i % 70 / 35 }' >"/dev/tcp/127.0.0.1/$tcp"
}
metric() { curl -s "http://127.0.0.1:$api/metrics" | sed -n "s/^$1 //p"; }
is_metric() { [ "$(metric "$1")" = "$2" ]; }
ships 445000001 1
wait_for 40 is_metric lookoutd_vessels 1
result "the watched ship is known" $? "$(cat "$work/log")"
ships 200000000 949
wait_for 40 grep -q '"summary":"9[0-9]* vessels are known, limits.vessels is 1000: it will soon be reached."' "$work/received"
result "at nine tenths the webhook hears of the limit" $? "$(cat "$work/received" "$work/log")"
ships 200000949 2550
wait_for 40 is_metric 'lookoutd_vessels_forgotten_total{reason="stranger"}' 2500
result "strangers make room for strangers" $? "$(metric 'lookoutd_vessels_forgotten_total.*')"
[ "$(metric 'lookoutd_vessels_forgotten_total{reason="known"}')$(metric 'lookoutd_vessels_forgotten_total{reason="open"}')" = 00 ]
result "and nobody else does" $? "$(metric 'lookoutd_vessels_forgotten_total.*')"
wait_for 40 grep -q 'strangers and those heard longest ago are forgotten.*"what":"limit"' "$work/received"
result "at the limit it hears of it again" $? "$(cat "$work/received")"
grep -q 'vessels are forgotten: stranger=' "$work/log"
result "and so does the log" $? "$(cat "$work/log")"
curl -s "http://127.0.0.1:$api/readyz" | grep -q '^vessels: 1000 known, the limit is 1000; 2500 forgotten'
result "readyz says so, and is ready" $? "$(curl -s "http://127.0.0.1:$api/readyz")"
stop "$daemon"
"$bin" vessels -c "$work/flood.yaml" 445000001 | grep -q '"mmsi":445000001'
result "the watched ship is known for good" $? "$(cat "$work/log")"
mkdir -p "$build/alerts" && cp "$work/received" "$build/alerts/flood.jsonl"
finish
