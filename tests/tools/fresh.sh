#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One command in a bare Debian 12 that is made anew for it: as an ordinary user with sudo, in a clone of this checkout (what is committed),
# with ../shared beside it where there is one.
#
#     tests/tools/fresh.sh "make run ONCE=1 && make check"      exit: the command's; 3 where no bare system can be made
#     BRING=DIR tests/tools/fresh.sh COMMAND                    with a copy of DIR as ../brought
#
# The untouched base is kept as a tar by month in build/fresh; every run unpacks a root of its own and throws it away. All mounts are in
# a namespace that ends with the command. Mirrors and proxies are those of this machine's apt. It wants root, debootstrap and 6 GB.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -eq 1 ] || { sed -n '3,7s/^# \{0,1\}//p' "$0" >&2 && exit 2; }
PATH=$PATH:/usr/sbin:/sbin
cache=$PWD/build/fresh
base=$cache/bookworm-$(date -u +%Y%m).tar
give_up() {
    echo "fresh: no bare system can be made here: $1" >&2
    exit 3
}

[ "$(id -u)" -eq 0 ] || give_up "it wants root"
mkdir -p "$cache"
unshare --mount --pid --fork sh -c 'mount --make-rprivate / && mount -t proc proc "$1"' sh "$cache" 2>/dev/null ||
    give_up "no namespaces"
exec 9>"$cache/lock"
flock -n 9 || { echo "fresh: another one runs here, waiting for it" >&2 && flock 9; }
# What a run that was killed has left.
rm -rf --one-file-system "$cache"/root.* "$cache"/new

make_base() {
    if ! command -v debootstrap >/dev/null; then
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends debootstrap; } \
            >"$cache/log" 2>&1 9>&- || give_up "debootstrap cannot be installed"
    fi
    local mirror proxy=
    mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 2>/dev/null | awk '$2 == "bookworm" { print $1; exit }')
    [ -n "$mirror" ] || give_up "apt knows no mirror of bookworm"
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "$proxy" ] || [ "$proxy" = DIRECT ] || export http_proxy=$proxy
    echo "fresh: making the base (once a month)" >&2
    debootstrap --variant=minbase --include=ca-certificates,git,make,sudo bookworm "$cache/new" "$mirror" \
        >>"$cache/log" 2>&1 9>&- </dev/null || give_up "$(tail -n 1 "$cache/log")"
    printf '%s\n' 'Defaults env_keep += "http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY"' \
        'sailor ALL=(ALL) NOPASSWD: ALL' >"$cache/new/etc/sudoers.d/sailor"
    chmod 440 "$cache/new/etc/sudoers.d/sailor"
    chroot "$cache/new" useradd -m -s /bin/bash sailor
    rm -f "$cache"/bookworm-*.tar*
    tar -C "$cache/new" -cf "$base.part" .
    mv "$base.part" "$base"
    rm -rf --one-file-system "$cache/new"
}
[ -s "$base" ] || make_base

root=$(mktemp -d "$cache/root.XXXXXX")
inside=
finish() {
    if [ -n "$inside" ]; then kill "$inside" 2>/dev/null || true; wait "$inside" 2>/dev/null || true; fi
    rm -rf --one-file-system "$root"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
chmod 755 "$root"
tar -C "$root" -xpf "$base"
# Nobody mourns this root: dpkg need not wait for the disk after each file.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
# The network is this machine's, so its names, mirrors and certificates are too.
for d in etc/apt/apt.conf.d etc/apt/sources.list.d etc/apt/trusted.gpg.d etc/apt/keyrings usr/share/keyrings; do
    [ ! -d "/$d" ] || { mkdir -p "$root/$d" && cp -a "/$d/." "$root/$d/"; }
done
: >"$root/etc/apt/sources.list" # debootstrap's line would be there twice
for f in etc/apt/sources.list etc/resolv.conf etc/hosts etc/ssl/certs/ca-certificates.crt; do
    [ ! -e "/$f" ] || cp -L "/$f" "$root/$f"
done
# The checkout may be another user's.
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' git clone -q . "$root/home/sailor/lookoutd"
[ ! -d ../shared ] || cp -a ../shared "$root/home/sailor/shared"
[ -z "${BRING:-}" ] || cp -a "$BRING" "$root/home/sailor/brought"
chroot "$root" chown -R sailor: /home/sailor

env=()
while IFS= read -r pair; do env+=("$pair"); done < <(env | grep -E '^(https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|CI|CHECK_[A-Z_]+)=' || true)
# Not exec: the trap throws the root away. The command's process is the first of its namespace: with it, everything ends.
# shellcheck disable=SC2016
unshare --mount --pid --fork --kill-child sh -ec '
    root=$1 command=$2
    shift 2
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec chroot "$root" /usr/sbin/runuser -u sailor -- env -i HOME=/home/sailor USER=sailor TERM=dumb LANG=C.UTF-8 \
        PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$@" bash -c "cd ~/lookoutd && $command"' \
    sh "$root" "$1" "${env[@]}" 9>&- &
inside=$!
status=0
wait "$inside" || status=$?
inside=
exit $status
