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

for command in run check replay decode listen vessels calls alerts redeliver test-webhook ports zones; do
    status "$command --help" 0 "$bin" "$command" --help
    [ -s out ] && [ ! -s err ]
    result "$command --help goes to stdout" $? "$(cat err)"
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
says "a word too many" 2 "'more' is one word too many" run -c c.yaml more
says "a time that is none" 2 "--start 'soon'" replay -c c.yaml --start soon ok.nmea
says "an address that is none" 2 "--address 'nowhere'" listen --address nowhere
says "no such configuration" 2 "nosuch.yaml: error: " check -c nosuch.yaml
says "no INPUT" 2 "no INPUT is given" replay -c c.yaml
says "options written together" 2 "nosuch.yaml: error: " check -cnosuch.yaml
cp ok.nmea ./--help.nmea
says "what comes after -- is no option" 0 '"class":"AIS"' decode --format=nmea -- --help.nmea 2>/dev/null
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
