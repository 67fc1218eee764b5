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
echo 1..11
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
