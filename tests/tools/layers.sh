#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The layers: the room of a file and of a public header is its folder; layers.txt says which rooms a room may use.
# `layers.sh [ROOT]` prints each violation and fails when there is one.
set -eu
root=${1:-.}
here=$(dirname "$0")
find "$root/geo" "$root/daemon" "$root/include" -name '*.[ch]' | sort | while read -r file; do
    case $file in
    "$root"/geo/*) room=geo ;;
    *) room=$(basename "$(dirname "$file")") ;;
    esac
    if ! grep -q "^$room:" "$here/layers.txt"; then
        echo "$file: its room $room is not in layers.txt"
        continue
    fi
    sed -n 's/^ *# *include *\(["<][^">]*\)[">].*/\1/p' "$file" | while read -r what; do
        case $what in
        \"lookout/*/* | \<lookout/*/*)
            header=${what#?lookout/}
            owner=${header%%/*}
            [ "$owner" = "$room" ] || grep -qE "^$room:.* $owner( |\$)" "$here/layers.txt" ||
                echo "$file: $room may not include lookout/$header of $owner"
            ;;
        \"*/*) echo "$file: includes ${what#?}: private headers stay in their room" ;;
        \"*) [ -f "$(dirname "$file")/${what#?}" ] || echo "$file: includes ${what#?}, which is not beside it" ;;
        *geos_c.h) [ "$file" = "$root/geo/geos.c" ] || echo "$file: only geo/geos.c may see geos_c.h" ;;
        esac
    done
done | {
    bad=0
    while read -r line; do
        echo "$line"
        bad=1
    done
    exit $bad
}
