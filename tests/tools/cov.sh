#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make cov`: line coverage of each source from the counts that the instrumented tests left below the build folder, the least covered
# first, and of all of them.
set -eu
cd "$(dirname "$0")/../.."
build=$1
find "$build/obj/daemon" "$build/obj/geo" -name '*.gcda' | sort | while read -r counts; do
    gcov -n -o "$(dirname "$counts")" "$counts" 2>/dev/null |
        awk -v want="$(echo "$counts" | sed "s|$build/obj/||; s|\.gcda\$|.c|")" '
            /^File/ { file = $2; gsub(/\047/, "", file) }
            /^Lines executed/ && file == want { split($0, part, /[:% ]+/); print part[3] " % of " part[5] "\t" file; exit }'
done | sort -n | awk '{ print; lines += $4; covered += $1 / 100 * $4 } END { if (lines) printf "%.2f %% of %d\tall\n", 100 * covered / lines, lines }'
