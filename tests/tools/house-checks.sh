#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The house in order, in TAP: layers, purity, names, the way told by daemon/README.md, format, length of files, the systemd unit;
# and that the first four checks do fail when a violation is planted.
set -u
cd "${LOOKOUT_ROOT:-.}" || exit 2
build=${LOOKOUT_BUILD:-build}
n=0
result() { # NAME STATUS TEXT
    n=$((n + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        printf '%s\n' "$3" | sed 's/^/#   /' | head -n 30
    fi
}

text=$(python3 tests/tools/layers.py . 2>&1)
result "modules include downward only" $? "$text"
text=$(sh tests/tools/purity.sh "$build/libcore.a" "$build/libgeo.a" 2>&1)
result "the core calls no clock, file, socket, random source or print" $? "$text"
text=$(python3 tests/tools/names.py . "$build/libcore.a" "$build/libgeo.a" "$build/libshell.a" 2>&1)
result "functions are named after their file, by verb and object" $? "$text"

text=$(python3 tests/tools/circles.py . "$build/obj" 2>&1)
result "files of a room call each other in circles only where its header says why" $? "$text"
text=$(python3 tests/tools/sizes.py . 2>&1)
result "no function has more than 60 lines, and no more than before have many parameters" $? "$text"
text=$(python3 tests/tools/way.py . 2>&1)
result "daemon/README.md tells the way of a sentence as it is" $? "$text"

plant=$(mktemp -d) || exit 2
mkdir -p "$plant/geo" "$plant/include/lookout/store" "$plant/daemon/core/ais"
echo '#include "lookout/store/store.h"' >"$plant/daemon/core/ais/planted.c"
python3 tests/tools/layers.py "$plant" >/dev/null 2>&1
[ $? -ne 0 ]
result "a planted include upward is found" $? "layers.py let it pass"
echo 'long time(long *); long planted(void); long planted(void) { return time(0); }' >"$plant/planted.c"
"${CC:-gcc}" -c -o "$plant/planted.o" "$plant/planted.c" && ar rcs "$plant/libplanted.a" "$plant/planted.o"
sh tests/tools/purity.sh "$plant/libplanted.a" >/dev/null 2>&1
[ $? -ne 0 ]
result "a planted call of the clock is found" $? "purity.sh let it pass"
echo '#include <stdio.h>' >"$plant/planted.c"
echo 'void planted(int n); void planted(int n) { printf("%d", n); }' >>"$plant/planted.c"
gcc -O2 -flto -ffat-lto-objects -c -o "$plant/planted.o" "$plant/planted.c" && ar rcs "$plant/libplanted.a" "$plant/planted.o"
sh tests/tools/purity.sh "$plant/libplanted.a" >/dev/null 2>&1
[ $? -ne 0 ]
result "so is a print in an object for optimisation at link time" $? "purity.sh let it pass"

mkdir -p "$plant/daemon/ais"
sed 's/`take_ais` ->/`take_report` ->/; s/-> `merge_push`/-> `merge_next`/' daemon/README.md >"$plant/daemon/README.md"
cp -r daemon/core daemon/shell "$plant/daemon/"
text=$(python3 tests/tools/way.py "$plant" 2>&1)
[ "$(echo "$text" | grep -c 'take_report: no function\|feed_path_push -> merge_next: it does not')" -eq 2 ]
result "a planted name that is not there, and a call that is none, are found" $? "way.py said: $text"
rm -rf "$plant/daemon"

mkdir -p "$plant/daemon/ais" "$plant/obj/daemon/ais"
echo 'int one(void); int two(void); int one(void) { return two(); }' >"$plant/daemon/ais/one.c"
echo 'int one(void); int two(void); int two(void) { return one(); }' >"$plant/daemon/ais/two.c"
for file in one two; do "${CC:-gcc}" -c -o "$plant/obj/daemon/ais/$file.o" "$plant/daemon/ais/$file.c"; done
python3 tests/tools/circles.py "$plant" "$plant/obj" | grep 'a circle of one, two' >/dev/null
result "a planted circle of two files is found" $? "circles.py let it pass"
echo '/* Circle: one, t*: planted. Circle: one, three: planted. */' >"$plant/daemon/ais/one.h"
[ "$(python3 tests/tools/circles.py "$plant" "$plant/obj")" = 'daemon/ais: the circle of one, three is justified, but it is not there' ]
result "one that a header justifies is not, and a justification of none is" $? "circles.py said otherwise"
{ echo 'int long_one(int n)' && echo '{' && yes '    n += 1;' | head -n 61 && echo '    return n;' && echo '}'; } >"$plant/daemon/ais/one.c"
[ "$(python3 tests/tools/sizes.py "$plant")" = "$plant/daemon/ais/one.c: long_one has 62 lines" ]
result "a planted function of 62 lines is found" $? "sizes.py let it pass"
rm -rf "$plant/daemon" "$plant/obj"

# planted TEXT: a tree with one file of that text, and what names.py says of it.
planted() {
    rm -rf "$plant/daemon" "$plant/libplanted.a" && mkdir -p "$plant/daemon/ais"
    printf '%b' "$1" >"$plant/daemon/ais/planted.c"
    cp "$plant/daemon/ais/planted.c" "$plant/planted.c"
    "${CC:-gcc}" -c -o "$plant/planted.o" "$plant/planted.c" && ar rcs "$plant/libplanted.a" "$plant/planted.o"
    text=$(python3 tests/tools/names.py "$plant" "$plant/libplanted.a" 2>&1)
}
planted 'int planted_one(void);\nint planted_one(void)\n{\n    return 1;\n}\n'
result "names.py takes a function named after its file" $? "$text"
planted 'int plant_one(void);\nint plant_one(void)\n{\n    return 1;\n}\n'
echo "$text" | grep -q plant_one
result "a planted public function without its file's name is found" $? "names.py let it pass"
bare='static int settle(void)\n{\n    return 1;\n}\nint planted_one(void);\nint planted_one(void)\n{\n    return settle();\n}\n'
planted "$bare"
echo "$text" | grep -q settle
result "so is a static function that is a bare word" $? "names.py let it pass"
planted "$(echo "$bare" | sed 's/settle/settle_planted/g')"
cp "$plant/daemon/ais/planted.c" "$plant/daemon/ais/other.c"
python3 tests/tools/names.py "$plant" 2>&1 | grep -q settle_planted
result "so is a static name that two files use" $? "names.py let it pass"
rm -rf "$plant"

files=$(git ls-files '*.c' '*.h' 2>/dev/null)
[ -n "$files" ] || files=$(find daemon geo include tests -name '*.[ch]')
# What was formatted the last time, by its hash, is not looked at again.
known=$build/formatted
[ "$known" -nt .clang-format ] || : >"$known"
# shellcheck disable=SC2086
sha256sum $files | sort >"$known.new"
# shellcheck disable=SC2046
set -- $(comm -13 "$known" "$known.new" | cut -c67-)
text=
[ $# -eq 0 ] || text=$(clang-format --dry-run -Werror "$@" 2>&1 | grep -E 'error' | head -n 10)
[ -z "$text" ] && mv "$known.new" "$known"
result "the sources are formatted" $? "$text"
# shellcheck disable=SC2086
text=$(wc -l $files | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines" }')
[ -z "$text" ]
result "no source is longer than 500 lines" $? "$text"

units=$(mktemp -d) || exit 2
sed "s|/usr/bin/lookoutd|$PWD/$(echo "$build" | sed "s|^$PWD/||")/lookoutd|g" systemd/lookoutd.service >"$units/lookoutd.service"
text=$(systemd-analyze verify --man=no "$units/lookoutd.service" 2>&1)
[ $? -eq 0 ] && [ -z "$text" ]
result "systemd-analyze verify is clean" $? "$text"
text=$(systemd-analyze security --offline=true --threshold=13 "$units/lookoutd.service" 2>&1)
result "the unit's exposure is at most 1.3" $? "$(printf '%s' "$text" | tail -n 3)"
rm -rf "$units"
echo "1..$n"
