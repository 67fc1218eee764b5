#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# MQTT against Debian's mosquitto on loopback: logins, TLS, refusals, a broker that comes back, retained messages, a queue of QoS 1
# over kill -9.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
PATH=$PATH:/usr/sbin
if ! command -v mosquitto >/dev/null || ! command -v mosquitto_pub >/dev/null; then
    skip "MQTT" "mosquitto and mosquitto-clients are not installed"
    finish
fi

# broker NAME: starts mosquitto on $work/NAME.conf, and waits until it listens; sets broker_pid.
broker() {
    mosquitto -c "$work/$1.conf" >>"$work/$1.log" 2>&1 &
    broker_pid=$!
    pids+=("$broker_pid")
    wait_for 10 grep -q 'running$' "$work/$1.log"
}
daemon() { # NAME
    "$bin" run -c "$work/$1.yaml" >>"$work/$1.out" 2>&1 &
    daemon_pid=$!
    pids+=("$daemon_pid")
}
publish() { mosquitto_pub -h 127.0.0.1 -p "$plain" -u desk -P secret "$@"; }
# ship MMSI [SECONDS AGO]: a position in JSON
ship() { printf '{"mmsi":%d,"lat":36.5,"lon":126.1,"sog":9.5,"cog":90,"time":%d}\n' "$1" $(($(date +%s) - ${2:-0})); }
sighted() { "$bin" alerts --state "$1" --json 2>/dev/null | grep -c 'vessel.sighted'; }
has_sighted() { [ "$(sighted "$1")" -ge "$2" ]; }

plain=$port_base tls=$((port_base + 1)) ws=$((port_base + 2)) wss=$((port_base + 3))
# A certificate authority of the test, and the broker's certificate for localhost.
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=test-ca -days 2 -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$work/broker.key" -out "$work/broker.csr" 2>/dev/null
printf 'subjectAltName=DNS:localhost\n' >"$work/san"
openssl x509 -req -in "$work/broker.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 -extfile "$work/san" \
    -out "$work/broker.pem" 2>/dev/null
printf 'desk:secret\n' >"$work/users"
mosquitto_passwd -U "$work/users"
cat >"$work/a.conf" <<C
persistence false
log_type all
max_queued_messages 0
allow_anonymous false
password_file $work/users
acl_file $work/acl
listener $plain 127.0.0.1
listener $ws 127.0.0.1
protocol websockets
listener $tls 127.0.0.1
cafile $work/ca.pem
certfile $work/broker.pem
keyfile $work/broker.key
listener $wss 127.0.0.1
protocol websockets
cafile $work/ca.pem
certfile $work/broker.pem
keyfile $work/broker.key
C
printf 'user desk\ntopic readwrite ais/#\ntopic readwrite lookout/#\n' >"$work/acl"
chmod 600 "$work/users" "$work/acl"
[ "$(id -u)" -ne 0 ] || printf 'user root\n' >>"$work/a.conf"
broker a
result "mosquitto listens" $? "$(cat "$work/a.log")"
(umask 077 && printf 'secret\n' >"$work/password" && printf 'wrong\n' >"$work/wrong")

# The first message is retained: it is there before the daemon. The topic names the ship of the third.
publish -t ais/old -r -m "$(ship 431000001 60)"
cat >"$work/first.yaml" <<Y
state: $work/first
feeds:
  - {id: bus, mqtt: "mqtt://127.0.0.1:$plain", topics: ["ais/#"], user: desk, password: {file: password}, idle_timeout: 3s}
rules: [{id: seen, when: sighted}]
Y
daemon first
wait_for 10 has_sighted "$work/first" 1
result "a retained message is read" $? "$(cat "$work/first.out")"
publish -t ais/json -m "$(ship 431000002)"
publish -t ais/431000003/location -m "$(ship 0 | sed 's/"mmsi":0,//')"
publish -t ais/nmea -m "$("$build/ais_say" 431000004 36 126 10 90)"
began=$SECONDS
wait_for 10 grep -q 'Received PINGREQ from lookoutd-' "$work/a.log" && [ $((SECONDS - began)) -lt 25 ]
result "a quiet broker is asked for a sign of life after half of idle_timeout" $? "$(tail -n 3 "$work/a.log")"
wait_for 10 has_sighted "$work/first" 4
result "JSON, a payload whose topic names the ship, and a sentence are read" $? "$(cat "$work/first.out")"
stop "$broker_pid"
: >"$work/a.log"
broker a
publish -t ais/json -m "$(ship 431000005)" -q 1
wait_for 10 grep -c 'connected and subscribed' "$work/first.out"
wait_for 10 sh -c "[ \$(grep -c 'connected and subscribed' '$work/first.out') -ge 2 ]"
publish -t ais/json -m "$(ship 431000006)"
wait_for 10 has_sighted "$work/first" 5
result "the broker came back: so does the daemon" $? "$(cat "$work/first.out")"
stop "$daemon_pid"

# The other ways to a broker, and what keeps the daemon from it, in the broker's own words.
publish -t ais/old -r -m "$(ship 431000001)"
login='user: desk, password: {file: password}'
cat >"$work/ways.yaml" <<Y
state: $work/ways
feeds:
  - {id: tls, mqtt: "mqtts://localhost:$tls", topics: ["ais/#"], $login, ca_file: ca.pem}
  - {id: ws, mqtt: "ws://127.0.0.1:$ws/mqtt", topics: ["ais/#"], $login, headers: {X-Team: desk}}
  - {id: wss, mqtt: "wss://localhost:$wss/mqtt", topics: ["ais/#"], $login, ca_file: ca.pem}
  - {id: stranger, mqtt: "mqtts://localhost:$tls", topics: ["ais/#"], $login}
  - {id: name, mqtt: "mqtts://127.0.0.1:$tls", topics: ["ais/#"], $login, ca_file: ca.pem}
  - {id: password, mqtt: "mqtt://127.0.0.1:$plain", topics: ["ais/#"], user: desk, password: {file: wrong}}
rules: [{id: seen, when: sighted}]
Y
daemon ways
is_said() { grep -q "$1" "$work/ways.out"; }
for way in tls ws wss; do
    wait_for 10 is_said "feed $way: connected and subscribed"
    result "the daemon connects by $way" $? "$(grep " $way:" "$work/ways.out")"
done
wait_for 10 is_said 'feed stranger: .*certificate'
result "an unknown authority is refused" $? "$(grep ' stranger:' "$work/ways.out")"
wait_for 10 is_said 'feed name: .*127.0.0.1\|feed name: .*name\|feed name: .*certificate'
result "and a certificate of another name" $? "$(grep ' name:' "$work/ways.out")"
wait_for 10 is_said 'feed password: refused reason="the broker refuses the connection: not authorized".*next_attempt_ms=300000'
result "a wrong password is told as the broker tells it, and waits" $? "$(grep ' password:' "$work/ways.out")"
! grep -q 'secret\|wrong' "$work/ways.out"
result "no secret is logged" $?
stop "$daemon_pid"

# A queue of QoS 1: the daemon is killed again and again while ships come in; each is sighted once, and none is lost.
ships=60
cat >"$work/queue.yaml" <<Y
state: $work/queue
feeds:
  - {id: bus, mqtt: "mqtt://127.0.0.1:$plain", topics: ["ais/queue/#"], user: desk, password: {file: password}, qos: 1}
rules: [{id: seen, when: sighted}]
Y
daemon queue
wait_for 10 grep -q 'connected and subscribed' "$work/queue.out"
result "the daemon subscribes with QoS 1" $? "$(cat "$work/queue.out")"
for i in $(seq $ships); do ship $((432000000 + i)); sleep 0.02; done | publish -t ais/queue/x -q 1 -l &
publisher=$!
pids+=("$publisher")
kills=0
while kill -0 "$publisher" 2>/dev/null; do
    sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
    kill -9 "$daemon_pid"
    wait "$daemon_pid" 2>/dev/null
    kills=$((kills + 1))
    daemon queue
done
wait_for 20 has_sighted "$work/queue" $ships
result "after $kills times kill -9 every message of the queue is there" $? "$(sighted "$work/queue") of $ships; $(tail -n 5 "$work/queue.out")"
"$bin" alerts --state "$work/queue" --json | grep -o '"subject":"mmsi/[0-9]*"' | sort | uniq -d >"$work/twice"
[ ! -s "$work/twice" ]
result "and none is told twice" $? "$(cat "$work/twice")"
stop "$daemon_pid"

# Alerts as messages: the broker is away while three alerts of one ship are raised, and gets them in order when it is back.
udp=$((port_base + 4))
cat >"$work/out.yaml" <<Y
state: $work/out
site: yeosu/watch
feeds: [{id: shore, udp: "127.0.0.1:$udp"}]
zones: [$work/box.geojson]
rules: [{id: box, when: zone, events: [enter, exit]}]
webhooks:
  - {id: bus, mqtt: "mqtts://localhost:$tls/lookout/{site}/{rule}/{type}/{mmsi}/{severity}", $login, ca_file: ca.pem, retry: [100ms, 200ms]}
  - {id: sock, mqtt: "ws://127.0.0.1:$ws/mqtt", topic: "lookout/last/{mmsi}", retain: true, $login, format: json}
  - {id: deaf, mqtt: "mqtt://127.0.0.1:$plain/lookout/x", user: desk, password: {file: wrong}}
Y
cat >"$work/box.geojson" <<G
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"box"},"geometry":{"type":"Polygon",
"coordinates":[[[126,36],[127,36],[127,37],[126,37],[126,36]]]}}]}
G
tried=$("$bin" test-webhook -c "$work/out.yaml" bus sock 2>&1)
result "test-webhook says that the broker has taken it" $? "$tried"
[ "$(grep -c 'delivered, PUBACK after' <<<"$tried")" = 2 ]
result "by its PUBACK" $? "$tried"
tried=$("$bin" test-webhook -c "$work/out.yaml" deaf 2>&1)
[ $? -eq 1 ] && grep -q 'failed, the broker refuses the connection: not authorized' <<<"$tried"
result "and why it has not" $? "$tried"
sed -i '/id: deaf/d' "$work/out.yaml"
stop "$broker_pid"
daemon out
now=$(date +%s)
send() { "$build/ais_say" 433000001 36.5 "$1" 10 "$2" $((now - $3)) >"/dev/udp/127.0.0.1/$udp"; }
wait_for 10 grep -q watching "$work/out.out"
send 125.9 90 72000; send 126.1 90 68400; send 126.2 90 66600; send 126.9 90 54000; send 127.1 90 50400; send 127.2 90 48600
send 126.9 270 43200; send 126.8 270 41400
stored() { [ "$("$bin" alerts --state "$work/out" --json | grep -c 'lookoutd.zone')" -ge 3 ]; }
wait_for 10 stored
result "alerts are stored while the broker is away" $? "$("$bin" alerts --state "$work/out" --json)"
: >"$work/a.log"
kill -STOP "$daemon_pid" # the subscriber comes first
broker a
mosquitto_sub -h 127.0.0.1 -p "$plain" -u desk -P secret -t 'lookout/#' -v >"$work/taken" &
pids+=($!)
wait_for 10 grep -q 'Sending SUBACK to' "$work/a.log"
kill -CONT "$daemon_pid"
nothing_pends() { [ -z "$("$bin" alerts --state "$work/out" --json --pending)" ]; }
wait_for 20 nothing_pends
result "they are delivered when it is back" $? "$("$bin" alerts --state "$work/out" --json --pending; tail -n 5 "$work/out.out")"
"$bin" alerts --state "$work/out" --json | grep -o '"id":"[0-9a-f]*"' | awk '!seen[$0]++' >"$work/order"
wait_for 10 sh -c "[ \$(grep -c '^lookout/yeosuwatch/box/lookoutd.zone.[a-z]*/433000001/[a-z]* ' '$work/taken') -ge 3 ]"
result "under topics without further levels" $? "$(cut -c 1-90 "$work/taken")"
grep '^lookout/yeosuwatch' "$work/taken" | grep -o '"id":"[0-9a-f]*"' | awk '!seen[$0]++' | cmp -s - "$work/order"
result "in the order in which they were raised" $? "$(cut -c 1-120 "$work/taken"; cat "$work/order")"
last=$(mosquitto_sub -h 127.0.0.1 -p "$plain" -u desk -P secret -t 'lookout/last/+' -C 1 -W 10)
grep -q "$(tail -n 1 "$work/order")" <<<"$last"
result "the last one is retained" $? "$last"
stop "$daemon_pid"

# A broker that takes 20 ms for its PUBACK, one message at a time: each begins when the one before has ended, on one connection.
python3 - "$((port_base + 5))" "$work/slow.seen" <<'P' &
import socket, sys, time
server = socket.create_server(('127.0.0.1', int(sys.argv[1])))
seen = open(sys.argv[2], 'a', buffering=1)
while True:
    peer, _ = server.accept()
    print('connection', file=seen)
    stream = peer.makefile('rb')
    while head := stream.read(1):
        length = shift = 0
        while True:
            digit = stream.read(1)[0]
            length, shift = length | (digit & 127) << shift, shift + 7
            if digit < 128:
                break
        body = stream.read(length)
        if head[0] >> 4 == 1:
            peer.sendall(b'\x20\x02\x00\x00')
        elif head[0] >> 4 == 3:
            topic = int.from_bytes(body[:2], 'big')
            print('publish', file=seen)
            time.sleep(0.02)
            peer.sendall(b'\x40\x02' + body[2 + topic:4 + topic])
P
pids+=($!)
cat >"$work/slow.yaml" <<Y
state: $work/slow
feeds: [{id: shore, udp: "127.0.0.1:$udp"}]
rules: [{id: seen, when: sighted}]
webhooks: [{id: bus, mqtt: "mqtt://127.0.0.1:$((port_base + 5))/l/x", timeout: 2s, retry: [100ms, 200ms], in_flight: 1}]
Y
wait_for 10 test -e "$work/slow.seen"
daemon slow
wait_for 10 grep -q watching "$work/slow.out"
for i in $(seq 12); do "$build/ais_say" $((433000100 + i)) 36.5 126.1 10 90 $((now - 60)) >"/dev/udp/127.0.0.1/$udp"; done
slow_is_through() { has_sighted "$work/slow" 12 && [ -z "$("$bin" alerts --state "$work/slow" --json --pending)" ]; }
wait_for 20 slow_is_through && [ "$(grep -c publish "$work/slow.seen") $(grep -c connection "$work/slow.seen")" = '12 1' ]
result "a slow broker gets each message once, one after the other, on one connection" $? "$(cat "$work/slow.seen"; tail -n 5 "$work/slow.out")"
stop "$daemon_pid"
finish
