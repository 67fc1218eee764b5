// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The ships on the map: sprites copied into one image, that image put on the canvas once. 20,000 take some 10 ms. While they are
// drawn a grid of cells is filled, by which the one under the pointer is found.

import { CanvasLayer, colour, shipSize } from './layer.js';
import { MOVING, SILENT } from './fleet.js';
import { HEADINGS, Sprites } from './sprites.js';
import { fleet, now, on, store } from './store.js';
import { placeLabels } from './labels.js';

const REDRAW_MS = 200, CELL = 32, REACH = 14;

/** @type {{ships: boolean, byType: boolean, labels: boolean}} */
export const shown = { ships: true, byType: false, labels: true };

/** @param {any} map */
export function addShips(map) {
  const layer = new CanvasLayer(map, 'ships', 420, 0.12, (context, view) => paintShips(context, view));
  /** @type {Sprites | null} */
  let sprites = null;
  let pixels = new Uint32Array(0), image = /** @type {ImageData | null} */ (null);
  const pick = { heads: new Int32Array(0), next: new Int32Array(0), across: 0, px: new Float32Array(0), py: new Float32Array(0), copy: 0 };
  let isDue = false, lastDrawn = 0;

  const look = () => {
    const plain = colour('ship'), kinds = ['type-0', 'type-1', 'type-2', 'type-3', 'type-4', 'type-5'].map(colour);
    return { ink: colour('ship-ink'), halo: colour('halo'), critical: colour('critical'), warning: colour('warning'), ring: colour('watched'),
      groups: shown.byType ? kinds : kinds.map(() => plain) };
  };

  /** @param {import('./sprites.js').Sprite} s @param {number} at @param {number} width */
  const stamp = (s, at, width) => {
    const { solid, solidColour, edge, edgeColour } = s;
    for (let k = 0; k < solid.length; k++) pixels[at + (solid[k] >> 16) * width + ((solid[k] << 16) >> 16)] = solidColour[k];
    for (let k = 0; k < edge.length; k++) {
      const p = at + (edge[k] >> 16) * width + ((edge[k] << 16) >> 16);
      if (pixels[p] === 0) pixels[p] = edgeColour[k];
    }
  };

  /** @param {CanvasRenderingContext2D} context @param {import('./layer.js').View} view */
  function paintShips(context, view) {
    const begin = performance.now(), { canvas } = layer, ratio = view.ratio, width = canvas.width, height = canvas.height;
    if (!sprites || sprites.ratio !== ratio) sprites = new Sprites(look(), ratio);
    if (!image || image.width !== width || image.height !== height) {
      image = new ImageData(width, height);
      pixels = new Uint32Array(image.data.buffer);
    } else pixels.fill(0);
    preparePick(view);
    const drawn = /** @type {number[]} */ ([]);
    if (shown.ships) for (const pass of [0, 1, 2]) drawPass(view, pass, drawn);
    context.putImageData(image, 0, 0);
    placeLabels(context, view, drawn, pick, shown.labels);
    lastDrawn = performance.now();
    layer.figures = { drawn: drawn.length, ms: lastDrawn - begin, frames: layer.figures.frames + 1 };
    isDue = false;
  }

  /** @param {import('./layer.js').View} view */
  function preparePick(view) {
    pick.across = Math.ceil(view.width / CELL);
    const cells = pick.across * Math.ceil(view.height / CELL);
    if (pick.heads.length !== cells) pick.heads = new Int32Array(cells);
    if (pick.next.length < fleet.room) [pick.next, pick.px, pick.py] = [new Int32Array(fleet.room), new Float32Array(fleet.room), new Float32Array(fleet.room)];
    pick.heads.fill(-1);
  }

  // First all others, then the watched, then those with alerts: what matters lies on top.
  /** @param {import('./layer.js').View} view @param {number} pass @param {number[]} drawn */
  function drawPass(view, pass, drawn) {
    const { scale, left, top, ratio, copies } = view, width = layer.canvas.width, height = layer.canvas.height, at = now();
    const size = shipSize(view);
    const { x, y, severity, watched, group, heading, speed, hasPlace } = fleet;
    for (let i = 0; i < fleet.count; i++) {
      if ((severity[i] ? 2 : watched[i]) !== pass || !hasPlace[i]) continue;
      const py = y[i] * scale - top;
      if (py < 0 || py > view.height) continue;
      for (const k of copies) {
        const px = (x[i] + k) * scale - left;
        if (px < 0 || px > view.width) continue;
        const form = fleet.form(i, at), turns = form === MOVING || (form === SILENT && speed[i] > 0.5);
        const turn = turns && heading[i] >= 0 ? Math.round((heading[i] / 360) * HEADINGS) % HEADINGS : -1;
        const s = /** @type {Sprites} */ (sprites).get(form, turn, severity[i], watched[i], group[i], pass ? size + 1 : size);
        const dx = Math.round(px * ratio), dy = Math.round(py * ratio);
        if (dx < s.reach || dy < s.reach || dx >= width - s.reach || dy >= height - s.reach) continue;
        stamp(s, dy * width + dx, width);
        const cell = Math.floor(py / CELL) * pick.across + Math.floor(px / CELL);
        pick.px[i] = px;
        pick.py[i] = py;
        pick.next[i] = pick.heads[cell];
        pick.heads[cell] = i;
        drawn.push(i);
      }
    }
  }

  const changed = () => {
    if (isDue || document.hidden) return;
    isDue = true;
    setTimeout(() => requestAnimationFrame(() => { if (isDue) layer.draw(); isDue = false; }), Math.max(0, REDRAW_MS - (performance.now() - lastDrawn)));
  };
  on('fleet', changed);
  on('selected', changed);
  on('extra', changed);
  on('look', () => { sprites = null; layer.draw(); });
  document.addEventListener('visibilitychange', () => { isDue = false; layer.draw(); });
  // Between reports ships fall silent too.
  setInterval(() => { if (store.isLive) changed(); }, 5000);

  /** The vessel nearest to a place of the screen, within reach; its index or -1. @param {number} x @param {number} y container's pixels */
  layer.find = (x, y) => {
    const view = layer.view;
    if (!view) return -1;
    const at = map.containerPointToLayerPoint([x, y]).add(map.getPixelOrigin()), px = at.x - view.left, py = at.y - view.top;
    let best = -1, nearest = REACH * REACH;
    for (let cy = Math.floor((py - REACH) / CELL); cy <= Math.floor((py + REACH) / CELL); cy++)
      for (let cx = Math.floor((px - REACH) / CELL); cx <= Math.floor((px + REACH) / CELL); cx++) {
        if (cx < 0 || cx >= pick.across || cy < 0 || cy * pick.across >= pick.heads.length) continue;
        for (let i = pick.heads[cy * pick.across + cx]; i >= 0; i = pick.next[i]) {
          const far = (pick.px[i] - px) ** 2 + (pick.py[i] - py) ** 2 - (fleet.severity[i] ? 60 : fleet.watched[i] ? 30 : 0);
          if (far < nearest) [best, nearest] = [i, far];
        }
      }
    return best < fleet.count ? best : -1;
  };
  return layer;
}
