#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The real binary on live feeds: UDP, TCP and a listening socket in, webhooks out, signatures checked by the openssl command.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
new_secret "$work/secret"
receiver "$work/received" --secret "$work/secret"
result "listen starts" $? "$(cat "$work/received.err")"

port_of() { # FEED: the port the daemon bound, from its log
    sed -n "s/.*$1.*port=\([0-9]*\).*/\1/p" "$work/log" | tail -n 1
}
udp=$port_base tcp=$((udp + 1)) api=$((udp + 2))
cat >"$work/zones.geojson" <<'Z'
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"box","name":"Box"},
 "geometry":{"type":"Polygon","coordinates":[[[126,35.5],[127,35.5],[127,36.5],[126,36.5],[126,35.5]]]}}]}
Z
cat >"$work/live.yaml" <<Y
site: e2e
state: $work/state
feeds:
  - {id: shore, udp: "127.0.0.1:$udp", from: ["127.0.0.0/8"]}
  - {id: uplink, listen: "127.0.0.1:$tcp"}
zones: [zones.geojson]
rules:
  - {id: box, when: zone, zones: [box], events: [enter], severity: critical}
webhooks:
  - {id: desk, url: "${receiver_url}alerts", secret: {file: $work/secret}, retry: [100ms, 500ms]}
api: {listen: "127.0.0.1:$api"}
Y
"$bin" check -c "$work/live.yaml" >"$work/check" 2>&1
result "check accepts the configuration" $? "$(cat "$work/check")"
start_daemon() {
    "$bin" run -c "$work/live.yaml" >>"$work/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    wait_for 15 curl -sf "http://127.0.0.1:$api/healthz"
}
start_daemon
result "the daemon starts" $? "$(cat "$work/log")"
wait_for 10 curl -sf "http://127.0.0.1:$api/readyz"
result "it is ready" $? "$(curl -s "http://127.0.0.1:$api/readyz")"

say() { "$build/ais_say" "$@"; }
# Outside, then deep inside: entered.
say 440000001 36 125.99 102.3 90 >"/dev/udp/127.0.0.1/$udp"
sleep 1.2
say 440000001 36 126.05 102.3 90 >"/dev/udp/127.0.0.1/$udp"
wait_for 15 grep -q '"subject":"mmsi/440000001"' "$work/received"
result "UDP in, webhook out" $? "$(cat "$work/log" "$work/received.err")"
{ say 440000002 36 125.99 102.3 90; sleep 1.2; say 440000002 36 126.05 102.3 90; } >"/dev/tcp/127.0.0.1/$tcp"
wait_for 15 grep -q '"subject":"mmsi/440000002"' "$work/received"
result "TCP in, webhook out" $? "$(cat "$work/log")"
curl -s "http://127.0.0.1:$api/metrics" >"$work/metrics"
text=$(diff <(sed -n '/^# HELP /{s/^# HELP \([^ ]*\) \(.*\)/\1 \2/;N;s/\([^ ]*\) \(.*\)\n# TYPE [^ ]* \(.*\)/\1 \3 \2/;p}' "$work/metrics") \
    <(sed -n '/^\.SH READINESS/,/^\.SH EXIT/p' config/man/lookoutd.1 | grep -A1 -E '^\.B (lookoutd|process)_' |
        sed -n '/^\.B /{s/^\.B //;N;s/\nGauge\./ gauge/;s/\nCounter\./ counter/;p}'))
result "the man page lists every metric, its type and its words" $? "$text"
text=$(python3 tests/tools/metrics_lint.py "$work/metrics" config/prometheus-rules.yaml config/grafana-dashboard.json; jq -e .panels config/grafana-dashboard.json 2>&1 >/dev/null)
printf '# HELP lookoutd_a A.\n# TYPE lookoutd_a counter\nlookoutd_a 1\nlookoutd_b 2\n' >"$work/planted"
[ "$(python3 tests/tools/metrics_lint.py "$work/planted" config/prometheus-rules.yaml | grep -c 'should end in _total\|lookoutd_b: no help\|there is no metric lookoutd_store_failing')" = 3 ] ||
    text="$text planted faults are not found"
[ -z "$text" ]
result "metrics keep promtool's rules; the rules and the dashboard name no others" $? "$text"
grep -q '^lookoutd_feed_reports_total{feed="shore"} 2$' "$work/metrics"
result "metrics count two reports of the feed" $? "$(grep feed_reports "$work/metrics")"
last=$(sed -n 's/^lookoutd_feed_last_report_timestamp_seconds{feed="shore"} \([0-9]*\).*/\1/p' "$work/metrics")
[ "${last:-0}" -ge $(($(date +%s) - 60)) ]
result "and when the last one came" $? "$(grep last_report "$work/metrics")"
wait_for 10 sh -c "curl -s http://127.0.0.1:$api/metrics | grep -q '^lookoutd_webhook_delivered_total{webhook=\"desk\"} 2\$'"
result "and two deliveries" $? "$(curl -s "http://127.0.0.1:$api/metrics" | grep webhook)"

# The signature, by the openssl command: id.timestamp.body under the decoded secret.
cat >"$work/raw.sh" <<'R'
R
key=$(sed 's/^whsec_//' "$work/secret" | base64 -d | od -An -tx1 | tr -d ' \n')
raw=$((udp + 3))
/usr/bin/python3 - "$raw" "$work/raw" <<'P' &
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with open(sys.argv[2] + ".body", "wb") as f: f.write(body)
        with open(sys.argv[2] + ".new", "w") as f: json.dump({k.lower(): v for k, v in self.headers.items()}, f)
        import os; os.rename(sys.argv[2] + ".new", sys.argv[2] + ".head")
        self.send_response(204); self.end_headers()
    def log_message(self, *a): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
P
pids+=($!)
sed -e "s|url: \"[^\"]*\"|url: \"http://127.0.0.1:$raw/hook\"|" -e 's/desk/other/' "$work/live.yaml" >"$work/other.yaml"
wait_for 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$raw"
"$bin" test-webhook -c "$work/other.yaml" >"$work/test" 2>&1
result "test-webhook reaches the receiver" $? "$(cat "$work/test")"
wait_for 10 test -f "$work/raw.head"
field() { /usr/bin/python3 -c 'import json,sys; print(json.load(open(sys.argv[1])).get(sys.argv[2], ""))' "$work/raw.head" "$1"; }
signed=$( { printf '%s.%s.' "$(field webhook-id)" "$(field webhook-timestamp)"; cat "$work/raw.body"; } |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
[ "$(field webhook-signature)" = "v1,$signed" ]
result "its signature is what openssl computes" $? "$(field webhook-signature) v1,$signed"
cat >"$work/readme.py" <<'P'
import base64, hashlib, hmac, json, re, sys
exec(re.search(r"```python\n(.*?)```", open("config/README.md").read(), re.S).group(1))
headers, body = json.load(open(sys.argv[1] + ".head")), open(sys.argv[1] + ".body", "rb").read()
secret = open(sys.argv[2]).read().strip()
sys.exit(0 if is_ours(headers, body, secret) and not is_ours(headers, body + b" ", secret) else 1)
P
/usr/bin/python3 "$work/readme.py" "$work/raw" "$work/secret"
result "the five lines in config/README.md verify it, and refuse another body" $?
[ "$(field content-type)" = "application/cloudevents+json; charset=utf-8" ]
result "its content type is that of CloudEvents" $? "$(field content-type)"
mkdir -p "$build/alerts" && cp "$work/raw.body" "$build/alerts/test.jsonl" && echo >>"$build/alerts/test.jsonl"

# Reload: a bad file is refused whole and the old goes on; a good one is taken.
cp "$work/live.yaml" "$work/good.yaml"
echo 'nonsense: 1' >>"$work/live.yaml"
kill -HUP "$daemon"
wait_for 10 grep -q 'refused' "$work/log"
result "a bad file is refused at SIGHUP" $? "$(tail -n 5 "$work/log")"
curl -s "http://127.0.0.1:$api/metrics" | grep -q '^lookoutd_config_last_reload_successful 0'
result "and the metric says so" $?
say 440000003 36 125.99 102.3 90 >"/dev/udp/127.0.0.1/$udp"
sleep 1.2
say 440000003 36 126.05 102.3 90 >"/dev/udp/127.0.0.1/$udp"
wait_for 15 grep -q '"subject":"mmsi/440000003"' "$work/received"
result "the old configuration goes on" $?
sed 's/id: box, when: zone, zones: \[box\], events: \[enter\]/id: box2, when: zone, zones: [box], events: [enter, exit]/' "$work/good.yaml" >"$work/live.yaml"
kill -HUP "$daemon"
wait_for 10 grep -q 'reloaded' "$work/log"
result "a good file is taken" $? "$(tail -n 5 "$work/log")"
say 440000003 36 125.99 102.3 270 >"/dev/udp/127.0.0.1/$udp"
wait_for 15 grep -q '"type":"lookoutd.zone.exited"' "$work/received"
result "the new rule tells of a ship that was inside before" $? "$(cat "$work/log")"

# kill -9 with a dead receiver: what was accepted arrives after the restart.
stop "$receiver_pid"
say 440000004 36 125.99 102.3 90 >"/dev/udp/127.0.0.1/$udp"
sleep 1.2
say 440000004 36 126.05 102.3 90 >"/dev/udp/127.0.0.1/$udp"
wait_for 15 sh -c "'$bin' alerts --state '$work/state' --pending | grep -q 440000004"
result "an alert waits for a receiver that is gone" $? "$("$bin" alerts --state "$work/state" --pending 2>&1 | tail -n 3)"
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
"$bin" listen --address "$(echo "$receiver_url" | sed 's|http://||; s|/.*||')" --json --secret "$work/secret" >>"$work/received" 2>>"$work/received.err" &
pids+=($!)
start_daemon
result "the daemon starts again after kill -9" $? "$(tail -n 5 "$work/log")"
wait_for 20 grep -q '"subject":"mmsi/440000004"' "$work/received"
result "and the alert arrives" $? "$(tail -n 5 "$work/log")"
begin=$(date +%s)
kill "$daemon"
wait "$daemon"
status=$?
[ $status -eq 0 ] && [ $(($(date +%s) - begin)) -le 5 ]
result "SIGTERM ends it within 5 s, with exit 0" $? "exit $status"
finish
