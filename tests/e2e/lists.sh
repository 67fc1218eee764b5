#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lists of ships on a running daemon: refreshed, refused, on record; ships that they add and drop are told, over a restart too.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
udp=$port_base
put() { # FILE TEXT: in its place whole
    printf '%b' "$2" >"$work/$1.new"
    mv "$work/$1.new" "$work/$1"
}
head='entry,name,imo,mmsi,program\n'
one='e1,EXAMPLE ONE,9999993,,P1\n' two='e2,EXAMPLE TWO,9999981,,P1\n' three='e3,EXAMPLE THREE,,440000003,P1;P2\n'
four='e4,EXAMPLE FOUR,,440000004,P4\n'
put own.csv "$head$one$two$four"
put other.csv "${head}o1,EXAMPLE FIVE,9999979,,\n"
receiver "$work/alerts"
cat >"$work/c.yaml" <<Y
site: e2e
state: $work/state
feeds: [{id: shore, udp: "127.0.0.1:$udp"}]
vessel_lists:
  - {file: own.csv, list: own, tags: [desk], refresh: 1s}
  - {file: other.csv, list: other}
rules: [{id: seen, when: sighted, vessels: watched}]
webhooks: [{id: desk, url: "$receiver_url", allow_private: true}]
Y
start() {
    "$bin" run -c "$work/c.yaml" >>"$work/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    wait_for 10 grep -q 'watching: feeds=1' "$work/log"
}
told() { # PATTERN: an alert on record has it
    "$bin" alerts --state "$work/state" --json | grep -q "$1"
}
count() { "$bin" alerts --state "$work/state" --json | grep -c "\"type\":\"lookoutd.$1\""; }
# What was read, in a line and as JSON; `check` says the same line.
"$bin" lists -c "$work/c.yaml" >"$work/read" && grep -q '^own: own.csv, csv, sha256 [0-9a-f]\{64\}, 3 ships, 1 of them without IMO number; looked at every 1s' "$work/read"
result "lists says what was read" $? "$(cat "$work/read")"
"$bin" check -c "$work/c.yaml" 2>/dev/null | grep -qF "    $(head -n 1 "$work/read")"
result "check says the same line" $? "$("$bin" check -c "$work/c.yaml")"
"$bin" lists -c "$work/c.yaml" --json >"$work/read" &&
    [ "$(head -n 1 "$work/read")" = '{"list":"own","entry":"e1","name":"EXAMPLE ONE","imo":9999993,"programs":["P1"],"owners":[],"aliases":[],"tags":["desk"]}' ] &&
    [ "$(wc -l <"$work/read")" = 4 ]
result "lists --json: a line a ship" $? "$(cat "$work/read")"
"$bin" lists tests/data/list/SDN.CSV 2>"$work/err" >"$work/read" && grep -q '^SDN.CSV: tests/data/list/SDN.CSV, ofac, .*, 7 ships, 2 of them without IMO number; left out: 1 with neither' "$work/read" &&
    grep -q 'SDN.CSV:5:1: warning: imo .543400. is left out' "$work/err"
result "lists FILE needs no configuration" $? "$(cat "$work/read" "$work/err")"
"$bin" lists tests/data/list/sdn.xml 2>"$work/err"
[ $? -eq 2 ] && grep -q "sdn.xml' is OFAC's list as XML (accepted: OFAC's SDN.CSV" "$work/err"
result "XML: status 2, and the name of the CSV" $? "$(cat "$work/err")"
start
result "a daemon with two lists starts" $? "$(cat "$work/log")"
"$build/ais_say" 440000003 36 125.9 10 90 >"/dev/udp/127.0.0.1/$udp"
"$build/ais_say" 440000004 36 125.8 10 90 >"/dev/udp/127.0.0.1/$udp"
wait_for 10 told '"mmsi":440000004'
result "a ship of a list is sighted" $? "$(tail -n 5 "$work/log")"
"$bin" alerts --state "$work/state" --json | grep '"mmsi":440000004' >"$work/seen"
sum=$(sha256sum "$work/own.csv" | cut -d' ' -f1)
grep -qF "\"lists\":[{\"list\":\"own\",\"entry\":\"e4\",\"name\":\"EXAMPLE FOUR\",\"programs\":[\"P4\"],\"file\":\"own.csv\",\"sha256\":\"$sum\"}]" "$work/seen"
result "and the alert names list, entry, program, file and SHA-256" $? "$(cat "$work/seen")"
[ "$(count vessel.listed)" = 0 ]
result "the first reading of lists tells nothing" $? "$(tail -n 5 "$work/log")"

put own.csv "$head$one$two$three$four"
wait_for 15 told '"type":"lookoutd.vessel.listed"'
result "a ship that was heard and is added: vessel.listed" $? "$(tail -n 5 "$work/log")"
"$bin" alerts --state "$work/state" --json | grep vessel.listed >"$work/listed"
sum=$(sha256sum "$work/own.csv" | cut -d' ' -f1)
grep -qF "\"list\":{\"id\":\"own\",\"entry\":\"e3\",\"programs\":[\"P1\",\"P2\"],\"file\":\"own.csv\",\"sha256\":\"$sum\"}" "$work/listed" &&
    grep -q '"subject":"mmsi/440000003"' "$work/listed" && grep -q '"calls":\[\],"silences":\[\]' "$work/listed"
result "with the entry, calls and silences" $? "$(cat "$work/listed")"
[ "$(count vessel.listed)" = 1 ]
result "nobody else is" $? "$("$bin" alerts --state "$work/state" --json)"
grep -q '"watched":true,"matched_by":"mmsi"' "$work/listed" && "$build/ais_say" 440000003 36 125.9001 10 90 >"/dev/udp/127.0.0.1/$udp"
wait_for 10 told 'vessel.sighted.*"subject":"mmsi/440000003"'
result "she is watched from now on" $? "$("$bin" alerts --state "$work/state" --json)"

put own.csv "$head$one"
wait_for 15 told '"type":"lookoutd.list.refused"'
result "a list with fewer than half of its ships is refused" $? "$(tail -n 5 "$work/log")"
"$bin" alerts --state "$work/state" --json | grep list.refused >"$work/refused"
grep -q '"severity":"critical"' "$work/refused" && grep -q '"ships":1,"removed":3' "$work/refused" && [ "$(count vessel.delisted)" = 0 ]
result "critical, and the old one goes on" $? "$(cat "$work/refused")"
put own.csv "$head$one$two$four"'e9,"EXAMPLE'
refusals() { [ "$(count list.refused)" -ge 2 ]; }
wait_for 15 refusals && "$bin" alerts --state "$work/state" --json | grep -q 'ends in the middle of a row'
result "a file that ends in the middle of a row is refused" $? "$(tail -n 5 "$work/log")"
sleep 2.5
[ "$(count list.refused)" = 2 ]
result "each once" $? "$("$bin" alerts --state "$work/state" --json)"
put own.csv "$head$one$two$four"
wait_for 15 told '"type":"lookoutd.vessel.delisted"'
result "a good one is taken again: vessel.delisted of the ship that it drops" $? "$(tail -n 5 "$work/log")"
"$bin" alerts --state "$work/state" --json | grep vessel.delisted >"$work/delisted"
grep -q '"entry":"e3"' "$work/delisted" && grep -q '"watched":false' "$work/delisted" && [ "$(count vessel.delisted)" = 1 ]
result "by her entry, and she is not watched" $? "$(cat "$work/delisted")"

# A changed configuration waits for SIGHUP, whatever a list does meanwhile.
sed -i 's/id: seen/id: other-rule/' "$work/c.yaml"
put own.csv "$head$one$two$four$three"
listed_again() { [ "$(count vessel.listed)" -ge 2 ]; }
wait_for 15 listed_again && ! grep -q other-rule <("$bin" alerts --state "$work/state" --json)
result "a refresh leaves a changed configuration alone" $? "$(tail -n 5 "$work/log")"
put own.csv "$head$one"
sleep 0.1
kill -HUP "$daemon"
shrunk() { [ "$(count vessel.delisted)" -ge 3 ]; }
wait_for 15 shrunk
result "SIGHUP takes any file that can be read" $? "$(tail -n 5 "$work/log")"

# While the daemon is down, one list takes a ship that the other has, which nobody ever heard.
stop "$daemon"
put own.csv "$head${one}e7,EXAMPLE FIVE,9999979,,P7\n$three"
: >"$work/log"
start
unheard() { "$bin" alerts --state "$work/state" --json | grep vessel.listed | grep -q '"subject":"imo/9999979"'; }
wait_for 15 unheard
result "after a restart: a ship of another list, never heard" $? "$("$bin" alerts --state "$work/state" --json | tail -n 3)"
back() { "$bin" alerts --state "$work/state" --json | grep vessel.listed | grep -c '"subject":"mmsi/440000003"' | grep -qx 3; }
wait_for 15 back
result "and one that was heard" $? "$("$bin" alerts --state "$work/state" --json | grep vessel.listed | tail -n 3)"
stop "$daemon"
: >"$work/log"
listed=$(count vessel.listed)
start
sleep 1
[ "$(count vessel.listed)" = "$listed" ]
result "the next start tells nothing twice" $? "$("$bin" alerts --state "$work/state" --json | tail -n 3)"
stop "$daemon"
python3 - "$work/state/lookout.db" >"$work/versions" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for row in db.execute('SELECT list, file, format, length(sha256), ships, read_ms > 0, entries IS NOT NULL FROM lists ORDER BY row'):
    print(*row)
P
[ "$(grep -c '^own own.csv csv 64' "$work/versions")" = 6 ] && [ "$(grep -c '^other' "$work/versions")" = 1 ] &&
    [ "$(grep -c ' 1$' "$work/versions")" = 2 ]
result "each version is on record once, the newest of each with its ships" $? "$(cat "$work/versions")"
[ "$("$bin" alerts --state "$work/state" --json | grep -c 'vessel.listed\|vessel.delisted\|list.refused')" = "$(grep -c 'vessel.listed\|vessel.delisted\|list.refused' "$work/alerts")" ]
result "every alert reached the webhook" $? "$(cat "$work/alerts")"
if [ -n "${LOOKOUT_BUILD:-}" ]; then
    mkdir -p "$build/alerts" && cp "$work/alerts" "$build/alerts/e2e-lists.jsonl"
fi
finish
