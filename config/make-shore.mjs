// SPDX-License-Identifier: Apache-2.0
// Makes config/shore.bin, the distances from the shore that geo/shore.c reads, from Natural Earth's land (1:10m, public
// domain) in the form of the npm package world-atlas (ISC). A maintainer's tool: the result is committed, building lookoutd
// does not need it.
//
//     npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//     node config/make-shore.mjs package/land-10m.json config/shore.bin
//
// A node stands at every 0.05 degree of the world. Its value is the distance on the ellipsoid to the nearest point of a coast in
// steps of 0.25 km: 0 on land, 445 beyond 60 nm. Between nodes the distance is interpolated. Where that would be wrong by more
// than 1.8 km (islets inside a cell, the middle between two coasts), the cell is divided by 2 or by 4.
import { readFileSync, writeFileSync } from 'node:fs';
import { crossings, edges } from './natural-earth.mjs';

const ROWS = 3601, COLS = 7200, CELL = 0.05, FINE = 8; // FINE: samples to a side of a cell
const STEP_KM = 0.25, FAR = 445, REACH_KM = 113, WRONG_KM = 1.75;
const DEGREE = Math.PI / 180;

// --- WGS 84: places as x, y, z in km; up to 60 nm a straight line is a metre or two short of the way on the ellipsoid ---

const A_KM = 6378.137, E2 = 0.00669437999014;
const normal = (sin) => A_KM / Math.sqrt(1 - E2 * sin * sin);
const zOf = (sin) => normal(sin) * (1 - E2) * sin;
const axisOf = (sin, lat) => normal(sin) * Math.cos(lat); // from the axis of the earth

// --- the coast as points, 0.4 km apart at most ---

function coastPoints(topology) {
  const xyz = [], places = [];
  const add = (lon, lat) => {
    const sin = Math.sin(lat * DEGREE), c = axisOf(sin, lat * DEGREE);
    xyz.push(c * Math.cos(lon * DEGREE), c * Math.sin(lon * DEGREE), zOf(sin));
    places.push(lon, lat);
  };
  for (let [[ax, ay], [bx, by]] of edges(topology)) {
    if (ax - bx > 180) bx += 360;
    if (bx - ax > 180) ax += 360;
    // Rings are closed along the pole and the antimeridian, where there is no coast.
    if ((ay < -89.9 && by < -89.9) || (Math.abs(Math.abs(ax) - 180) < 1e-6 && Math.abs(Math.abs(bx) - 180) < 1e-6)) continue;
    const km = Math.hypot((bx - ax) * Math.cos(ay * DEGREE), by - ay) * 111.2;
    const n = Math.max(1, Math.ceil(km / 0.4));
    for (let i = 0; i < n; i++) add(ax + (bx - ax) * i / n, ay + (by - ay) * i / n);
  }
  return { xyz: Float64Array.from(xyz), places: Float64Array.from(places) };
}

// --- the nearest of them to every node: spread from node to node ---

const rowZ = new Float64Array(ROWS), rowAxis = new Float64Array(ROWS);
for (let r = 0; r < ROWS; r++) {
  const lat = (-90 + r * CELL) * DEGREE;
  rowZ[r] = zOf(Math.sin(lat));
  rowAxis[r] = axisOf(Math.sin(lat), lat);
}
const sinLon = Float64Array.from({ length: COLS }, (_, c) => Math.sin((-180 + c * CELL) * DEGREE));
const cosLon = Float64Array.from({ length: COLS }, (_, c) => Math.cos((-180 + c * CELL) * DEGREE));
const REACH2 = REACH_KM ** 2;

function spread({ xyz, places }) {
  const nearest = new Int32Array(ROWS * COLS).fill(-1), chord2 = new Float32Array(ROWS * COLS).fill(REACH2);
  const offer = (row, col, point) => {
    const at = row * COLS + col, k = 3 * point;
    const x = rowAxis[row] * cosLon[col] - xyz[k], y = rowAxis[row] * sinLon[col] - xyz[k + 1], z = rowZ[row] - xyz[k + 2];
    const d = x * x + y * y + z * z;
    if (d < chord2[at]) { chord2[at] = d; nearest[at] = point; }
  };
  for (let p = 0; p < places.length / 2; p++) {
    const row = Math.floor((places[2 * p + 1] + 90) / CELL), col = Math.floor((places[2 * p] + 180) / CELL);
    for (const r of [row, row + 1]) for (const c of [col, col + 1]) if (r >= 0 && r < ROWS) offer(r, (c + COLS) % COLS, p);
  }
  const pass = (from, to, by) => {
    for (let row = from; row !== to; row += by)
      for (let turn = 0; turn < 2; turn++) // twice: a way may lead over the antimeridian
        for (let i = 0; i < COLS; i++) {
          const col = by > 0 ? i : COLS - 1 - i, back = (col - by + COLS) % COLS, on = (col + by + COLS) % COLS;
          const side = nearest[row * COLS + back];
          if (side >= 0) offer(row, col, side);
          if (turn > 0 || row - by < 0 || row - by >= ROWS) continue;
          for (const c of [back, col, on]) {
            const point = nearest[(row - by) * COLS + c];
            if (point >= 0) offer(row, col, point);
          }
        }
  };
  for (let i = 0; i < 2; i++) { pass(0, ROWS, 1); pass(ROWS - 1, -1, -1); }
  return { nearest, chord2 };
}

// --- values of nodes, and of the finer nodes of cells where interpolation is wrong ---

function isLand(line, lon) {
  let inside = 0;
  for (let low = 0, high = line.length; low < high;) {
    const middle = (low + high) >> 1;
    if (line[middle] <= lon) { low = middle + 1; inside = low; } else high = middle;
  }
  return inside % 2 === 1;
}

const stepsOf = (km) => Math.min(FAR, Math.round(km / STEP_KM));

function makeNodes(lines, { nearest, chord2 }) {
  const values = new Uint16Array(ROWS * COLS);
  for (let row = 0; row < ROWS; row++)
    for (let col = 0; col < COLS; col++) {
      const at = row * COLS + col;
      const land = isLand(lines[row * FINE], -180 + col * CELL);
      values[at] = land ? 0 : nearest[at] < 0 ? FAR : stepsOf(Math.sqrt(chord2[at]));
    }
  return values;
}

// The points of the coast by cell: those of cell k are order[first[k]] to order[first[k + 1] - 1].
function sortPoints(places) {
  const cellOf = (p) => Math.min(ROWS - 1, Math.floor((places[2 * p + 1] + 90) / CELL)) * COLS +
    ((Math.floor((places[2 * p] + 180) / CELL) % COLS) + COLS) % COLS;
  const first = new Int32Array(ROWS * COLS + 1), order = new Int32Array(places.length / 2);
  for (let p = 0; p < order.length; p++) first[cellOf(p) + 1]++;
  for (let k = 0; k < ROWS * COLS; k++) first[k + 1] += first[k];
  const next = first.slice();
  for (let p = 0; p < order.length; p++) order[next[cellOf(p)]++] = p;
  return { first, order };
}

// True distances in km at the samples of a cell, (FINE + 1) to a side: from the points nearest to the nodes around it, and
// those in it and in the cells around it.
function sampleCell(row, col, lines, xyz, nearest, sorted, samples) {
  const points = new Set();
  for (let r = Math.max(0, row - 1); r <= Math.min(ROWS - 1, row + 1); r++)
    for (let c = col - 1; c <= col + 1; c++) {
      const k = r * COLS + (c + COLS) % COLS;
      for (let i = sorted.first[k]; i < sorted.first[k + 1]; i++) points.add(sorted.order[i]);
    }
  for (let r = Math.max(0, row - 1); r <= Math.min(ROWS - 1, row + 2); r++)
    for (let c = col - 1; c <= col + 2; c++) {
      const p = nearest[r * COLS + (c + COLS) % COLS];
      if (p >= 0) points.add(p);
    }
  const list = [...points];
  for (let y = 0; y <= FINE; y++) {
    const lat = (-90 + (row + y / FINE) * CELL) * DEGREE, line = lines[row * FINE + y];
    const z = zOf(Math.sin(lat)), axis = axisOf(Math.sin(lat), lat);
    for (let x = 0; x <= FINE; x++) {
      let lon = -180 + (col + x / FINE) * CELL, best = REACH2;
      if (lon >= 180) lon -= 360;
      const cx = axis * Math.cos(lon * DEGREE), cy = axis * Math.sin(lon * DEGREE);
      for (const p of list) {
        const dx = cx - xyz[3 * p], dy = cy - xyz[3 * p + 1], dz = z - xyz[3 * p + 2];
        const d = dx * dx + dy * dy + dz * dz;
        if (d < best) best = d;
      }
      samples[y * (FINE + 1) + x] = isLand(line, lon) ? 0 : Math.sqrt(best);
    }
  }
}

// How wrong interpolation between every (FINE / parts)-th sample is at worst, in km.
function worst(samples, parts) {
  const by = FINE / parts, at = (y, x) => stepsOf(samples[y * (FINE + 1) + x]) * STEP_KM;
  let most = 0;
  for (let y = 0; y <= FINE; y++)
    for (let x = 0; x <= FINE; x++) {
      const r = Math.min(Math.floor(y / by), parts - 1) * by, c = Math.min(Math.floor(x / by), parts - 1) * by;
      const v = (y - r) / by, u = (x - c) / by;
      const made = (1 - v) * ((1 - u) * at(r, c) + u * at(r, c + by)) + v * ((1 - u) * at(r + by, c) + u * at(r + by, c + by));
      most = Math.max(most, Math.abs(made - samples[y * (FINE + 1) + x]));
    }
  return most;
}

// Of each row: [column, parts, values of the finer nodes that are no nodes, row by row].
function divide(lines, xyz, nearest, sorted, values) {
  const samples = new Float64Array((FINE + 1) ** 2), divided = [];
  const count = { 2: 0, 4: 0 };
  for (let row = 0; row < ROWS; row++) {
    divided.push([]);
    for (let col = 0; row + 1 < ROWS && col < COLS; col++) {
      const on = (col + 1) % COLS, corners = [row * COLS + col, row * COLS + on, (row + 1) * COLS + col, (row + 1) * COLS + on];
      if (corners.every((k) => nearest[k] < 0) || corners.every((k) => values[k] === 0 && kmFar(k))) continue;
      sampleCell(row, col, lines, xyz, nearest, sorted, samples);
      if (worst(samples, 1) <= WRONG_KM) continue;
      const parts = worst(samples, 2) <= WRONG_KM + 0.08 ? 2 : 4, by = FINE / parts, made = [];
      for (let y = 0; y <= parts; y++)
        for (let x = 0; x <= parts; x++)
          if ((y % parts) !== 0 || (x % parts) !== 0) made.push(stepsOf(samples[y * by * (FINE + 1) + x * by]));
      divided[row].push([col, parts, made]);
      count[parts]++;
    }
  }
  console.log(`${count[2]} cells divided by 2, ${count[4]} by 4`);
  return divided;
  function kmFar(k) { return Math.sqrt(chord2All[k]) > 8; }
}

// --- writing: see geo/shore.c for the form ---

class Bits {
  constructor() { this.bytes = []; this.free = 0; }
  bit(b) {
    if (this.free === 0) { this.bytes.push(0); this.free = 8; }
    this.free--;
    if (b) this.bytes[this.bytes.length - 1] |= 1 << this.free;
  }
  number(value, bits) { for (let i = bits - 1; i >= 0; i--) this.bit((value >> i) & 1); }
  gamma(value) { // 1 and more
    const bits = 31 - Math.clz32(value);
    for (let i = 0; i < bits; i++) this.bit(0);
    this.number(value, bits + 1);
  }
  rice(value, k) { // signed: zigzag, then the high part in ones ended by a zero
    const z = value < 0 ? -2 * value - 1 : 2 * value;
    for (let i = z >> k; i > 0; i--) this.bit(1);
    this.bit(0);
    this.number(z & ((1 << k) - 1), k);
  }
}

const foresee = (a, b) => Math.max(0, Math.min(FAR, 2 * a - b));

// Runs of a value that stays, and runs of values that change.
function runsOf(row) {
  const LONG = 12, runs = [];
  for (let at = 0, last = FAR; at < COLS;) {
    let same = at;
    while (same < COLS && row[same] === last) same++;
    if (same - at >= LONG || same === COLS) { runs.push([true, same - at]); at = same; continue; }
    let end = at, kept = 0, value = last;
    while (end < COLS && kept < LONG) { kept = row[end] === value ? kept + 1 : 0; value = row[end]; end++; }
    if (kept === LONG) end -= LONG;
    if (end === at) end = at + 1;
    runs.push([false, end - at]);
    last = row[end - 1];
    at = end;
  }
  return runs;
}

function encodeRow(row, cells, k) {
  const bits = new Bits();
  let at = 0, a = FAR, b = FAR;
  bits.number(k, 2);
  for (const [stays, length] of runsOf(row)) {
    bits.bit(stays ? 0 : 1);
    bits.gamma(length + 1);
    for (let i = 0; i < length; i++, at++) {
      if (!stays) bits.rice(row[at] - foresee(a, b), k);
      b = stays ? row[at] : a;
      a = row[at];
    }
  }
  let last = -1;
  for (const [col, parts, made] of cells) {
    bits.gamma(col - last + 1);
    last = col;
    bits.bit(parts === 4 ? 1 : 0);
    let before = row[col];
    for (const value of made) { bits.rice(value - before, 3); before = value; }
  }
  bits.gamma(1);
  return bits.bytes;
}

function encode(values, divided) {
  const bytes = [...'LKSHORE1'].map((c) => c.charCodeAt(0));
  for (let row = 0; row < ROWS; row++) {
    const all = values.subarray(row * COLS, (row + 1) * COLS);
    const ways = [0, 1, 2, 3].map((k) => encodeRow(all, divided[row], k)).sort((x, y) => x.length - y.length);
    const made = ways[0];
    let n = made.length;
    while (n >= 128) { bytes.push((n & 127) | 128); n >>= 7; }
    bytes.push(n);
    for (const byte of made) bytes.push(byte);
  }
  console.log(`${bytes.length} bytes, ${ROWS} rows`);
  return Uint8Array.from(bytes);
}

const [, , input, output] = process.argv;
const topology = JSON.parse(readFileSync(input, 'utf8'));
const lines = crossings(topology, { south: -90, step: CELL / FINE, count: (ROWS - 1) * FINE + 1 });
const coast = coastPoints(topology);
console.log(`${coast.places.length / 2} points of the coast`);
const found = spread(coast), chord2All = found.chord2;
const values = makeNodes(lines, found);
const divided = divide(lines, coast.xyz, found.nearest, sortPoints(coast.places), values);
writeFileSync(output, encode(values, divided));
