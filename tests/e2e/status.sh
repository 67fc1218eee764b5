#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lookoutd status: what is wrong first; of a running daemon by its socket, else from what it left; JSON where it is no terminal.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
udp=$((20000 + RANDOM % 20000)) api=$((udp + 1))
receiver "$work/received" --fail 503 || exit 2
cat >"$work/c.yaml" <<Y
site: e2e
state: $work/state
feeds: [{id: shore, udp: "127.0.0.1:$udp"}, {id: mast, serial: $work/no-such-device}]
rules: [{id: seen, when: sighted}]
webhooks: [{id: desk, url: "$receiver_url", retry: [100ms], retry_for: 76h}]
api: {listen: "127.0.0.1:$api"}
Y
start() {
    "$bin" run -c "$work/c.yaml" >>"$work/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    wait_for 20 test -S "$work/state/lookoutd.sock"
}
start
result "the daemon opens a socket in its state directory" $? "$(cat "$work/log")"
[ "$(stat -c %a "$work/state/lookoutd.sock")" = 700 ]
result "for its user alone" $? "$(ls -l "$work/state")"
"$build/ais_say" 440000002 36 125.9 10 90 >"/dev/udp/127.0.0.1/$udp"
for _ in $(seq 25); do printf '\003\201garbage\n' >"/dev/udp/127.0.0.1/$udp"; done
# told TEXT: a Python expression over the JSON `s` that is true.
told() { "$bin" status -c "$work/c.yaml" >"$work/json" 2>"$work/err" && python3 -c "import json, sys; s = json.load(open('$work/json')); sys.exit(not ($1))"; }
wait_for 10 told "s['webhooks'][0].get('last_status') == 503"
result "a webhook's last answer" $? "$(cat "$work/json" "$work/err")"
wait_for 10 told "s['running'] and s['vessels'] == 1 and s['feeds'][0]['refused'] == {'not_a_sentence': 25} and s['feeds'][0]['reports'] == 1"
result "vessels, reports, what was refused by reason" $? "$(cat "$work/json" "$work/err")"
told "'feed mast is not open' in s['problems'][1] and 'feed shore: 25 of 26 items are refused, most as not_a_sentence' == s['problems'][0]"
result "what is wrong" $? "$(cat "$work/json")"
"$bin" vessels --state "$work/state" --text "$(jq -r .mmsi <("$bin" vessels --state "$work/state"))" | grep -q '^Last heard '
result "the story of a ship, beside the running daemon" $?
told "s['webhooks'][0]['pending'] == 1 and s['database']['bytes'] > 0"
result "what waits, the database" $? "$(cat "$work/json")"
text=$(curl -s "http://127.0.0.1:$api/readyz")
[ "$(head -n 1 <<<"$text")" = ready ] && grep -q '^feed shore: 25 of 26 items are refused' <<<"$text"
result "/readyz is ready, and says what is wrong" $? "$text"
[ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$api/status")" = 404 ]
result "/status is not on the network" $?

wait_for 10 grep -q 'feed shore: refused input reason=not_a_sentence count=25 lines=26 example="..garbage"' "$work/log" &&
    [ "$(grep -c 'refused input' "$work/log")" = 1 ]
result "refused input is told once, with a count and an example" $? "$(cat "$work/log")"

# On a terminal of 80 columns.
python3 - "$bin" status -c "$work/c.yaml" >"$work/screen" <<'P'
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
out = b""
try:
    while piece := os.read(fd, 4096): out += piece
except OSError: pass
sys.stdout.write(out.decode().replace("\r", ""))
P
head -n 1 "$work/screen" | grep -q '^! feed shore' && grep -q '^FEED ' "$work/screen" && grep -q '^WEBHOOK ' "$work/screen" &&
    python3 -c "import sys; sys.exit(max(len(l.rstrip('\n')) for l in open('$work/screen')) > 80)"
result "one screen, what is wrong first" $? "$(cat "$work/screen")"

kill -9 "$daemon"
wait "$daemon" 2>/dev/null
told "not s['running'] and s['problems'][0] == 'the daemon is not running' and s['vessels'] == 1 and s['webhooks'][0]['pending'] == 1"
result "after kill -9 the database is asked" $? "$(cat "$work/json" "$work/err")"
start && wait_for 10 told "s['running']"
result "a socket that nobody serves is replaced" $? "$(tail -n 3 "$work/log")"
stop "$daemon"
[ ! -e "$work/state/lookoutd.sock" ]
result "and removed at the end" $? "$(ls "$work/state")"
# A receiver at another baud rate: not one line makes sense.
python3 - "$work/tty" <<'P' &
import os, pty, sys, time
master, slave = pty.openpty()
os.symlink(os.ttyname(slave), sys.argv[1])
while True:
    os.write(master, b"\x83\xfe~\x90x\r\n")
    time.sleep(0.05)
P
pids+=("$!")
wait_for 10 test -e "$work/tty"
sed -i "s|serial: [^}]*|serial: $work/tty|" "$work/c.yaml"
start
wait_for 20 grep -q 'feed mast: no line of the device is a sentence: check the baud rate baud=38400' "$work/log"
result "a wrong baud rate is asked after" $? "$(tail -n 5 "$work/log")"
stop "$daemon"
text=$("$bin" status --state "$work/nowhere" 2>&1)
[ $? -eq 1 ] && grep -q 'no database' <<<"$text"
result "neither daemon nor database: exit 1" $? "$text"
finish
