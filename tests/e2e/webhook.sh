#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The sender and the receiver as commands: TLS with a private authority and client certificates, proxy variables and .netrc ignored,
# and what `listen` can be told to do.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
new_secret "$work/secret"
new_secret "$work/other"

# A private authority, a certificate of its for this host, one for a client.
certify() { # NAME EXTENSION [DAYS]
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.csr" &&
        printf '%s\n' "$2" >"$work/$1.ext" &&
        openssl x509 -req -in "$work/$1.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days "${3:-2}" -extfile "$work/$1.ext" -out "$work/$1.pem"
}
{ openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority -keyout "$work/ca.key" -out "$work/ca.pem" &&
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=stranger -keyout "$work/stranger.key" -out "$work/stranger.pem" &&
    certify server 'subjectAltName=IP:127.0.0.1' && certify expired 'subjectAltName=IP:127.0.0.1' 0 && certify client 'extendedKeyUsage=clientAuth'; } >"$work/openssl" 2>&1
result "certificates are made" $? "$(cat "$work/openssl")"
chmod 600 "$work"/*.key
cat >"$work/tls.py" <<'P'
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204); self.end_headers()
        open(sys.argv[2] + ".seen", "a").write(str(self.headers) + "\n")
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
name = "expired" if sys.argv[3] == "expired" else "server"
context.load_cert_chain("%s/%s.pem" % (sys.argv[1], name), "%s/%s.key" % (sys.argv[1], name))
if sys.argv[3] == "client":
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(sys.argv[1] + "/ca.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
open(sys.argv[2], "w").write(str(server.server_port))
server.serve_forever()
P
tls_server() { # NAME client|open|expired
    /usr/bin/python3 "$work/tls.py" "$work" "$work/$1" "$2" 2>/dev/null &
    pids+=($!)
    wait_for 10 test -s "$work/$1"
}
tls_server plain open && tls_server mutual client && tls_server old expired
result "TLS servers start" $?
cat >"$work/tls.yaml" <<Y
state: $work/state
webhooks:
  - {id: trusted, url: "HTTPS://127.0.0.1:$(cat "$work/plain")/x", ca_file: $work/ca.pem}
  - {id: unknown, url: "https://127.0.0.1:$(cat "$work/plain")/hidden-path"}
  - {id: mutual, url: "https://127.0.0.1:$(cat "$work/mutual")/x", ca_file: $work/ca.pem, client_cert: $work/client.pem, client_key: $work/client.key}
  - {id: expired, url: "https://127.0.0.1:$(cat "$work/old")/x", ca_file: $work/ca.pem}
  - {id: elsewhere, url: "https://localhost:$(cat "$work/plain")/x", ca_file: $work/ca.pem}
  - {id: stranger, url: "https://127.0.0.1:$(cat "$work/mutual")/x", ca_file: $work/ca.pem, client_cert: $work/stranger.pem, client_key: $work/stranger.key}
  - {id: bare, url: "https://127.0.0.1:$(cat "$work/mutual")/x", ca_file: $work/ca.pem}
Y
for id in trusted mutual; do
    "$bin" test-webhook -c "$work/tls.yaml" $id >"$work/out" 2>&1
    result "test-webhook: $id is delivered over TLS" $? "$(cat "$work/out")"
done
said=
for id in unknown bare expired elsewhere stranger; do # a foreign authority, no certificate of ours, out of date, for another host, a certificate of ours that is not theirs
    "$bin" test-webhook -c "$work/tls.yaml" $id >"$work/out" 2>/dev/null
    status=$?
    [ $status -eq 1 ] && grep -q "^$id: failed" "$work/out" && ! grep -q hidden-path "$work/out"
    result "test-webhook: $id is not" $? "exit $status: $(cat "$work/out")"
    said="$said$(cat "$work/out")|"
done
[[ $said == *"local issuer"*"|"*"a client certificate"*"|"*"has expired"*"|"*"no alternative certificate"*"|"*"refuse"*" our client certificate"*"|" ]]
result "and it is said why" $? "$said"
"$bin" test-webhook -c "$work/tls.yaml" nobody >/dev/null 2>&1
[ $? -eq 2 ]
result "an unknown webhook is wrong usage" $?

# Proxies and .netrc of the environment are ignored.
receiver "$work/received" --secret "$work/secret"
result "listen starts" $? "$(cat "$work/received.err")"
mkdir "$work/home" && printf 'machine 127.0.0.1 login me password hunter2\n' >"$work/home/.netrc"
cat >"$work/plain.yaml" <<Y
state: $work/state
webhooks:
  - {id: good, url: "$receiver_url", secret: {file: $work/secret}, headers: {X-Site: here}}
  - {id: bad, url: "$receiver_url", secret: {file: $work/other}}
  - {id: none, url: "$receiver_url"}
  - {id: both, url: "$receiver_url", secret: [{file: $work/other}, {file: $work/secret}]}
Y
HOME=$work/home http_proxy=http://127.0.0.1:9 all_proxy=http://127.0.0.1:9 "$bin" test-webhook -c "$work/plain.yaml" good >"$work/out" 2>&1
result "proxy variables are ignored" $? "$(cat "$work/out")"
"$bin" test-webhook -c "$work/plain.yaml" both >"$work/out" 2>&1
result "one of two secrets is enough" $? "$(cat "$work/out")"
for id in bad none; do
    "$bin" test-webhook -c "$work/plain.yaml" $id >"$work/out" 2>&1
    [ $? -eq 1 ] && grep -q "HTTP 401" "$work/out"
    result "listen refuses what is signed by: $id" $? "$(cat "$work/out")"
done
[ "$(wc -l <"$work/received")" -eq 2 ]
result "and prints what was signed, and no more" $? "$(cat "$work/received")"
stop "$receiver_pid"

# What listen can be told.
listen_with() { # OPTIONS...: one test alert; its status and text in $status and $work/out
    : >"$work/told"
    rm -f "$work/told.err" # the last one's announcement
    receiver "$work/told" "$@" || return 1
    printf 'state: %s\nwebhooks: [{id: w, url: "%s", timeout: 1s}]\n' "$work/state" "$receiver_url" >"$work/told.yaml"
    "$bin" test-webhook -c "$work/told.yaml" >"$work/out" 2>/dev/null
    status=$?
}
listen_with --fail 503:1
[ $status -eq 1 ] && grep -q 'HTTP 503' "$work/out" && "$bin" test-webhook -c "$work/told.yaml" >"$work/out" 2>/dev/null
result "--fail 503:1 fails the first and takes the second" $? "$(cat "$work/out")"
stop "$receiver_pid"
listen_with --fail reset
[ $status -eq 1 ] && grep -q 'no answer' "$work/out" && [ ! -s "$work/told" ]
result "--fail reset breaks the connection" $? "$(cat "$work/out")"
stop "$receiver_pid"
listen_with --fail hang
[ $status -eq 1 ] && grep -q 'no answer in time' "$work/out"
result "--fail hang does not answer" $? "$(cat "$work/out")"
kill "$receiver_pid"
wait "$receiver_pid"
[ $? -eq 0 ]
result "a listen that hangs still ends, with exit 0" $?
listen_with --delay 300ms
[ $status -eq 0 ] && [ "$(sed -n 's/.*after \([0-9]*\) ms.*/\1/p' "$work/out")" -ge 300 ]
result "--delay waits before the answer" $? "$(cat "$work/out")"
kill -INT "$receiver_pid"
wait "$receiver_pid"
[ $? -eq 0 ]
result "SIGINT ends listen with exit 0" $?
"$bin" listen --address 127.0.0.1:0 >"$work/lines" 2>"$work/lines.err" &
receiver_pid=$!
pids+=("$receiver_pid")
wait_for 10 grep -q '^listening on http://127.0.0.1:[0-9]*/$' "$work/lines.err"
result "the announcement is one line" $? "$(cat "$work/lines.err")"
url=$(sed -n 's/^listening on //p' "$work/lines.err")
for _ in 1 2; do
    curl -sf -H 'webhook-id: same' -d '{"type":"lookoutd.test","time":"2024-03-25T18:04:00Z","data":{"severity":"info","summary":"hello"}}' "$url" >/dev/null
done
curl -sf -d 'text' "$url" >/dev/null
printf '%s\n' '2024-03-25T18:04:00Z  info      test              hello' '2024-03-25T18:04:00Z  info      test              (again) hello' \
    '4 bytes  text' | cmp -s - "$work/lines"
result "lines are readable, repeats marked" $? "$(cat "$work/lines")"
[ "$(curl -s -o "$work/out" -w '%{http_code}' "$url")" = 405 ]
result "only POST is taken" $?
"$bin" listen --address "$(echo "$url" | sed 's|http://||; s|/.*||')" >/dev/null 2>"$work/out"
[ $? -eq 1 ] && grep -q 'in use' "$work/out"
result "a port in use is told" $? "$(cat "$work/out")"
stop "$receiver_pid"
chmod 644 "$work/other"
"$bin" listen --address 127.0.0.1:0 --secret "$work/other" >/dev/null 2>"$work/out"
[ $? -eq 2 ] && grep -q 'others can read' "$work/out"
result "a secret that others can read is an error" $? "$(cat "$work/out")"
for options in "--fail 99" "--fail 500:x" "--delay 5" "--address 8080" "--address a:70000" "extra" "--nonsense"; do
    # shellcheck disable=SC2086
    timeout 5 "$bin" listen $options >/dev/null 2>&1
    [ $? -eq 2 ]
    result "wrong usage: listen $options" $?
done
# Every webhook is served, however many there are.
receiver "$work/many"
{
    echo "state: $work/many.state"
    echo "rules: [{id: seen, when: sighted, again_after: 7d}]"
    echo "webhooks:"
    for i in $(seq 70); do echo "  - {id: w$i, url: \"$receiver_url$i\"}"; done
} >"$work/many.yaml"
echo '!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24' >"$work/many.nmea"
"$bin" replay -c "$work/many.yaml" --deliver --start 2024-03-25T18:04:00Z "$work/many.nmea" >"$work/out" 2>&1
[ $? -eq 0 ] && [ "$(grep -c lookoutd.vessel.sighted "$work/many")" -eq 70 ]
result "seventy webhooks get the alert" $? "$(cat "$work/out"; wc -l "$work/many")"
stop "$receiver_pid"
finish
