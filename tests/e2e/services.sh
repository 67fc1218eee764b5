#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The bodies for PagerDuty, Opsgenie, ServiceNow, Matrix and ntfy, as config/lookoutd.yaml has them, made of real alerts: each is what
# the service's documentation asks for (tests/data/delivery/services.json).
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
port=$port_base
/usr/bin/python3 - "$port" "$work/got" <<'P' &
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        with open(sys.argv[2], "a") as f: f.write(self.path[1:] + " " + (self.headers["authorization"] or "-").split()[0] + " " + body + "\n")
        self.send_response(204); self.end_headers()
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
P
pids+=($!)
for name in opsgenie-key servicenow-login ntfy-token; do (umask 077 && echo secret >"$work/$name"); done
"$build/ais_say" 440000001 36 125.9 10 90 1711238400 >"$work/tape.nmea"
cat >"$work/c.yaml" <<Y
site: e2e
state: $work/state
link: "https://map.example.org/{mmsi}"
feeds: [{id: tape, file: tape.nmea}]
rules: [{id: seen, when: sighted, severity: critical}]
webhooks:
Y
sed -n '/^#  - id: pagerduty/,/^#  # By mail/{/^#  #/d;s/^#//;p}' config/lookoutd.yaml |
    awk -v port=$port '/- id:/ {id = $3} /^ *url:/ {print "    url: \"http://127.0.0.1:" port "/" id "\""; next} {print}' >>"$work/c.yaml"
CREDENTIALS_DIRECTORY=$work timeout 60 "$bin" run --once -c "$work/c.yaml" >"$work/log" 2>&1
result "five services take the alert" $? "$(cat "$work/log")"
/usr/bin/python3 - "$work/got" >"$work/told" <<'P'
import json, jsonschema, sys
services = json.load(open("tests/data/delivery/services.json"))
wanted = {"opsgenie": "GenieKey", "servicenow": "Basic", "ntfy": "Bearer"}
for line in sorted(open(sys.argv[1])):
    name, scheme, body = line.split(" ", 2)
    body = json.loads(body)
    faults = [e.message for e in jsonschema.Draft202012Validator(services[name]["schema"]).iter_errors(body)]
    text = json.dumps(body)
    if scheme != wanted.get(name, "-"): faults.append("authorization " + scheme)
    if "is heard for the first time" not in text: faults.append("no summary")
    if "{" + "severity" in text or "{" + "id" in text: faults.append("a field is left")
    print(name, faults or "good")
P
for name in matrix ntfy opsgenie pagerduty servicenow; do
    grep -q "^$name good" "$work/told"
    result "$name's body is as published" $? "$(cat "$work/told" "$work/got")"
done
finish
