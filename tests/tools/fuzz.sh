#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make fuzz`: every fuzz target for SECONDS each, from its corpus; new inputs and crashes are kept under build/. Speaks TAP.
# `fuzz.sh SECONDS [TARGET...]`
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build/libfuzzer}
seconds=$1
shift
export LSAN_OPTIONS="suppressions=$PWD/tests/tools/lsan.supp:print_suppressions=0"
status=0 n=0
for target in "$build"/fuzz/fuzz_*; do
    [ -x "$target" ] || continue
    name=$(basename "$target" | sed 's/^fuzz_//')
    if [ $# -ne 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    mkdir -p "$build/corpus/$name" "$build/crashes"
    n=$((n + 1)) ok=ok
    "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$build/crashes/$name-" "$build/corpus/$name" "tests/fuzz/corpus/$name" \
        >"$build/$name.log" 2>&1 || { ok="not ok" && status=1; }
    echo "$ok $n - fuzz $name for $seconds s"
    grep -E 'stat::number_of_executed_units|SUMMARY|ERROR' "$build/$name.log" | sed 's/^/# /' || true
done
echo "1..$n"
exit $status
