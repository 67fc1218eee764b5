#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make install`: binary, shipped data, schemas, man pages, completions, unit, and the annotated example as the configuration to
# start from; a configuration that is there already stays as it is.
set -eu
cd "$(dirname "$0")/../.."
: "${prefix:=/usr/local}" "${sysconfdir:=/etc}" "${unitdir:=/usr/lib/systemd/system}" "${DESTDIR:=}" "${BUILD:=build}"
data=$DESTDIR$prefix/share/lookoutd

install -D -m 755 "$BUILD/lookoutd" "$DESTDIR$prefix/bin/lookoutd"
install -d "$data/schema" "$data/examples"
install -m 644 config/ports.csv config/port-areas.geojson config/water.bin "$data/"
install -m 644 config/schema/*.json "$data/schema/"
install -m 644 config/lookoutd.yaml config/live-norway.yaml config/live-norway.geojson systemd/credentials.conf systemd/serial.conf \
    systemd/lookoutd.sysctl "$data/examples/"
for f in config/man/*.[1-8]; do
    install -D -m 644 "$f" "$DESTDIR$prefix/share/man/man${f##*.}/$(basename "$f")"
done
install -D -m 644 config/completion/lookoutd.bash "$DESTDIR$prefix/share/bash-completion/completions/lookoutd"
install -D -m 644 config/completion/_lookoutd "$DESTDIR$prefix/share/zsh/site-functions/_lookoutd"

install -d "$DESTDIR$unitdir" "$DESTDIR$sysconfdir/lookoutd"
sed "s|/usr/bin/lookoutd|$prefix/bin/lookoutd|g; s|/etc/lookoutd|$sysconfdir/lookoutd|g" systemd/lookoutd.service \
    >"$DESTDIR$unitdir/lookoutd.service"
chmod 644 "$DESTDIR$unitdir/lookoutd.service"
install -D -m 644 systemd/lookoutd.sysusers "$DESTDIR$prefix/lib/sysusers.d/lookoutd.conf"
[ -e "$DESTDIR$sysconfdir/lookoutd/lookoutd.yaml" ] ||
    install -m 644 config/lookoutd.yaml "$DESTDIR$sysconfdir/lookoutd/lookoutd.yaml"
