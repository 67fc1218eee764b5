#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The wall clock of the running daemon is set: 9 h back, 2 days ahead, and back again, over restarts too. Known ships go on, nobody
# falls silent for it, commits and beats of the watchdog go on, and the desk hears of each step. A feed that is late is warned of.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
"${CC:-gcc}" -shared -fPIC -O1 -o "$work/clockshift.so" "$root/tests/e2e/clockshift.c" 2>"$work/cc"
result "the clock can be moved" $? "$(cat "$work/cc")"
shift_to() { # SECONDS; whole at once, so that no look sees half of it
    echo "$1" >"$work/shift.new" && mv "$work/shift.new" "$work/shift"
}
shift_to 0
receiver "$work/received"
result "a receiver listens" $? "$(cat "$work/received.err")"
udp=$port_base late=$((port_base + 1)) api=$((port_base + 2))
cat >"$work/zones.geojson" <<Z
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"box"},"geometry":{"type":"Polygon","coordinates":
 [[[126,36],[127,36],[127,36.004],[126,36.004],[126,36]]]}}]}
Z
cat >"$work/clock.yaml" <<Y
state: $work/state
zones: [zones.geojson]
feeds:
  - {id: shore, udp: "127.0.0.1:$udp", silent_after: 10min}
  - {id: space, udp: "127.0.0.1:$late", silent_after: 10min}
rules:
  - {id: box, when: zone, zones: [box], events: [enter, exit, lost]}
  - {id: silent, when: gap, after: 6h, moored: 6h}
webhooks: [{id: desk, url: "${receiver_url}a"}]
api: {listen: "127.0.0.1:$api"}
Y
# The service manager: every beat of the watchdog, by the monotonic clock.
/usr/bin/python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])
while True:
    if b"WATCHDOG=1" in s.recv(4096): print(time.monotonic(), flush=True)' "$work/notify" >"$work/beats" &
pids+=($!)
wait_for 10 test -S "$work/notify"
start() {
    NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=4000000 CLOCKSHIFT=$work/shift LD_PRELOAD=$work/clockshift.so \
        "$bin" run -c "$work/clock.yaml" >>"$work/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    wait_for 40 curl -sf "http://127.0.0.1:$api/readyz"
}
start
result "the daemon starts" $? "$(cat "$work/log")"

metric() { curl -s "http://127.0.0.1:$api/metrics" | sed -n "s/^$1 //p"; }
fixes=0
fix() { # METRES north of the box's southern edge; no two alike, they would be copies
    fixes=$((fixes + 1))
    "$build/ais_say" 440000001 "$(awk "BEGIN { printf \"%.6f\", 36 + $1 / 111195 + $fixes / 200000 }")" 126.5 9 0 >"/dev/udp/127.0.0.1/$udp"
    sleep 0.1
}
count() { grep -c "$1" "$work/received"; }
has() { [ "$(count "$1")" = "$2" ]; }
visits=0
visit() { # the ship sails in by 180 m and out again
    for at in -100 -50 50 180 190 50 -50 -100 -150; do fix $at; done
    visits=$((visits + 1))
    wait_for 20 has 'lookoutd.zone.exited' $visits && has 'lookoutd.zone.entered' $visits
}
"$build/ais_say" 440000002 30 120 9 0 >"/dev/udp/127.0.0.1/$udp" # heard once
visit
result "a ship visits the box" $? "$(cat "$work/received" "$work/log")"
steps=0
# step SECONDS NAME: the clock is set there; what goes on in the seven seconds behind it.
step() {
    local commits beats
    commits=$(metric lookoutd_store_commits_total) beats=$(wc -l <"$work/beats")
    shift_to "$1"
    steps=$((steps + 1))
    wait_for 10 has 'lookoutd.trouble.*"what":"clock"' $steps
    result "$2: the desk hears of it" $? "$(cat "$work/received" "$work/log")"
    curl -s "http://127.0.0.1:$api/readyz" | grep -q '^the clock .*event time has not moved since'
    result "$2: readyz says so" $? "$(curl -s "http://127.0.0.1:$api/readyz")"
    visit
    result "$2: the known ship goes on" $? "$(cat "$work/received" "$work/log")"
    sleep 6
    [ "$(metric lookoutd_store_commits_total)" -gt "$((commits + 3))" ]
    result "$2: commits go on" $? "$commits, now $(metric lookoutd_store_commits_total)"
    [ "$(wc -l <"$work/beats")" -ge $((beats + 4)) ]
    result "$2: the watchdog hears the daemon" $? "$beats beats, now $(wc -l <"$work/beats")"
}
step -32400 "9 h back"
step 0 "9 h ahead again"
step -120 "2 min back"
step 172800 "2 d ahead"
stop "$daemon"
shift_to 0
steps=$((steps + 1))
start
wait_for 10 has 'lookoutd.trouble.*"what":"clock"' $steps && grep -q 'The clock was set back by ' "$work/log"
result "what was stored ahead of the clock is told at the start" $? "$(cat "$work/received" "$work/log")"
visit
result "and the known ship goes on" $? "$(cat "$work/received" "$work/log")"
has 'lookoutd.gap\|lookoutd.zone.lost' 0
result "nobody fell silent" $? "$(grep 'gap\|lost' "$work/received")"

# Local time sent as UTC: seven hours behind. And yesterday's: refused.
for i in 1 2 3 4; do
    "$build/ais_say" 440000003 31 120.00$i 9 90 $(($(date +%s) - 25200 + i)) >"/dev/udp/127.0.0.1/$late"
done
"$build/ais_say" 440000004 31 121 9 90 $(($(date +%s) - 90000)) >"/dev/udp/127.0.0.1/$late"
is_refused() { [ "$(metric 'lookoutd_feed_rejects_total{feed="space",reason="too_late"}')" = 1 ]; }
wait_for 10 is_refused
result "a report of the day before is refused" $? "$(metric 'lookoutd_feed_rejects_total.*')"
[ "$(metric 'lookoutd_feed_late_reports_total{feed="space"}')" = 5 ] && [ "$(metric 'lookoutd_feed_behind_seconds{feed="space"}' | cut -d. -f1)" -ge 25190 ]
result "late reports are counted" $? "$(metric 'lookoutd_feed_[lb].*')"
grep -q 'feed space: reports are behind the clock.*behind=7h' "$work/log" && curl -s "http://127.0.0.1:$api/readyz" | grep -q '^feed space is .* min behind'
result "and warned of" $? "$(cat "$work/log"; curl -s "http://127.0.0.1:$api/readyz")"
sleep 1
has 'lookoutd.gap' 0
result "and make no ship silent" $? "$(grep gap "$work/received")"
mkdir -p "$build/alerts" && cp "$work/received" "$build/alerts/clock.jsonl"
finish
