// SPDX-License-Identifier: Apache-2.0
// Reads Natural Earth's land as TopoJSON (npm package world-atlas): what make-water.mjs and make-shore.mjs share. Land is what
// an odd number of its rings' edges encloses.

// The edges of every ring, as [[lon, lat], [lon, lat]] in degrees.
export function* edges(topology) {
  const { scale, translate } = topology.transform;
  const arcs = topology.arcs.map((arc) => {
    let x = 0, y = 0;
    return arc.map(([dx, dy]) => {
      x += dx; y += dy;
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
  });
  function* ring(indices) {
    for (const i of indices) {
      const arc = i < 0 ? arcs[~i] : arcs[i];
      for (let k = 1; k < arc.length; k++) yield [arc[k - 1], arc[k]];
    }
  }
  function* geometry(g) {
    if (g.type === 'GeometryCollection') for (const part of g.geometries) yield* geometry(part);
    else if (g.type === 'Polygon') for (const r of g.arcs) yield* ring(r);
    else if (g.type === 'MultiPolygon') for (const p of g.arcs) for (const r of p) yield* ring(r);
    else throw new Error(`unknown geometry ${g.type}`);
  }
  yield* geometry(topology.objects.land);
}

// Where each of `count` parallels, from `south` on and `step` degrees apart, crosses a shore: its longitudes, sorted. Rings run
// on over the antimeridian, so whether a parallel begins on land is known from the shores that cross 180 degrees north of it
// (the north pole is water).
export function crossings(topology, { south, step, count }) {
  const lines = Array.from({ length: count }, () => []), seams = [];
  const fold = (x) => (x >= 180 ? x - 360 : x);
  for (let [[ax, ay], [bx, by]] of edges(topology)) {
    if (Math.abs(ax) > 90 && Math.abs(bx) > 90) {
      ax = ax < 0 ? ax + 360 : ax;
      bx = bx < 0 ? bx + 360 : bx;
      if (ax < 180 !== bx < 180) seams.push(ay + (by - ay) * (180 - ax) / (bx - ax));
    }
    if (ay === by) continue;
    const [lx, ly, hx, hy] = ay < by ? [ax, ay, bx, by] : [bx, by, ax, ay];
    const first = Math.max(0, Math.ceil((ly - south) / step));
    for (let i = first; i < count; i++) {
      const y = south + i * step;
      if (y >= hy) break;
      if (y >= ly) lines[i].push(fold(lx + (hx - lx) * (y - ly) / (hy - ly)));
    }
  }
  lines.forEach((line, i) => {
    if (seams.filter((y) => y > south + i * step).length % 2) line.push(-180, 180);
    line.sort((a, b) => a - b);
  });
  return lines;
}
