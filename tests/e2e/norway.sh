#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# config/live-norway.yaml against a stand-in of the coastal network on loopback: tag-blocked sentences over TCP. The connection
# is made, ships are told of, and a stand-in that goes away and comes back is found again.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
port=$port_base api=$((port + 1))
receiver "$work/received"
result "listen starts" $? "$(cat "$work/received.err")"
cp config/live-norway.geojson "$work/"
sed -e "s|153.44.253.27:5631|127.0.0.1:$port|" -e "s|127.0.0.1:8080|${receiver_url#http://}|; s|//\"|/\"|" -e "s|127.0.0.1:8047|127.0.0.1:$api|" \
    -e "s|./state-norway|$work/state|" config/live-norway.yaml >"$work/norway.yaml"
grep -q "127.0.0.1:$port" "$work/norway.yaml" && "$bin" check -c "$work/norway.yaml" >"$work/check" 2>&1
result "the configuration is accepted" $? "$(cat "$work/check")"

# The stand-in sends what stands in a file to whoever connects, then what is appended to it.
stand_in() {
    /usr/bin/python3 - "$port" "$work/line" <<'P' &
import os, socket, sys, time
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen(1)
peer, _ = server.accept()
at = 0
while True:
    with open(sys.argv[2], "rb") as f:
        f.seek(at)
        data = f.read()
    at += len(data)
    peer.sendall(data)
    time.sleep(0.05)
P
    server=$!
    pids+=("$server")
}
say() { "$build/ais_say" "$@" "$(date +%s)" >>"$work/line"; }
: >"$work/line"
stand_in
"$bin" run -c "$work/norway.yaml" >"$work/log" 2>&1 &
daemon=$!
pids+=("$daemon")
wait_for 15 curl -sf "http://127.0.0.1:$api/readyz"
result "the feed is connected" $? "$(cat "$work/log")"
# A ship without a known type or length counts: into the approaches of Bergen, two fixes deep inside.
say 257000001 60.40 4.30 102.3 90
sleep 1.2
say 257000001 60.40 4.55 102.3 90
wait_for 15 grep -q '"type":"lookoutd.zone.entered".*"subject":"mmsi/257000001"' "$work/received"
result "a ship is told of within seconds" $? "$(cat "$work/log" "$work/received")"

# The stand-in dies in the middle of a line; another takes its place.
printf '!BSVDM,1,1,,A,13mb9U0P00PRk8fT5nw' >>"$work/line"
sleep 0.3
kill -9 "$server"
wait "$server" 2>/dev/null
: >"$work/line"
say 257000002 60.40 4.30 102.3 90
stand_in
sleep 1.2
say 257000002 60.40 4.55 102.3 90
wait_for 30 grep -q '"subject":"mmsi/257000002"' "$work/received"
result "after the connection broke it is made again" $? "$(tail -n 5 "$work/log")"
connects=$(curl -s "http://127.0.0.1:$api/metrics" | sed -n 's/^lookoutd_feed_connects_total{feed="kystverket"} //p')
[ "${connects:-0}" -ge 2 ]
result "two connections are counted" $? "$connects"
stop "$daemon"
"$bin" vessels -c "$work/norway.yaml" 257000001 2>/dev/null | grep -q '"mmsi":257000001'
result "the ship is known afterwards" $? "$("$bin" vessels -c "$work/norway.yaml" 2>&1 | head -n 3)"
finish
