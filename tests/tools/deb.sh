#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian package: the same bytes from two builds in different directories, nothing for lintian to say; and in a bare Debian 12 that
# is made for it, installed, started by the unit's own command line, upgraded, removed, purged and installed again. Speaks TAP.
# It takes some minutes: a part of make check-long.
set -u
n=0 failed=0
result() { # NAME STATUS TEXT
    n=$((n + 1))
    [ "$2" -eq 0 ] && echo "ok $n - $1" && return
    failed=1
    echo "not ok $n - $1"
    printf '%s\n' "${3:-}" | sed 's/^/#   /' | tail -n 40
}
finish() { echo "1..$n" && exit "$failed"; }

# --- in the bare system, as root ---

conf=/etc/lookoutd/lookoutd.yaml state=/var/lib/lookoutd calls=/run/systemctl.calls
get() {
    DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends -o Dpkg::Options::=--force-confold \
        -o DPkg::Path=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin -o Dpkg::Use-Pty=0 "$@" 2>&1
}
wait_for() { # COMMAND...
    local i
    for i in $(seq 100); do "$@" && return; sleep 0.1; done
    return 1
}
# The command line of the installed unit, as the unit's user in the unit's state directory, hears one ship and ends.
serve() {
    local line port log=/tmp/served daemon status
    line=$(sed -n 's/^ExecStart=//p' /lib/systemd/system/lookoutd.service)
    port=$(sed -n 's/.*udp: "127.0.0.1:\([0-9]*\)".*/\1/p' "$conf" | head -n 1)
    install -d -o lookoutd -g lookoutd -m 750 "$state"
    # shellcheck disable=SC2086
    STATE_DIRECTORY=$state setpriv --reuid=lookoutd --regid=lookoutd --init-groups $line >"$log" 2>&1 &
    daemon=$!
    heard() {
        echo '!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24' >"/dev/udp/127.0.0.1/$port"
        lookoutd vessels --state "$state" 2>/dev/null | grep -q 265547250
    }
    wait_for heard
    status=$?
    kill -TERM "$daemon" && wait "$daemon" && [ "$status" -eq 0 ] && [ "$(stat -c %U "$state"/lookout.db)" = lookoutd ]
    status=$?
    text=$(tr -d '\0' <"$log")
    return "$status"
}
knows_ship() { text=$(lookoutd vessels --state "$state" 2>&1) && grep -q 265547250 <<<"$text"; }

inside() { # OLD NEW: packages
    local text before version
    version=$(dpkg-deb -f "$2" Version)
    before=$(find / -xdev -name '*lookoutd*' -not -path '/home/*' -not -path '/tmp/*' -not -path '/proc/*')
    get update >/dev/null
    text=$(get install "$1")
    result "the version before is installed on a bare system" $? "$text"
    [ -z "$(find /etc/systemd -name 'lookoutd*')" ] && [ "$(systemctl is-enabled lookoutd)" = disabled ] && [ ! -e "$state" ]
    result "the service is neither enabled nor started" $? "$(find /etc/systemd -name 'lookoutd*'; ls -ld $state 2>&1)"
    getent passwd lookoutd | grep -q ':/var/lib/lookoutd:'
    result "its user is there" $? "$(getent passwd)"
    text=$(systemd-analyze verify --man=no /lib/systemd/system/lookoutd.service 2>&1) && [ -z "$text" ]
    result "systemd accepts the unit without a word" $? "$text"
    text=$(lookoutd check -c "$conf" 2>&1)
    result "the installed configuration is sound" $? "$text"
    local port=$((20000 + RANDOM % 20000))
    sed -i "s/^site: .*/site: mine/; s/127.0.0.1:10110/127.0.0.1:$port/; s/^\( *listen: \"127.0.0.1:\)8047/\1$((port + 1))/; s/127.0.0.1:8047/127.0.0.1:$((port + 1))/" "$conf"
    serve
    result "the unit's own command line starts as its user, and hears a ship" $? "$text"

    # What the package asks of a running systemd: here one that takes everything down.
    mkdir -p /run/systemd/system
    printf '#!/bin/sh\necho "$*" >>%s\n' "$calls" >/usr/local/bin/systemctl
    chmod 755 /usr/local/bin/systemctl
    text=$(get install "$2") && [ "$(lookoutd --version)" = "lookoutd $version" ]
    result "it is upgraded" $? "$text $(lookoutd --version)"
    grep -q 'try-restart.* lookoutd.service' "$calls" && ! grep -qE '(^| )(start|restart|stop|enable) ' "$calls"
    result "the upgrade restarts the service if it runs" $? "$(cat "$calls")"
    grep -q '^site: mine$' "$conf" && [ -s "$conf.dpkg-dist" ]
    result "the changed configuration stays, the new one lies beside it" $? "$(ls /etc/lookoutd)"
    knows_ship
    result "the state stays" $? "$text"
    : >"$calls"
    text=$(get remove lookoutd) && [ ! -e /usr/bin/lookoutd ] && grep -q '^site: mine$' "$conf" && ls "$state"/*.db >/dev/null &&
        grep -q 'stop.* lookoutd.service' "$calls"
    result "it is removed: the service is stopped, configuration and state stay" $? "$text $(cat "$calls")"
    rm -rf /usr/local/bin/systemctl /run/systemd/system
    text=$(get install "$2") && grep -q '^site: mine$' "$conf" && knows_ship
    result "installed again it goes on with them" $? "$text"
    # As systemd lays it out for a user that it makes or takes.
    mkdir -p /var/lib/private && mv "$state" /var/lib/private/lookoutd && ln -s private/lookoutd "$state"
    rm -f "$conf.dpkg-dist"
    text=$(get purge lookoutd)
    result "it is purged" $? "$text"
    text=$(find / -xdev -name '*lookoutd*' -not -path '/home/*' -not -path '/tmp/*' -not -path '/proc/*')
    [ "$text" = "$before" ]
    result "and nothing is left" $? "$text"
    text=$(get install "$2") && grep -q '^site: yeosu-watch$' "$conf" && [ ! -e "$state" ]
    result "and installed anew" $? "$text"
    serve
    result "it starts from nothing" $? "$text"
    finish
}
if [ "${1:-}" = inside ]; then
    inside "$(echo "$(dirname "$0")"/old/*.deb)" "$(echo "$(dirname "$0")"/new/*.deb)"
fi

# --- where it is built ---

cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bring/old" "$work/bring/new" "$work/first" "$work/second/and/deeper"
for tree in "$work/first" "$work/second/and/deeper"; do
    git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$tree"
done
for tree in "$work/first" "$work/second/and/deeper"; do
    text=$(cd "$tree" && git init -q && git add -A && make BUILD=build deb 2>&1)
    result "it is built" $? "$text"
done
built=$work/first/build
version=$(dpkg-parsechangelog -l config/debian/changelog -S Version)
[ "$version" = "$(sed -n 's/^VERSION *:= *//p' Makefile)" ]
result "its version is the program's" $? "$version"
for file in "$built"/*.deb; do
    cmp "$file" "$work/second/and/deeper/build/$(basename "$file")"
    result "another directory gives the same bytes of $(basename "$file")" $? ""
done
# lintian looks at what a Debian user sees; as root it says so on stderr.
text=$(lintian -I "$built"/*.deb 2>/dev/null) && [ -z "$text" ]
result "lintian finds nothing, not even for information" $? "$text"
for library in $(sed -n 's/^\(CORE\|SHELL\)_PACKAGES *:= *//p' Makefile); do
    package=$(tr ' ' '\n' <tests/tools/deps.sh | sed -n "s/^\(libraries=\"\)\{0,1\}$library:\([^\"]*\).*/\2/p" | head -n 1)
    grep -qx " $package," config/debian/control || lacking="${lacking:-} $library:$package"
done
for row in $(sed -n 's/^headers="\(.*\)"$/\1/p' tests/tools/deps.sh); do
    grep -qx " ${row#*:}," config/debian/control || lacking="${lacking:-} $row"
done
[ -z "${lacking:-}" ]
result "Build-Depends names every library" $? "${lacking:-}"

# The version before: the same with another number and another configuration.
mv "$built"/lookoutd_*.deb "$work/bring/new/"
dpkg-deb -R "$work"/bring/new/*.deb "$work/old"
sed -i "s/^Version: .*/Version: $version~before/" "$work/old/DEBIAN/control"
echo "# of the version before" >>"$work/old/etc/lookoutd/lookoutd.yaml"
dpkg-deb --root-owner-group -b "$work/old" "$work/bring/old/lookoutd_old.deb" >/dev/null
cp "$0" "$work/bring/deb.sh"
BRING=$work/bring tests/tools/fresh.sh 'sudo bash ../brought/deb.sh inside' >"$work/inside" 2>"$work/said"
status=$?
if [ "$status" -eq 3 ]; then
    n=$((n + 1))
    echo "ok $n - installed in a bare system # SKIP $(tail -n 1 "$work/said")"
    finish
fi
grep -E '^(not ok|ok|#)' "$work/inside" | awk -v n="$n" '/^(not )?ok /{ n++; sub(/ok [0-9]+/, "ok " n) } { print }'
n=$((n + $(grep -cE '^(not )?ok ' "$work/inside")))
[ "$status" -eq 0 ] && grep -q '^1\.\.' "$work/inside"
result "all of it was tried" $? "exit $status; $(cat "$work/said")"
finish
