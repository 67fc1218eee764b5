# SPDX-License-Identifier: Apache-2.0
# What the end-to-end tests share: TAP, a scratch directory, processes that are ended whatever happens. Sourced by bash.
set -u
cd "${LOOKOUT_ROOT:-.}" || exit 2
root=$PWD
build=${LOOKOUT_BUILD:-$root/build}
bin=${LOOKOUT_BIN:-$build/lookoutd}
work=$(mktemp -d) || exit 2
pids=()
# Where this test listens: three ports or so from here on. Programs that check.py runs side by side have a range each, below those
# that connections take.
port_base=$((20000 + RANDOM % 12000))
[ -z "${LOOKOUT_SLOT:-}" ] || port_base=$((20000 + LOOKOUT_SLOT % 12 * 1000 + RANDOM % 990))
n=0 bad=0

cleanup() {
    for p in "${pids[@]:-}"; do [ -n "$p" ] && kill -9 "$p" 2>/dev/null; done
    rm -rf "$work"
}
trap cleanup EXIT

# result NAME STATUS [TEXT]
result() {
    n=$((n + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $n - $1"
    else
        bad=1
        echo "not ok $n - $1"
        [ -z "${3:-}" ] || printf '%s\n' "$3" | head -n 40 | sed 's/^/#   /'
    fi
}
skip() {
    n=$((n + 1))
    echo "ok $n - $1 # SKIP $2"
}
finish() {
    echo "1..$n"
    exit $bad
}
# wait_for SECONDS COMMAND...: until it succeeds; 1 when it never did. At least a minute: a loaded machine is slow.
wait_for() {
    local tries=$((($1 > 60 ? $1 : 60) * 20))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.05
    done
}
# receiver LOG OPTIONS...: starts `listen` on a free port; sets receiver_pid and receiver_url.
receiver() {
    local log=$1
    shift
    "$bin" listen --address 127.0.0.1:0 --json "$@" >>"$log" 2>"$log.err" &
    receiver_pid=$!
    pids+=("$receiver_pid")
    wait_for 10 grep -q '^listening on ' "$log.err" || return 1
    receiver_url=$(sed -n 's/^listening on //p' "$log.err" | head -n 1)
}
# The ids of a file of alerts, sorted, each once.
ids() { grep -o '"id":"[0-9a-f]\{32\}"' "$1" | sort -u; }
stop() { # PID
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}
new_secret() {
    (umask 077 && printf 'whsec_%s\n' "$(head -c 32 /dev/urandom | base64)" >"$1")
}
demo_recording() {
    [ "$build/demo-test.nmea" -nt "$build/make_demo" ] || { "$build/make_demo" >"$build/demo-test.$$" && mv "$build/demo-test.$$" "$build/demo-test.nmea"; }
    echo "$build/demo-test.nmea"
}
# keep_water CONFIG STATE BIN: makes the distances over water that a configuration wants, where its state is to be.
keep_water() {
    mkdir -p "$2" && head -n 1 "$(demo_recording)" >"$2/one.nmea"
    sed -e '/^state:/d; /^feeds:/,/^[^ ]/{/^feeds:/d; /^ /d}' "$1" >"$2/water.yaml"
    printf 'state: %s\nfeeds: [{id: one, file: %s/one.nmea}]\n' "$2" "$2" >>"$2/water.yaml"
    "$3" run -c "$2/water.yaml" >/dev/null 2>"$2/log" &
    local maker=$!
    pids+=("$maker")
    wait_for 120 grep -q 'distances over water: sets=' "$2/log"
    stop "$maker"
}
# demo_water STATE: gives a state those of the demonstration. They are made once for all scripts, by the build that is not sanitized
# where there is one: both make the same (tests/unit/geo/test_water.c).
demo_water() {
    local plain=${build%/asan} maker
    maker=$plain/lookoutd
    [ -x "$maker" ] || { plain=$build maker=$bin; }
    if [ ! "$plain/demo-water" -nt "$maker" ]; then
        rm -rf "$plain/demo-water"
        sed "s|demo-zones|$root/config/demo-zones|; /^webhooks:/,/^[^ ]/d; /^api:/d" config/demo.yaml >"$work/water.yaml"
        keep_water "$work/water.yaml" "$work/made" "$maker"
        mv -T "$work/made/water" "$plain/demo-water" 2>/dev/null && touch "$plain/demo-water"
    fi
    mkdir -p "$1" && chmod 700 "$1" && cp -r "$plain/demo-water" "$1/water"
}
# The demonstration's configuration: demo_config FILE URL SECRET PACE STATE. Its state has the distances over water already.
demo_config() {
    demo_water "$5"
    sed -e "s|^state: .*|state: $5|" -e "s|file: ../build/demo.nmea, pace: .*}|file: $(demo_recording), pace: $4}|" \
        -e "/^api:/d" -e "s|url: .*|url: $2|" -e "s|secret: .*|secret: {file: $3}|" -e "s|zones: \[demo-zones|zones: [$root/config/demo-zones|" \
        config/demo.yaml >"$1"
    sed -i '/^    secret:/a\    retry: [100ms, 200ms, 500ms]' "$1"
}
