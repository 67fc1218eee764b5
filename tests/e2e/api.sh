#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The query API of the real binary: every path against its document, who is let in, and the stream over a restart.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
port=$port_base
umask 077
echo anna-anna-anna-anna-1 >"$work/anna.token"
echo wall-wall-wall-wall-1 >"$work/wall.token"
demo_water "$work/state"
sed -e "s|../build/demo-state|$work/state|; s|../build/demo.nmea|$(demo_recording)|; s|20000x|max|; s|demo-zones|$root/config/demo-zones|" -e '/^webhooks:/,$d' -e '/^api:/d' \
    config/demo.yaml >"$work/c.yaml"
cat >>"$work/c.yaml" <<Y
mutes: [{vessel: 440000001, rule: strait, until: 2027-01-31, why: "ferry"}]
api:
  listen: "127.0.0.1:$port"
  origin: ["https://watch.example.org/lookout"]
  tokens: [{id: anna, file: anna.token, may: acknowledge}, {id: wall, file: wall.token}]
Y
start() {
    "$bin" run -c "$work/c.yaml" >>"$work/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    wait_for 30 curl -s -m 2 -f -o /dev/null "http://127.0.0.1:$port/readyz"
}
start
wait_for 30 grep -q 'recordings have ended' "$work/log"
result "the demonstration is through" $? "$(cat "$work/log")"
sleep 1.2 # lists of vessels are at most a second old
url=http://127.0.0.1:$port
text=$(python3 tests/e2e/api_ask.py "$port" anna-anna-anna-anna-1 2>&1)
result "every path is answered as openapi.json says; lists are walked without loss" $? "$text"

text=$("$bin" check -c "$work/c.yaml" 2>&1)
grep -q '^fixes: all are kept for 90d; each 1000 ships that are heard every 5 min take some 3.5 MB a day, 311 MB in all' <<<"$text"
result "check says what keeping fixes takes" $? "$text"
# All fixes of a ship: those of the recording, in each form.
fixes() { # a line a fix: time latitude longitude
    "$bin" decode "$1" | jq -r 'select(.mmsi == 445000001 and .lat != null) | [.t[0:19], (.lat * 1e5 | round), (.lon * 1e5 | round)] | join(" ")' | sort -u
}
fixes "$(demo_recording)" >"$work/sent"
"$bin" export -c "$work/c.yaml" --vessel 445000001 --format csv >"$work/x.csv"
fixes "$work/x.csv" >"$work/kept"
"$bin" export -c "$work/c.yaml" --vessel 445000001 --format nmea >"$work/x.nmea"
fixes "$work/x.nmea" | cmp - "$work/kept" &&
    [ -z "$(comm -13 "$work/sent" "$work/kept")" ] && [ "$(wc -l <"$work/kept")" -gt $(($(wc -l <"$work/sent") * 9 / 10)) ]
result "export prints the fixes of the recording, as CSV and as sentences, which are read again" $? "$(wc -l "$work/sent" "$work/kept"; comm -13 "$work/sent" "$work/kept" | head -n 3)"
"$bin" export -c "$work/c.yaml" --vessel "example trader" --since 2024-03-20 --until 2024-03-21T12:00:00Z >"$work/x.geojson"
[ "$(jq -c '[.features[].properties.times[]] | [length, .[0][0:10], .[-1][0:10]]' "$work/x.geojson")" = \
    "[$(grep -cE ',2024-03-(20|21T(0|10|11))' "$work/x.csv"),\"2024-03-20\",\"2024-03-21\"]" ] &&
    jq -e '.features | length == 2 and all(.properties.complete and (.geometry.coordinates | length) == (.properties.times | length))' "$work/x.geojson" >/dev/null
result "and as GeoJSON, a Feature a day" $? "$(head -c 600 "$work/x.geojson")"

# code STATUS CURL-ARGUMENTS...
code() {
    local want=$1 got
    shift
    got=$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$@")
    [ "$got" = "$want" ] || { echo "$got, not $want: $*" >>"$work/codes"; false; }
}
anna='Authorization: Bearer anna-anna-anna-anna-1' wall='Authorization: Bearer wall-wall-wall-wall-1' json='Content-Type: application/json'
id=$(curl -s -H "$anna" "$url/api/v1/alerts?limit=1" | jq -r '.alerts[0].id')
seen=$url/api/v1/alerts/$id/acknowledgement
: >"$work/codes"
for path in / /vessels /vessels/445000001 /alerts /calls /voyages /zones /ports /rules /mutes /runs /stream /openapi.json "/alerts/$id"; do
    code 401 "$url/api/v1$path"
    code 401 -H 'Authorization: Bearer wrong-wrong-wrong-wrong' -H 'X-Real-IP: 192.0.2.1' --interface 127.0.0.2 "$url/api/v1$path" ||
        sed -i '/^429/d' "$work/codes"
    [ "$path" = /stream ] || code 200 -H "$wall" "$url/api/v1$path"
done
for path in /metrics /healthz /readyz; do code 200 -H 'Host: evil.example' "$url$path"; done
code 200 "$url/"
code 421 -H 'Host: evil.example' "$url/" && code 421 -H "$anna" -H 'Host: evil.example' "$url/api/v1/"
code 403 -H "$wall" -H "$json" -d '{}' "$seen"
code 200 -H "$anna" -H "$json" -d '{}' "$seen"
code 200 -X DELETE -H "$anna" "$seen"
code 405 -X PUT -H "$anna" "$seen"
code 404 -H "$anna" "$url/api/v1/nothing"
code 413 -H "$anna" -H "$json" -d "$(printf '%9000s' x)" "$seen"
# The page's session: only from the page itself, and only as JSON.
code 403 -H "$json" -H 'Origin: https://evil.example' -d '{"token":"anna-anna-anna-anna-1"}' "$url/api/v1/session"
code 403 -H 'Content-Type: text/plain' -H "Origin: $url" -d '{"token":"anna-anna-anna-anna-1"}' "$url/api/v1/session"
code 403 -H "$json" -d '{"token":"anna-anna-anna-anna-1"}' "$url/api/v1/session"
curl -s -D "$work/head" -o /dev/null -H "$json" -H "Origin: $url" -d '{"token":"anna-anna-anna-anna-1"}' "$url/api/v1/session"
cookie=$(sed -n 's/^Set-Cookie: \(lookout=[^;]*\); HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200.*/\1/p' "$work/head")
[ -n "$cookie" ] || echo 'no cookie' >>"$work/codes"
code 200 -H "Cookie: $cookie" "$url/api/v1/"
code 401 -H "Cookie: ${cookie%?}b" "$url/api/v1/"
code 403 -H "Cookie: $cookie" -H "$json" -d '{}' "$seen"
code 403 -H "Cookie: $cookie" -H "$json" -H 'Sec-Fetch-Site: cross-site' -H "Origin: $url" -d '{}' "$seen"
code 200 -H "Cookie: $cookie" -H "$json" -H 'Sec-Fetch-Site: same-origin' -d '{"note":"by the page"}' "$seen"
curl -s -D "$work/head" -o /dev/null -H "$json" -H 'Host: watch.example.org' -H 'Origin: https://watch.example.org' -d '{"token":"wall-wall-wall-wall-1"}' "$url/api/v1/session"
grep -q '^Set-Cookie: .*; Path=/lookout; .*; Secure' "$work/head" || cat "$work/head" >>"$work/codes"
code 200 -X DELETE -H "Cookie: $cookie" -H "Origin: $url" "$url/api/v1/session"
code 401 -H "Cookie: $cookie" "$url/api/v1/"
[ ! -s "$work/codes" ]
result "who is let in, and to what" $? "$(cat "$work/codes")"
for _ in $(seq 10); do code 401 --interface 127.0.0.3 -H 'Authorization: Bearer wrong-wrong-wrong-wrong' "$url/api/v1/"; done
code 429 --interface 127.0.0.3 -H "$anna" "$url/api/v1/" && code 200 -H "$anna" "$url/api/v1/"
result "ten wrong tokens bar their address, and no other" $? "$(cat "$work/codes")"
curl -s -D "$work/head" -o /dev/null "$url/"
grep -q "^Content-Security-Policy: default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" "$work/head" &&
    grep -q '^X-Content-Type-Options: nosniff' "$work/head" && grep -q '^Cross-Origin-Resource-Policy: same-origin' "$work/head" && ! grep -qi '^access-control' "$work/head"
result "the fields of safety" $? "$(cat "$work/head")"

# The stream: a picture, then what was missed since the third event, over kill -9 too.
# listen FILE PATTERN COUNT CURL-ARGUMENTS...: reads a stream until the pattern has come so often
listen() {
    local file=$1 pattern=$2 count=$3
    shift 3
    curl -s -N -m 60 -H "$anna" "$@" >"$file" &
    wait_for 10 eval '[ "$(grep -c "$pattern" "$file")" -ge "$count" ]'
    { kill "$!" && wait "$!"; } 2>/dev/null
}
listen "$work/s1" '^data: .*"rows"' 1 "$url/api/v1/stream?max=5"
python3 - "$work/s1" <<'P'
import json, sys
events = [dict(line.split(': ', 1) for line in block.splitlines()) for block in open(sys.argv[1]).read().split('\n\n') if block.startswith(('event', 'id'))]
hello = json.loads(events[0]['data'])
rows = [row for e in events if e['event'] == 'vessels' for row in json.loads(e['data'])['rows']]
assert events[0]['event'] == 'hello' and hello['left_out'] > 0, events[:1]
assert hello['columns'][:3] == ['mmsi', 'lat', 'lon'] and len({r[0] for r in rows}) == 5, rows
assert all(len(r) == len(hello['columns']) for r in rows) and any(r[12] for r in rows), 'alerted vessels come first'
P
result "a stream shows the vessels that matter most" $? "$(head -c 2000 "$work/s1")"
kill -9 "$daemon" && wait "$daemon" 2>/dev/null
start
stored=$(curl -s -H "$anna" "$url/api/v1/alerts?limit=1000" | jq '.alerts | length')
listen "$work/s2" '^event: acknowledged' 1 -H "Last-Event-ID: a$((3 * 1048576))" "$url/api/v1/stream?vessels=none"
[ "$(grep -c '^event: alert' "$work/s2")" = $((stored - 3)) ] && [ "$(awk '/^id: /{id=$2} /^event: a/{print id}' "$work/s2" | sort | uniq -d | wc -l)" = 0 ] &&
    [ "$(curl -s -H "$anna" "$url/api/v1/alerts/$id" | jq -r .acknowledged.note)" = 'by the page' ] && grep -q '^event: acknowledged' "$work/s2"
result "Last-Event-ID gives what was missed once, and an acknowledgement outlives kill -9" $? "$stored $(grep -c '^event: alert' "$work/s2")"

# On the command line, beside the daemon and without it: a run's alerts are marked together, those of others are not.
case=$(curl -s -H "$anna" "$url/api/v1/alerts?limit=1000" | jq -r '[.alerts[].event.data.case | select(. != null)] | group_by(.) | max_by(length)[0]')
mine=$("$bin" alerts --state "$work/state" | jq -r --arg case "$case" 'select(.event.data.case == $case) | .id')
open() { "$bin" alerts --state "$work/state" --unacknowledged | jq -r .id | sort; }
one=$(head -n 1 <<<"$mine") all=$(open)
left=$(grep -vxF "$mine" <<<"$all")
[ "$(wc -l <<<"$mine")" -ge 2 ] && "$bin" acknowledge -c "$work/c.yaml" "$one" --case --note 'by hand' --verdict explained --as desk >"$work/said" 2>&1 &&
    [ "$(open)" = "$left" ] && [ "$(cat "$work/said")" = "$one and its case acknowledged by desk" ] &&
    [ "$(curl -s -H "$anna" "$url/api/v1/cases/$case" | jq -r '[.alerts[].acknowledged | .by + .note + .verdict] | unique | .[]')" = 'deskby handexplained' ]
result "acknowledge --case, beside the daemon" $? "$(cat "$work/said"; open | diff - <(echo "$left"))"
"$bin" acknowledge -c "$work/c.yaml" "$one" --undo >"$work/said" 2>&1 && [ "$(open)" = "$(sort <<<"$left"$'\n'"$one")" ] && grep -q "^$one taken back by ." "$work/said"
result "acknowledge --undo takes back one, in the user's name" $? "$(cat "$work/said")"
code 200 -H "$anna" -H "$json" -d '{"case": true}' "$url/api/v1/alerts/$one/acknowledgement" && [ "$(open)" = "$left" ] &&
    [ "$(curl -s -H "$anna" "$url/api/v1/cases/$case" | jq -r '[.alerts[].acknowledged.by] | unique | .[]')" = anna/Lee ]
result "case: true marks all alerts of the run, anew" $? "$(cat "$work/codes"; open | diff - <(echo "$left"))"
! grep -q 'anna-anna\|wall-wall\|wrong-wrong' "$work/log" && ! curl -s "$url/metrics" | grep -q 'anna-anna\|wrong-wrong'
result "no token in log or metrics" $?
"$bin" check -c "$work/c.yaml" 2>/dev/null | grep -q 'anna, wall may read, anna may acknowledge, from this machine and through https://watch.example.org/lookout'
result "check says who may" $?
# A vessel by her name, her call sign and a part of her name; a part that several have names them, and mutes none.
by() { "$bin" mute -c "$work/c.yaml" "$1" --until 2024-04-20 --why "by $2" 2>>"$work/said" | jq -r .vessel; }
ships=$("$bin" vessels --state "$work/state" --json | jq -s 'map(select(.name and .callsign))')
mmsi=$(jq '.[0].mmsi' <<<"$ships") name=$(jq -r '.[0].name' <<<"$ships") call=$(jq -r '.[0].callsign' <<<"$ships")
: >"$work/said"
[ "$(by "${name,,}" name)" = "$mmsi" ] && [ "$(by "$call" call)" = "$mmsi" ] && [ -z "$(by E part)" ] && grep -q "means [0-9]* vessels; name one by her MMSI:" "$work/said" &&
    [ -z "$(by 'NO SUCH SHIP' none)" ] && grep -q "no vessel of the name or call sign 'NO SUCH SHIP' is known" "$work/said" &&
    script -qec "stty cols 160; $bin mute -c $work/c.yaml --list" /dev/null >"$work/table" </dev/null && grep -q '^ID  *VESSEL  *OF  *UNTIL' "$work/table" && grep -q "^m[0-9a-f]*  *$mmsi .*2024-04-20 00:00 .*by name" "$work/table" &&
    [ "$("$bin" mute -c "$work/c.yaml" --list | jq -s 'map(.why) | sort | join(" ")')" = '"by call by name ferry known"' ]
result "mute by name and call sign; the list is a table on a terminal" $? "$mmsi $name $call $(cat "$work/said" "$work/table")"
# Mutes on a live feed: the alert is stored and not sent, over kill -9; the stream says so; ended, alerts are sent.
new_secret "$work/secret"
receiver "$work/received" && cat >"$work/m.yaml" <<Y
state: $work/mstate
feeds: [{id: shore, udp: "127.0.0.1:$((port + 1))"}]
zones: [z.geojson]
rules: [{id: box, when: zone, zones: [box], events: [enter], at_start: all}]
webhooks: [{id: desk, url: "${receiver_url}", secret: {file: secret}}]
api: {listen: "127.0.0.1:$port"}
Y
echo '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"box"},"geometry":{"type":"Polygon","coordinates":[[[126,35.5],[127,35.5],[127,36.5],[126,36.5],[126,35.5]]]}}]}' >"$work/z.geojson"
kill -TERM "$daemon" && wait "$daemon"
result "it ends well, streams or not" $? "$(tail -n 3 "$work/log")"
"$bin" acknowledge --state "$work/state" --undo --case "$one" >"$work/said" 2>&1 && [ "$(open)" = "$(sort <<<"$left"$'\n'"$mine")" ]
result "acknowledge without the daemon" $? "$(cat "$work/said")"
live() {
    "$bin" run -c "$work/m.yaml" >>"$work/mlog" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    wait_for 30 curl -s -m 2 -f -o /dev/null "$url/readyz"
}
stored() { curl -s "$url/api/v1/alerts" | jq -r ".alerts[] | select(.mmsi == $1).state" | grep -qx "$2"; }
ship() { "$build/ais_say" "$1" 36 126.5 0 0 >"/dev/udp/127.0.0.1/$((port + 1))"; }
post() { curl -s -H "$json" -H "Origin: $url" "$@"; }
until=$(date -u -d '+1 day' +%FT%TZ)
live
mute=$(post -d "{\"vessel\":440000001,\"until\":\"$until\",\"why\":\"trials\"}" "$url/api/v1/mutes" | jq -r .id)
post -d "{\"rule\":\"box\",\"vessel\":440000003,\"until\":\"$until\",\"why\":\"ferry\"}" "$url/api/v1/mutes" >/dev/null
kill -9 "$daemon" && wait "$daemon" 2>/dev/null
live
ship 440000001 && ship 440000002
wait_for 10 stored 440000001 muted && wait_for 10 stored 440000002 delivered && grep -q 440000002 "$work/received" && ! grep -q 440000001 "$work/received"
result "an added mute outlives kill -9: the alert is stored, and not sent" $? "$mute $(cat "$work/mlog")"
curl -s -N -m 20 "$url/api/v1/stream?vessels=none" >"$work/s3" &
pids+=("$!")
wait_for 5 grep -q '^event: hello' "$work/s3"
post -X DELETE "$url/api/v1/mutes/$mute" | jq -e .ended >/dev/null && wait_for 5 grep -q '^data: {"what":\["mutes"\]}' "$work/s3" && kill -HUP "$daemon" && wait_for 10 grep -q reload "$work/mlog" &&
    ship 440000003 && wait_for 10 stored 440000003 muted && ship 440000004 && wait_for 10 stored 440000004 delivered &&
    curl -s "$url/api/v1/mutes" | jq -e '[.mutes[].ended] == [false, true]' >/dev/null
result "a mute ends and another outlives a reload; the stream tells" $? "$(curl -s "$url/api/v1/mutes" "$url/api/v1/alerts"; cat "$work/s3" "$work/mlog")"
# The command, beside the daemon and without it.
mute() { "$bin" mute -c "$work/m.yaml" "$@" 2>>"$work/said"; }
one=$(mute 440000005 --rule box --until "$until" --why tug --as kim | jq -r .id)
ship 440000005 && wait_for 10 stored 440000005 muted && [ "$(mute --list | jq -r '[.by, .why, .ended] | join(" ")' | head -n 1)" = 'kim tug false' ] &&
    mute --end "$one" | jq -e .ended >/dev/null && ! mute 440000005 --until 2020-01-01 --why late && ! mute --rule none --until "$until" --why no && grep -q 'no rule of that id' "$work/said"
result "mute beside the daemon" $? "$(cat "$work/said")"
kill -TERM "$daemon" && wait "$daemon"
result "the live one ends well" $? "$(tail -n 3 "$work/mlog")"
one=$(mute 440000006 --until "$until" --why tug | jq -r .id) && mute --list | jq -se "any(.[]; .id == \"$one\" and (.ended | not))" >/dev/null && ! mute --end m0 && ! mute 440000006 --until 2020-01-01 --why late
result "mute without the daemon" $? "$(cat "$work/said")"
live && ship 440000006 && wait_for 10 stored 440000006 muted && kill -TERM "$daemon" && wait "$daemon" && mute --end "$one" >/dev/null && mute --list | jq -se "any(.[]; .id == \"$one\" and .ended)" >/dev/null
result "the daemon takes what was muted and ended meanwhile" $? "$(cat "$work/said" "$work/mlog")"
finish
