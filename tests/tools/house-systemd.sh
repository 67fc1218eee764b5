#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The unit: accepted by systemd, exposure at most 1.3 (systemd-analyze security), examples parse beside it. Speaks TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
if ! command -v systemd-analyze >/dev/null 2>&1; then
    echo "1..0"
    echo "ok 1 # SKIP systemd-analyze is not installed"
    exit 0
fi
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
number=0 status=0
# verify wants the program to be there; any will do
sed 's#/usr/bin/lookoutd#/bin/true#' systemd/lookoutd.service >"$dir/lookoutd.service"
result() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; status=1; fi
}
verify() {
    out=$(systemd-analyze verify --man=no "$dir/lookoutd.service" 2>&1)
    code=$?
    [ -z "$out" ] || { echo "$out" | sed 's/^/# /'; code=1; }
    result "$code" "$1"
}
verify "the unit is accepted without a word"
systemd-analyze security --offline=true --threshold=13 "$dir/lookoutd.service" >"$dir/out" 2>&1
code=$?
tail -n 1 "$dir/out" | sed 's/^/# /'
result "$code" "exposure is at most 1.3"
grep -q '^NoExecPaths=/$' systemd/lookoutd.service && grep -q '^ExecPaths=/usr/bin/lookoutd ' systemd/lookoutd.service &&
    grep -q '^MemoryMax=' systemd/lookoutd.service && grep -q '^TasksMax=' systemd/lookoutd.service
result $? "only the program and its libraries may be executed; memory and tasks are bounded"
mkdir "$dir/lookoutd.service.d"
for example in systemd/*.conf; do
    cp "$example" "$dir/lookoutd.service.d/"
    verify "with the example $(basename "$example")"
    rm "$dir/lookoutd.service.d/"*
done
if command -v systemd-sysusers >/dev/null 2>&1; then
    mkdir "$dir/etc"
    touch "$dir/etc/passwd" "$dir/etc/group" "$dir/etc/shadow" "$dir/etc/gshadow"
    cp systemd/lookoutd.sysusers "$dir/lookoutd.conf"
    systemd-sysusers --root="$dir" - <"$dir/lookoutd.conf" >"$dir/out" 2>&1 && grep -q '^lookoutd:' "$dir/etc/passwd"
    code=$?
    sed 's/^/# /' "$dir/out"
    result "$code" "the user's file is accepted"
fi
echo "1..$number"
exit "$status"
