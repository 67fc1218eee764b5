#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `replay` over the demonstration and over real recordings: the story is told, twice the same, and every line is accounted for.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
tape=$(demo_recording)
new_secret "$work/secret"
demo_config "$work/demo.yaml" http://127.0.0.1:9/ "$work/secret" max "$work/state"

# Not sanitized, the first replay makes the distances over water.
made='cached=[1-9]'
[ -n "${LOOKOUT_SANITIZED:-}" ] || { rm -rf "$work/state" && made='made=[1-9]'; }
"$bin" replay -c "$work/demo.yaml" "$tape" >"$work/a" 2>"$work/a.err"
result "the demonstration replays" $? "$(tail -n 5 "$work/a.err")"
# The daemon leaves the distances over water in its state directory; from now on replays read them there.
head -n 1 "$tape" >"$work/one.nmea"
sed "s|file: $tape|file: $work/one.nmea|" "$work/demo.yaml" >"$work/one.yaml"
"$bin" run -c "$work/one.yaml" >/dev/null 2>"$work/err" &
daemon=$!
pids+=("$daemon")
wait_for 60 grep -q "distances over water: sets=.* $made" "$work/err" && ls "$work"/state/water/*.field >/dev/null 2>&1
kept=$?
stop "$daemon"
[ $kept -eq 0 ]
result "run keeps the distances over water" $? "$(tail -n 5 "$work/err")"
rm -f "$work"/state/*.db*
"$bin" replay -c "$work/demo.yaml" "$tape" >"$work/b" 2>/dev/null
cmp -s "$work/a" "$work/b"
result "twice gives the same bytes" $?
gzip -c "$tape" >"$work/tape.gz" && "$bin" replay -c "$work/demo.yaml" - <"$tape" >"$work/c" 2>/dev/null
cmp -s "$work/a" "$work/c"
result "standard input gives the same bytes" $?
"$bin" replay -c "$work/demo.yaml" "$work/tape.gz" >"$work/c" 2>/dev/null
cmp -s "$work/a" "$work/c"
result "a packed recording gives the same bytes" $?
# Odd and even lines apart, as two stations would have recorded them: merged by event time again.
awk 'NR % 2 { print > "'"$work/odd"'"; next } { print > "'"$work/even"'" }' <(grep ',1,1,' "$tape")
grep ',1,1,' "$tape" >"$work/single"
"$bin" replay -c "$work/demo.yaml" "$work/single" >"$work/c" 2>/dev/null
"$bin" replay -c "$work/demo.yaml" "$work/odd" "$work/even" >"$work/d" 2>/dev/null
cmp -s <(ids "$work/c") <(ids "$work/d")
result "two recordings merged by event time tell the same" $?

# The story, in its order.
story=$(grep -o '"type":"lookoutd\.[a-z.]*","subject":"mmsi/445000001"' "$work/a" | sed 's/.*lookoutd\.\([a-z.]*\)".*/\1/' | tr '\n' ' ')
case $story in
*"route.progressed "*"route.forecast "*"zone.approached "*"zone.entered "*"gate.crossed "*"route.matched "*) s=0 ;;
*) s=1 ;;
esac
result "progressed, forecast, approached, entered, crossed, matched: in this order" $s "$story"
# The second story: what was told of the ship that was silent, in its order.
story=$(grep -o '"type":"lookoutd\.[a-z_.]*","subject":"mmsi/445000042"' "$work/a" | sed 's/.*lookoutd\.\([a-z_.]*\)".*/\1/' | tr '\n' ' ')
case $story in
*"gap.started "*"silent_call.possible "*"encounter.started "*"encounter.ended "*"route.forecast "*"zone.entered "*) s=0 ;;
*) s=1 ;;
esac
result "silent, could have called, met another, forecast, entered: in this order" $s "$story"
text=$(grep '"subject":"mmsi/445000042"' "$work/a" | grep '"type":"lookoutd.route.progressed"')
[[ $text == *"could have called at Haeju KPHAE between"*"silent 60 h"* ]]
result "its route says where it could have called: the nearest port of those" $? "$text"
grep '"type":"lookoutd.encounter.started","subject":"mmsi/445000042"' "$work/a" | grep -q 'EXAMPLE LIGHTER'
result "whom it met" $?
# Nothing critical about any of the forty-one others.
others=$(grep '"severity":"critical"' "$work/a" | grep -vEc '"subject":"mmsi/445000(001|042)"')
[ "$others" -eq 0 ]
result "nothing critical about the forty-one others" $? "$others alerts"
forecast=$(grep '"type":"lookoutd.route.forecast","subject":"mmsi/445000001"' "$work/a" | grep -o '"time":"[^"]*"' | head -n 1 | cut -d'"' -f4)
matched=$(grep '"type":"lookoutd.route.matched","subject":"mmsi/445000001"' "$work/a" | grep -o '"time":"[^"]*"' | head -n 1 | cut -d'"' -f4)
[ $(($(date -d "$matched" +%s) - $(date -d "$forecast" +%s))) -gt 86400 ]
result "the forecast comes more than 24 h before Vladivostok" $? "$forecast $matched"
mkdir -p "$build/alerts" && cp "$work/a" "$build/alerts/demo.jsonl"

# With --state: what was learned is there for the other commands, and told alerts are history.
"$bin" replay -c "$work/demo.yaml" --state "$work/kept" --alerts "$work/e" "$tape" >"$work/out" 2>/dev/null
result "--state and --alerts" $?
cmp -s "$work/a" "$work/e" && [ ! -s "$work/out" ]
result "--alerts writes what stdout would have" $?
# Without a directory it is the configuration's, wherever the option stands.
(cd "$work" && "$bin" replay -c demo.yaml --state --alerts f "$tape" >/dev/null 2>&1 && "$bin" replay -c demo.yaml "$tape" --alerts g --state >/dev/null 2>&1)
ls "$work"/state/*.db >/dev/null && cmp -s "$work/e" "$work/f"
result "--state alone is the configuration's directory" $? "$(ls "$work" "$work/state")"
count=$("$bin" vessels --state "$work/kept" 2>/dev/null | wc -l)
[ "$count" -eq 43 ]
result "43 vessels are kept" $? "$count"
"$bin" vessels --state "$work/kept" 9999993 | grep -q '"name":"EXAMPLE TRADER"'
result "a vessel is found by its IMO number" $?
calls=$("$bin" calls --state "$work/kept" 445000001 | grep '"record":"call"' | grep -vc '"confidence":1')
[ "$calls" -eq 3 ]
result "three calls of the story ship are on record" $? "$("$bin" calls --state "$work/kept" 445000001)"
history=$("$bin" alerts --state "$work/kept" | grep -c '"state":"history"')
[ "$history" -eq "$(wc -l <"$work/a")" ]
result "all alerts are kept as history" $? "$history"

# Every line in one place: sentences, records, comments, other lines and refused ones.
account() { # FILE: 0 when the summary's parts add up to its items
    awk '$2 == "items:" { items = $1; sum = $3 + $5 + $7 + $9 + $11 }
         $1 == "refused" && $3 ~ /^(not_a_sentence|line_too_long|unknown_json|bad_checksum|no_checksum|bad_fields|bad_armor),?$/ { sum += $2 }
         $2 == "messages:" { if (items != sum) { print "items " items " accounted " sum; bad = 1 } found = 1 }
         END { exit bad || !found }' "$1"
}
account "$work/a.err"
result "the demonstration's lines are accounted for" $? "$(account "$work/a.err")"
for f in corpora/kystverket-1000.nm4 tracks/containerships-polar.nmea tracks/sein-frontier.nmea corpora/sample.aivdm corpora/nmea_plus-samples.txt; do
    if [ -f "../shared/data/$f" ]; then
        start=
        case $f in corpora/sample.aivdm | corpora/nmea_plus*) start="--start 2024-01-01" ;; esac
        # shellcheck disable=SC2086
        "$bin" replay -c "$work/demo.yaml" $start "../shared/data/$f" >"$work/f" 2>"$work/f.err"
        result "$f replays" $? "$(tail -n 5 "$work/f.err")"
        text=$(account "$work/f.err")
        result "$f: every line is accounted for" $? "$text
$(cat "$work/f.err")"
    else
        skip "$f" "the folder of real data is not there"
    fi
done
if [ -f ../shared/data/corpora/kystverket-1000.nm4 ]; then
    messages=$("$bin" replay -c "$work/demo.yaml" ../shared/data/corpora/kystverket-1000.nm4 2>&1 >/dev/null | sed -n 's/^ *\([0-9]*\) messages.*/\1/p')
    [ "$messages" = 877 ]
    result "kystverket-1000.nm4 gives 877 messages" $? "$messages"
fi

# The closing summary's figures are those of the alerts, the database and the recording, counted without it.
cat >"$work/noisy.yaml" <<EOF
site: noisy
zones: [$PWD/config/demo-zones.geojson]
rules:
  - {id: box, when: zone, zones: [yeosu-box], events: [enter, exit], severity: {entered: critical}}
  - {id: calls, when: port_call, ports: ["*"], events: [arrive, depart, leave]}
  - {id: seen, when: sighted}
  - {id: legs, when: voyage, from: ["KP*"], to: ["RU*", CNSHD]}
  - {id: way, when: route, route: "KP* >> ru* >> (KR* | RU*)", within: 180d, leg: 180d, forecast: never}
mutes: [{vessel: 412000002}]
EOF
{ cat "$tape" && printf '!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*00\nrubbish\n  more of it\n'; } >"$work/noisy.nmea"
"$bin" replay -c "$work/noisy.yaml" --state "$work/noisy" --summary "$work/summary" "$work/noisy.nmea" >"$work/f" 2>"$work/err"
result "--summary" $? "$(tail -n 5 "$work/err")"
"$bin" calls --state "$work/noisy" >"$work/calls"
"$bin" alerts --state "$work/noisy" >"$work/kept-alerts"
text=$(python3 tests/tools/summary_check.py "$work/summary" "$work/err" "$work/f" "$work/calls" "$work/noisy.nmea" 2>&1)
result "the figures of the summary are right" $? "$text"
cp "$work/summary" "$build/alerts/summary.jsonl"
awk 'length > 80 && !/^input/ && !/warning: / && !/^        / { print; bad = 1 } END { exit bad }' "$work/err"
result "the summary fits in 80 columns" $? "$(awk 'length > 80' "$work/err")"
# What follows asks nothing of distances over water, which take the longest.
printf 'site: plain\nrules: [{id: seen, when: sighted}]\n' >"$work/plain.yaml"
"$bin" replay -c "$work/plain.yaml" --summary /dev/full "$work/single" >/dev/null 2>"$work/err"
[ $? -eq 1 ] && grep -q '/dev/full' "$work/err"
result "a summary that cannot be written is exit 1" $?

# A recording without times asks for --start; with it, it replays.
"$build/ais_say" 440000001 36 125 10 90 >"$work/untimed"
"$bin" replay -c "$work/plain.yaml" "$work/untimed" >/dev/null 2>"$work/err"
[ $? -eq 2 ] && grep -q -- '--start' "$work/err"
result "a recording without times asks for --start" $? "$(cat "$work/err")"
"$bin" replay -c "$work/plain.yaml" --start 2024-03-24T00:00:00Z "$work/untimed" 2>&1 >/dev/null | grep -q 'vessels: 1'
result "--start gives it a time" $?
# Of an input of which nothing is understood it is said, and the exit is 1; comments alone, and nothing at all, are no fault.
printf 'hello\nworld\n' >"$work/junk"
printf '{"foo":1}\n' >"$work/junk.json"
printf '# a comment\n' >"$work/comment"
: >"$work/nothing"
"$bin" replay -c "$work/plain.yaml" "$work/single" >"$work/plain" 2>/dev/null
for f in junk junk.json; do
    "$bin" replay -c "$work/plain.yaml" "$work/single" "$work/$f" >"$work/f" 2>"$work/err"
    [ $? -eq 1 ] && grep -q "$f: nothing in it was understood" "$work/err" && cmp -s "$work/plain" "$work/f"
    result "$f is exit 1, after the rest of the inputs" $? "$(cat "$work/err")"
    "$bin" decode "$work/$f" >"$work/f" 2>"$work/err"
    [ $? -eq 1 ] && grep -q "$f: nothing in it was understood" "$work/err" && [ ! -s "$work/f" ]
    result "decode of $f is exit 1" $? "$(cat "$work/err")"
done
for f in comment nothing; do
    "$bin" replay -c "$work/plain.yaml" "$work/$f" >/dev/null 2>"$work/err" && "$bin" decode "$work/$f" 2>>"$work/err"
    result "$f is no fault" $? "$(cat "$work/err")"
done
printf 'ID,When,P,Q\n440000001,25/03/2024 00:00,36,125\n' >"$work/table.csv"
"$bin" replay -c "$work/plain.yaml" --columns 'mmsi: ID, time: When, lat: P, lon: Q' "$work/table.csv" 2>&1 >/dev/null | grep -q 'event time 2024-03-25T00:00:00Z'
result "--columns says which column is what" $?
# A recording's clock that is off: ahead from the start, or ahead for an hour in the middle. Nobody falls silent, each step is told with its line, what
# lies outside it is told as of the undisturbed recording, and so are the rates.
cat >"$work/off.geojson" <<Z
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"line"},"geometry":{"type":"LineString","coordinates":[[2,58.7],[4,58.7]]}}]}
Z
printf 'site: clocks\nzones: [off.geojson]\nrules: [{id: line, when: gate}, {id: silent, when: gap, after: 1h}]\n' >"$work/off.yaml"
sail() { # FROM TO AHEAD: eight ships for five hours; minutes, seconds
    awk -v from="$1" -v to="$2" -v ahead="$3" 'BEGIN { print "mmsi,timestamp,lat,lon,sog,cog"
        for (m = 0; m < 300; m++) for (i = 0; i < 8; i++)
            printf "%d,%d,%.6f,3.0,10,0\n", 257000010 + i, 1714564800 + m * 60 + i + (m >= from && m < to ? ahead : 0), 58 + 0.1 * i + m / 360 }'
}
sail 0 0 0 >"$work/off.csv" && "$bin" replay -c "$work/off.yaml" "$work/off.csv" >"$work/off" 2>/dev/null
sail 0 20 43200 >"$work/start.csv" && "$bin" replay -c "$work/off.yaml" --summary "$work/summary" "$work/start.csv" >"$work/start" 2>"$work/err"
grep -q 'start.csv: line 2: the recording.s clock was off by 12h ahead' "$work/err" && grep -q 'its clock made 1 step' "$work/err" && grep -q ', 0.21 days' "$work/err" &&
    cmp -s "$work/off" "$work/start"
result "a clock that is ahead from the start" $? "$(cat "$work/err" "$work/start")"
mkdir -p "$build/alerts" && cp "$work/summary" "$build/alerts/summary-steps.jsonl"
sail 100 160 10800 >"$work/middle.csv" && "$bin" replay -c "$work/off.yaml" "$work/middle.csv" >"$work/middle" 2>"$work/err"
grep -q 'middle.csv: line 802: the recording.s clock was off by 3h ahead' "$work/err" && grep -q 'the times of 480 reports (20.0 %) were put right' "$work/err" && cmp -s "$work/off" "$work/middle"
result "a clock that jumps ahead and comes back" $? "$(cat "$work/err" "$work/middle")"
# The same in two files, cut while the clock is off.
{ sed -n 1,1041p "$work/middle.csv" >"$work/part1.csv" && sed -e 2,1041d "$work/middle.csv" >"$work/part2.csv"; } &&
    "$bin" replay -c "$work/off.yaml" "$work/part1.csv" "$work/part2.csv" >"$work/parts" 2>"$work/err" && cmp -s "$work/off" "$work/parts"
result "a clock that is off across two files" $? "$(cat "$work/err" "$work/parts")"
"$bin" replay -c "$work/demo.yaml" "$work/no-such-file" >/dev/null 2>&1
[ $? -eq 1 ]
result "a missing input is exit 1" $?
"$bin" replay -c "$work/demo.yaml" >/dev/null 2>&1
[ $? -eq 2 ]
result "no input at all is exit 2" $?
finish
