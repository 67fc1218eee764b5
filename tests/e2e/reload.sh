#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SIGHUP changes what a daemon is fed by: from a recording to live feeds; a configuration that cannot be followed is refused whole.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
udp=$port_base api=$((udp + 1)) api_key="api: {listen: \"127.0.0.1:$((udp + 1))\"}"
for i in 1 2 3 4; do "$build/ais_say" 440000001 36 "125.9$i" 10 90 $((1711238400 + i * 360)); done >"$work/tape.nmea"
cat >"$work/zones.geojson" <<'Z'
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"box"},
 "geometry":{"type":"Polygon","coordinates":[[[126,35.5],[127,35.5],[127,36.5],[126,36.5],[126,35.5]]]}}]}
Z
configure() { # FEED
    cat >"$work/new.yaml" <<Y
site: e2e
state: $work/state
feeds: [$1]
zones: [zones.geojson]
rules:
  - {id: box, when: zone, zones: [box], events: [enter]}
$api_key
Y
    mv "$work/new.yaml" "$work/c.yaml"
}
configure '{id: tape, file: tape.nmea}'
"$bin" run -c "$work/c.yaml" >"$work/log" 2>&1 &
daemon=$!
pids+=("$daemon")
wait_for 15 grep -q 'the recordings have ended' "$work/log"
result "a recording is read to its end" $? "$(cat "$work/log")"

configure '{id: other, file: no-such-file.nmea}'
kill -HUP "$daemon"
wait_for 10 grep -q 'stays' "$work/log" && kill -0 "$daemon"
result "a recording that is not there: refused, and the daemon goes on" $? "$(tail -n 5 "$work/log")"
! grep -q 'the feed is closed: the new configuration lacks or changes it' "$work/log"
result "nothing of it was applied" $? "$(cat "$work/log")"
curl -sf "http://127.0.0.1:$api/healthz" >/dev/null
result "the daemon is healthy" $? "$(tail -n 5 "$work/log")"

configure '{id: tape, file: tape.nmea, pace: 60x}'
kill -HUP "$daemon"
wait_for 10 grep -q 'reloaded: feeds=1' "$work/log"
result "the same recording at another pace" $? "$(tail -n 5 "$work/log")"
curl -s "http://127.0.0.1:$api/metrics" | grep -v '^#' | cut -d' ' -f1 | sort | uniq -d >"$work/twice"
[ ! -s "$work/twice" ]
result "no figure is told twice" $? "$(cat "$work/twice")"

configure "{id: shore, udp: \"127.0.0.1:$udp\"}"
kill -HUP "$daemon"
reloads() { [ "$(grep -c 'reloaded: feeds=1' "$work/log")" -ge 2 ]; }
wait_for 10 reloads
result "a live feed takes the recording's place" $? "$(tail -n 5 "$work/log")"
"$build/ais_say" 440000002 36 125.999 102.3 90 >"/dev/udp/127.0.0.1/$udp"
sleep 1.2 # two fixes of one second are one
"$build/ais_say" 440000002 36 126.05 102.3 90 >"/dev/udp/127.0.0.1/$udp"
entered() { "$bin" alerts --state "$work/state" --vessel 440000002 | grep -q zone.entered; }
wait_for 10 entered
result "what it brings is told" $? "$("$bin" alerts --state "$work/state")
$(tail -n 5 "$work/log")"

# The API follows as well: to another address of the same port, to another port, and away.
shore="{id: shore, udp: \"127.0.0.1:$udp\"}"
healthy() { curl -sf "http://$1/healthz" >/dev/null; }
follows() { # KEY
    api_key=$1
    configure "$shore"
    kill -HUP "$daemon"
}
follows "api: {listen: \"127.0.0.2:$api\"}"
wait_for 10 healthy "127.0.0.2:$api" && ! healthy "127.0.0.1:$api"
result "SIGHUP moves the API to another address" $? "$(tail -n 5 "$work/log")"
follows "api: {listen: \"127.0.0.1:$((api + 1))\"}"
wait_for 10 healthy "127.0.0.1:$((api + 1))" && ! healthy "127.0.0.2:$api"
result "and to another port" $? "$(tail -n 5 "$work/log")"
follows ''
gone() { ! healthy "127.0.0.1:$((api + 1))"; }
wait_for 10 gone
result "and switches it off" $? "$(tail -n 5 "$work/log")"
# Where somebody else listens it cannot; the next reload tries it again.
receiver "$work/other"
taken=${receiver_url#http://} taken=${taken%/}
follows "api: {listen: \"$taken\"}"
wait_for 10 grep -q 'error: .*api: cannot listen' "$work/log" && kill -0 "$daemon"
result "an address that is taken: told, and the daemon goes on" $? "$(tail -n 5 "$work/log")"
stop "$receiver_pid"
kill -HUP "$daemon"
wait_for 10 healthy "$taken"
result "the next reload opens it" $? "$(tail -n 5 "$work/log")"
stop "$daemon"
finish
