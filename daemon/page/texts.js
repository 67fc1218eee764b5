// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The texts of what lies under the ships. Each is written where no other is; ships' names keep clear of all of them (labels.js).

/** @typedef {{text: string, places: number[][], ink: string, font?: string, rank: number}} Text `places`: x, y where it may be written, the
 *   best first, and which part of it is there: 0 (or none) its begin, 0.5 its middle, 1 its end; `rank` 0: of what is chosen, it is
 *   written in any case; the others give way by their rank */

const LINE = 15;

export class Texts {
  constructor() {
    this.zoom = NaN;
    /** What is written: left, top, right, bottom in pixels of the world at `zoom`, and the rank. @type {number[][]} */
    this.boxes = [];
    /** @type {Text[]} */
    this.wanted = [];
  }

  /** @param {Text} text */
  add(text) {
    if (text.text) this.wanted.push(text);
  }

  /** Write all that was added. @param {CanvasRenderingContext2D} c @param {import('./layer.js').View} view @param {string} halo */
  write(c, view, halo) {
    this.zoom = view.zoom;
    // Nothing is written under the card and the buttons.
    this.boxes = view.covered.map(([x0, y0, x1, y1]) => [x0 + view.left, y0 + view.top, x1 + view.left, y1 + view.top, 0]);
    for (const one of this.wanted.sort((a, b) => a.rank - b.rank)) this.writeOne(c, view, one, halo);
    this.wanted = [];
  }

  /** @param {CanvasRenderingContext2D} c @param {import('./layer.js').View} view @param {Text} one @param {string} halo */
  writeOne(c, view, one, halo) {
    c.font = (one.font || '11px system-ui, sans-serif').replace('11px', `${11 * view.magnify}px`);
    const width = c.measureText(one.text).width, half = (LINE * view.magnify) / 2, [left, top, right, bottom] = view.inner;
    const boxes = one.places.map(([x, y, part]) => [x - width * (part || 0) + view.left, y - half + view.top, x + width * (1 - (part || 0)) + view.left, y + half + view.top, one.rank]);
    const isFree = (/** @type {number[]} */ box) => !this.boxes.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1]);
    const isWhole = (/** @type {number[]} */ [x0, y0, x1, y1]) => x0 >= left + view.left && x1 <= right + view.left && y0 >= top + view.top && y1 <= bottom + view.top;
    let at = boxes.findIndex((box) => isFree(box) && isWhole(box));
    if (at < 0) at = boxes.findIndex(isFree);
    if (at < 0 && one.rank > 0) return;
    at = Math.max(at, 0);
    const x = boxes[at][0] - view.left, y = one.places[at][1];
    this.boxes.push(boxes[at]);
    c.textAlign = 'left';
    c.textBaseline = 'middle';
    c.lineJoin = 'round';
    c.lineWidth = 3.5 * view.magnify;
    c.setLineDash([]);
    c.strokeStyle = halo;
    c.strokeText(one.text, x, y);
    c.fillStyle = one.ink;
    c.fillText(one.text, x, y);
  }
}
