// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Reads the coast (its form is told by make-coast.py) into places of the world, 0 to 1, and thins it once for small scales.
'use strict';

const THIN = 0.7 / (256 * 32); // less than a pixel at zoom 5

/** @param {Uint8Array} bytes */
function unpack(bytes) {
  const head = new DataView(bytes.buffer, bytes.byteOffset);
  if (head.getUint32(0) !== 0x4c4b4331) throw new Error('not a coast');
  const [stepX, stepY, fromX, fromY] = [4, 12, 20, 28].map((at) => head.getFloat64(at, true));
  let at = 36;
  const number = () => {
    let value = 0, shift = 0, byte;
    do {
      byte = bytes[at++];
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return value;
  };
  const signed = () => { const v = number(); return v & 1 ? ~(v >>> 1) : v >>> 1; };
  const places = [], ends = [];
  for (let left = number(); left > 0; left--) {
    let x = 0, y = 0;
    for (let n = number(); n > 0; n--) {
      x += signed();
      y += signed();
      const lat = Math.max(-85.06, Math.min(85.06, y * stepY + fromY)), s = Math.sin((lat * Math.PI) / 180);
      places.push((x * stepX + fromX) / 360 + 0.5, 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI));
    }
    ends.push(places.length / 2);
  }
  return level(places, ends);
}

// The rings of one scale: places, where each ends, and its box.
function level(places, ends) {
  const boxes = new Float32Array(ends.length * 4);
  for (let ring = 0, i = 0; ring < ends.length; ring++) {
    let w = 9, n = 9, e = -9, s = -9;
    for (; i < ends[ring]; i++) {
      w = Math.min(w, places[2 * i]);
      e = Math.max(e, places[2 * i]);
      n = Math.min(n, places[2 * i + 1]);
      s = Math.max(s, places[2 * i + 1]);
    }
    boxes.set([w, n, e, s], 4 * ring);
  }
  return { places: Float32Array.from(places), ends: Uint32Array.from(ends), boxes };
}

function thin({ places, ends, boxes }) {
  const kept = [], keptEnds = [];
  for (let ring = 0, i = 0; ring < ends.length; i = ends[ring++]) {
    if (boxes[4 * ring + 2] - boxes[4 * ring] < THIN && boxes[4 * ring + 3] - boxes[4 * ring + 1] < THIN) continue;
    let x = 9, y = 9;
    for (let k = i; k < ends[ring]; k++) {
      if (Math.abs(places[2 * k] - x) + Math.abs(places[2 * k + 1] - y) < THIN && k + 1 < ends[ring]) continue;
      x = places[2 * k];
      y = places[2 * k + 1];
      kept.push(x, y);
    }
    keptEnds.push(kept.length / 2);
  }
  return level(kept, keptEnds);
}

self.onmessage = async (event) => {
  const answer = await fetch(event.data, { credentials: 'same-origin' });
  const fine = unpack(new Uint8Array(await answer.arrayBuffer()));
  const coarse = thin(fine);
  const buffers = [fine, coarse].flatMap((l) => [l.places.buffer, l.ends.buffer, l.boxes.buffer]);
  /** @type {any} */ (self).postMessage({ fine, coarse }, buffers);
};
