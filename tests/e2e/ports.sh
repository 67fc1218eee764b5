#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lookoutd ports, as users call it. TAP on stdout.
set -u
bin=${LOOKOUT_BIN:-build/lookoutd}
n=0
# is NAME WANTED GOT
is() {
    n=$((n + 1))
    if [ "$2" = "$3" ]; then echo "ok $n - $1"; else
        echo "not ok $n - $1"
        printf '# wanted: %s\n# got: %s\n' "$2" "$3"
    fi
}
echo 1..19
is "one port, tab-separated" \
    "$(printf 'KPNAM\tNampo\t38.7167,125.4000\tarea\tWPI 60280\t')" "$("$bin" ports KPNAM)"
is "codes that are the same port" "RUBNK RUKDT RUGSA RUSZZ RUBRK" "$("$bin" ports RULED | cut -f6)"
is "a code with a blank, in lower case" RUVVO "$("$bin" ports 'ru vvo' | cut -f1)"
is "by name" CNSHD "$("$bin" ports shidao | cut -f1)"
is "another code of a port" CNSGH "$("$bin" ports CNSHA | cut -f1 | head -n 1)"
is "a country" 13 "$("$bin" ports 'KP*' | wc -l)"
all=$("$bin" ports | wc -l)
is "all ports without a query" yes "$([ "$all" -gt 6000 ] && echo yes)"
is "six fields in every line" "$all" "$("$bin" ports | awk -F'\t' 'NF == 6' | wc -l)"
"$bin" ports nowhere-at-all >/dev/null 2>&1
is "nothing found" 1 $?
"$bin" ports --nonsense >/dev/null 2>&1
is "wrong usage" 2 $?
"$bin" ports --help | grep -q '^usage: lookoutd ports'
is "help" 0 $?
"$bin" ports --missed >/dev/null 2>&1
is "--missed needs an input" 2 $?
"$bin" ports --for 6h KPNAM >/dev/null 2>&1
is "--for goes with --missed" 2 $?
is "further places" yes "$("$bin" ports --places CAVAN | awk -F'\t' '$2 == "49.0150,-123.1600" && $3 == "5km" { print "yes" }')"

# Ships that lie at docks and harbours far from their port's point (positions are real, ships
# invented): where they arrive, by code.
data=$(dirname "$0")/../data/ports
# arrivals CONFIGURATION RECORDING
arrivals() {
    "$bin" replay -c "$data/$1" "$data/$2" 2>/dev/null | sed -n 's/.*"type":"lookoutd.port.arrived".*"port":{"locode":"\([A-Z0-9]*\)".*/\1/p'
}
is "at another code's position, declared" USMIA "$(arrivals calls.yaml 4-bal-harbour.nmea)"
is "overseas, under its own flag" VGRAD "$(arrivals calls.yaml 6-road-town.nmea)"
is "a terminal 30 km from the harbour" CAVAN "$(arrivals calls.yaml 7-deltaport.nmea)"
is "a terminal found by its port's code" USHOU "$(arrivals houston.yaml 8-barbours-cut.nmea)"
is "nothing lay outside every port" "" "$("$bin" ports --missed "$data/7-deltaport.nmea" --for 2h 2>/dev/null)"
