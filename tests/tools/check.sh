#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run the built tests and count. `check.sh` runs everything for `make check`: unit, scenario and end-to-end tests of the plain and the
# sanitized build, and the house checks; `check.sh tests` only the tests of $BUILD. Every program speaks TAP on stdout:
# "ok", "not ok", "# SKIP". The last line is "N passed, N failed, N skipped"; the exit status is 1 when anything failed.
set -u
cd "$(dirname "$0")/../.." || exit 2
root=$PWD
build=${BUILD:-build}
export LOOKOUT_ROOT="$root" CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS="suppressions=$root/tests/tools/lsan.supp:print_suppressions=0"
# Scratch files stay in the build folder.
export TMPDIR="$root/$build/tmp"
mkdir -p "$TMPDIR"
passed=0 failed=0 skipped=0

# one NAME COMMAND...: run, count its TAP lines; a program that ends badly without a "not ok" counts as one failure.
one() {
    name=$1
    shift
    out=$build/log/$(echo "$name" | tr '/ ' '__').log
    mkdir -p "$build/log"
    timeout "${TEST_TIMEOUT:-900}" "$@" >"$out" 2>&1 </dev/null
    status=$?
    set -- $(awk '/^ok/ { if ($0 ~ /# SKIP/) s++; else p++ } /^not ok/ { if ($0 ~ /# SKIP/) s++; else f++ }
        END { print p + 0, f + 0, s + 0 }' "$out")
    p=$1 f=$2 s=$3
    if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    if [ $((p + f + s)) -eq 0 ]; then f=1; fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$f" -ne 0 ]; then
        printf 'FAILED  %s (%s passed, %s failed, exit %s)\n' "$name" "$p" "$f" "$status"
        tail -n 60 "$out" | sed 's/^/    /'
    else
        printf 'ok      %s (%s%s)\n' "$name" "$p" "$([ "$s" -ne 0 ] && echo ", $s skipped")"
        [ "$s" -eq 0 ] || grep -h '# SKIP' "$out" | sed 's/^/    /'
    fi
}

suite() {
    export LOOKOUT_BUILD="$root/$1" LOOKOUT_BIN="$root/$1/lookoutd" LOOKOUT_SANITIZED="${2:+1}"
    for t in "$1"/tests/*; do
        [ -x "$t" ] || continue
        case $(basename "$t") in
        corpus_*) one "$2$(basename "$t")" "$t" "tests/fuzz/corpus/$(basename "$t" | sed s/corpus_//)" ;;
        *) one "$2$(basename "$t")" "$t" ;;
        esac
    done
    for t in tests/e2e/*.sh; do
        [ -f "$t" ] && [ "$t" != tests/e2e/lib.sh ] || continue
        one "$2$(basename "$t")" bash "$t"
    done
}

if [ "${1:-all}" = tests ]; then
    suite "$build" ""
else
    suite "$build" ""
    suite "$build/asan" "asan/"
    export LOOKOUT_BUILD="$root/$build" LOOKOUT_BIN="$root/$build/lookoutd" LOOKOUT_SANITIZED=
    for t in tests/tools/house-*.sh; do
        [ -f "$t" ] || continue
        one "$(basename "$t")" sh "$t"
    done
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
