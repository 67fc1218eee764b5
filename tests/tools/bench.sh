#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make bench`: every benchmark prints one JSON line a figure; the table at the end is made of them. `bench.sh [NAME...]`
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
export LOOKOUT_ROOT="$PWD" LOOKOUT_BUILD="$PWD/$build" LOOKOUT_BIN="$PWD/$build/lookoutd"
# As in systemd/lookoutd.service.
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1
out=$build/bench.jsonl
: >"$out"
for program in "$build"/bench/bench_* tests/bench/bench_*.py; do
    [ -x "$program" ] || continue
    name=$(basename "$program" | sed 's/^bench_//; s/\.py$//')
    if [ $# -ne 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    "$program" | tee -a "$out"
done
python3 tests/tools/bench_table.py "$out"
