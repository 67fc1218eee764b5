// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The vessels of the picture, as columns: what is drawn 5 times a second is read without a look-up. A vessel's place in the world
// (Mercator, 0 to 1) is reckoned when it changes, never when it is drawn.

import { SILENT_MS, isDistress, rank, typeGroup } from './words.js';

export const MOVING = 0, STOPPED = 1, SILENT = 2, DISTRESS = 3;
const MOVING_KN = 0.5;

/** @param {number} lon degrees */
export const worldX = (lon) => lon / 360 + 0.5;
/** @param {number} lat degrees; cut at 85.05, where the map ends */
export function worldY(lat) {
  const s = Math.sin((Math.max(-85.0511, Math.min(85.0511, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

/** @param {number} x */
export const lonOf = (x) => (x - 0.5) * 360;
/** @param {number} y */
export const latOf = (y) => (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;

export class Fleet {
  constructor() {
    this.count = 0;
    /** @type {Map<number, number>} MMSI to index */
    this.index = new Map();
    this.columns = /** @type {Record<string, number>} */ ({});
    this.room = 0;
    this.x = new Float64Array(0);
    this.y = new Float64Array(0);
    this.time = new Float64Array(0);
    this.heading = new Float32Array(0); // degrees; NaN: neither heading nor course
    this.speed = new Float32Array(0); // knots; NaN
    this.severity = new Uint8Array(0); // 3 critical, 2 warning, 1 info, 0
    this.watched = new Uint8Array(0);
    this.group = new Uint8Array(0);
    this.beacon = new Uint8Array(0);
    this.hasPlace = new Uint8Array(0);
    /** @type {any[][]} the rows as they came, for what is not drawn */
    this.rows = [];
    this.grow(1024);
  }

  /** @param {number} room */
  grow(room) {
    for (const key of ['x', 'y', 'time', 'heading', 'speed', 'severity', 'watched', 'group', 'beacon', 'hasPlace']) {
      const wider = new this[key].constructor(room);
      wider.set(this[key]);
      this[key] = wider;
    }
    this.room = room;
  }

  /** @param {string[]} names of the columns, in their order */
  setColumns(names) {
    this.columns = Object.fromEntries(names.map((name, i) => [name, i]));
  }

  /** @param {any[]} row */
  put(row) {
    const c = this.columns;
    const mmsi = row[c.mmsi];
    let i = this.index.get(mmsi);
    if (i === undefined) {
      if (this.count === this.room) this.grow(this.room * 2);
      i = this.count++;
      this.index.set(mmsi, i);
    }
    const lat = row[c.lat], lon = row[c.lon], heading = row[c.heading_deg] ?? row[c.cog_deg], speed = row[c.sog_kn];
    this.rows[i] = row;
    this.beacon[i] = isDistress(mmsi) ? 1 : 0;
    this.hasPlace[i] = lat === null || lat === undefined || lon === null || lon === undefined ? 0 : 1;
    if (this.hasPlace[i]) {
      this.x[i] = worldX(lon);
      this.y[i] = worldY(lat);
    }
    this.time[i] = Date.parse(row[c.time]) || 0;
    this.heading[i] = heading ?? NaN;
    this.speed[i] = speed ?? NaN;
    this.severity[i] = rank(row[c.severity]);
    this.watched[i] = row[c.watched] ? 1 : 0;
    this.group[i] = typeGroup(row[c.type]);
  }

  /** The last one takes the place of the one that goes. @param {number} mmsi */
  remove(mmsi) {
    const i = this.index.get(mmsi);
    if (i === undefined) return;
    const last = --this.count;
    this.index.delete(mmsi);
    if (i !== last) {
      for (const key of ['x', 'y', 'time', 'heading', 'speed', 'severity', 'watched', 'group', 'beacon', 'hasPlace']) this[key][i] = this[key][last];
      this.rows[i] = this.rows[last];
      this.index.set(this.rows[i][this.columns.mmsi], i);
    }
    this.rows.length = last;
  }

  /** What it does: MOVING, STOPPED or SILENT; DISTRESS when it is a beacon. @param {number} i @param {number} now ms */
  form(i, now) {
    if (this.beacon[i]) return DISTRESS;
    if (now - this.time[i] > SILENT_MS) return SILENT;
    return this.speed[i] > MOVING_KN || (isNaN(this.speed[i]) && !isNaN(this.heading[i])) ? MOVING : STOPPED;
  }

  /** One vessel by the columns' names; null when it is not in the picture. @param {number} mmsi @returns {any} */
  get(mmsi) {
    const i = this.index.get(mmsi);
    return i === undefined ? null : this.at(i);
  }
  /** @param {number} i */
  at(i) {
    const row = this.rows[i], ship = /** @type {any} */ ({});
    for (const [name, k] of Object.entries(this.columns)) if (row[k] !== null && row[k] !== undefined) ship[name] = row[k];
    return ship;
  }
  /** @param {number} i @param {string} column */
  value(i, column) { return this.rows[i][this.columns[column]]; }
}
