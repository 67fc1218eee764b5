// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The chart behind everything: land, its shore, and the meridians and parallels. Drawn when a move ends, never while it goes on.

import { CanvasLayer, colour } from './layer.js';
import { worldX, worldY } from './fleet.js';

const COARSE_BELOW = 5;
/** @typedef {{places: Float32Array, ends: Uint32Array, boxes: Float32Array}} Level */

/** @param {any} map */
export function addCoast(map) {
  /** @type {{fine: Level, coarse: Level} | null} */
  let coast = null;
  const layer = new CanvasLayer(map, 'coast', 150, 0.3, (context, view) => {
    if (coast) drawLand(context, view, view.zoom < COARSE_BELOW ? coast.coarse : coast.fine);
    drawGrid(context, view);
  });
  const worker = new Worker(new URL('./coast_worker.js', import.meta.url));
  worker.onmessage = (e) => {
    coast = e.data;
    worker.terminate();
    layer.draw();
  };
  worker.postMessage(new URL('./coast.bin', import.meta.url).href);
  return layer;
}

/** @param {CanvasRenderingContext2D} context @param {import('./layer.js').View} view @param {Level} level */
function drawLand(context, view, level) {
  const { places, ends, boxes } = level, { scale, left, top, width, height } = view;
  context.beginPath();
  for (let ring = 0, from = 0; ring < ends.length; from = ends[ring++]) {
    const [w, n, e, s] = boxes.subarray(4 * ring, 4 * ring + 4);
    if (s * scale < top || n * scale > top + height || (e - w) * scale + (s - n) * scale < 0.8) continue;
    for (let k = Math.floor(left / scale) - 1; k <= Math.ceil((left + width) / scale); k++)
      if ((e + k) * scale >= left && (w + k) * scale <= left + width) traceRing(context, view, places, [from, ends[ring]], k);
  }
  context.fillStyle = colour('land');
  context.fill('evenodd');
  context.strokeStyle = colour('shore');
  context.lineWidth = view.zoom < 6 ? 0.6 : 1;
  context.stroke();
}

// Which sides of the view a place is beyond; runs that stay beyond one side are left out, but for their ends.
/** @param {CanvasRenderingContext2D} context @param {import('./layer.js').View} view @param {Float32Array} places @param {number[]} range @param {number} copy */
function traceRing(context, view, places, [from, to], copy) {
  const { scale, left, top, width, height } = view;
  const side = (/** @type {number} */ x, /** @type {number} */ y) =>
    (x < -20 ? 1 : x > width + 20 ? 2 : 0) | (y < -20 ? 4 : y > height + 20 ? 8 : 0);
  let lastX = 1e9, lastY = 1e9, lastSide = 0, isHeld = false, heldX = 0, heldY = 0;
  for (let i = from; i < to; i++) {
    const x = (places[2 * i] + copy) * scale - left, y = places[2 * i + 1] * scale - top, beyond = side(x, y);
    if (i === from) context.moveTo(x, y);
    else if (beyond & lastSide) {
      [isHeld, heldX, heldY] = [true, x, y];
      lastSide = beyond & lastSide;
      continue;
    } else {
      if (isHeld) context.lineTo(heldX, heldY);
      else if (Math.abs(x - lastX) + Math.abs(y - lastY) < 0.8) continue;
      context.lineTo(x, y);
    }
    [isHeld, lastX, lastY, lastSide] = [false, x, y, beyond];
  }
  if (isHeld) context.lineTo(heldX, heldY);
  context.closePath();
}

const STEPS = [30, 10, 5, 2, 1, 0.5, 1 / 6, 1 / 12, 1 / 60];
/** @param {number} v @param {string} letters */
function gridLabel(v, letters) {
  const minutes = Math.round(Math.abs(v) * 60), whole = Math.floor(minutes / 60);
  const text = `${whole}°${minutes % 60 ? String(minutes % 60).padStart(2, '0') + '′' : ''}`;
  return v === 0 ? text : text + letters[v < 0 ? 1 : 0];
}

/** @param {CanvasRenderingContext2D} context @param {import('./layer.js').View} view */
function drawGrid(context, view) {
  const { scale, left, top, width, height, inner } = view;
  const step = STEPS.find((s, i) => (s / 360) * scale < 260 || i === STEPS.length - 1) || 30;
  context.strokeStyle = colour('grid');
  context.fillStyle = colour('grid-ink');
  context.lineWidth = 1;
  context.font = `${10 * view.magnify}px system-ui, sans-serif`;
  context.beginPath();
  const west = (left / scale - 0.5) * 360, east = ((left + width) / scale - 0.5) * 360;
  for (let i = Math.ceil(west / step); i * step <= east; i++) {
    const x = Math.round(worldX(i * step) * scale - left) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, height);
    if (x > inner[0] + 60 && x < inner[2] - 60) context.fillText(gridLabel(((((i * step + 180) % 360) + 360) % 360) - 180, 'EW'), x + 4, inner[1] + 12 * view.magnify);
  }
  for (let i = Math.ceil(-85 / step); i * step <= 85; i++) {
    const y = Math.round(worldY(i * step) * scale - top) + 0.5;
    if (y < 0 || y > height) continue;
    context.moveTo(0, y);
    context.lineTo(width, y);
    // The buttons lie at the left above.
    if (y > inner[1] + 165 * view.magnify && y < inner[3] - 40) context.fillText(gridLabel(i * step, 'NS'), inner[0] + 4, y - 4);
  }
  context.stroke();
}
