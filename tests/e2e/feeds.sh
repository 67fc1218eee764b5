#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Feeds from outside: silence told at every webhook by the clock, senders that are not wanted, clocks that run ahead.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
say() { "$build/ais_say" "$@"; }
metric() { # NAME: of the feed "shore"
    curl -s "http://127.0.0.1:$api/metrics" | sed -n "s/^$1{feed=\"shore\"} //p"
}
is_metric() { [ "$(metric "$1")" = "$2" ]; }
seconds() { date -u -d "$1" +%s; }
member() { sed -n "s/.*lookoutd.$2.*\"$3\":\"\([^\"]*\)\".*/\1/p" "$1" | head -n 1; }

receiver "$work/all"
all=$receiver_url
receiver "$work/few"
result "two receivers listen" $? "$(cat "$work/few.err")"
udp=$port_base api=$((port_base + 1))
cat >"$work/feeds.yaml" <<Y
state: $work/state
feeds:
  - {id: shore, udp: "127.0.0.1:$udp", from: ["127.0.0.1"], silent_after: 3s}
rules:
  - {id: seen, when: sighted}
webhooks:
  - {id: all, url: "${all}a"}
  - {id: few, url: "${receiver_url}b", rules: [seen], min_severity: critical}
api: {listen: "127.0.0.1:$api"}
Y
"$bin" run -c "$work/feeds.yaml" >"$work/log" 2>&1 &
pids+=($!)
wait_for 15 curl -sf "http://127.0.0.1:$api/readyz"
result "the daemon starts" $? "$(cat "$work/log")"

# One clock 50 s ahead, which is believed, one an hour ahead, which is not; one sender that `from` does not name.
begun=$(date +%s)
{ say 440000001 36 125.99 10 90 $((begun + 50)); say 440000002 36 126.5 10 90 $((begun + 3600)); } >"/dev/udp/127.0.0.1/$udp"
say 440000003 36 126.9 10 90 >"$work/stranger"
/usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.2", 0)); s.sendto(sys.stdin.buffer.read(), ("127.0.0.1", int(sys.argv[1])))' \
    "$udp" <"$work/stranger"
wait_for 10 is_metric lookoutd_feed_reports_total 2
result "two reports come in" $? "$(metric lookoutd_feed_reports_total)"
wait_for 5 is_metric lookoutd_feed_times_replaced_total 1
result "a time too far ahead is counted" $? "$(metric lookoutd_feed_times_replaced_total)"
wait_for 5 is_metric lookoutd_feed_senders_refused_total 1
result "a sender that from does not name is counted" $? "$(metric lookoutd_feed_senders_refused_total)"

for hook in all few; do
    wait_for 20 grep -q 'lookoutd.feed.silent' "$work/$hook"
    result "webhook $hook hears that the feed is silent" $? "$(cat "$work/$hook" "$work/log")"
done
silent=$(seconds "$(member "$work/all" feed.silent time)") since=$(seconds "$(member "$work/all" feed.silent since)")
[ "$since" -ge "$begun" ] && [ "$silent" -ge $((since + 2)) ] && [ "$silent" -le "$(date +%s)" ]
result "its time is the clock's, whatever the ships' clocks say" $? "begun $begun since $since silent $silent now $(date +%s)"
say 440000001 36 126 10 90 >"/dev/udp/127.0.0.1/$udp"
for hook in all few; do
    wait_for 10 grep -q 'lookoutd.feed.recovered' "$work/$hook"
    result "webhook $hook hears that it is back" $? "$(cat "$work/$hook" "$work/log")"
done
recovered=$(seconds "$(member "$work/all" feed.recovered time)")
[ "$recovered" -ge "$silent" ] && [ "$recovered" -le "$(date +%s)" ]
result "and when" $? "silent $silent recovered $recovered now $(date +%s)"

# Nothing gets in where `from` names nobody who sends: check says why nothing came.
other=$((udp + 1))
printf 'feeds:\n  - {id: shore, udp: "127.0.0.1:%s", from: ["192.0.2.1"]}\n' "$other" >"$work/closed.yaml"
"$bin" check -c "$work/closed.yaml" --connect --for 3s >"$work/check" 2>&1 &
check=$!
pids+=($!)
wait_for 10 grep -q 'listening to' "$work/check"
for _ in 1 2 3 4 5 6 7 8; do say 440000001 36 126 10 90 >"/dev/udp/127.0.0.1/$other"; sleep 0.3; done
wait "$check"
grep -q 'shore: nothing came; [0-9]* datagrams or clients refused' "$work/check"
result "check --connect tells of refused senders" $? "$(cat "$work/check")"
finish
