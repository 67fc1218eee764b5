// SPDX-License-Identifier: Apache-2.0
// @ts-check
// GeoJSON onto a canvas: lines and areas that run on over 180 degrees, in the copies of the world that are visible.

import { worldX, worldY } from './fleet.js';

/** @typedef {import('./layer.js').View} View */

/** Longitudes that run on over 180 degrees, as places of the world. @param {number[][]} line @param {number} [from] x before it @returns {number[][]} */
export function unwrap(line, from) {
  let before = from;
  return line.map(([lon, lat]) => {
    let x = worldX(lon);
    if (before !== undefined) x += Math.round(before - x);
    before = x;
    return [x, worldY(lat)];
  });
}

/** The lines or rings of a geometry; parts of one that is split at 180 degrees are joined up. @param {any} geometry @returns {number[][][]} */
export function linesOf(geometry) {
  if (!geometry) return [];
  const { type, coordinates } = geometry;
  if (type === 'LineString') return [unwrap(coordinates)];
  if (type === 'MultiLineString') {
    let last = /** @type {number | undefined} */ (undefined);
    return coordinates.map((/** @type {number[][]} */ part) => {
      const line = unwrap(part, last);
      last = line.length ? line[line.length - 1][0] : last;
      return line;
    });
  }
  if (type === 'Polygon') return coordinates.map((/** @type {number[][]} */ ring) => unwrap(ring));
  if (type === 'MultiPolygon') return coordinates.flatMap((/** @type {number[][][]} */ p) => p.map((ring) => unwrap(ring)));
  if (type === 'GeometryCollection') return geometry.geometries.flatMap(linesOf);
  return [];
}
/** @param {any} geometry */
export const isArea = (geometry) => !!geometry && /Polygon$/.test(geometry.type);

/** West, north, east, south in places of the world. @param {number[][][]} lines */
export function boxOf(lines) {
  const box = [9, 9, -9, -9];
  for (const line of lines)
    for (const [x, y] of line) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  return box;
}

/** How far to move lines east or west to be seen: each whole number of worlds for which their box is in view. @param {number[]} box @param {View} view */
export function copiesOf(box, view) {
  const west = view.left / view.scale, east = (view.left + view.width) / view.scale, copies = [];
  if (box[3] * view.scale < view.top || box[1] * view.scale > view.top + view.height) return copies;
  for (let k = Math.ceil(west - box[2]); k <= Math.floor(east - box[0]); k++) copies.push(k);
  return copies;
}

/** @param {CanvasRenderingContext2D} c @param {View} view @param {number[][][]} lines @param {number} copy @param {boolean} isClosed */
export function trace(c, view, lines, copy, isClosed) {
  c.beginPath();
  for (const line of lines) {
    line.forEach(([x, y], i) => {
      const px = (x + copy) * view.scale - view.left, py = y * view.scale - view.top;
      if (i) c.lineTo(px, py);
      else c.moveTo(px, py);
    });
    if (isClosed) c.closePath();
  }
}

/** An arrow's head at a place, pointing along (dx, dy). @param {CanvasRenderingContext2D} c @param {number} x @param {number} y @param {number} dx @param {number} dy @param {number} size */
export function arrowHead(c, x, y, dx, dy, size) {
  const length = Math.hypot(dx, dy) || 1, ux = (dx / length) * size, uy = (dy / length) * size;
  c.beginPath();
  c.moveTo(x + ux, y + uy);
  c.lineTo(x - ux * 0.6 - uy * 0.7, y - uy * 0.6 + ux * 0.7);
  c.lineTo(x - ux * 0.6 + uy * 0.7, y - uy * 0.6 - ux * 0.7);
  c.closePath();
  c.fill();
}
