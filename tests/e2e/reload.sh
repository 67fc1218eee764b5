#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SIGHUP changes what a daemon is fed by: from a recording to live feeds; a configuration that cannot be followed is refused whole.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
udp=$port_base api=$((udp + 1)) relay=$((udp + 3)) relay_key= api_key="api: {listen: \"127.0.0.1:$((udp + 1))\"}"
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
$relay_key
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
is_reload() { [ "$(grep -c 'reloaded: feeds=1' "$work/log")" -ge "$1" ]; }
wait_for 10 is_reload 2
result "a live feed takes the recording's place" $? "$(tail -n 5 "$work/log")"
"$build/ais_say" 440000002 36 125.999 102.3 90 >"/dev/udp/127.0.0.1/$udp"
sleep 1.2 # two fixes of one second are one
"$build/ais_say" 440000002 36 126.05 102.3 90 >"/dev/udp/127.0.0.1/$udp"
entered() { "$bin" alerts --state "$work/state" --vessel 440000002 | grep -q zone.entered; }
wait_for 10 entered
result "what it brings is told" $? "$("$bin" alerts --state "$work/state")
$(tail -n 5 "$work/log")"

# A relay comes, tells its reader of chosen ships, and follows a reload while the reader stays.
relays() { # VESSELS
    relay_key="relays: [{id: plotter, listen: \"127.0.0.1:$relay\", every: 0s, vessels: $1}]"
    configure "{id: shore, udp: \"127.0.0.1:$udp\"}"
    kill -HUP "$daemon"
}
relays all
reader() { exec 7<>"/dev/tcp/127.0.0.1/$relay"; } 2>/dev/null
wait_for 10 reader
result "a relay listens" $? "$(tail -n 5 "$work/log")"
cat <&7 >"$work/relayed" &
pids+=($!)
metric() { curl -s "http://127.0.0.1:$api/metrics" | sed -n "s/^$1{relay=\"plotter\"} //p"; }
is_metric() { [ "$(metric "$1")" = "$2" ]; }
wait_for 10 is_metric lookoutd_relay_clients 1
result "its reader is counted" $?
relayed() { [ "$(grep -c '^\\s:e2e,c:' "$work/relayed")" -ge "$1" ]; }
"$build/ais_say" 440000003 36 125.9 10 90 >"/dev/udp/127.0.0.1/$udp"
wait_for 10 relayed 1
result "what is heard is told on" $? "$(cat "$work/relayed")"
relays '{flags: [KP]}'
wait_for 10 is_reload 4
for mmsi in 440000004 445000005; do "$build/ais_say" $mmsi 36 125.5 10 90 >"/dev/udp/127.0.0.1/$udp"; done
wait_for 10 relayed 2
gpsdecode -j <"$work/relayed" 2>/dev/null | grep -o '"mmsi":[0-9]*\|"lat":[0-9.]*\|"lon":[0-9.]*' | paste -sd ' ' >"$work/decoded"
[ "$(cat "$work/decoded")" = '"mmsi":440000003 "lon":125.900000 "lat":36.000000 "mmsi":445000005 "lon":125.500000 "lat":36.000000' ]
result "by another choice of ships after SIGHUP; gpsdecode reads it" $? "$(cat "$work/decoded" "$work/relayed")"
relay_key=

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
