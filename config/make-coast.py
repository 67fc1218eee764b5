#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make config/coast.txt, the coast behind the pictures of `lookoutd zones`.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    config/make-coast.py package/land-50m.json > config/coast.txt

The source is Natural Earth's land at 1:50 million (public domain) as TopoJSON. Its rings are
thinned by Douglas and Peucker, islands below a size are dropped, and what is left is written in
hundredths of a degree as differences, each number in characters of six bits (Google's "encoded
polyline"); a line that begins with '#' is a comment, the other lines run on."""
import json
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


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        topology = json.load(f)
    arcs = list(arcs_of(topology))
    rings, count, text = 0, 0, ""
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        for numbers in (ring for polygon in polygons for ring in polygon):
            ring = unwrap(ring_of(numbers, arcs))
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
