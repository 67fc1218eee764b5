#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demonstration behind `make run`: the daemon on config/demo.yaml and its recording, and `lookoutd listen` as the receiver.
# Ctrl-C ends both; ONCE=1 ends when the recording is through and its alerts have arrived, else the map stays up.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
bin=$build/lookoutd

# config/demo.yaml names its files in build/.
mkdir -p build
[ build/demo.nmea -nt "$build/make_demo" ] || { "$build/make_demo" >build/demo.nmea.new && mv build/demo.nmea.new build/demo.nmea; }
[ -s build/demo.secret ] || (umask 077 && printf 'whsec_%s\n' "$(head -c 32 /dev/urandom | base64)" >build/demo.secret)
rm -rf build/demo-state

listen= daemon=
stop() {
    trap - INT TERM EXIT
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    [ -z "$daemon" ] || wait "$daemon" 2>/dev/null || true
    [ -z "$listen" ] || kill "$listen" 2>/dev/null || true
    [ -z "$listen" ] || wait "$listen" 2>/dev/null || true
}
trap 'stop; exit 130' INT TERM
trap stop EXIT

echo "Seven invented days around Korea in half a minute; every alert arrives as a signed webhook." >&2
echo "An invented cargo ship leaves Nampo, calls at Shidao and sails for Vladivostok." >&2
echo "Another is silent for 60 hours, could have called in North Korea meanwhile, and meets a tanker at sea." >&2
"$bin" listen --address 127.0.0.1:8765 --secret build/demo.secret &
listen=$!
sleep 0.5
if ! kill -0 "$listen" 2>/dev/null; then
    listen=
    echo "the receiver did not start, so nobody would see the alerts" >&2
    exit 1
fi
echo "the map: http://127.0.0.1:8047/"
if [ -n "${ONCE:-}" ]; then
    "$bin" run --once -c config/demo.yaml &
else
    "$bin" run -c config/demo.yaml &
fi
daemon=$!
status=0
wait "$daemon" || status=$?
daemon=
exit "$status"
