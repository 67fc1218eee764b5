#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The process is frozen (SIGSTOP, a suspended machine) for longer than idle_timeout and silent_after: what came meanwhile is
# read before anybody is put out or called silent.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
listen=$port_base api=$((port_base + 1)) source=$((port_base + 2))
cat >"$work/freeze.yaml" <<Y
state: $work/state
feeds:
  - {id: uplink, listen: "127.0.0.1:$listen", idle_timeout: 3s, silent_after: 3s}
  - {id: partner, tcp: "127.0.0.1:$source", idle_timeout: 3s, silent_after: 3s}
rules: [{id: silent, when: gap}]
api: {listen: "127.0.0.1:$api"}
Y
say() { "$build/ais_say" "$@"; }
metric() { curl -s "http://127.0.0.1:$api/metrics" | sed -n "s/^$1{feed=\"$2\"} //p"; }
is_metric() { [ "$(metric "$1" "$2")" = "$3" ]; }
# A source that sends what is written to a pipe.
mkfifo "$work/pipe"
/usr/bin/python3 -c 'import socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(5)
c, _ = s.accept()
for line in open(sys.argv[2], "rb", 0): c.sendall(line)
' "$source" "$work/pipe" &
pids+=($!)
exec 8<>"$work/pipe"
"$bin" run -c "$work/freeze.yaml" >"$work/log" 2>&1 &
daemon=$!
pids+=("$daemon")
wait_for 40 is_metric lookoutd_feed_connects_total partner 1
result "the daemon connects" $? "$(cat "$work/log")"
exec 7>"/dev/tcp/127.0.0.1/$listen"
# A slow machine may let three seconds pass by itself: then it is tried again.
for try in 1 2 3 4 5; do
    before=$(metric lookoutd_feed_reports_total uplink)
    say $((440000000 + try)) 36 126.5 10 90 >&7
    say $((441000000 + try)) 36 126.5 10 90 >&8
    wait_for 40 is_metric lookoutd_feed_reports_total uplink $((before + 1)) &&
        wait_for 40 is_metric lookoutd_feed_reports_total partner $((before + 1))
    mark=$(wc -l <"$work/log")
    kill -STOP "$daemon"
    say $((442000000 + try)) 36 126.5 10 90 >&7
    say $((443000000 + try)) 36 126.5 10 90 >&8
    sleep 4
    kill -CONT "$daemon"
    wait_for 40 is_metric lookoutd_feed_reports_total uplink $((before + 2)) &&
        wait_for 40 is_metric lookoutd_feed_reports_total partner $((before + 2))
    came=$?
    tail -n "+$((mark + 1))" "$work/log" >"$work/meanwhile"
    ! grep -Eq 'idle|is silent' "$work/meanwhile" && [ $came -eq 0 ] && break
done
result "what came during the freeze is taken in" $came "$(cat "$work/log")"
! grep -Eq 'idle|is silent' "$work/meanwhile"
result "and nobody is put out, or called silent" $? "$(cat "$work/meanwhile")"
finish
