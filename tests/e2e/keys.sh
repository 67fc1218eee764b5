#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A daemon started by hand, with core dumps allowed: a crash leaves no key behind. And `check` of a pipe that nobody writes
# to ends.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
new_secret "$work/secret"
udp=$port_base api=$((port_base + 1))
cat >"$work/k.yaml" <<Y
state: $work/state
feeds: [{id: shore, udp: "127.0.0.1:$udp", from: ["127.0.0.1"]}]
rules: [{id: silent, when: gap}]
webhooks: [{id: desk, url: "http://127.0.0.1:$((port_base + 2))/", secret: {file: $work/secret}}]
api: {listen: "127.0.0.1:$api"}
Y
mkdir "$work/cores"
case $(cat /proc/sys/kernel/core_pattern) in
"|"* | /*) skip "a crash leaves no key behind" "core dumps go elsewhere on this machine" ;;
*)
    (cd "$work/cores" && ulimit -c unlimited && exec "$bin" run -c "$work/k.yaml") >"$work/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    wait_for 40 curl -sf "http://127.0.0.1:$api/readyz"
    result "the daemon starts" $? "$(cat "$work/log")"
    kill -SEGV "$daemon"
    wait "$daemon" 2>/dev/null
    result "and dies of the signal" $(($? != 0 ? 0 : 1)) # a sanitizer ends it with a status of its own
    if [ -n "${LOOKOUT_BUILD:-}" ] && [[ $LOOKOUT_BUILD == *asan* ]]; then
        skip "a crash leaves no key behind" "the sanitizer's search for leaks looks from outside"
    else
        [ -z "$(ls "$work/cores")" ]
        result "a crash leaves no key behind" $? "$(ls -l "$work/cores")"
    fi
    ;;
esac
mkfifo "$work/pipe"
timeout 40 "$bin" check -c "$work/pipe" >"$work/out" 2>&1
[ $? -eq 2 ]
result "check of a pipe that nobody writes to ends" $? "$(cat "$work/out")"
"$bin" check -c <(cat "$work/k.yaml") >"$work/out" 2>&1
result "and one of a pipe that is written to is read" $? "$(cat "$work/out")"
finish
