#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The unit under a real systemd, in namespaces of its own: credentials, reload, what `systemctl status` says, and the commands by
# hand beside it. Where no systemd can be started that is said, and what ExecReload does is tried without one.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
base=/run/l udp=$((20000 + RANDOM % 20000))
cat >"$work/boot.sh" <<'B'
set -e
mount --make-rprivate /
mount -t proc proc /proc
umount -l /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
mkdir -p /run/systemd/system/lookoutd.service.d
cd "$LOOKOUT_ROOT"
make -s -o "$REL/lookoutd" BUILD="$REL" prefix=/run/l sysconfdir=/run/l/etc unitdir=/run/systemd/system install >/dev/null
printf '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\n' >/run/systemd/system/quiet.target
# The log goes where it can be read.
cat >/run/systemd/system/lookoutd.service.d/test.conf <<U
[Unit]
DefaultDependencies=no
[Service]
StandardError=append:/run/l/log
U
export container=lookoutd
mount --make-rshared /
exec /usr/lib/systemd/systemd --system --log-target=null --unit=quiet.target
B
boot() {
    # The leak check wants to trace, which the sandbox of the unit forbids.
    [ "$(id -u)" = 0 ] && [ -z "${LOOKOUT_SANITIZED:-}" ] || return 1
    [ -x /usr/lib/systemd/systemd ] && command -v nsenter >/dev/null || return 1
    REL=${build#"$root"/} LOOKOUT_ROOT=$root unshare -mpfuiC --kill-child bash "$work/boot.sh" >"$work/boot.log" 2>&1 &
    pids+=("$!")
    local unshare=$!
    manager() { pid=$(cat "/proc/$unshare/task/$unshare/children" 2>/dev/null | tr -d ' ') && [ -S "/proc/$pid/root/run/systemd/private" ]; }
    wait_for 20 manager
}
inside() { nsenter -t "$pid" -m -p -u -i -C -- "$@"; }
ctl() { inside systemctl "$@"; }

# Without a manager: ExecReload as the unit has it, no credentials; the daemon has them.
mkdir -m 700 "$work/credentials"
new_secret "$work/credentials/desk-secret"
configure() { # FILE CREDENTIAL STATE
    cat >"$1.new" <<Y
site: e2e
$3
feeds: [{id: shore, udp: "127.0.0.1:$udp"}]
rules: [{id: seen, when: sighted, vessels: watched}]
webhooks: [{id: desk, url: "http://127.0.0.1:9/", secret: {credential: $2}}]
Y
    mv "$1.new" "$1"
}
configure "$work/c.yaml" desk-secret "state: $work/state"
check=$(sed -n 's|^ExecReload=/usr/bin/lookoutd ||p' systemd/lookoutd.service | sed "s|/etc/lookoutd/lookoutd.yaml|$work/c.yaml|")
# shellcheck disable=SC2086
text=$(env -u CREDENTIALS_DIRECTORY "$bin" $check 2>&1)
result "ExecReload takes a good file without credentials" $? "$text"
CREDENTIALS_DIRECTORY=$work/credentials "$bin" run -c "$work/c.yaml" >"$work/log" 2>&1 &
daemon=$!
pids+=("$daemon")
wait_for 20 grep -q 'watching: ' "$work/log"
result "the daemon has them" $? "$(cat "$work/log")"
configure "$work/c.yaml" other-secret "state: $work/state"
# shellcheck disable=SC2086
text=$(env -u CREDENTIALS_DIRECTORY "$bin" $check 2>&1)
result "a credential that is not there passes the check" $? "$text"
kill -HUP "$daemon"
wait_for 20 grep -q 'is refused; the configuration in force stays' "$work/log" && kill -0 "$daemon"
result "and is refused by the daemon" $? "$(cat "$work/log")"
stop "$daemon"
text=$(env -u CREDENTIALS_DIRECTORY "$bin" check -c "$work/c.yaml" 2>&1)
[ $? -eq 2 ] && grep -qF "outside it, use --credentials DIR" <<<"$text"
result "check by hand says what to give" $? "$text"
configure "$work/c.yaml" desk-secret "state: $work/state"
text=$(env -u CREDENTIALS_DIRECTORY "$bin" check --credentials "$work/credentials" -c "$work/c.yaml" 2>&1)
result "check --credentials DIR reads them" $? "$text"

if ! boot; then
    skip "the unit under a real systemd" "no systemd could be started here (root, namespaces and cgroup2 are needed)"
    finish
fi
etc=/proc/$pid/root$base/etc/lookoutd
install -d -m 700 "$etc/credentials"
cp "$work/credentials/desk-secret" "$etc/credentials/desk-secret"
configure "$etc/lookoutd.yaml" desk-secret ""
sed "s|/etc/lookoutd|$base/etc/lookoutd|" systemd/credentials.conf >"/proc/$pid/root/run/systemd/system/lookoutd.service.d/credentials.conf"
ctl daemon-reload
text=$(ctl start lookoutd 2>&1)
result "systemd starts it" $? "$text $(ctl status lookoutd 2>&1 | tail -n 20; cat "/proc/$pid/root$base/log")"
text=$(ctl reload lookoutd 2>&1)
result "systemctl reload with a credential" $? "$text"
log=/proc/$pid/root$base/log
wait_for 20 grep -q 'reloaded: feeds=1' "$log"
result "the daemon took the file" $? "$(cat "$log")"
echo "nonsense: 1" >>"$etc/lookoutd.yaml"
! text=$(ctl reload lookoutd 2>&1) && ctl is-active -q lookoutd
result "systemctl reload of a faulty file fails, the service goes on" $? "$text"
configure "$etc/lookoutd.yaml" other-secret ""
ctl reload lookoutd
refused() { ctl status lookoutd | grep -q 'Status: "reload refused, the configuration in force stays: .*other-secret'; }
wait_for 20 refused
result "a secret that is not there shows in systemctl status" $? "$(ctl status lookoutd)"
configure "$etc/lookoutd.yaml" desk-secret ""
text=$(inside "$base/bin/lookoutd" check -c "$base/etc/lookoutd/lookoutd.yaml" --credentials /run/credentials/lookoutd.service 2>&1)
result "check by hand beside it" $? "$text"
owner=$(inside stat -Lc %u /var/lib/lookoutd)
text=$(inside sh -c "cd /; $base/bin/lookoutd alerts --state /var/lib/lookoutd && rm -f /var/lib/lookoutd/configuration &&
    : >/run/empty.nmea && systemctl stop lookoutd && $base/bin/lookoutd replay -c $base/etc/lookoutd/lookoutd.yaml --state /var/lib/lookoutd --start 2024-01-01 /run/empty.nmea" 2>&1)
[ "$owner" != 0 ] && [ -z "$(inside find -L /var/lib/lookoutd -user 0)" ]
result "what root leaves in the state directory belongs to the service" $? "owner $owner: $(inside ls -lnL /var/lib/lookoutd) $text"
finish
