#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lookoutd check, from outside: exit statuses, where its output goes, secrets, --connect.
set -u
root=${LOOKOUT_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
bin=${LOOKOUT_BIN:-$root/build/lookoutd}
dir=$(mktemp -d /tmp/lookoutd-check-XXXXXX) || exit 2
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 2
number=0

# check NAME COMMAND...: a TAP line, ok when the command succeeds.
check() {
    name=$1
    shift
    number=$((number + 1))
    if "$@"; then echo "ok $number - $name"; else echo "not ok $number - $name"; fi
}
run() {
    "$bin" check "$@" >out 2>err
    status=$?
}
grepped() { grep -qF -- "$1" "$2"; }
lacks() { ! grep -qF -- "$1" "$2"; }

run -c "$root/config/lookoutd.yaml"
check "the annotated example: status 0" [ $status -eq 0 ]
check "nothing on stderr" [ ! -s err ]
check "the route in words" grepped "a call at Shidao CNSHD" out

printf 'site: a\nfeed: x\nlog: no\n' >bad.yaml
run -c bad.yaml
check "faults: status 2" [ $status -eq 2 ]
check "nothing on stdout" [ ! -s out ]
check "file, line and column" grepped "bad.yaml:2:1: error: feed: unknown key, did you mean 'feeds'?" err
check "every fault" grepped "bad.yaml:3:6: error: log: 'no' is not one of the words" err
check "nothing but faults" [ "$(grep -cvE '^bad.yaml:[0-9]+:[0-9]+: (error|warning): ' err)" = 0 ]

printf '{"type":"Feature","properties":{"id":"box"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}' >box.geojson
printf 'site: a\nzones: [box.geojson]\nrules:\n  - {id: box, when: zone, zones: [box], vessels: watched}\n' >words.yaml
run -c words.yaml
check "no dwelling is promised where none is told" lacks zone.dwelled out
sed -i 's/vessels: watched/&, dwell: 2h/' words.yaml
run -c words.yaml
check "where it is, it is in the words" grepped "zone.dwelled (warning)" out
sed -i 's/dwell: 2h/events: []/' words.yaml
run -c words.yaml
check "no events: one error" [ "$(grep -c ': error: ' err)" = 1 ]

run -c missing.yaml
check "no such file: status 2" [ $status -eq 2 ]
run
check "no file given: status 2" [ $status -eq 2 ]
run -c bad.yaml --nonsense
check "unknown option: status 2" [ $status -eq 2 ]
run --help
check "help: status 0, on stdout" [ $status -eq 0 -a -s out -a ! -s err ]

mkdir credentials && printf 'https://desk.example.org/hook/HIDDENPATH\n' >credentials/desk-url
printf 'HIDDENTOKEN\n' >credentials/token && chmod 600 credentials/*
printf 'webhooks:\n  - {id: h, url: {credential: desk-url}, authorization: {credential: token}}\n' >hook.yaml
CREDENTIALS_DIRECTORY=$dir/credentials run -c hook.yaml
check "credentials: status 0" [ $status -eq 0 ]
check "the host is told" grepped "https://desk.example.org/..." out
check "the URL's path is not" lacks HIDDENPATH out
check "the token is not" lacks HIDDENTOKEN out
check "nor on stderr" lacks HIDDEN err
chmod 644 credentials/token
CREDENTIALS_DIRECTORY=$dir/credentials run -c hook.yaml
check "a secret that others can read: status 2" [ $status -eq 2 ]

# ITU-R M.1371 type 1 of MMSI 477553000, the example of gpsd's AIVDM page.
printf '!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C\r\n' >tape.nmea
printf 'feeds:\n  - {id: tape, file: tape.nmea, start: 2024-03-25}\n' >tape.yaml
run -c tape.yaml --connect --for 5s
check "--connect over a recording: status 0" [ $status -eq 0 ]
check "what came" grepped "tape: 49 bytes, 1 lines, 1 reports of 1 vessels; at its end" out
printf 'feeds:\n  - {id: gone, serial: /dev/does-not-exist}\n' >gone.yaml
run -c gone.yaml --connect --for 1s
check "--connect to what is not there: status 1" [ $status -eq 1 ]
check "said so" grepped "gone: could not be reached" out
run -c gone.yaml --connect --for 1x
check "--for without sense: status 2" [ $status -eq 2 ]

echo "1..$number"
