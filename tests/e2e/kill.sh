#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The kill test: kill -9 and SIGSTOP of the daemon at random instants while the demonstration plays and the receiver misbehaves at
# random (bad_receiver.py). After it every alert of an undisturbed run was received, under the same ids, none under another, in
# order for each vessel; by a webhook that sends them one by one, and by one that groups them.
#
#     kill.sh            N=20 kills (make check); `make check-long LONG=kill` 1000. SEED=... repeats a run's choices.
#
# The recording is through after some 25 kills: then the daemon ends by itself, what was received is checked, and the next round
# begins with an empty state.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
kills=${N:-20}
[ -z "${LOOKOUT_SANITIZED:-}" ] || kills=$((kills / 4))
RANDOM=${SEED:=$(($(date +%s) % 32768))}
per_round=25
echo "# seed $SEED, $kills kills"
tape=$(demo_recording)
new_secret "$work/secret"
begin=$(date +%s)

# The receiver, on a free port, for all rounds.
start_receiver() { # PORT
    /usr/bin/python3 tests/e2e/bad_receiver.py "$1" "$work/secret" "$work/received" "$((SEED + 1))" >"$work/receiver.out" 2>>"$work/receiver.err" &
    receiver_pid=$!
    pids+=("$receiver_pid")
    wait_for 10 grep -q '^listening on ' "$work/receiver.out"
    port=$(sed -n 's/^listening on //p' "$work/receiver.out")
}
start_receiver 0
result "the receiver listens" $? "$(cat "$work/receiver.err")"

# Slow enough that the kills fall into it.
demo_config "$work/kill.yaml" "http://127.0.0.1:$port/single" "$work/secret" 120000x "$work/state"
sed -i -e '/^    secret:/a\    timeout: 1s' "$work/kill.yaml"
cat >>"$work/kill.yaml" <<Y
  - id: pack
    url: http://127.0.0.1:$port/pack
    secret: {file: $work/secret}
    retry: [100ms, 200ms, 500ms]
    timeout: 1s
    group: {by: [rule], wait: 200ms, interval: 1s}
Y
# Alerts throughout, of all ships.
sed -i '/^rules:/a\  - {id: seen, when: sighted, again_after: 30min}\n  - {id: calls, when: port_call}\n  - {id: legs, when: voyage}\n  - {id: quiet, when: gap, after: 2h, severity: critical}' "$work/kill.yaml"
"$bin" replay -c "$work/kill.yaml" "$tape" >"$work/wanted" 2>"$work/replay.err"
# What is wanted: subject and id, in the order in which they were told.
sed 's/.*"id":"\([0-9a-f]\{32\}\)".*"subject":"\([^"]*\)".*/\2 \1/' "$work/wanted" >"$work/wanted.order"
[ -s "$work/wanted.order" ]
result "an undisturbed run tells alerts" $? "$(cat "$work/replay.err")"

# Distances over water are kept between rounds: to make them anew takes longer than a daemon lives here.
"$bin" run -c "$work/kill.yaml" >"$work/log" 2>&1 &
daemon=$!
pids+=("$daemon")
wait_for 30 grep -q 'info: run: watching' "$work/log" && wait_for 60 grep -q 'distances over water: sets=' "$work/log"
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
mv "$work/state/water" "$work/water"
result "the daemon comes up" $? "$(cat "$work/log")"

by_vessel() { sort -s -k1,1; }
faults=0 lost=0 extra=0 disordered=0 torn=0 unended=0 done_kills=0 rounds=0 twice=0 early=0
fault() { printf '%s\n' "$@" | head -n 12 >>"$work/faults"; }

check_round() {
    for path in single pack; do
        awk -v p="/$path/$rounds" '$1 == p && !seen[$3]++ { print $2, $3 }' "$work/received" >"$work/got"
        missing=$(comm -23 <(sort "$work/wanted.order") <(sort "$work/got"))
        foreign=$(comm -13 <(sort "$work/wanted.order") <(sort "$work/got"))
        if [ -n "$missing" ]; then
            lost=$((lost + $(printf '%s\n' "$missing" | wc -l)))
            fault "round $rounds, /$path, missing:" "$missing"
        fi
        if [ -n "$foreign" ]; then
            extra=$((extra + $(printf '%s\n' "$foreign" | wc -l)))
            fault "round $rounds, /$path, of another id:" "$foreign"
        fi
        if ! order=$(diff <(by_vessel <"$work/wanted.order") <(by_vessel <"$work/got")); then
            [ -n "$missing$foreign" ] || { disordered=$((disordered + 1)); fault "round $rounds, /$path, order:" "$order"; }
        fi
    done
    if grep -q '^FAULT' "$work/received"; then
        faults=$((faults + $(grep -c '^FAULT' "$work/received")))
        fault "$(grep '^FAULT' "$work/received")"
    fi
    # An alert belongs to one batch, whatever happened between two tries.
    torn_now=$(awk '$1 ~ "^/pack" { k = $3 " " $4; if (!seen[k]++) n[$3]++ } END { for (i in n) if (n[i] > 1) print i }' "$work/received")
    [ -z "$torn_now" ] || { torn=$((torn + $(printf '%s\n' "$torn_now" | wc -l))); fault "round $rounds, in two batches:" "$torn_now"; }
    twice=$((twice + $(awk '$1 != "FAULT" { n[$1 $3]++ } END { for (i in n) t += n[i] - 1; print t + 0 }' "$work/received")))
}

# Most of the time some instant of its work, else of its beginning.
one_kill() {
    "$bin" run -c "$work/round.yaml" >"$work/log" 2>&1 &
    daemon=$!
    [ $((RANDOM % 8)) -eq 0 ] || wait_for 10 grep -q 'info: run: watching' "$work/log"
    sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
    case $((RANDOM % 8)) in
    0) kill -STOP "$daemon" && sleep "0.$((RANDOM % 4))" && kill -CONT "$daemon" && sleep 0.05 ;;
    1) kill -STOP "$daemon" && sleep 0.1 ;; # killed while it is stopped
    2) kill -HUP "$daemon" && sleep "0.0$((RANDOM % 10))" ;;
    esac 2>/dev/null
    kill -9 "$daemon" 2>/dev/null
    wait "$daemon" 2>/dev/null
}

while [ "$done_kills" -lt "$kills" ]; do
    rounds=$((rounds + 1))
    rm -rf "$work/state" && mkdir -m 700 "$work/state" && cp -r "$work/water" "$work/state/water"
    # What a connection of the last round still brings is not of this one.
    sed "s|url: .*|&/$rounds|" "$work/kill.yaml" >"$work/round.yaml"
    : >"$work/received"
    kill -USR2 "$receiver_pid"
    for ((k = 0; k < per_round && done_kills < kills; k++)); do
        one_kill
        done_kills=$((done_kills + 1))
    done
    early=$((early + $(awk '$1 != "FAULT" && !seen[$1 $3]++ { n++ } END { print n + 0 }' "$work/received")))
    kill -USR1 "$receiver_pid"
    if ! timeout 120 "$bin" run --once -c "$work/round.yaml" >>"$work/log" 2>&1; then
        unended=$((unended + 1))
        fault "round $rounds does not end:" "$(tail -n 8 "$work/log")"
    fi
    check_round
    [ $((rounds % 8)) -ne 0 ] || echo "# $done_kills kills, $(($(date +%s) - begin)) s"
done
echo "# $done_kills kills in $rounds rounds, $(($(date +%s) - begin)) s; $(wc -l <"$work/wanted.order") alerts a round and webhook, $early received between kills, $twice again"
told() { cat "$work/faults" 2>/dev/null; }
[ "$unended" -eq 0 ]
result "each round's last run ends by itself, all settled" $? "$(told)"
[ "$lost" -eq 0 ]
result "no alert is lost over $done_kills kills" $? "$lost: $(told)"
[ "$extra" -eq 0 ]
result "none comes under another id" $? "$extra: $(told)"
[ "$disordered" -eq 0 ]
result "each vessel's alerts arrive in order" $? "$disordered rounds: $(told)"
[ "$torn" -eq 0 ]
result "alerts that went together go together again" $? "$torn: $(told)"
[ "$faults" -eq 0 ]
result "every request was signed, and its id is that of what it holds" $? "$faults: $(told)"
stop "$receiver_pid"
finish
