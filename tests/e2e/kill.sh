#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The kill test: kill -9 of the daemon at random instants while the demonstration plays and the receiver fails at random. After it
# every alert of an undisturbed run was received, under the same ids, none under another, in order for each vessel.
#
#     kill.sh            N=20 kills (make check); `make kill-test N=1000` for more. SEED=... repeats a run.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
kills=${N:-20}
[ -z "${LOOKOUT_SANITIZED:-}" ] || kills=$((kills / 4))
RANDOM=${SEED:=$(($(date +%s) % 32768))}
echo "# seed $SEED, $kills kills"
tape=$(demo_recording)
new_secret "$work/secret"
"$bin" listen --address 127.0.0.1:0 >/dev/null 2>"$work/probe" &
probe=$!
pids+=("$probe")
wait_for 10 grep -q '^listening on ' "$work/probe"
address=$(sed -n 's|^listening on http://\([^/]*\)/.*|\1|p' "$work/probe")
stop "$probe"

demo_config "$work/plain.yaml" "http://$address/" "$work/secret" max "$work/plain-state"
"$bin" replay -c "$work/plain.yaml" "$tape" >"$work/wanted" 2>/dev/null
ids "$work/wanted" >"$work/wanted.ids"
[ -s "$work/wanted.ids" ]
result "an undisturbed run tells alerts" $?

# Slow enough that the kills fall into it.
demo_config "$work/kill.yaml" "http://$address/" "$work/secret" 120000x "$work/state"
touch "$work/received"
receiver_mood() {
    [ -z "${receiver_pid:-}" ] || kill -9 "$receiver_pid" 2>/dev/null
    [ -z "${receiver_pid:-}" ] || wait "$receiver_pid" 2>/dev/null
    receiver_pid=
    case $((RANDOM % 5)) in
    0) return ;; # nobody listens
    1) fail="--fail 500:3" ;;
    2) fail="--fail reset:2" ;;
    3) fail="--delay 200ms" ;;
    *) fail= ;;
    esac
    # shellcheck disable=SC2086
    "$bin" listen --address "$address" --json --secret "$work/secret" $fail >>"$work/received" 2>>"$work/listen.err" &
    receiver_pid=$!
    pids+=("$receiver_pid")
}
receiver_mood
for ((k = 0; k < kills; k++)); do
    "$bin" run -c "$work/kill.yaml" >>"$work/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    sleep "0.$((RANDOM % 9))$((RANDOM % 10))"
    if [ $((RANDOM % 4)) -eq 0 ]; then
        kill -STOP "$daemon" && sleep 0.2 && kill -CONT "$daemon"
    fi
    kill -9 "$daemon" 2>/dev/null
    wait "$daemon" 2>/dev/null
    [ $((RANDOM % 3)) -ne 0 ] || receiver_mood
done
[ -z "${receiver_pid:-}" ] || stop "$receiver_pid"
"$bin" listen --address "$address" --json --secret "$work/secret" >>"$work/received" 2>>"$work/listen.err" &
pids+=($!)
timeout 300 "$bin" run --once -c "$work/kill.yaml" >>"$work/log" 2>&1
result "the last run ends by itself, all settled" $? "$(tail -n 20 "$work/log")"
ids "$work/received" >"$work/received.ids"
missing=$(comm -23 "$work/wanted.ids" "$work/received.ids" | wc -l)
[ "$missing" -eq 0 ] && [ -s "$work/received.ids" ]
result "no alert is lost over $kills kills" $? "$missing of $(wc -l <"$work/wanted.ids") are missing
$(comm -23 "$work/wanted.ids" "$work/received.ids")"
extra=$(comm -13 "$work/wanted.ids" "$work/received.ids" | wc -l)
[ "$extra" -eq 0 ] && [ -s "$work/received.ids" ]
result "none comes under another id" $? "$extra: $(comm -13 "$work/wanted.ids" "$work/received.ids" | head -n 3)"
# Order: the first arrivals of each vessel's alerts, in the order in which they were told.
order() { # FILE: subject and id, first occurrence only
    sed 's/.*"id":"\([0-9a-f]\{32\}\)".*"subject":"\([^"]*\)".*/\2 \1/' "$1" | awk '!seen[$2]++' | sort -s -k1,1
}
[ -s "$work/received.ids" ] && cmp -s <(order "$work/wanted") <(order "$work/received")
result "each vessel's alerts arrive in order" $? "$(diff <(order "$work/wanted") <(order "$work/received") | head -n 10)"
finish
