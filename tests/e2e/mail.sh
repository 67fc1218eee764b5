#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Alerts by mail, to a stand-in of a server: over TLS always, by SMTPS and by STARTTLS; tried again after 4xx, dead after the second 5xx.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
udp=$port_base smtps=$((port_base + 1)) starttls=$((port_base + 2)) plain=$((port_base + 3)) api=$((port_base + 4))
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
(umask 077 && echo 'pass word' >"$work/password")
for kind in smtps starttls plain; do
    mkdir "$work/$kind" && echo '250 2.0.0 queued' >"$work/$kind/answers"
    /usr/bin/python3 tests/e2e/mail_server.py "${!kind}" $kind "$work/cert.pem" "$work/key.pem" "$work/$kind" 2>"$work/$kind.err" &
    pids+=($!)
    wait_for 10 bash -c "exec 9<>/dev/tcp/127.0.0.1/${!kind}" 2>/dev/null
done
cat >"$work/c.yaml" <<Y
site: e2e
state: $work/state
feeds: [{id: shore, udp: "127.0.0.1:$udp"}]
rules:
  - {id: seen, when: sighted, severity: warning}
webhooks:
  - {id: duty, mail: {server: "smtps://localhost:$smtps", from: watch@example.org, to: [duty@example.org, nobody@example.org], user: watch,
       password: {file: password}}, ca_file: cert.pem, group: {wait: 0s, interval: 1s}, retry: [200ms]}
  - {id: chief, mail: {server: "smtp://localhost:$starttls", from: watch@example.org, to: [chief@example.org]}, ca_file: cert.pem,
     group: {wait: 0s, interval: 1s}, retry: [200ms]}
  - {id: clear, mail: {server: "smtp://localhost:$plain", from: watch@example.org, to: [duty@example.org]}, ca_file: cert.pem, min_severity: critical}
  - {id: stranger, mail: {server: "smtps://localhost:$smtps", from: watch@example.org, to: [duty@example.org]}, min_severity: critical}
  - {id: banned, mail: {server: "smtps://localhost:$smtps", from: banned@example.org, to: [duty@example.org]}, ca_file: cert.pem, min_severity: critical}
api: {listen: "127.0.0.1:$api"}
Y
"$bin" check -c "$work/c.yaml" 2>/dev/null | grep -A3 'duty: mail to duty@example.org, nobody@example.org by smtps://localhost' >"$work/told" &&
    grep -q 'alerts of one rule go together: 0s after the first' "$work/told"
result "check says who gets mail, by which server" $? "$("$bin" check -c "$work/c.yaml" 2>&1)"
text=$("$bin" test-webhook -c "$work/c.yaml" chief 2>&1) && grep -q 'SMTP 250' <<<"$text" && grep -q '^tls MAIL FROM:<watch@example.org>' "$work/starttls/1.said"
result "test-webhook sends by STARTTLS" $? "$text $(cat "$work/starttls.err" "$work/starttls/sessions")"
text=$("$bin" test-webhook -c "$work/c.yaml" clear 2>&1)
[ $? -eq 1 ] && grep -q 'offers no TLS, so nothing is sent' <<<"$text" && ! grep -q 'MAIL\|AUTH' "$work/plain/sessions"
result "a server without TLS is told nothing" $? "$text $(cat "$work/plain/sessions")"
text=$("$bin" test-webhook -c "$work/c.yaml" stranger 2>&1)
[ $? -eq 1 ] && grep -qi 'certificate' <<<"$text" && [ ! -e "$work/smtps/1.eml" ]
result "nor is one that nobody vouches for" $? "$text"
text=$("$bin" test-webhook -c "$work/c.yaml" banned 2>&1)
[ $? -eq 1 ] && grep -q 'SMTP 550 after .*: 5.7.1 not from you' <<<"$text"
result "a refusal is told in the server's words" $? "$text"

echo 'close
close
451 4.3.0 later
250 2.0.0 queued' >"$work/smtps/answers"
echo '554 5.7.1 not wanted' >"$work/starttls/answers"
"$bin" run -c "$work/c.yaml" >"$work/log" 2>&1 &
pids+=($!)
wait_for 15 curl -sf "http://127.0.0.1:$api/readyz" >/dev/null
"$build/ais_say" 440000001 36 125.9 10 90 >"/dev/udp/127.0.0.1/$udp"
wait_for 10 test -e "$work/smtps/2.eml"
result "the mail is sent again after 451, and where the server hangs up having refused a receiver" $? "$(cat "$work/log")"
python3 - "$work/smtps" >"$work/mail" <<'P'
import email, email.policy, sys
first, second = (email.message_from_binary_file(open(f"{sys.argv[1]}/{n}.eml", "rb"), policy=email.policy.default) for n in (1, 2))
assert first["message-id"] == second["message-id"] and not second.defects
print(second["message-id"], second["subject"], second["from"], second["to"], second["date"].datetime.tzinfo, second.get_content_type(), sep="|")
print(second.get_content())
P
id=$("$bin" alerts --state "$work/state" | jq -r .id)
[ "$(head -n 1 "$work/mail")" = "<$id@example.org>|[warning] MMSI 440000001: seen|lookoutd <watch@example.org>|duty@example.org, nobody@example.org|UTC|text/plain" ] &&
    grep -q '^Vessel *MMSI 440000001' "$work/mail" && grep -q '^Rule *seen' "$work/mail"
result "subject, Message-ID from the alert's id, text" $? "$(cat "$work/mail")"
grep -q '^tls AUTH PLAIN' "$work/smtps/2.said" && grep -q '^tls RCPT TO:<nobody@' "$work/smtps/2.said"
result "logged in; an unknown receiver costs the others nothing" $? "$(cat "$work/smtps/2.said")"
delivered() { "$bin" alerts --state "$work/state" | jq -e '.deliveries[] | select(.webhook == "duty") | .state == "delivered"' >/dev/null; }
wait_for 10 delivered
result "250 after the data is delivered" $? "$("$bin" alerts --state "$work/state")"
dead() { "$bin" alerts --state "$work/state" --dead | jq -e '.deliveries[] | select(.webhook == "chief") | .attempts == 2 and (.reason | test("SMTP 554: 5.7.1 not wanted"))' >/dev/null; }
wait_for 10 dead
result "554 is dead after the second attempt" $? "$("$bin" alerts --state "$work/state") $(cat "$work/log")"
! grep -q 'pass word\|AHdhdGNo' "$work/log"
result "the password is not in the log" $? "$(cat "$work/log")"
finish
