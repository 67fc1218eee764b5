// SPDX-License-Identifier: Apache-2.0
// Makes config/water.bin, the water grid that geo/water.c reads, from Natural Earth's land (1:10m, public domain) in the form
// of the npm package world-atlas (ISC). A maintainer's tool: the result is committed, building lookoutd does not need it.
//
//     npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//     node config/make-water.mjs package/land-10m.json config/water.bin
//
// Cells are 0.1 degree, 80 S to 80 N (beyond it is ice). Each is looked at through 20 x 20 samples. A cell is water when any
// sample is; where land parts its water, the largest piece that belongs to the world ocean stands for it. A step to the cell
// in the east or in the north is open where the two pieces touch. So a cell with water on both sides of an isthmus belongs
// to one of them and nothing leaks through. What the map is too coarse for is put right by the two lists below.
import { readFileSync, writeFileSync } from 'node:fs';
import { crossings } from './natural-earth.mjs';

const ROWS = 1600, COLS = 3600, SOUTH = -80, CELL = 0.1, SUB = 20;
const FINE = CELL / SUB, FINE_COLS = COLS * SUB;
const WATER = 1, EAST = 2, NORTH = 4;

// Canals, straits and fairways (lat, lon) that ships of the sea use and the map does not show. Positions from public charts.
const OPEN = [
  ['Suez Canal', [[31.35, 32.38], [31.25, 32.31], [30.85, 32.32], [30.60, 32.29], [30.42, 32.36], [30.28, 32.50], [30.00, 32.58], [29.85, 32.55]]],
  ['Panama Canal', [[9.45, -79.92], [9.27, -79.92], [9.20, -79.85], [9.12, -79.72], [9.02, -79.61], [8.93, -79.56], [8.85, -79.50]]],
  ['Kiel Canal', [[53.85, 9.05], [53.89, 9.15], [54.03, 9.30], [54.18, 9.45], [54.31, 9.65], [54.35, 9.90], [54.37, 10.14], [54.45, 10.22]]],
  ['Bosporus', [[41.28, 29.15], [41.20, 29.11], [41.12, 29.07], [41.03, 29.01], [40.95, 28.95]]],
  ['Dardanelles', [[40.00, 26.10], [40.05, 26.22], [40.15, 26.39], [40.22, 26.43], [40.32, 26.60], [40.42, 26.75], [40.48, 27.00]]],
  ['Kerch Strait', [[45.05, 36.55], [45.20, 36.52], [45.35, 36.65], [45.48, 36.75]]],
  ['Kanmon Strait', [[34.00, 130.75], [33.95, 130.87], [33.93, 130.93], [33.96, 130.97], [33.93, 131.10]]],
  ['Oresund', [[56.15, 12.45], [56.04, 12.65], [55.85, 12.72], [55.65, 12.72], [55.45, 12.65]]],
  ['Great Belt', [[56.00, 10.90], [55.70, 10.80], [55.35, 11.03], [55.00, 10.90], [54.70, 10.85]]],
  ['Messina', [[38.35, 15.75], [38.25, 15.65], [38.18, 15.61], [38.00, 15.60], [37.85, 15.55]]],
  ['Gibraltar', [[35.95, -6.00], [35.93, -5.60], [35.97, -5.30]]],
  ['Malacca to Singapore', [[1.60, 102.90], [1.25, 103.35], [1.15, 103.60], [1.18, 103.80], [1.24, 104.05], [1.32, 104.40]]],
  ['Sunda Strait', [[-6.30, 105.00], [-5.95, 105.75], [-5.70, 106.00]]],
  ['Magellan Strait', [[-52.45, -68.40], [-52.50, -69.50], [-52.68, -70.25], [-53.00, -70.60], [-53.60, -70.90], [-53.90, -71.20], [-53.60, -72.30], [-53.20, -73.20], [-52.75, -74.60]]],
  ['Naruto to Akashi', [[33.90, 134.95], [34.30, 135.00], [34.55, 135.05], [34.62, 135.02], [34.60, 134.80]]],
  ['Kurushima', [[34.20, 133.30], [34.15, 133.05], [34.12, 132.98], [34.10, 132.80]]],
  ['Cape Cod Canal', [[41.70, -70.70], [41.74, -70.60], [41.77, -70.50], [41.85, -70.45]]],
  ['Elbe to Hamburg', [[53.95, 8.60], [53.87, 8.95], [53.88, 9.20], [53.70, 9.50], [53.56, 9.75], [53.54, 9.95]]],
  ['Scheldt to Antwerp', [[51.42, 3.50], [51.40, 3.75], [51.37, 4.05], [51.35, 4.25], [51.27, 4.32]]],
  ['New Waterway', [[52.00, 3.95], [51.97, 4.10], [51.92, 4.25], [51.90, 4.40]]],
  ['North Sea Canal', [[52.47, 4.50], [52.46, 4.65], [52.42, 4.85]]],
  ['Mississippi to New Orleans', [[28.85, -89.45], [29.05, -89.30], [29.25, -89.35], [29.45, -89.60], [29.60, -89.90], [29.85, -89.97], [29.93, -90.07]]],
  ['Houston Ship Channel', [[29.25, -94.60], [29.36, -94.75], [29.55, -94.92], [29.70, -95.02], [29.73, -95.25]]],
  ['Delaware to Philadelphia', [[38.80, -75.00], [39.15, -75.25], [39.45, -75.56], [39.70, -75.50], [39.88, -75.15]]],
  ['Huangpu to Shanghai', [[31.10, 122.20], [31.30, 121.80], [31.40, 121.50], [31.25, 121.50]]],
  ['Pearl River to Huangpu', [[22.10, 113.85], [22.45, 113.80], [22.80, 113.62], [23.06, 113.45]]],
  ['Saigon River', [[10.30, 107.00], [10.50, 106.95], [10.65, 106.80], [10.76, 106.74]]],
  ['Chao Phraya to Bangkok', [[13.35, 100.60], [13.55, 100.58], [13.70, 100.57]]],
  ['Hooghly to Kolkata', [[21.40, 88.10], [21.80, 88.05], [22.05, 88.15], [22.20, 88.10], [22.40, 88.15], [22.54, 88.30]]],
  ['Shatt al-Arab', [[29.75, 48.80], [29.95, 48.50], [30.10, 48.45], [30.35, 48.25], [30.52, 47.85]]],
  ['Umm Qasr', [[29.60, 48.60], [29.90, 48.15], [30.03, 47.93]]],
  ['Plate to Buenos Aires', [[-35.10, -56.50], [-34.80, -57.60], [-34.58, -58.35]]],
  ['Amur to Nikolayevsk', [[52.30, 141.50], [52.75, 141.40], [53.00, 141.10], [53.14, 140.73]]],
  ['Nevelskoy Strait', [[51.60, 141.50], [52.00, 141.55], [52.30, 141.50], [53.00, 141.60], [53.40, 141.70]]],
  ['Taedong to Nampo', [[38.60, 124.90], [38.66, 125.05], [38.69, 125.25], [38.72, 125.40], [38.70, 125.55]]],
  ['Neva Bay', [[60.05, 29.20], [59.95, 29.80], [59.92, 30.20]]],
  ['Dvina to Arkhangelsk', [[64.95, 40.10], [64.75, 40.45], [64.55, 40.53]]],
];

// Steps that the map leaves open though land closes them: pairs of points in cells side by side.
const CLOSED = [
];

// --- one row of cells: samples, and the pieces of water in each cell ---

const samples = new Uint8Array(SUB * FINE_COLS);
const land = new Uint16Array(COLS); // samples on land in each cell
const piece = new Uint16Array(SUB * FINE_COLS); // 1.. within its cell; 0 land
const stack = new Int32Array(SUB * SUB * 4);

function sampleRow(lines, row) {
  samples.fill(1);
  land.fill(0);
  for (let s = 0; s < SUB; s++) {
    const line = lines[row * SUB + s];
    if (line.length % 2 !== 0) throw new Error(`an open ring at row ${row}`);
    for (let k = 0; k < line.length; k += 2) {
      const from = Math.max(0, Math.ceil((line[k] + 180) / FINE - 0.5));
      const to = Math.min(FINE_COLS, Math.ceil((line[k + 1] + 180) / FINE - 0.5));
      if (from >= to) continue;
      samples.fill(0, s * FINE_COLS + from, s * FINE_COLS + to);
      for (let col = Math.floor(from / SUB); col * SUB < to; col++)
        land[col] += Math.min(to, (col + 1) * SUB) - Math.max(from, col * SUB);
    }
  }
}

// Numbers the pieces of one cell; returns their sizes.
function labelCell(col) {
  const at = col * SUB, sizes = [];
  const uniform = land[col] % (SUB * SUB) === 0, is = uniform && land[col] === 0 ? 1 : 0;
  for (let s = 0; s < SUB; s++) piece.fill(is, s * FINE_COLS + at, s * FINE_COLS + at + SUB);
  if (uniform) return is ? [SUB * SUB] : [];
  for (let s = 0; s < SUB; s++)
    for (let x = at; x < at + SUB; x++) {
      if (!samples[s * FINE_COLS + x] || piece[s * FINE_COLS + x]) continue;
      const label = sizes.length + 1;
      let size = 0, depth = 0;
      piece[s * FINE_COLS + x] = label;
      stack[depth++] = s * FINE_COLS + x;
      while (depth) {
        const p = stack[--depth], py = Math.floor(p / FINE_COLS), px = p % FINE_COLS;
        size++;
        for (const [ny, nx] of [[py - 1, px], [py + 1, px], [py, px - 1], [py, px + 1]]) {
          const q = ny * FINE_COLS + nx;
          if (ny < 0 || ny >= SUB || nx < at || nx >= at + SUB || !samples[q] || piece[q]) continue;
          piece[q] = label;
          stack[depth++] = q;
        }
      }
      sizes.push(size);
    }
  return sizes;
}

// --- the world: pieces joined across the borders of cells ---

function survey(lines) {
  const base = new Int32Array(ROWS * COLS + 1), sizes = [];
  let parent = new Int32Array(1 << 23);
  const find = (i) => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]];
    return i;
  };
  const join = (a, b) => { parent[find(a)] = find(b); };
  let top = null;
  for (let row = 0; row < ROWS; row++) {
    sampleRow(lines, row);
    for (let col = 0; col < COLS; col++) {
      base[row * COLS + col] = sizes.length;
      for (const size of labelCell(col)) {
        parent[sizes.length] = sizes.length;
        sizes.push(size);
      }
    }
    base[row * COLS + COLS] = sizes.length;
    for (let x = 0; x < FINE_COLS; x++) {
      const col = Math.floor(x / SUB), east = (x + 1) % FINE_COLS;
      if (top && top[x] && piece[x]) join(base[(row - 1) * COLS + col] + top[x] - 1, base[row * COLS + col] + piece[x] - 1);
      if ((x + 1) % SUB) continue;
      for (let s = 0; s < SUB; s++) {
        const a = piece[s * FINE_COLS + x], b = piece[s * FINE_COLS + east];
        if (a && b) join(base[row * COLS + col] + a - 1, base[row * COLS + Math.floor(east / SUB)] + b - 1);
      }
    }
    top = piece.slice((SUB - 1) * FINE_COLS, SUB * FINE_COLS);
  }
  // The middle of the Atlantic is the world ocean.
  const ocean = find(base[Math.floor((0 - SOUTH) / CELL) * COLS + Math.floor((-30 + 180) / CELL)]);
  const chosen = new Uint16Array(ROWS * COLS);
  for (let cell = 0; cell < ROWS * COLS; cell++) {
    let best = 0, weight = -1;
    for (let i = base[cell]; i < base[cell + 1]; i++) {
      const w = sizes[i] + (find(i) === ocean ? 1000 : 0);
      if (w > weight) [best, weight] = [i - base[cell] + 1, w];
    }
    chosen[cell] = best;
  }
  return chosen;
}

function makeCells(lines, chosen) {
  const cells = new Uint8Array(ROWS * COLS);
  let top = null;
  for (let row = 0; row < ROWS; row++) {
    sampleRow(lines, row);
    for (let col = 0; col < COLS; col++) {
      labelCell(col);
      if (chosen[row * COLS + col]) cells[row * COLS + col] |= WATER;
    }
    for (let x = 0; x < FINE_COLS; x++) {
      const here = row * COLS + Math.floor(x / SUB), below = here - COLS;
      if (top && top[x] && piece[x] && top[x] === chosen[below] && piece[x] === chosen[here]) cells[below] |= NORTH;
      if ((x + 1) % SUB) continue;
      const east = (x + 1) % FINE_COLS, there = row * COLS + Math.floor(east / SUB);
      for (let s = 0; s < SUB; s++) {
        const a = piece[s * FINE_COLS + x], b = piece[s * FINE_COLS + east];
        if (a && b && a === chosen[here] && b === chosen[there]) cells[here] |= EAST;
      }
    }
    top = piece.slice((SUB - 1) * FINE_COLS, SUB * FINE_COLS);
  }
  return cells;
}

// --- the lists ---

const cellAt = (lat, lon) => [Math.floor((lat - SOUTH) / CELL + 1e-9), Math.floor((lon + 180) / CELL + 1e-9)];

function setStep(cells, a, b, open) {
  const [[r0, c0], [r1, c1]] = a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? [a, b] : [b, a];
  const bit = r0 === r1 ? EAST : NORTH, at = r0 * COLS + c0;
  if (Math.abs(r1 - r0) + Math.abs(c1 - c0) !== 1) throw new Error(`cells are not side by side: ${a} ${b}`);
  const was = cells[at] & bit;
  cells[at] = open ? cells[at] | bit : cells[at] & ~bit;
  return !was === open;
}

function openWay(cells, name, points) {
  let last = null, opened = 0;
  for (let k = 1; k < points.length; k++)
    for (let i = 0; i <= 1000; i++) {
      const f = i / 1000;
      const at = cellAt(points[k - 1][0] + (points[k][0] - points[k - 1][0]) * f, points[k - 1][1] + (points[k][1] - points[k - 1][1]) * f);
      if (last && at[0] === last[0] && at[1] === last[1]) continue;
      const way = last && at[0] !== last[0] && at[1] !== last[1] ? [[last[0], at[1]], at] : [at];
      for (const cell of way) {
        cells[cell[0] * COLS + cell[1]] |= WATER;
        if (last) opened += setStep(cells, last, cell, true);
        last = cell;
      }
    }
  console.log(`${name}: ${opened} steps opened`);
}

// Water of fewer cells than this that nothing joins to more is no sea: a pond, a lagoon, a piece cut off by the grid.
const SEA_CELLS = 300;

function dropPonds(cells) {
  const seen = new Uint8Array(ROWS * COLS), queue = new Int32Array(ROWS * COLS);
  let dropped = 0;
  for (let start = 0; start < ROWS * COLS; start++) {
    if (seen[start] || !(cells[start] & WATER)) continue;
    let count = 0;
    seen[start] = 1;
    queue[count++] = start;
    for (let k = 0; k < count; k++) {
      const at = queue[k], col = at % COLS;
      const east = col + 1 < COLS ? at + 1 : at + 1 - COLS, west = col ? at - 1 : at - 1 + COLS;
      const go = (other, open) => {
        if (open && !seen[other]) { seen[other] = 1; queue[count++] = other; }
      };
      go(east, cells[at] & EAST);
      go(west, cells[west] & EAST);
      if (at + COLS < ROWS * COLS) go(at + COLS, cells[at] & NORTH);
      if (at >= COLS) go(at - COLS, cells[at - COLS] & NORTH);
    }
    if (count >= SEA_CELLS) continue;
    for (let k = 0; k < count; k++) cells[queue[k]] = 0;
    dropped += count;
  }
  console.log(`${dropped} cells of ponds dropped`);
}

// --- writing: see geo/water.c for the form ---

function encode(cells) {
  const bytes = [];
  const put = (value) => {
    while (value >= 128) { bytes.push((value & 127) | 128); value = Math.floor(value / 128); }
    bytes.push(value);
  };
  for (const c of 'LKWATER1') bytes.push(c.charCodeAt(0));
  for (const value of [ROWS, COLS, SOUTH + 90]) put(value);
  let closed = 0;
  for (let row = 0; row < ROWS; row++) {
    // Runs of land and water in turn, land first, until the row is full.
    for (let col = 0, water = 0; col < COLS; water ^= 1) {
      const from = col;
      while (col < COLS && (cells[row * COLS + col] & WATER) === water) col++;
      put(col - from);
    }
    // Steps between water and water that are closed: gap * 2 + (0 east | 1 north), ended by 0.
    let last = -1;
    for (let col = 0; col < COLS; col++) {
      const at = row * COLS + col;
      if (!(cells[at] & WATER)) continue;
      const sides = [[EAST, row * COLS + (col + 1) % COLS], [NORTH, row + 1 < ROWS ? at + COLS : -1]];
      sides.forEach(([bit, other], north) => {
        if (other < 0 || !(cells[other] & WATER) || cells[at] & bit) return;
        put((col - last + 1) * 2 + north);
        last = col;
        closed++;
      });
    }
    put(0);
  }
  console.log(`${closed} steps closed, ${bytes.length} bytes`);
  return Uint8Array.from(bytes);
}

const [, , input, output] = process.argv;
const lines = crossings(JSON.parse(readFileSync(input, 'utf8')), { south: SOUTH + FINE / 2, step: FINE, count: ROWS * SUB });
const cells = makeCells(lines, survey(lines));
for (const [name, points] of OPEN) openWay(cells, name, points);
for (const [a, b] of CLOSED) setStep(cells, cellAt(...a), cellAt(...b), false);
dropPonds(cells);
writeFileSync(output, encode(cells));
