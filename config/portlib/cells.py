# SPDX-License-Identifier: Apache-2.0
"""Anchorage cells as few discs: places where ships lie, by the port that each belongs to."""
import math

KM_A_DEGREE = 6371.0088 * math.pi / 180
MARGIN_KM = 3.0  # Global Fishing Watch: in port within 3 km of a cell


def plane(points):
    """Kilometres east and north of the first point's meridian and the equator; for points near one another."""
    lat0 = sum(p[0] for p in points) / len(points)
    lon0, kx = points[0][1], KM_A_DEGREE * math.cos(math.radians(lat0))
    out = [(((p[1] - lon0 + 180) % 360 - 180) * kx, p[0] * KM_A_DEGREE) for p in points]
    return out, lon0, kx


def cover(points, spread_km, margin_km=MARGIN_KM):
    """Discs (lat, lon, km) so that each point is within spread_km of a middle and margin_km inside."""
    if not points:
        return []
    xy, lon0, kx = plane(points)
    near = [[] for _ in xy]
    grid = {}
    for i, (x, y) in enumerate(xy):
        grid.setdefault((math.floor(x / spread_km), math.floor(y / spread_km)), []).append(i)
    for i, (x, y) in enumerate(xy):
        cx, cy = math.floor(x / spread_km), math.floor(y / spread_km)
        for gx in (cx - 1, cx, cx + 1):
            for gy in (cy - 1, cy, cy + 1):
                near[i] += [k for k in grid.get((gx, gy), ())
                            if math.hypot(x - xy[k][0], y - xy[k][1]) <= spread_km]
    left, discs = set(range(len(xy))), []
    gain = [len(n) for n in near]
    while left:
        best = max(range(len(xy)), key=lambda i: (gain[i], -i))
        members = [k for k in near[best] if k in left]
        left -= set(members)
        for k in members:
            for n in near[k]:
                gain[n] -= 1
        xs, ys = [xy[k][0] for k in members], [xy[k][1] for k in members]
        mx, my = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        lat, lon = round(my / KM_A_DEGREE, 3), round((mx / kx + lon0 + 180) % 360 - 180, 3)
        r = max(math.hypot(xy[k][0] - mx, xy[k][1] - my) for k in members) + margin_km + 0.1
        discs.append((lat, lon, math.ceil(r * 2) / 2))
    return discs
