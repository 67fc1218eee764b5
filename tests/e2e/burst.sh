#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A burst of SIGHUP is a few reloads, and starves nobody: alerts go out meanwhile, SIGTERM overtakes. A refused reload is told.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
udp=$((20000 + RANDOM % 20000)) api=$((udp + 1))
receiver "$work/received" || exit 2
# Enough zones that one reading takes a good part of a second.
python3 - >"$work/zones.geojson" <<'P'
import json
box = lambda k: [[k % 300 - 150, k // 300 - 5], [k % 300 - 149.5, k // 300 - 5], [k % 300 - 149.5, k // 300 - 4.5], [k % 300 - 150, k // 300 - 5]]
print(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "z%d" % k},
    "geometry": {"type": "Polygon", "coordinates": [box(k)]}} for k in range(4000)]}))
P
cat >"$work/c.yaml" <<Y
site: e2e
state: $work/state
feeds: [{id: shore, udp: "127.0.0.1:$udp"}]
zones: [zones.geojson]
rules:
  - {id: seen, when: sighted}
webhooks: [{id: desk, url: "$receiver_url"}]
api: {listen: "127.0.0.1:$api"}
Y
# What systemd is told: the state of the service.
python3 - "$work/notify" >"$work/told" <<'P' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True: print(s.recv(4096).decode().replace("\n", " "), flush=True)
P
pids+=("$!")
wait_for 10 test -S "$work/notify"
NOTIFY_SOCKET=$work/notify "$bin" run -c "$work/c.yaml" >"$work/log" 2>&1 &
daemon=$!
pids+=("$daemon")
wait_for 60 grep -q 'watching: ' "$work/log"
result "the daemon watches" $? "$(tail -n 5 "$work/log")"

# 200 a second until told to stop, or the daemon has gone; and a ship that is first seen in their midst.
burst() {
    local sent=0
    while [ ! -e "$work/enough" ] && kill -HUP "$daemon" 2>/dev/null; do
        sent=$((sent + 1))
        echo $sent >"$work/sent"
        sleep 0.004
    done
}
gone() { ! kill -0 "$1" || grep -q "^State:.*Z" "/proc/$1/status"; }
has_sent() { [ "$(cat "$work/sent")" -ge "$1" ]; }
rm -f "$work/enough" "$work/sent"
burst &
bursting=$!
wait_for 60 has_sent 300
"$build/ais_say" 440000002 36 125.9 10 90 >"/dev/udp/127.0.0.1/$udp"
wait_for 60 grep -q 440000002 "$work/received"
result "an alert goes out while SIGHUP comes 200 times a second" $? "$(cat "$work/received"; tail -n 3 "$work/log")"
wait_for 120 has_sent 1500
touch "$work/enough"
wait "$bursting"
sent=$(cat "$work/sent")
idle() { # no reload for a second
    local before
    before=$(grep -c 'reloaded: ' "$work/log")
    sleep 1
    [ "$before" -gt 0 ] && [ "$before" -eq "$(grep -c 'reloaded: ' "$work/log")" ] && ! tail -n 1 "$work/told" | grep -q RELOADING
}
wait_for 60 idle
reloads=$(grep -c 'reloaded: ' "$work/log")
[ "$reloads" -ge 1 ] && [ "$reloads" -le $((sent / 50)) ]
result "$sent of them are a few reloads ($reloads)" $? "$(tail -n 5 "$work/log")"
turn=$(curl -s "http://127.0.0.1:$api/metrics" | sed -n 's/^lookoutd_loop_longest_turn_seconds //p')
began=$(date +%s%N)
"$bin" check -c "$work/c.yaml" >/dev/null 2>&1
loading=$((($(date +%s%N) - began) / 1000000))
echo "# the loop's longest turn was $turn s, loading this configuration takes $loading ms"
awk -v t="$turn" -v l="$loading" 'BEGIN { exit !(t > 0 && t * 1000 < l / 2) }'
result "the loop never loaded a configuration itself" $? "$turn s of $loading ms"

for _ in 1 2 3 4 5 6 7 8 9 10; do kill -HUP "$daemon"; done
once() { [ "$(grep -c 'reloaded: ' "$work/log")" -gt "$reloads" ]; }
wait_for 60 once && wait_for 10 idle
[ "$(grep -c 'reloaded: ' "$work/log")" -eq $((reloads + 1)) ]
result "ten at once are one" $? "$(grep -c 'reloaded: ' "$work/log") after $reloads"

sed -i 's/when: sighted/when: sihgted/' "$work/c.yaml"
kill -HUP "$daemon"
wait_for 20 grep -q "STATUS=reload refused, the configuration in force stays: .*c.yaml:6:[0-9]*: error: .*sihgted" "$work/told"
result "a refused reload shows in systemctl status, with its first fault" $? "$(tail -n 3 "$work/told")"
grep -q 'c.yaml is refused; the configuration in force stays' "$work/log" &&
    curl -s "http://127.0.0.1:$api/metrics" | grep -q '^lookoutd_config_last_reload_successful 0'
result "in the log and as a metric" $? "$(tail -n 3 "$work/log")"
sed -i 's/when: sihgted/when: sighted/' "$work/c.yaml"

rm -f "$work/enough" "$work/sent"
burst &
wait_for 60 has_sent 100
kill "$daemon"
wait_for 60 gone "$daemon"
overtaken=$?
touch "$work/enough"
wait "$daemon"
status=$?
[ $status -eq 0 ] && [ $overtaken -eq 0 ]
result "SIGTERM overtakes them" $? "exit $status: $(tail -n 3 "$work/log")"

# The distances of a dozen routes, which are not in the cache of a new state, take seconds of a core. They are made while the
# daemon runs already, and work on them stops with it.
sed -e "s|^state: .*|state: $work/new|" -e '/^rules:/q' "$work/c.yaml" >"$work/long.yaml"
for to in CN JP RU KR TW VN PH TH MY ID IN US; do echo "  - {id: to-$to, when: route, route: \"KP* >> $to*\"}"; done >>"$work/long.yaml"
echo "webhooks: [{id: desk, url: \"$receiver_url\"}]" >>"$work/long.yaml"
catches() { # PID NUMBER: the daemon, no longer the shell that starts it, has a handler for the signal
    local mask
    [ "$(cat "/proc/$1/comm")" = "$(basename "$bin")" ] || return
    mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status")
    [ $(((0x$mask >> ($2 - 1)) & 1)) -eq 1 ]
}
"$bin" run -c "$work/long.yaml" >"$work/long.log" 2>&1 &
early=$!
pids+=("$early")
wait_for 10 catches "$early" 15
kill "$early"
wait "$early"
status=$?
[ $status -eq 0 ] && ! grep -q 'distances over water: sets' "$work/long.log"
result "SIGTERM ends a start that is under way at once, with exit 0" $? "exit $status: $(tail -n 3 "$work/long.log")"
finish
