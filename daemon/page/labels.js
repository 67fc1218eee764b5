// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Names beside ships: of those with alerts, watched or selected at any scale, of the others from a zoom on, or
// where few are seen; none overlaps another.

import { colour, shipSize } from './layer.js';
import { texts } from './marks.js';
import { fleet, store } from './store.js';
import { shipName } from './words.js';

const ALL_FROM_ZOOM = 10, FEW = 60, MOST = 250, LINE = 14, CELL = 16;
/** @type {Map<string, number>} */
const widths = new Map();

/** @param {CanvasRenderingContext2D} context @param {string} text @param {string} font */
function widthOf(context, text, font) {
  const key = font + text;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 20000) widths.clear();
    width = context.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

/**
 * @param {CanvasRenderingContext2D} context @param {import('./layer.js').View} view @param {number[]} drawn indexes
 * @param {{px: Float32Array, py: Float32Array}} at @param {boolean} isAll also of ships that nothing is the matter with
 */
export function placeLabels(context, view, drawn, at, isAll) {
  const across = Math.ceil(view.width / CELL), taken = new Uint8Array(across * Math.ceil(view.height / CELL));
  // 1: a name of a port or a zone, which a ship with an alert may cover; 2: nothing may.
  if (texts.zoom === view.zoom)
    for (const [x0, y0, x1, y1, rank] of texts.boxes) claim(taken, across, [x0 - view.left, y0 - view.top, x1 - x0, y1 - y0], { mark: rank ? 1 : 2, least: 9 });
  // Nor do names lie over the frames of ships with alerts, where there is room elsewhere.
  const half = shipSize(view) * 1.6;
  for (const i of drawn) if (fleet.severity[i]) claim(taken, across, [at.px[i] - half, at.py[i] - half, 2 * half, 2 * half], { mark: 1, least: 9 });
  const chosen = fleet.index.get(store.selected.mmsi) ?? -1;
  const weigh = (/** @type {number} */ i) => (i === chosen ? 8 : 0) + fleet.severity[i] * 2 + fleet.watched[i];
  const list = drawn.filter((i) => weigh(i) > 0).sort((a, b) => weigh(b) - weigh(a));
  if (isAll && (view.zoom >= ALL_FROM_ZOOM || drawn.length <= FEW)) for (const i of drawn) if (weigh(i) === 0 && list.length < 3000) list.push(i);
  const ink = colour('label'), halo = colour('halo');
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = halo;
  context.fillStyle = ink;
  let placed = 0;
  for (const i of list) {
    if (placed >= MOST) break;
    const weight = weigh(i), font = `${weight >= 2 ? `600 ${12 * view.magnify}` : 11 * view.magnify}px system-ui, sans-serif`;
    const text = shipName({ name: fleet.value(i, 'name'), mmsi: fleet.value(i, 'mmsi') }).slice(0, 24);
    context.font = font;
    const width = widthOf(context, text, font), gap = (fleet.severity[i] ? 23 : fleet.watched[i] ? 14 : 9) * view.magnify;
    const places = [[at.px[i] + gap, at.py[i]], [at.px[i] - gap - width, at.py[i]], [at.px[i] - width / 2, at.py[i] - gap - 4], [at.px[i] - width / 2, at.py[i] + gap + 4]];
    // A ship on the screen has her name there, too.
    const [left, , right] = view.inner, isSeen = (/** @type {number[]} */ [x]) => x >= left && x + width <= right;
    if (at.px[i] > left && at.px[i] < right) places.splice(0, 4, ...places.filter(isSeen), ...(weight ? places.filter((p) => !isSeen(p)) : []));
    const fits = (/** @type {number} */ least) => places.find(([x, y]) => claim(taken, across, [x - 2, y - (LINE * view.magnify) / 2, width + 4, LINE * view.magnify], { mark: 2, least }));
    const place = fits(1) || (weight >= 2 ? fits(2) : undefined);
    if (!place) continue;
    context.strokeText(text, place[0], place[1]);
    context.fillText(text, place[0], place[1]);
    placed++;
  }
}

/**
 * Take the cells under a line of text, if none of them has a mark from `least` on.
 * @param {Uint8Array} taken @param {number} across @param {number[]} box left, top, width, height @param {{mark: number, least: number}} how
 */
function claim(taken, across, [x, y, width, height], { mark, least }) {
  const x0 = Math.floor(x / CELL), x1 = Math.floor((x + width) / CELL), y0 = Math.floor(y / CELL), y1 = Math.floor((y + height) / CELL);
  if (x0 < 0 || y0 < 0 || x1 >= across || (y1 + 1) * across > taken.length) return false;
  for (let cy = y0; cy <= y1; cy++) for (let cx = x0; cx <= x1; cx++) if (taken[cy * across + cx] >= least) return false;
  for (let cy = y0; cy <= y1; cy++) for (let cx = x0; cx <= x1; cx++) taken[cy * across + cx] = Math.max(taken[cy * across + cx], mark);
  return true;
}
