#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A crash loop: the daemon is killed again and again within the five seconds between two commits. What it heard is stored.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
udp=$port_base api=$((port_base + 1))
cat >"$work/c.yaml" <<Y
state: $work/state
feeds: [{id: shore, udp: "127.0.0.1:$udp", from: ["127.0.0.1"]}]
rules: [{id: silent, when: gap}]
api: {listen: "127.0.0.1:$api"}
Y
metric() { curl -s "http://127.0.0.1:$api/metrics" | sed -n "s/^$1 //p"; }
has_commits() { [ "$(metric lookoutd_store_commits_total)" -gt "$1" ]; }
has_report() { [ "$(metric lookoutd_reports_total)" -ge 1 ]; }
stored() { "$bin" vessels -c "$work/c.yaml" 2>/dev/null | grep -c '"mmsi"'; }
# By the daemon's own clock: a machine that is slow takes some rounds more, until three were short enough.
short=0
for ((ship = 1; ship <= 12 && short < 3; ship++)); do
    began=$(date +%s%N)
    "$bin" run -c "$work/c.yaml" >>"$work/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    wait_for 40 curl -sf "http://127.0.0.1:$api/readyz" || break
    commits=$(metric lookoutd_store_commits_total)
    "$build/ais_say" $((440000000 + ship)) 36 126.5 10 90 >"/dev/udp/127.0.0.1/$udp"
    wait_for 40 has_report && wait_for 40 has_commits "$commits"
    kill -9 "$daemon"
    wait "$daemon" 2>/dev/null
    [ $(($(date +%s%N) - began)) -lt 4500000000 ] && short=$((short + 1))
    kept=$(stored)
    [ "${kept:-0}" -eq "$ship" ] || break
done
[ "${kept:-0}" -eq $((ship - 1)) ]
result "each run stores the ship that it heard" $? "$kept of $((ship - 1)) $(tail -n 5 "$work/log")"
[ $short -ge 3 ]
result "within less than the five seconds between two commits" $? "$short runs were short"
finish
