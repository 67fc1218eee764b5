#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install the Debian packages that are missing: `setup.sh build` for building and running, `setup.sh check` for tests too,
# `setup.sh tidy` for clang-tidy as well.
# As root with apt-get, else with sudo; where neither goes, say what to run.
set -eu
build="gcc libc6-dev make pkg-config libuv1-dev libgeos-dev libproj-dev libcurl4-openssl-dev libsqlite3-dev libfyaml-dev
  libjansson-dev libmicrohttpd-dev libssl-dev libsystemd-dev zlib1g-dev libzstd-dev"
check="clang libclang-rt-14-dev clang-format libcmocka-dev gpsd-clients openssl curl python3 python3-jsonschema systemd zstd gzip binutils"
want=$build
[ "${1:-build}" = build ] || want="$build $check"
[ "${1:-build}" != tidy ] || want="$want clang-tidy"

missing=
for p in $want; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

run=
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        run=sudo
    else
        echo "lookoutd needs packages that are not installed, and this user may not install them. As root, run:" >&2
        echo "  apt-get install --no-install-recommends$missing" >&2
        exit 2
    fi
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "lookoutd needs these Debian packages (or what your system calls them):$missing" >&2
    exit 2
fi
echo "installing:$missing" >&2
$run apt-get update -q >/dev/null || true
# shellcheck disable=SC2086
if ! $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null; then
    echo "could not install:$missing" >&2
    echo "try: $run apt-get install --no-install-recommends$missing" >&2
    exit 2
fi
