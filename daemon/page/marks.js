// SPDX-License-Identifier: Apache-2.0
// @ts-check
// What lies under the ships: zones, gates with their direction, ports with their distance, and what the chosen alert or vessel adds:
// the line of evidence, the track, the forecast, the ports that were within reach.

import { CanvasLayer, colour, shipSize } from './layer.js';
import { worldX, worldY } from './fleet.js';
import { fleet, on, store } from './store.js';
import { arrowHead, boxOf, copiesOf, isArea, linesOf, trace } from './shapes.js';
import { Texts } from './texts.js';
import { moment } from './words.js';

const EARTH_M = 40075016.7;

/** What the chosen things add: evidence, tracks and what is played back are Features. @type {{evidence: any[], tracks: any[], played: any[], playedAt: any, notes: {lon: number, lat: number, text: string, kind: string, zone?: string}[]}} */
export const extra = { evidence: [], tracks: [], played: [], playedAt: null, notes: [] };
export const texts = new Texts();

/** @param {any} map */
export function addMarks(map) {
  const layer = new CanvasLayer(map, 'marks', 300, 0.3, (c, view) => {
    const look = { ink: colour('label'), halo: colour('halo'), zone: colour('zone'), gate: colour('gate'), port: colour('port'), line: colour('evidence'), track: colour('track') };
    for (const zone of store.zones) drawZone(c, view, zone, look);
    if (view.zoom >= 4.5) for (const port of store.ports) drawPort(c, view, port, look);
    for (const track of extra.tracks) drawLine(c, view, track, { ...look, line: look.track }, 1.6, false);
    for (const feature of extra.evidence) drawLine(c, view, feature, look, 2.6, !feature.isOther);
    for (const track of extra.played) drawLine(c, view, track, { ...look, line: look.track }, 2.2, false);
    for (const note of extra.notes) drawNote(c, view, note, look);
    if (extra.playedAt) drawNote(c, view, extra.playedAt, look);
    drawChosen(c, view, look);
    texts.write(c, view, look.halo);
  });
  const later = () => requestAnimationFrame(() => layer.draw());
  for (const what of ['zones', 'ports', 'rules', 'selected', 'extra', 'look']) on(what, later);
  let due = 0;
  on('fleet', () => { if (store.selected.mmsi && !due) due = setTimeout(() => { due = 0; later(); }, 500); });
  return layer;
}

/** @param {CanvasRenderingContext2D} c @param {import('./layer.js').View} view @param {any} feature @param {any} look */
function drawZone(c, view, feature, look) {
  const lines = feature.lines || (feature.lines = linesOf(feature.geometry)), box = feature.box || (feature.box = boxOf(lines));
  const name = feature.properties?.name || feature.properties?.id || '', area = isArea(feature.geometry);
  for (const k of copiesOf(box, view)) {
    trace(c, view, lines, k, area);
    if (area) {
      c.fillStyle = look.zone;
      c.globalAlpha = 0.14;
      c.fill('evenodd');
      c.globalAlpha = 1;
    }
    c.strokeStyle = area ? look.zone : look.gate;
    c.lineWidth = area ? 1.5 : 2.5;
    c.setLineDash(area ? [6, 4] : []);
    c.stroke();
    c.setLineDash([]);
    if (!area && lines.length) drawGate(c, view, lines[0], k, directionOf(feature.properties?.id), look);
    const wide = (box[2] - box[0]) * view.scale;
    if (!extra.notes.some((n) => n.zone === feature.properties?.id) && (wide > 24 || (!area && view.zoom > 6))) {
      const left = (box[0] + k) * view.scale - view.left, top = box[1] * view.scale - view.top, right = (box[2] + k) * view.scale - view.left, bottom = box[3] * view.scale - view.top;
      const places = area ? [[left + 5, top + 11], [left + 5, bottom - 10], [left, top - 9], [left, bottom + 10]] : [[(left + right) / 2 + 10, (top + bottom) / 2 + 16], [right + 8, bottom], [left, top - 10]];
      texts.add({ text: name.slice(0, 40), places, ink: area ? look.zone : look.gate, font: '600 11px system-ui, sans-serif', rank: 1 });
    }
  }
}

/** Which way a gate is watched: as the rules say that name it, any where they differ. @param {string} id */
function directionOf(id) {
  const ways = store.rules.filter((r) => r.when === 'gate').map((r) => [r.words].flat().join('\n')).filter((words) => !/gates: /.test(words) || words.includes(id))
    .map((words) => (/direction (left-to-right|right-to-left)/.exec(words) || ['', 'any'])[1]);
  return new Set(ways).size === 1 ? ways[0] : 'any';
}

// An arrow across the middle of a gate, to the right of the way it is drawn for left-to-right; one each way for any.
/** @param {CanvasRenderingContext2D} c @param {import('./layer.js').View} view @param {number[][]} line @param {number} k @param {string} direction @param {any} look */
function drawGate(c, view, line, k, direction, look) {
  const [ax, ay] = line[0], [bx, by] = line[line.length - 1], dx = bx - ax, dy = by - ay, length = Math.hypot(dx, dy) || 1;
  const x = ((ax + bx) / 2 + k) * view.scale - view.left, y = ((ay + by) / 2) * view.scale - view.top, nx = -dy / length, ny = dx / length;
  c.strokeStyle = c.fillStyle = look.gate;
  c.lineWidth = 2;
  for (const way of direction === 'left-to-right' ? [1] : direction === 'right-to-left' ? [-1] : [1, -1]) {
    c.beginPath();
    c.moveTo(x - (direction === 'any' ? 0 : nx * 12 * way), y - (direction === 'any' ? 0 : ny * 12 * way));
    c.lineTo(x + nx * 14 * way, y + ny * 14 * way);
    c.stroke();
    arrowHead(c, x + nx * 14 * way, y + ny * 14 * way, nx * way, ny * way, 6);
  }
}

/** @param {CanvasRenderingContext2D} c @param {import('./layer.js').View} view @param {any} feature @param {any} look */
function drawPort(c, view, feature, look) {
  const { geometry, properties = {} } = feature;
  c.strokeStyle = look.port;
  c.lineWidth = 1;
  let label = null;
  if (isArea(geometry)) {
    const lines = feature.lines || (feature.lines = linesOf(geometry)), box = feature.box || (feature.box = boxOf(lines));
    for (const k of copiesOf(box, view)) {
      trace(c, view, lines, k, true);
      c.stroke();
      label = [((box[0] + box[2]) / 2 + k) * view.scale - view.left, box[3] * view.scale - view.top + 9];
    }
  } else {
    const points = geometry?.type === 'MultiPoint' ? geometry.coordinates : geometry?.type === 'Point' ? [geometry.coordinates] : [];
    for (const [lon, lat] of points) {
      const metres = properties.entry_m || properties.radius_m || 0, x0 = worldX(lon), y0 = worldY(lat);
      const radius = (metres / EARTH_M / Math.cos((lat * Math.PI) / 180)) * view.scale;
      for (const k of copiesOf([x0, y0, x0, y0], view)) {
        const x = (x0 + k) * view.scale - view.left, y = y0 * view.scale - view.top;
        if (radius > 6) {
          c.beginPath();
          c.arc(x, y, radius, 0, 7);
          c.setLineDash([2, 3]);
          c.stroke();
          c.setLineDash([]);
        }
        c.fillStyle = look.port;
        c.fillRect(x - 2.5, y - 2.5, 5, 5);
        label = label || [x, y + 11];
      }
    }
  }
  if (label && view.zoom >= 6)
    texts.add({ text: String(properties.name || properties.locode || ''), places: [[label[0], label[1], 0.5], [label[0], label[1] - 22 * view.magnify, 0.5]], ink: look.port, font: 'italic 11px system-ui, sans-serif', rank: 2 });
}

/** @param {CanvasRenderingContext2D} c @param {import('./layer.js').View} view @param {any} feature @param {any} look @param {number} width @param {boolean} hasTimes */
function drawLine(c, view, feature, look, width, hasTimes) {
  const lines = linesOf(feature.geometry), box = boxOf(lines), times = feature.properties?.times || [];
  for (const k of copiesOf(box, view)) {
    trace(c, view, lines, k, false);
    c.lineJoin = 'round';
    c.strokeStyle = look.halo;
    c.lineWidth = width + 3;
    c.stroke();
    c.strokeStyle = look.line;
    c.lineWidth = width;
    if (feature.isOther) c.setLineDash([2, 5]);
    if (feature.silentHours) strokeSilence(c, view, feature, k);
    else c.stroke();
    c.setLineDash([]);
    const points = lines.flat();
    if (feature.isOther && points.length) {
      const end = points[points.length - 1], x = (end[0] + k) * view.scale - view.left, y = end[1] * view.scale - view.top;
      texts.add({ text: feature.name, places: [[x + 8, y + 6], [x + 8, y - 12], [x + 8, y + 24]], ink: look.line, rank: 0 });
    }
    c.fillStyle = look.line;
    points.forEach(([x, y], i) => {
      const isEnd = i === 0 || i === points.length - 1, px = (x + k) * view.scale - view.left, py = y * view.scale - view.top;
      if (!isEnd && points.length > 30 && view.zoom < 8) return;
      c.fillStyle = look.line;
      c.beginPath();
      c.arc(px, py, isEnd ? width + 0.8 : width * 0.8, 0, 7);
      c.fill();
      if (hasTimes && isEnd && times[i]) texts.add({ text: moment(times[i]), places: placesAround(px, py, i > 0, view.magnify), ink: look.ink, rank: 0 });
    });
  }
}

/** Beside a place; the end of a line leaves the nearest ones to the ship's name. @param {number} x @param {number} y @param {boolean} isFar @param {number} magnify */
function placesAround(x, y, isFar, magnify) {
  const near = [[8, -12, 0], [8, 14, 0], [-8, -12, 1], [-8, 14, 1]], far = [[8, 34, 0], [8, -34, 0], [-8, 34, 1], [-8, -34, 1]];
  return (isFar ? [...far, ...near] : [...near, ...far]).map(([dx, dy, part]) => [x + dx * magnify, y + dy * magnify, part]);
}

// A silence is no line that was sailed: it is broken.
/** @param {CanvasRenderingContext2D} c @param {import('./layer.js').View} view @param {any} feature @param {number} k */
function strokeSilence(c, view, feature, k) {
  const points = linesOf(feature.geometry).flat(), times = (feature.properties?.times || []).map(Date.parse);
  for (let i = 1; i < points.length; i++) {
    c.setLineDash(times[i] - times[i - 1] > feature.silentHours * 0.9 * 3600e3 ? [10, 8] : []);
    trace(c, view, [[points[i - 1], points[i]]], k, false);
    c.stroke();
  }
}

/** @param {CanvasRenderingContext2D} c @param {import('./layer.js').View} view @param {any} note @param {any} look */
function drawNote(c, view, note, look) {
  const x0 = worldX(note.lon), y0 = worldY(note.lat);
  for (const k of copiesOf([x0, y0, x0, y0], view)) {
    const x = (x0 + k) * view.scale - view.left, y = y0 * view.scale - view.top;
    c.strokeStyle = look.line;
    c.lineWidth = 2;
    c.beginPath();
    if (note.kind === 'port') c.rect(x - 6, y - 6, 12, 12);
    else c.arc(x, y, 6, 0, 7);
    c.stroke();
    const places = [[4, -28, 0], [0, -28, 1], [12, 0, 0], [-12, 0, 1], [4, 26, 0], [0, 26, 1], [4, -44, 0], [0, -44, 1]].map(([dx, dy, part]) => [x + dx * view.magnify, y + dy * view.magnify, part]);
    texts.add({ text: note.text, places, ink: look.ink, font: '600 11px system-ui, sans-serif', rank: 0 });
  }
}

// Four corners around the chosen vessel, and where it is in half an hour by its course and speed.
/** @param {CanvasRenderingContext2D} c @param {import('./layer.js').View} view @param {any} look */
function drawChosen(c, view, look) {
  const i = fleet.index.get(store.selected.mmsi);
  if (i === undefined || !fleet.hasPlace[i]) return;
  const course = fleet.value(i, 'cog_deg'), speed = fleet.speed[i];
  for (const k of view.copies) {
    const x = (fleet.x[i] + k) * view.scale - view.left, y = fleet.y[i] * view.scale - view.top;
    c.strokeStyle = look.ink;
    c.lineWidth = 1.6;
    if (speed > 0.5 && typeof course === 'number') {
      const metres = (speed * 1852) / 2, length = (metres / EARTH_M / Math.cos((fleet.value(i, 'lat') * Math.PI) / 180)) * view.scale;
      c.setLineDash([4, 3]);
      c.beginPath();
      c.moveTo(x, y);
      c.lineTo(x + Math.sin((course * Math.PI) / 180) * length, y - Math.cos((course * Math.PI) / 180) * length);
      c.stroke();
      c.setLineDash([]);
    }
    c.beginPath();
    // Around the frame of an alert.
    const far = (shipSize(view) + 1) * 2.05 + 9;
    for (const [sx, sy] of [[-1, -1], [1, -1], [1, 1], [-1, 1]]) {
      c.moveTo(x + sx * far, y + sy * far * 0.6);
      c.lineTo(x + sx * far, y + sy * far);
      c.lineTo(x + sx * far * 0.6, y + sy * far);
    }
    c.stroke();
  }
}
