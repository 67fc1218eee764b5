#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What lookoutd needs of the system: `deps.sh build LIBRARY...` to build and run, `deps.sh check LIBRARY...` for the tests too, `tidy` for
# clang-tidy as well, `deb` to make the Debian package; with PAGE=1 `check` also wants the browser that drives the page. Libraries have their pkg-config names, and
# pkg-config says whether they are there; programs are looked for in PATH.
# What is missing is installed by apt-get, as root or with sudo. DEPS=no installs nothing: it names what is missing, exit 2.
set -eu

# pkg-config's name, and the Debian package it comes in.
libraries="geos:libgeos-dev proj:libproj-dev jansson:libjansson-dev libcrypto:libssl-dev libssl:libssl-dev libuv:libuv1-dev
  libcurl:libcurl4-openssl-dev sqlite3:libsqlite3-dev libfyaml:libfyaml-dev libmicrohttpd:libmicrohttpd-dev
  libsystemd:libsystemd-dev zlib:zlib1g-dev libzstd:libzstd-dev cairo:libcairo2-dev libnats:libnats-dev cmocka:libcmocka-dev"
# A header of a library that pkg-config does not know, and its package.
headers="wslay/wslay.h:libwslay-dev"
# A program, and its package.
build_programs="${CC:-gcc}:${CC:-gcc} make:make pkg-config:pkg-config"
check_programs="gcc:gcc clang:clang clang-format:clang-format gpsdecode:gpsd-clients openssl:openssl curl:curl python3:python3
  systemd-analyze:systemd zstd:zstd gzip:gzip jq:jq nm:binutils man:man-db
  mosquitto:mosquitto mosquitto_pub:mosquitto-clients"
deb_programs="dpkg-buildpackage:dpkg-dev dh:debhelper fakeroot:fakeroot lintian:lintian git:git"

# Debian's Leaflet, which is compiled into the page.
leaflet=/usr/share/javascript/leaflet/leaflet.esm.min.js

missing=
add() { missing="$missing $1"; }
need_programs() { # those of services stand in a directory that is not in everybody's PATH
    for row in $1; do PATH=$PATH:/usr/sbin command -v "${row%%:*}" >/dev/null 2>&1 || add "${row#*:}"; done
}
need_headers() {
    for row in $headers; do
        echo "#include <${row%%:*}>" | "${CC:-gcc}" -E -o /dev/null - 2>/dev/null || add "${row#*:}"
    done
}
need_libraries() {
    # A library whose package is not written down here would stop a bare machine alone.
    for name in $1; do
        case " $(echo $libraries) " in *" $name:"*) ;; *) echo "deps.sh knows no package of the library $name" >&2 && exit 2 ;; esac
    done
    # All at once when nothing is missing, as it is nearly always.
    # shellcheck disable=SC2086
    pkg-config --exists $1 2>/dev/null && return
    for name in $1; do
        pkg-config --exists "$name" 2>/dev/null && continue
        for row in $libraries; do [ "${row%%:*}" != "$name" ] || add "${row#*:}"; done
    done
}
look() { # SET LIBRARIES
    missing=
    need_programs "$build_programs"
    echo '#include <stdio.h>' | "${CC:-gcc}" -E -o /dev/null - 2>/dev/null || add libc6-dev
    need_libraries "$2"
    need_headers
    [ -e "$leaflet" ] || add libjs-leaflet
    [ "$1" != deb ] || need_programs "$deb_programs"
    case $1 in build | deb) return 0 ;; esac
    need_programs "$check_programs"
    need_libraries cmocka
    # The sanitizers' part of clang has a name with its version.
    runtime=$(clang -print-resource-dir 2>/dev/null || true)
    version=$(basename "${runtime:-14}" | cut -d. -f1)
    find "$runtime"/lib/ -name 'libclang_rt.asan*.a' 2>/dev/null | grep -q . ||
        add "libclang-rt-$version-dev"
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    "$python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("jsonschema") is None)' 2>/dev/null ||
        add python3-jsonschema
    [ -z "${PAGE:-}" ] || need_programs "chromium:chromium chromedriver:chromium-driver"
    [ "$1" != tidy ] || need_programs clang-tidy:clang-tidy
}

set_name=${1:-build}
[ $# -eq 0 ] || shift
libs=$*
look "$set_name" "$libs"
[ -n "$missing" ] || exit 0
by_hand="apt-get install --no-install-recommends$missing"
if [ "${DEPS:-}" = no ]; then
    echo "not installed here:$missing" >&2
    echo "'make deps' installs what a build needs, 'make deps-check' what the tests need too; or as root: $by_hand" >&2
    exit 2
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "lookoutd needs these Debian packages (or what your system calls them):$missing" >&2
    exit 2
fi
run=
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        run=sudo
    else
        echo "lookoutd needs packages that are not installed, and this user may not install them. As root, run:" >&2
        echo "  $by_hand" >&2
        exit 2
    fi
fi
echo "installing:$missing" >&2
$run apt-get update -q >/dev/null || true
# shellcheck disable=SC2086
if ! $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null; then
    echo "could not install:$missing" >&2
    echo "try: $run $by_hand" >&2
    exit 2
fi
look "$set_name" "$libs"
if [ -n "$missing" ]; then
    echo "installed, and still not found by this build:$missing (PATH and PKG_CONFIG_PATH say where it looks)" >&2
    exit 2
fi
