#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# WebSockets, aisstream.io and TLS against stand-ins (ways_in_server.py): one daemon with a feed for each trap, a reload, a server that
# is killed; and what check --connect tells of them.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
certify() { # NAME SUBJECT-ALTERNATIVE-NAMES DAYS AUTHORITY
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.csr" &&
        printf 'subjectAltName=%s\n' "$2" >"$work/$1.ext" &&
        openssl x509 -req -in "$work/$1.csr" -CA "$work/$4.pem" -CAkey "$work/$4.key" -CAcreateserial -days "$3" -extfile "$work/$1.ext" -out "$work/$1.pem"
}
authority() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.pem"; }
ours=DNS:stream.aisstream.io,DNS:ais.example.org,DNS:localhost,IP:127.0.0.1
{ authority ca && authority stranger && certify server "$ours" 2 ca && certify wrong DNS:other.example.org 2 ca && certify expired "$ours" 0 ca &&
    certify unknown "$ours" 2 stranger && certify client DNS:client 2 ca &&
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=self -addext "subjectAltName=$ours" \
        -keyout "$work/selfsigned.key" -out "$work/selfsigned.pem"; } >"$work/openssl" 2>&1
result "certificates are made" $? "$(cat "$work/openssl")"
chmod 600 "$work"/*.key
"${CC:-gcc}" -shared -fPIC -O1 -o "$work/names.so" "$root/tests/e2e/ways_in_names.c" 2>"$work/cc"
result "the names are preloaded" $? "$(cat "$work/cc")"

"$build/ais_say" 431000001 36 126 10 90 >"$work/lines"
printf '{"MessageType":"PositionReport","MetaData":{"MMSI":431000002,"ShipName":"PIECES","latitude":36.1,"longitude":126.2,"time_utc":"%s.5 +0000 UTC"},"Message":{"PositionReport":{"UserID":431000002,"Latitude":36.1,"Longitude":126.2,"Sog":10.1,"Cog":90,"TrueHeading":511,"NavigationalStatus":0,"Valid":true}}}\n' \
    "$(date -u '+%Y-%m-%d %H:%M:%S')" >"$work/ship.json"
serve() {
    rm -f "$work/ports"
    /usr/bin/python3 "$root/tests/e2e/ways_in_server.py" "$work" 2>"$work/server.err" &
    server=$!
    pids+=("$server")
    wait_for 10 test -e "$work/ports"
}
serve
result "the servers listen" $? "$(cat "$work/server.err")"
port() { sed -n "s/^$1=//p" "$work/ports"; }
plain="ws://127.0.0.1:$(port plain)"
for key in good bad silent; do (umask 077 && echo "$key-key" >"$work/$key.key"); done
(umask 077 && echo secret-hello >"$work/hello")
api=$port_base
{
    echo "state: $work/state"
    echo feeds:
    for path in pieces large utf8 1008 cut 401 403 429 busy 302 huge accept drip; do
        echo "  - {id: w-$path, websocket: \"$plain/$path\"}"
    done
    cat <<Y
  - {id: nmea, websocket: "$plain/nmea?key=SECRETPATH", subscribe: "first-hello", headers: {X-Team: desk}}
  - {id: idle, websocket: "$plain/idle", idle_timeout: 2s, subscribe: {file: hello}}
  - {id: t-good, websocket: "wss://ais.example.org/nmea-tls", ca_file: ca.pem}
  - {id: t-ip, websocket: "wss://127.0.0.1:$(port good)/nmea-ip", ca_file: ca.pem}
  - {id: t-tcp, tcp: "localhost:$(port tcp)", tls: true, ca_file: ca.pem}
  - {id: t-client, websocket: "wss://127.0.0.1:$(port client)/nmea-client", ca_file: ca.pem, client_cert: client.pem, client_key: client.key}
  - {id: t-slow, tcp: "slow.example.org:4000"}
  - {id: a-good, aisstream: {file: good.key}, ca_file: ca.pem, boxes: [[170, 30, -170, 40]]}
  - {id: a-bad, aisstream: {file: bad.key}, ca_file: ca.pem}
  - {id: a-silent, aisstream: {file: silent.key}, ca_file: ca.pem, idle_timeout: 2s}
Y
    for name in truncated wrong expired selfsigned unknown mute; do echo "  - {id: t-$name, tcp: \"127.0.0.1:$(port $name)\", tls: true, ca_file: ca.pem}"; done
    echo "  - {id: t-noclient, tcp: \"127.0.0.1:$(port client)\", tls: true, ca_file: ca.pem}"
    echo "  - {id: t-system, tcp: \"127.0.0.1:$(port good)\", tls: true}"
    echo "rules: [{id: r, when: distress}]"
    echo "api: {listen: \"127.0.0.1:$api\"}"
} >"$work/ways.yaml"
WAYS_IN_PORT=$(port good) LD_PRELOAD=$work/names.so "$bin" run -c "$work/ways.yaml" >"$work/log" 2>&1 &
daemon=$!
pids+=("$daemon")
wait_for 15 curl -sf "http://127.0.0.1:$api/metrics" -o /dev/null
result "the daemon starts" $? "$(cat "$work/log")"
# Four seconds of a name server cost nobody anything.
slowest=$(for _ in 1 2 3 4 5; do curl -s -o /dev/null -w '%{time_total}\n' "http://127.0.0.1:$api/healthz"; done | sort -n | tail -n 1)
[ "${slowest%%.*}" = 0 ]
result "it answers while a name is looked up" $? "$slowest s"
reports() { curl -s "http://127.0.0.1:$api/metrics" | grep -q "lookoutd_feed_reports_total{feed=\"$1\"} [1-9]"; }
for feed in w-pieces nmea t-good t-ip t-tcp t-client a-good; do
    wait_for 10 reports $feed
    result "$feed brings a report" $? "$(grep -e "$feed" "$work/log"; curl -s "http://127.0.0.1:$api/metrics" | grep "\"$feed\"")"
done
# told FEED WORDS [LEAST-WAIT MOST-WAIT]: what the daemon says of the feed, and when it tries again, in ms.
told() {
    wait_for 15 grep -qF "feed $1: $2" "$work/log"
    result "$1: $2" $? "$(grep -e "$1:" "$work/log")"
    [ -n "${3:-}" ] || return
    wait=$(grep -F "feed $1: $2" "$work/log" | sed -n '1s/.*next_attempt_ms=//p')
    [ "$wait" -ge "$3" ] && [ "$wait" -le "$4" ]
    result "$1 is asked again in $3 to $4 ms" $? "$wait"
}
told w-large 'disconnected reason="a message has more than 1 MiB"' 0 2000
told w-utf8 'disconnected reason="a text message is not UTF-8"' 0 2000
told w-1008 'disconnected reason="closed by the other side: 1008 policy: one connection a team"' 300000 300000
told w-cut 'disconnected reason="closed by the other side, without a close frame"' 0 2000
told w-401 'cannot connect reason="HTTP 401 Unauthorized: who are you?"' 300000 300000
told w-403 'cannot connect reason="HTTP 403 Forbidden"' 300000 300000
told w-429 'cannot connect reason="HTTP 429 Too Many Requests: concurrent connections exceeded"' 130000 130000
told w-busy 'cannot connect reason="HTTP 429 Too Many Requests"' 60000 60000
told w-302 'cannot connect reason="HTTP 302: redirects are not followed, here to https://login.example.org"' 0 2000
told w-huge 'cannot connect reason="the head of the answer has more than 16 KiB"' 0 2000
told w-accept 'cannot connect reason="the answer has a wrong Sec-WebSocket-Accept' 0 2000
told t-truncated 'disconnected reason="cut off: the TLS connection ended without a close_notify"' 0 2000
told t-wrong 'cannot connect reason="the certificate is not one of 127.0.0.1"' 0 2000
told t-expired 'cannot connect reason="the certificate is not good: certificate has expired"'
told t-selfsigned 'cannot connect reason="the certificate is not good: self-signed certificate"'
told t-unknown 'cannot connect reason="the certificate is not good: unable to get local issuer certificate"'
told t-system 'cannot connect reason="the certificate is not good: unable to get local issuer certificate"'
told t-slow 'cannot look up reason="'
told a-bad 'disconnected reason="the server says: Api Key Is Not Valid"' 59000 60000
told a-silent 'disconnected reason="open and silent"' 55000 60000
grep -qE 'feed t-noclient: (disconnected|cannot connect) reason="the peer wants a client certificate' "$work/log"
result "t-noclient: the peer wants a client certificate" $? "$(grep -e t-noclient "$work/log")"
told w-drip "cannot connect reason=\"timed out during the WebSocket's handshake\""
told t-mute 'cannot connect reason="timed out during the TLS handshake"'

did() { wait_for 10 grep -qxF "$1" "$work/server.log"; }
did "/nmea?key=SECRETPATH asked team=desk host=127.0.0.1" && did "/nmea?key=SECRETPATH text first-hello" && did "/idle text secret-hello"
result "headers and subscriptions are sent" $? "$(cat "$work/server.log")"
did "/pieces pong beat" && did "/idle ping "
result "pings are answered, and sent after half of idle_timeout" $? "$(cat "$work/server.log")"
did "/large close 1009" && did "/utf8 close 1007" && did "/1008 close 1008" && did "/v0/stream close 1000"
result "close frames say why" $? "$(cat "$work/server.log")"
did '/v0/stream subscription {"APIKey":"good-key","BoundingBoxes":[[[30.0,170.0],[40.0,180.0]],[[30.0,-180.0],[40.0,-170.0]]]}'
result "aisstream is asked for two boxes" $? "$(grep subscription "$work/server.log")"
! grep -e SECRETPATH -e secret-hello -e 'good-key' "$work/log"
result "no secret is logged" $?
"$bin" status -c "$work/ways.yaml" --json >"$work/status" 2>&1
jq -e '.feeds[] | select(.id == "w-401") | .state == "closed" and .error == "cannot connect: HTTP 401 Unauthorized: who are you?"' "$work/status" >/dev/null
result "status has the server's own words" $? "$(cat "$work/status")"

# A reload that changes one feed: it alone is left and opened anew.
asked() { grep -c "^$1 asked" "$work/server.log"; }
before=$(asked /nmea-tls)
sed -i 's/first-hello/second-hello/' "$work/ways.yaml"
kill -HUP "$daemon"
did "/nmea?key=SECRETPATH close 1000" && did "/nmea?key=SECRETPATH text second-hello"
result "a changed feed says 1000, and is opened with its new subscription" $? "$(tail -n 30 "$work/server.log")"
[ "$(asked /nmea-tls)" = "$before" ]
result "an unchanged feed stays" $? "$(tail -n 30 "$work/server.log")"
kill -9 "$server"
wait_for 10 grep -q 'feed nmea: disconnected reason="' "$work/log" && wait_for 10 grep -q 'feed t-tcp: disconnected reason="' "$work/log"
result "a server that is killed is noticed" $? "$(tail -n 30 "$work/log")"
begun=$SECONDS
stop "$daemon" 2>/dev/null
[ $((SECONDS - begun)) -le 6 ]
result "the daemon stops" $? "$((SECONDS - begun)) s"

serve
plain="ws://127.0.0.1:$(port plain)"
cat >"$work/check.yaml" <<Y
feeds:
  - {id: nmea, websocket: "$plain/nmea-check"}
  - {id: gone, websocket: "$plain/403"}
  - {id: bad, aisstream: {file: bad.key}, ca_file: ca.pem}
Y
WAYS_IN_PORT=$(port good) LD_PRELOAD=$work/names.so "$bin" check -c "$work/check.yaml" --connect --for 3s >"$work/check" 2>&1
[ $? -eq 1 ]
result "check --connect fails where a feed does not come" $? "$(cat "$work/check")"
grep -q '^    nmea: [0-9]* bytes in [1-9][0-9]* messages, .* reports of 1 vessels' "$work/check" &&
    grep -q '^    gone: could not be reached: cannot connect: HTTP 403 Forbidden' "$work/check" &&
    grep -q '^    bad: .*the server says: Api Key Is Not Valid' "$work/check"
result "check --connect tells what came, and the servers' own words" $? "$(cat "$work/check")"
did "/nmea-check close 1000"
result "and leaves with a close frame" $? "$(tail "$work/server.log")"
finish
