#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sockets that a service manager holds: over a restart no connection is refused and no datagram is lost.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
api=$port_base feed=$((port_base + 1)) relay=$((port_base + 2)) udp=$((port_base + 3))
cat >"$work/c.yaml" <<Y
site: e2e
state: $work/state
feeds: [{id: shore, udp: "127.0.0.1:$udp"}, {id: uplink, listen: "127.0.0.1:$feed"}]
rules: [{id: seen, when: sighted}]
relays: [{id: plotter, listen: "127.0.0.1:$relay"}]
api: {listen: "127.0.0.1:$api"}
Y
/usr/bin/python3 tests/e2e/hold.py $api $feed $relay -- $udp -- "$bin" run -c "$work/c.yaml" >"$work/log" 2>&1 &
pids+=($!)
child() { sed -n 's/^child //p' "$work/log" | tail -n 1; }
healthy() { curl -sf --max-time 30 "http://127.0.0.1:$api/healthz" >/dev/null; }
wait_for 20 healthy
result "the daemon takes the sockets that it is handed" $? "$(cat "$work/log")"
first=$(child) pids+=($(child))
exec 7<>"/dev/tcp/127.0.0.1/$relay" 8<>"/dev/tcp/127.0.0.1/$feed"
"$build/ais_say" 440000001 36 125.9 10 90 >&8
heard() { "$bin" alerts --state "$work/state" 2>/dev/null | grep -q "\"mmsi\":$1"; }
wait_for 20 heard 440000001
result "a sender is heard" $? "$(cat "$work/log")"
# From before its end until it is up again: every connection is taken, and what is sent meanwhile is heard.
kill "$first"
refused=0 asked=0
while [ "$(child)" = "$first" ] || [ $asked -lt 20 ]; do
    healthy || refused=$((refused + 1))
    asked=$((asked + 1))
    [ $asked -ne 2 ] || "$build/ais_say" 440000002 36 125.9 10 90 >"/dev/udp/127.0.0.1/$udp"
    [ $asked -lt 400 ] || break
done
pids+=($(child))
[ "$(child)" != "$first" ] && [ $refused -eq 0 ]
result "a restart refuses no connection" $? "$refused of $asked refused; $(cat "$work/log")"
wait_for 20 heard 440000002
result "and loses no datagram" $? "$(cat "$work/log")"
exec 9<>"/dev/tcp/127.0.0.1/$relay" && "$build/ais_say" 440000003 36 125.9 10 90 >"/dev/tcp/127.0.0.1/$feed" && IFS= read -t 20 -r line <&9 && [[ $line == '\s:e2e,c:'* ]]
result "relay and sender are back" $? "${line:-} $(cat "$work/log")"
# A reload moves the API away and back to the held socket.
sed -i "s/^api: .*/api: {listen: \"127.0.0.1:$((port_base + 5))\"}/" "$work/c.yaml"
kill -HUP "$(child)"
moved() { curl -sf "http://127.0.0.1:$((port_base + 5))/healthz" >/dev/null; }
wait_for 20 moved && sed -i "s/^api: .*/api: {listen: \"127.0.0.1:$api\"}/" "$work/c.yaml" && kill -HUP "$(child)" && wait_for 20 healthy
result "and the API finds its socket again after reloads" $? "$(tail -n 5 "$work/log")"
finish
