#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make install`: binary, shipped data, schemas, man pages, unit, example configuration. An existing configuration stays.
set -eu
cd "$(dirname "$0")/../.."
: "${prefix:=/usr/local}" "${sysconfdir:=/etc}" "${unitdir:=/usr/lib/systemd/system}" "${DESTDIR:=}" "${BUILD:=build}"
data=$DESTDIR$prefix/share/lookoutd
install -D -m 755 "$BUILD/lookoutd" "$DESTDIR$prefix/bin/lookoutd"
install -d "$data" "$data/schema" "$data/examples"
for f in config/ports.csv config/port-areas.geojson config/water.bin; do
    [ ! -f "$f" ] || install -m 644 "$f" "$data/"
done
for f in config/schema/*.json; do
    [ ! -f "$f" ] || install -m 644 "$f" "$data/schema/"
done
for f in config/lookoutd.yaml config/live-norway.yaml config/*.geojson; do
    [ ! -f "$f" ] || install -m 644 "$f" "$data/examples/"
done
for f in config/man/*.[1-8]; do
    [ ! -f "$f" ] || install -D -m 644 "$f" "$DESTDIR$prefix/share/man/man${f##*.}/$(basename "$f")"
done
install -d "$DESTDIR$sysconfdir/lookoutd"
for f in systemd/*.service; do
    install -d "$DESTDIR$unitdir"
    sed "s|/usr/bin/lookoutd|$prefix/bin/lookoutd|g; s|/etc/lookoutd|$sysconfdir/lookoutd|g" "$f" >"$DESTDIR$unitdir/$(basename "$f")"
    chmod 644 "$DESTDIR$unitdir/$(basename "$f")"
done
for f in systemd/*.sysusers; do
    [ ! -f "$f" ] || install -D -m 644 "$f" "$DESTDIR$prefix/lib/sysusers.d/$(basename "$f" .sysusers).conf"
done
