#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The layers: every #include of a public or private header is looked up in layers.txt and headers.txt. `layers.sh [ROOT]`
# prints each violation and fails when there is one.
set -eu
root=${1:-.}
here=$(dirname "$0")
find "$root/geo" "$root/daemon" "$root/include" -name '*.[ch]' | sort | while read -r file; do
    case $file in
    */include/lookout/*) room=$(awk -v h="$(basename "$file" .h)" '$1 == h { print $2 }' "$here/headers.txt") ;;
    "$root"/geo/*) room=geo ;;
    *) room=$(basename "$(dirname "$file")") ;;
    esac
    if [ -z "$room" ]; then
        echo "$file: is not in headers.txt"
        continue
    fi
    sed -n 's/^ *# *include *\(["<][^">]*\)[">].*/\1/p' "$file" | while read -r what; do
        case $what in
        \"lookout/* | \<lookout/*)
            header=${what#?lookout/}
            header=${header%.h}
            owner=$(awk -v h="$header" '$1 == h { print $2 }' "$here/headers.txt")
            [ -n "$owner" ] || { echo "$file: includes lookout/$header.h, which is not in headers.txt"; continue; }
            [ "$owner" = "$room" ] || grep -qE "^$room:.* $owner( |\$)" "$here/layers.txt" ||
                echo "$file: $room may not include lookout/$header.h of $owner"
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
