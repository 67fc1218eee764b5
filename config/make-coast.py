#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make config/coast.txt, the coast behind the pictures of `lookoutd zones`, and config/coast.bin, that of the page.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    config/make-coast.py package/land-50m.json > config/coast.txt
    config/make-coast.py --whole package/land-10m.json > config/coast.bin

The source is Natural Earth's land at 1:50 million (public domain) as TopoJSON. Its rings are
thinned by Douglas and Peucker, islands below a size are dropped, and what is left is written in
hundredths of a degree as differences, each number in characters of six bits (Google's "encoded
polyline"); a line that begins with '#' is a comment, the other lines run on.

--whole keeps every ring and point, for the map is zoomed into. coast.bin is gzip over: "LKC1", four little-endian doubles (how many
degrees a unit of longitude and of latitude is, and where both begin), the number of rings, and of each its number of points and
the points as differences in those units. Numbers are LEB128, differences zigzag. A ring's last point is joined to its first."""
import gzip
import json
import struct
import sys

TOLERANCE_DEG = 0.03
ISLAND_DEG2 = 0.003
SCALE = 100
LINE = 190


def arcs_of(topology):
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        yield points


def ring_of(numbers, arcs):
    points = []
    for n in numbers:
        arc = arcs[n] if n >= 0 else arcs[~n][::-1]
        points.extend(arc[1:] if points else arc)
    return points


def unwrap(points):
    """Rings run on over 180; one around the pole is closed along it."""
    x, before, out = points[0][0], points[0][0], []
    for lon, lat in points:
        step = lon - before
        x += step - 360 if step > 180 else step + 360 if step < -180 else step
        before = lon
        out.append((x, lat))
    if abs(out[-1][0] - out[0][0]) > 1:
        pole = -90 if out[0][1] < 0 else 90
        out += [(out[-1][0], pole), (out[0][0], pole), out[0]]
    return out


def thin(points):
    """Douglas and Peucker, without recursion."""
    keep = {0, len(points) - 1}
    todo = [(0, len(points) - 1)]
    while todo:
        a, b = todo.pop()
        (x0, y0), (x1, y1) = points[a], points[b]
        dx, dy = x1 - x0, y1 - y0
        length = (dx * dx + dy * dy) ** 0.5
        worst, at = TOLERANCE_DEG, None
        for i in range(a + 1, b):
            x, y = points[i][0] - x0, points[i][1] - y0
            far = abs(x * dy - y * dx) / length if length else (x * x + y * y) ** 0.5
            if far > worst:
                worst, at = far, i
        if at is not None:
            keep.add(at)
            todo += [(a, at), (at, b)]
    return [points[i] for i in sorted(keep)]


def area(points):
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:]))) / 2


def encode(value):
    value = value << 1 if value >= 0 else ~(value << 1)
    text = ""
    while value >= 32:
        text += chr((value & 31 | 32) + 63)
        value >>= 5
    return text + chr(value + 63)


def leb128(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def zigzag(value):
    return leb128(value << 1 if value >= 0 else ~(value << 1))


def rings_of(topology, arcs):
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        for numbers in (ring for polygon in polygons for ring in polygon):
            yield unwrap(ring_of(numbers, arcs))


def write_whole(topology, arcs):
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    rings, count, body = 0, 0, b""
    for ring in rings_of(topology, arcs):
        units = [(round((lon - shift[0]) / scale[0]), round((lat - shift[1]) / scale[1])) for lon, lat in ring]
        kept = [p for i, p in enumerate(units) if i == 0 or p != units[i - 1]]
        if kept[-1] == kept[0]:
            kept.pop()
        if len(kept) < 3:
            continue
        rings, count = rings + 1, count + len(kept)
        body += leb128(len(kept))
        x = y = 0
        for px, py in kept:
            body += zigzag(px - x) + zigzag(py - y)
            x, y = px, py
    whole = b"LKC1" + struct.pack("<4d", *scale, *shift) + leb128(rings) + body
    sys.stdout.buffer.write(gzip.compress(whole, 9, mtime=0))
    print(f"{rings} rings, {count} points, {len(whole)} bytes before gzip", file=sys.stderr)


def main():
    is_whole = sys.argv[1] == "--whole"
    with open(sys.argv[-1], encoding="utf-8") as f:
        topology = json.load(f)
    if is_whole:
        write_whole(topology, list(arcs_of(topology)))
        return
    arcs = list(arcs_of(topology))
    rings, count, text = 0, 0, ""
    for ring in rings_of(topology, arcs):
        if area(ring) < ISLAND_DEG2:
            continue
        whole = [(round(x * SCALE), round(y * SCALE)) for x, y in thin(ring)]
        if len(whole) < 4:
            continue
        rings, count = rings + 1, count + len(whole) - 1
        text += encode(len(whole) - 1)
        x = y = 0
        for px, py in whole[:-1]:
            text += encode(px - x) + encode(py - y)
            x, y = px, py
    print(f"# Land, thinned to {TOLERANCE_DEG} degree, for pictures. Made by config/make-coast.py from Natural Earth"
          f" (public domain), as packed by world-atlas 2.0.2; {rings} rings, {count} points.")
    for i in range(0, len(text), LINE):
        print(text[i : i + LINE])


if __name__ == "__main__":
    main()
