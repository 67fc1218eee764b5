// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The ships' pictures: each drawn once on a small canvas and kept as a list of its pixels, to be copied into the map's image. What a
// ship does is told by form, so it can be seen without colour: moving an arrow, stopped a dot, silent hollow, watched a ring, an
// unacknowledged alert a square frame, doubled when critical. Distress is a cross in a circle.

import { DISTRESS, MOVING, SILENT, STOPPED } from './fleet.js';

export const HEADINGS = 32;

/** @typedef {{solid: Int32Array, solidColour: Uint32Array, edge: Int32Array, edgeColour: Uint32Array, reach: number}} Sprite pixels as
 *   dy << 16 | dx & 0xffff; `edge` ones are translucent and go where nothing is yet */

/**
 * @param {CanvasRenderingContext2D} c @param {{form: number, heading: number, severity: number, watched: number}} what
 * @param {number} size half the length of an arrow @param {{fill: string, ink: string, halo: string, critical: string, warning: string, ring: string}} look
 */
function drawShip(c, what, size, look) {
  c.lineJoin = 'round';
  if (what.severity > 0) drawFrame(c, what.severity, size, look);
  if (what.watched) {
    c.beginPath();
    c.arc(0, 0, size * 1.45, 0, 7);
    stroke(c, look.halo, size * 0.5);
    stroke(c, look.ring, Math.max(1.4, size * 0.22));
  }
  c.beginPath();
  if (what.form === DISTRESS) {
    c.arc(0, 0, size * 1.1, 0, 7);
    c.moveTo(-size * 0.75, -size * 0.75);
    c.lineTo(size * 0.75, size * 0.75);
    c.moveTo(size * 0.75, -size * 0.75);
    c.lineTo(-size * 0.75, size * 0.75);
    stroke(c, look.halo, 5);
    stroke(c, look.critical, 2.5);
    return;
  }
  const isArrow = what.form === MOVING || (what.form === SILENT && what.heading >= 0);
  if (isArrow) {
    c.save();
    c.rotate((Math.max(0, what.heading) * 2 * Math.PI) / HEADINGS);
    c.moveTo(0, -size * 1.25);
    c.lineTo(size * 0.72, size * 0.95);
    c.lineTo(0, size * 0.5);
    c.lineTo(-size * 0.72, size * 0.95);
    c.closePath();
    c.restore();
  } else {
    c.arc(0, 0, size * (what.form === STOPPED ? 0.52 : 0.58), 0, 7);
  }
  if (what.form === SILENT) {
    c.fillStyle = look.halo;
    c.fill();
    stroke(c, look.fill, Math.max(1.1, size * 0.18));
  } else {
    stroke(c, look.halo, Math.max(1.6, size * 0.3));
    c.fillStyle = look.fill;
    c.fill();
    stroke(c, look.ink, 0.6);
  }
}

/** @param {CanvasRenderingContext2D} c @param {number} severity @param {number} size @param {any} look */
function drawFrame(c, severity, size, look) {
  const half = size * 2.05, ink = severity === 3 ? look.critical : severity === 2 ? look.warning : look.ring;
  const square = (/** @type {number} */ h) => { c.beginPath(); c.rect(-h, -h, 2 * h, 2 * h); };
  square(half);
  stroke(c, look.halo, 4.5);
  stroke(c, ink, severity === 1 ? 1.2 : 2.2);
  if (severity < 3) return;
  square(half + 4);
  stroke(c, look.halo, 3.5);
  stroke(c, ink, 2.2);
}

/** @param {CanvasRenderingContext2D} c @param {string} style @param {number} width */
function stroke(c, style, width) {
  c.strokeStyle = style;
  c.lineWidth = width;
  c.stroke();
}

export class Sprites {
  /** @param {any} look colours @param {number} ratio of device pixels */
  constructor(look, ratio) {
    this.look = look;
    this.ratio = ratio;
    /** @type {Map<number, Sprite>} */
    this.made = new Map();
    this.canvas = document.createElement('canvas');
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d', { willReadFrequently: true }));
  }

  /**
   * @param {number} form @param {number} heading 0 to HEADINGS - 1, -1 for none @param {number} severity @param {number} watched
   * @param {number} group of types, for the colour @param {number} size pixels
   */
  get(form, heading, severity, watched, group, size) {
    const key = ((((form * 34 + heading + 1) * 4 + severity) * 2 + watched) * 8 + group) * 32 + size;
    let sprite = this.made.get(key);
    if (!sprite) {
      sprite = this.make({ form, heading, severity, watched }, group, size);
      this.made.set(key, sprite);
    }
    return sprite;
  }

  /** @param {any} what @param {number} group @param {number} size @returns {Sprite} */
  make(what, group, size) {
    const reach = Math.ceil((what.severity ? size * 2.05 + 9 : size * 1.7 + 3) * this.ratio), side = 2 * reach + 1, c = this.context;
    this.canvas.width = this.canvas.height = side;
    c.setTransform(this.ratio, 0, 0, this.ratio, reach + 0.5, reach + 0.5);
    drawShip(c, what, size, { ...this.look, fill: this.look.groups[group] });
    const pixels = new Uint32Array(c.getImageData(0, 0, side, side).data.buffer);
    const solid = [], solidColour = [], edge = [], edgeColour = [];
    for (let y = 0, i = 0; y < side; y++)
      for (let x = 0; x < side; x++, i++) {
        const alpha = pixels[i] >>> 24, at = ((y - reach) << 16) | ((x - reach) & 0xffff);
        if (alpha > 200) {
          solid.push(at);
          solidColour.push(pixels[i]);
        } else if (alpha > 20) {
          edge.push(at);
          edgeColour.push(pixels[i]);
        }
      }
    return { solid: Int32Array.from(solid), solidColour: Uint32Array.from(solidColour), edge: Int32Array.from(edge), edgeColour: Uint32Array.from(edgeColour), reach };
  }
}
