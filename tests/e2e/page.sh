#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The page in Chromium, against the daemon: the demonstration's story with two browsers and eight tabs, a kill -9 while it is looked at,
# hostile names, tokens. Screenshots stay in build/page-shots. Without chromium and chromedriver only its sources are looked at.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
text=$(python3 tests/page/sources.py . 2>&1)
result "the page's sources" $? "$text"
for program in chromium chromedriver; do
    command -v $program >/dev/null 2>&1 && continue
    for what in "the demonstration" "a lost connection" "hostile names" "tokens"; do
        skip "$what in a browser" "$program is not installed; make check PAGE=1 installs it"
    done
    finish
done
shots=$build/page-shots
rm -rf "$shots"

# drive WHAT URL [MORE...]: the lines of drive.py become ours.
drive() {
    local line what=$1
    while IFS= read -r line; do
        case $line in
            "ok "*) result "$what: ${line#ok * - }" 0 ;;
            "not ok "*) result "$what: ${line#not ok * - }" 1 ;;
            "1.."*) ;;
            *) echo "$line" ;;
        esac
    done < <(python3 tests/page/drive.py "$@" 2>&1)
}
# daemon CONFIG URL: starts it and waits until it answers; sets daemon_pid.
daemon() {
    "$bin" run -c "$1" >>"$work/log" 2>&1 &
    daemon_pid=$!
    pids+=("$daemon_pid")
    wait_for 20 curl -sf "$2readyz"
}

# The demonstration, through to its end.
new_secret "$work/secret"
receiver "$work/received" --secret "$work/secret"
url=http://127.0.0.1:$port_base/
demo_config "$work/demo.yaml" "$receiver_url" "$work/secret" max "$work/state"
echo "api: {listen: \"127.0.0.1:$port_base\"}" >>"$work/demo.yaml"
daemon "$work/demo.yaml" "$url"
forecast_is_told() { "$bin" alerts -c "$work/demo.yaml" --rule box | grep -q zone.exited; }
wait_for 60 forecast_is_told
result "the demonstration has played" $? "$(tail -n 5 "$work/log")"
drive story "$url" "$shots"
"$bin" alerts -c "$work/demo.yaml" 2>/dev/null | grep "\"id\":\"$(cat "$shots/acknowledged" 2>/dev/null)\"" |
    grep -q '"acknowledged":{.*"by":"local".*called the duty officer'
result "the command line says who acknowledged it" $?

# kill -9 while it is looked at, and again on.
signal=$work/signal
(
    wait_for 60 grep -q stop "$signal" && kill -9 "$daemon_pid"
    wait_for 60 grep -q start "$signal" && echo again >"$work/again"
) &
restarter=$!
pids+=("$restarter")
(
    wait_for 120 test -e "$work/again"
    exec "$bin" run -c "$work/demo.yaml" >>"$work/log" 2>&1
) &
pids+=("$!")
drive cut "$url" "$shots" "$signal"
kill -9 "${pids[-1]}" 2>/dev/null

# Ships that mean harm by their names, on both sides of 180 degrees and by the pole.
python3 - "$root/tests/page" >"$work/hostile.json" <<'PY'
import json, sys
sys.path.insert(0, sys.argv[1])
from drive import HOSTILE
names = HOSTILE + ["", "EAST OF IT", "WEST OF IT", "NORTH"]
places = [(20 + i / 4, 179.6 + i / 20) for i in range(len(HOSTILE) + 1)] + [(20, 179.9), (20, -179.9), (89.9, 10)]
for minute in range(3):
    for i, (name, (lat, lon)) in enumerate(zip(names, places)):
        print(json.dumps({"mmsi": 440000100 + i, "time": f"2024-03-01T00:{minute * 5:02d}:00Z", "lat": lat, "lon": lon, "sog": 0, "cog": 90, "shipname": name}))
PY
other=http://127.0.0.1:$((port_base + 1))/
cat >"$work/hostile.yaml" <<YAML
site: "<b>site</b>"
state: $work/hostile-state
feeds: [{id: tape, file: hostile.json, pace: max}]
rules: [{id: seen, when: sighted, at_start: all}]
api: {listen: "127.0.0.1:$((port_base + 1))"}
YAML
daemon "$work/hostile.yaml" "$other"
drive hostile "$other" "$shots"
stop "$daemon_pid"

# Behind tokens, and a proxy with a path; then another token takes the place of the first.
token=$(head -c 24 /dev/urandom | base64 | tr '+/' 'ab')
(umask 077 && echo "$token" >"$work/anna.token" && head -c 24 /dev/urandom | base64 >"$work/next.token")
proxy=$((port_base + 3))
sed -e "s|^api: .*|api: {listen: \"127.0.0.1:$((port_base + 2))\", origin: [\"http://127.0.0.1:$proxy/lookout\"], tokens: [{id: anna, file: anna.token, may: acknowledge}]}|" \
    -e "s|hostile-state|closed-state|" "$work/hostile.yaml" >"$work/closed.yaml"
daemon "$work/closed.yaml" "http://127.0.0.1:$((port_base + 2))/"
python3 tests/page/proxy.py "$proxy" /lookout/ $((port_base + 2)) &
pids+=("$!")
(
    wait_for 90 grep -q revoke "$work/revoke" && mv "$work/next.token" "$work/anna.token" && kill -HUP "$daemon_pid"
) &
pids+=("$!")
drive closed "http://127.0.0.1:$proxy/lookout/" "$shots" "$token" "$work/revoke"
! grep -qF "$token" "$work/log"
result "the token is not in the log" $?
finish
