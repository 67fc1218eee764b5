#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the command line says to words it cannot use and to places it cannot write to.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
cd "$work" || exit 2
# status NAME WANTED COMMAND...: its exit status; both outputs in $work/out and $work/err.
status() {
    local name=$1 wanted=$2
    shift 2
    timeout 60 "$@" >out 2>err </dev/null
    local got=$?
    [ "$got" -eq "$wanted" ]
    result "$name: exit $wanted" $? "exit $got: $(cat err)"
}
printf 'site: t\nrules:\n  - {id: s, when: sighted}\n' >c.yaml
for i in 1 2 3; do "$build/ais_say" "44000000$i" 36 "125.$i" 10 90 $((1711238400 + i * 60)); done >ok.nmea

for command in run check replay decode listen vessels calls alerts status redeliver test-webhook ports zones; do
    status "$command --help" 0 "$bin" "$command" --help
    [ -s out ] && [ ! -s err ]
    result "$command --help goes to stdout" $? "$(cat err)"
    grep -qE "^Exit status: 0 done; 1 .+; 2 wrong usage or configuration\\.$" out
    result "$command --help names the exit statuses" $? "$(cat out)"
    status "$command with an unknown option" 2 "$bin" "$command" --no-such-option
    status "$command --version" 0 "$bin" "$command" --version
done
# says NAME WANTED TEXT WORDS...: the exit status of lookoutd WORDS, and a text in what it says; nothing on the other stream.
says() {
    local name=$1 wanted=$2 text=$3
    shift 3
    timeout 60 "$bin" "$@" >out 2>err </dev/null
    local got=$? said=err silent=out
    [ "$wanted" -eq 0 ] && said=out silent=err
    [ "$got" -eq "$wanted" ] && grep -qF -- "$text" "$said" && [ ! -s "$silent" ]
    result "$name" $? "exit $got: $(cat out err)"
}
says "--help after words that are wrong" 0 "usage: lookoutd check" check --no-such -c nosuch.yaml --help
says "--help before the command" 0 "usage: lookoutd COMMAND" -c c.yaml --help
says "--help with no such command" 0 "usage: lookoutd COMMAND" lok --help
says "help COMMAND" 0 "usage: lookoutd calls" help calls
says "--version anywhere" 0 "lookoutd " check -c nosuch.yaml --version
says "a command mistyped" 2 "there is no command 'chek'; did you mean check?" chek -c c.yaml
says "an option mistyped" 2 "'--conect'; did you mean --connect?" check -c c.yaml --conect
says "an option with an argument mistyped" 2 "'--vesel'; did you mean --vessel?" alerts --vesel=1 --state state
says "an option without its argument" 2 "--since needs T" alerts --state state --since
says "a short option without its argument" 2 "-c needs FILE" run -c
says "an argument to an option that takes none" 2 "--dead takes no argument" alerts --dead=yes --state state
says "a format mistyped" 2 "did you mean jsonl?" decode --format json1
says "a word too many" 2 "the word 'more' is not expected" run -c c.yaml more
says "a time that is none" 2 "--start 'soon'" replay -c c.yaml --start soon ok.nmea
says "an address that is none" 2 "--address 'nowhere'" listen --address nowhere
says "no such configuration" 2 "nosuch.yaml: error: " check -c nosuch.yaml
says "no INPUT" 2 "no INPUT is given" replay -c c.yaml
says "options written together" 2 "nosuch.yaml: error: " check -cnosuch.yaml
cp ok.nmea ./--help.nmea
says "what comes after -- is no option" 0 '"class":"AIS"' decode --format=nmea -- --help.nmea 2>/dev/null
says "webhooks where there are none" 2 "the configuration has no webhooks" test-webhook -c c.yaml
status "no command" 2 "$bin"
status "an unknown command" 2 "$bin" lok
for words in --help --version "ports" "ports --help" "check -c c.yaml" "decode ok.nmea" "replay -c c.yaml ok.nmea"; do
    # shellcheck disable=SC2086
    "$bin" $words >/dev/full 2>err
    [ $? -eq 1 ] && [ -s err ]
    result "$words to a full disk: exit 1" $? "$(cat err)"
done
status "alerts to a full disk" 1 "$bin" replay -c c.yaml --alerts /dev/full ok.nmea
status "standard input twice" 2 "$bin" replay -c c.yaml - -
status "a directory as input" 1 "$bin" replay -c c.yaml .
status "a state directory that is a file" 1 "$bin" replay -c c.yaml --state c.yaml ok.nmea
gzip -c ok.nmea | head -c 40 >cut.gz
status "a recording cut off" 1 "$bin" replay -c c.yaml cut.gz
[ "$(grep -c 'cut.gz: cut off' err)" -eq 1 ] && ! grep -q 'cut.gz: cut.gz' err
result "it is named once" $? "$(cat err)"
status "a state is made" 0 "$bin" replay -c c.yaml --state state ok.nmea
status "vessels by the configuration" 0 "$bin" vessels -c c.yaml 440000001
[ ! -s err ]
result "a look-up repeats no warnings of the configuration" $? "$(cat err)"

# The directory knows the configuration that filled it: rules and the watch list need not be named again.
cat >story.yaml <<'END'
site: t
ports: {groups: {dprk: ["KP*"]}}
vessels: [{id: trader, name: EXAMPLE TRADER, imo: 9999993}]
rules:
  - {id: way, when: route, route: "$dprk >> RUVVO", within: 180d, leg: 180d}
  - {id: sts, when: encounter, vessels: {min_length: 50m}}
END
status "a state of the demonstration" 0 "$bin" replay -c story.yaml --state story --alerts story.jsonl "$(demo_recording)"
"$bin" vessels --state story 445000021 >out && "$bin" vessels -c story.yaml --state story 445000021 >other
sed 's/"age_s":[0-9]*//' out | grep -q '"routes":\[{"rule":"way"' && [ "$(sed 's/"age_s":[0-9]*//' out)" = "$(sed 's/"age_s":[0-9]*//' other)" ]
result "vessels --state DIR knows open route runs" $? "$(cat out other)"
"$bin" vessels --state story "example trader" | grep -q '"watched":true,"matched_by":"imo"'
result "vessels --state DIR knows who is watched, and why" $?
# The one ship's story, as JSON and as text; the other side of the meeting has it too.
"$bin" vessels --state story 445000001 | python3 -c '
import json, sys
ship = json.load(sys.stdin)
kinds = [entry["kind"] for entry in ship["story"]]
times = [entry["time"] for entry in ship["story"]]
assert times == sorted(times) and {"identity", "call", "voyage", "route"} <= set(kinds), kinds
assert [e["call"]["port"] for e in ship["story"] if e["kind"] == "call" and e["call"]["confidence"] > 1] == ["Nampo", "Shidao", "Vladivostok"]
assert all(entry["text"] for entry in ship["story"])' 2>err
result "vessels X tells the story of one ship" $? "$(cat err)"
"$bin" vessels --state story 445000001 --text >out && [ "$(awk '{ print length }' out | sort -n | tail -n 1)" -le 80 ] &&
    grep -q '^2024-03-19 08:11  call       Shidao CNSHD: arrived 2024-03-19 08:11, departed' out && grep -q '^Watched     matched by imo, entry trader' out
result "the same as text of 80 columns" $? "$(cat out)"
"$bin" vessels --state story 538000043 --text | grep -q '^2024-03-20 18:20  meeting    beside EXAMPLE SHADOW (IMO 9999589,'
result "a ship that others met" $?
[ "$("$bin" vessels --state story EXAMPLE | grep -c story)" = 0 ]
result "of several ships no story is told" $?
status "a story is text or JSON" 2 "$bin" vessels --state story 445000001 --text --json

# Whoever asks what is stored, or tries rules on a recording, need not be allowed to read the secrets.
cat >secret.yaml <<'END'
site: t
state: story
rules: [{id: s, when: sighted}]
webhooks:
  - {id: a, url: {credential: a-url}, secret: {file: no.secret}, authorization: {credential: token}}
  - {id: b, url: "https://b.example.org/", secret: [{credential: b}, {credential: c}], client_cert: secret.yaml, client_key: no.key}
END
for words in "vessels 445000001" calls alerts "redeliver --dead" "replay ok.nmea"; do
    # shellcheck disable=SC2086
    status "$words without secrets" 0 env -u CREDENTIALS_DIRECTORY "$bin" $words -c secret.yaml
done
for words in check test-webhook "replay --deliver ok.nmea"; do
    # shellcheck disable=SC2086
    status "$words without secrets" 2 env -u CREDENTIALS_DIRECTORY "$bin" $words -c secret.yaml
done
sed -i 's/a-url/"..\/a"/' secret.yaml
status "a credential that is none, all the same" 2 "$bin" alerts -c secret.yaml

# Nothing is left of the outbox of a replay that kept no state.
mkdir scratch
printf 'site: t\nrules: [{id: s, when: sighted}]\nwebhooks: [{id: a, url: "http://127.0.0.1:9/", retry: [100ms], retry_for: 1s}]\n' >gone.yaml
status "a replay that delivers to nobody" 1 env TMPDIR="$work/scratch" "$bin" replay --deliver -c gone.yaml ok.nmea
[ -z "$(ls scratch)" ]
result "no scratch files are left" $? "$(ls -R scratch)"

# In the journal every fault of a configuration has its priority (sd-daemon(3)): 3 error, 4 warning.
printf 'site: t\nlog: loud\nwebhooks: [{id: a, url: "http://192.0.2.1/"}]\nrules: [{id: s, when: sighted}]\n' >loud.yaml
: >journal
JOURNAL_STREAM=$(stat -c %d:%i journal) "$bin" check -c loud.yaml >/dev/null 2>>journal
[ $? -eq 2 ] && grep -q '^<3>loud.yaml:2:6: error: ' journal && grep -q '^<4>loud.yaml:3:26: warning: ' journal &&
    [ "$(grep -vc '^<[34]>' journal)" = 0 ]
result "faults have a priority in the journal" $? "$(cat journal)"

# A recording of bare sentences needs a time to begin with.
sed 's/^\\[^\\]*\\//' ok.nmea >bare.nmea
status "a recording without times" 2 "$bin" replay -c c.yaml bare.nmea
grep -q 'bare.nmea has no times: give --start' err
result "says what it needs" $? "$(cat err)"
printf 'MMSI,Zeit,LAT,LON,Fahrt\n257111220,2024-05-01 12:00:00,59.5,10.5,5\n' >zeit.csv
status "a table whose time is not known" 2 "$bin" replay -c c.yaml zeit.csv
grep -q 'zeit.csv has no times (columns that are not known: Zeit, Fahrt): give --start' err
result "names its columns" $? "$(cat err)"
status "decode of it" 0 "$bin" decode zeit.csv
grep -q 'zeit.csv: no time was found; columns that are not known: Zeit, Fahrt ' err
result "names them too" $? "$(cat err)"
status "decode of it with a map" 0 "$bin" decode --columns '{time: Zeit}' zeit.csv
[ ! -s err ] && grep -q '2024-05-01T12:00:00' out
result "has its time" $? "$(cat out err)"
status "with one" 0 "$bin" replay -c c.yaml --start 2024-03-24T00:00:00Z bare.nmea
[ "$(grep -c '"time":"2024-03-24T00:0' out)" = 3 ]
result "it is read" $? "$(cat out err)"
printf 'site: t\nstate: bare-state\nfeeds: [{id: tape, file: bare.nmea}]\nrules: [{id: s, when: sighted}]\n' >bare.yaml
status "the same as a feed" 0 "$bin" run --once -c bare.yaml
grep -q 'feed tape: the recording has no times: give the feed a `start`' err
result "is warned of" $? "$(cat err)"

# --once does not wait for ever for a receiver that does not answer.
cat >wait.yaml <<'END'
site: t
state: wait-state
feeds: [{id: tape, file: ok.nmea}]
rules: [{id: s, when: sighted}]
webhooks: [{id: a, url: "http://127.0.0.1:9/"}]
END
status "run --once --wait 1s where nobody listens" 1 "$bin" run --once --wait 1s -c wait.yaml
grep -q 'not all alerts were delivered in time: pending=3 wait_s=1' err
result "says what was not delivered" $? "$(cat err)"
says "--wait without sense" 2 "--wait 'soon'" run --once --wait soon -c wait.yaml

# The installed file means the service's state, for what fills it and what asks it. (In a namespace where /etc and /var/lib are ours.)
cat >installed.sh <<'END'
mount -t tmpfs etc /etc && mount -t tmpfs lib /var/lib && mkdir -p /etc/lookoutd /var/lib/private || exit 99
printf 'site: t\nrules: [{id: s, when: sighted}]\n' >/etc/lookoutd/lookoutd.yaml
mkdir -m 700 /var/lib/private/lookoutd && ln -s private/lookoutd /var/lib/lookoutd
"$1" replay -c /etc/lookoutd/lookoutd.yaml --alerts /dev/null ok.nmea --state && ls /var/lib/private/lookoutd/*.db &&
    "$1" vessels -c /etc/lookoutd/lookoutd.yaml 440000001
END
text=$(unshare -rm sh installed.sh "$bin" 2>&1)
code=$?
if [ $code -eq 99 ] || ! unshare -rm true 2>/dev/null; then
    skip "the installed file finds the service's state" "no namespaces here"
else
    [ $code -eq 0 ] && grep -q '"mmsi":440000001' <<<"$text"
    result "the installed file finds the service's state" $? "$text"
fi

# Distances over water are made for the rules whose forecasts are seen, and for no others.
for row in "[match]:no" "[progress]:no" "[forecast]:yes" "[match, lapse]:yes"; do
    printf 'site: t\nrules:\n  - {id: r, when: route, route: "KPNAM > CNSHD > RUVVO", events: %s}\n' "${row%:*}" >water.yaml
    "$bin" check -c water.yaml >out 2>&1 && case $row in
    *:no) ! grep -q "distances over water" out ;;
    *) grep -q "distances over water: to 1 set of ports" out ;;
    esac
    result "events: ${row%:*} and distances over water: ${row##*:}" $? "$(cat out)"
done

# The error text is UTF-8 also where the fault is in the middle of it.
printf 'site: t\nrules:\n  - {id: r, when: route, route: "KP* >> \303\251"}\n' >utf8.yaml
status "a route with another letter" 2 "$bin" check -c utf8.yaml
iconv -f UTF-8 -t UTF-8 err >/dev/null && grep -q "'é' where" err
result "the letter is shown whole" $? "$(cat err)"

# 359.9 degrees rounds to north.
"$build/ais_say" 440000001 36 125 10 359.9 1711238400 >north.nmea
status "course 359.9" 0 "$bin" replay -c c.yaml north.nmea
grep -q 'course 000' out
result "a course is 000 to 359" $? "$(cat out)"
# silent_after is a key of every feed.
printf 'site: t\nfeeds: [{id: a, file: ok.nmea, silent_after: 10min}]\nrules:\n  - {id: s, when: sighted}\n' >tape.yaml
status "silent_after of a recording" 0 "$bin" check -c tape.yaml
finish
