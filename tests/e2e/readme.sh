#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the README says is so: its alerts are those of the demonstration, its configuration is sound, its five lines verify a
# signature, its make targets and files are there.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
readme=$root/README.md

demo_config "$work/demo.yaml" http://127.0.0.1:9/ "$work/secret" max "$work/state"
new_secret "$work/secret"
"$bin" replay -c "$work/demo.yaml" --alerts "$work/alerts" "$(demo_recording)" 2>"$work/err"
result "the demonstration" $? "$(cat "$work/err")"
python3 - "$readme" "$work/alerts" <<'END'
import json, re, sys
alerts = [json.loads(line) for line in open(sys.argv[2])]
told = re.findall(r"^    ((?:route|zone)\.\w+) +\.\.\. (.*)$", open(sys.argv[1]).read(), re.M)
assert len(told) >= 4, "the README shows no alerts"
for kind, text in told:
    parts = [part.strip() for part in text.split(" ...") if part.strip()]
    found = [a["data"]["summary"] for a in alerts if a["type"] == "lookoutd." + kind]
    assert any(all(part in summary for part in parts) for summary in found), (kind, parts, found)
END
result "its alerts are the demonstration's" $?

# The smallest useful configuration, with the files it names.
cd "$work" || exit 2
sed -n '/^```yaml$/,/^```$/p' "$readme" | sed '/^```/d' >smallest.yaml
printf 'imo,name\n9999993,EXAMPLE TRADER\n' >watch.csv
echo '{"type":"Feature","properties":{"id":"yeosu-box"},"geometry":{"type":"Polygon","coordinates":[[[127,34],[128,34],[128,35],[127,34]]]}}' >zones.geojson
new_secret desk.secret
text=$("$bin" check -c smallest.yaml 2>&1)
result "the smallest configuration is sound" $? "$text"

# Verifying a signature, on a request as it is sent.
cat >receive.py <<'END'
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        json.dump([{k.lower(): v for k, v in self.headers.items()}, body.decode()], open("request.new", "w"))
        self.send_response(204)
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.handle_request()
END
python3 receive.py >port 2>receive.err &
pids+=("$!")
wait_for 20 test -s port
cat >signed.yaml <<END
site: t
rules: [{id: s, when: sighted, vessels: watched}]
webhooks: [{id: desk, url: "http://127.0.0.1:$(cat port)/", secret: [{file: secret}, {file: desk.secret}]}]
END
text=$("$bin" test-webhook -c signed.yaml 2>&1)
result "a signed alert is delivered" $? "$text"
{
    echo "import base64, hashlib, hmac, json"
    sed -n '/^```python$/,/^```$/p' "$root/config/README.md" | sed '/^```/d'
    cat <<'END'
headers, body = json.load(open("request.new"))
for name in ("secret", "desk.secret"):
    secret = open(name).read().strip()
    assert is_ours(headers, body.encode(), secret), name
    assert not is_ours(headers, body.encode() + b" ", secret), "another body"
    assert not is_ours(dict(headers, **{"webhook-timestamp": "1"}), body.encode(), secret), "another time"
assert not is_ours(headers, body.encode(), "whsec_" + base64.b64encode(b"x" * 32).decode()), "another secret"
END
} >verify.py
text=$(python3 verify.py 2>&1)
result "its lines verify the signature" $? "$text"

cd "$root" || exit 2
[ "$(wc -l <README.md)" -le 120 ] && ! awk 'length > 100 { print; bad = 1 } END { exit !bad }' README.md >"$work/long"
result "the README has at most 120 lines of 100 columns" $? "$(wc -l <README.md) lines; $(cat "$work/long")"
for target in $(grep -oE 'make [a-z-]+' README.md | awk '{ print $2 }' | sort -u); do
    case $target in it | a | up | more | them | and) continue ;; esac
    grep -qE "^($target|[a-z -]*\b$target\b[a-z -]*):" Makefile || lacking="${lacking:-} $target"
done
for f in $(grep -oE '`(config|tests|systemd|daemon|geo|include)/[A-Za-z0-9_./-]*`' README.md | tr -d '`' | sort -u); do
    case $f in */kind_x.c | */x.scn) continue ;; esac # to be written
    [ -e "$f" ] || lacking="${lacking:-} $f"
done
for f in $(grep -oE 'lookoutd (run|check|replay|decode|listen|vessels|calls|alerts|status|redeliver|test-webhook|ports|zones) [^`#]*' README.md |
    grep -oE -- '--[a-z]+' | sort -u); do
    for c in run check replay decode listen vessels calls alerts status redeliver test-webhook ports zones; do "$bin" $c --help; done |
        grep -qF -- "$f" || lacking="${lacking:-} $f"
done
[ -z "${lacking:-}" ]
result "what it names is there" $? "${lacking:-}"
finish
