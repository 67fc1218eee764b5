// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The map: Leaflet for the view alone, our layers on it, choosing a ship by pointer, and the page's address.

import * as L from './leaflet.js';
import { addCoast } from './coast.js';
import { addMarks, extra } from './marks.js';
import { addShips, shown } from './ships.js';
import { boxOf, isArea, linesOf } from './shapes.js';
import { latOf, lonOf } from './fleet.js';
import { emit, fleet, on, select, store, tellWorker } from './store.js';
import { get } from './api.js';
import { byId, el, fill } from './dom.js';
import { degrees, knots, moment, shipName, span } from './words.js';
import { now } from './store.js';

/** @type {any} */
export let map = null;
/** @type {any} */
let ships = null;
let isPlaced = false, isFollowing = false;

/** @param {HTMLElement} node */
export function openChart(node) {
  map = L.map(node, { zoomControl: false, attributionControl: false, tap: false, keyboard: false, worldCopyJump: true, minZoom: 2, maxZoom: 17,
    zoomSnap: 0.5, wheelPxPerZoomLevel: 100, maxBoundsViscosity: 1, maxBounds: [[-85.05, -1e6], [85.05, 1e6]], fadeAnimation: false,
    zoomAnimation: !matchMedia('(prefers-reduced-motion: reduce)').matches, inertia: !matchMedia('(prefers-reduced-motion: reduce)').matches });
  map.setView([30, 10], 2.5);
  const coast = addCoast(map);
  const marks = addMarks(map);
  ships = addShips(map);
  for (const layer of [coast, marks]) on('look', () => layer.draw());
  map.on('click', (/** @type {any} */ e) => choose(ships.find(e.containerPoint.x, e.containerPoint.y)));
  map.on('mousemove', (/** @type {any} */ e) => hover(e.containerPoint));
  map.on('mouseout movestart', () => hover(null));
  map.on('dragstart', () => follow(false));
  map.on('moveend', onMoved);
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(node);
  on('info', addTiles);
  on('info', openView);
  on('lists', () => openView(true));
  on('selected', () => { showExtra(); writeAddress(); });
  let followed = 0;
  on('fleet', () => {
    if (!isFollowing || performance.now() - followed < 1000) return;
    followed = performance.now();
    goTo(store.selected.mmsi, false);
  });
  drawScale();
  return { ships, coast, marks };
}

function addTiles() {
  const tiles = store.info?.tiles;
  if (!tiles || addTiles.done) return;
  addTiles.done = true;
  L.tileLayer(tiles.url, { maxZoom: 17, maxNativeZoom: tiles.max_zoom || 18, className: 'tiles' }).addTo(map);
  byId('credit').textContent = tiles.attribution || '';
}
addTiles.done = false;

/** @param {number} i */
function choose(i) {
  if (i >= 0) select({ mmsi: fleet.value(i, 'mmsi') });
  else if (store.selected.mmsi || store.selected.alert) select({});
}

/** @param {{x: number, y: number} | null} at */
function hover(at) {
  const tip = byId('tip'), i = at ? ships.find(at.x, at.y) : -1;
  tip.hidden = i < 0;
  if (i < 0 || !at) return map.getContainer().classList.remove('over');
  map.getContainer().classList.add('over');
  const s = fleet.at(i);
  fill(tip, el('strong', el('bdi', shipName(s))), el('span', [knots(s.sog_kn), degrees(s.cog_deg), s.flag, span(now() - fleet.time[i]) + ' ago'].filter(Boolean).join('  ·  ')));
  tip.style.transform = `translate(${Math.min(at.x + 14, map.getSize().x - 210)}px, ${Math.max(4, at.y - 44)}px)`;
}

// The first view: the address's, else the configuration's, else what the zones and ports span, else the ships.
/** @param {boolean} [isRead] zones and ports are known */
function openView(isRead) {
  if (isPlaced || !store.info) return;
  const view = store.info.view;
  if (Array.isArray(view) && view.length === 4) return fit([[view[1], view[0]], [view[3], view[2] < view[0] ? view[2] + 360 : view[2]]]);
  const points = isRead === true ? [...store.zones, ...store.ports].flatMap((f) => pointsOf(f.geometry?.coordinates)) : [];
  if (isRead === true && !points.length) for (let i = 0; i < fleet.count; i++) if (fleet.hasPlace[i]) points.push([fleet.value(i, 'lon'), fleet.value(i, 'lat')]);
  if (points.length) fit(points.map(([lon, lat]) => [lat, lon < points[0][0] - 180 ? lon + 360 : lon > points[0][0] + 180 ? lon - 360 : lon]));
}
/** The places in coordinates, however deep. @param {any} part @returns {number[][]} */
const pointsOf = (part) => (!Array.isArray(part) ? [] : typeof part[0] === 'number' ? [part] : part.flatMap(pointsOf));
/** @param {number[][]} points lat, lon */
function fit(points) {
  isPlaced = true;
  map.fitBounds(L.latLngBounds(points), { animate: false, maxZoom: 8, padding: [30, 30] });
}

// --- the address: #map=z/lat/lon&vessel=MMSI&alert=ID ---

let written = '', writing = 0;
// Browsers take only so many changes of it a second.
function writeAddress() {
  clearTimeout(writing);
  writing = setTimeout(writeAddressNow, 150);
}
function writeAddressNow() {
  const c = map.getCenter().wrap(), words = [];
  if (isPlaced) words.push(`map=${map.getZoom()}/${c.lat.toFixed(4)}/${c.lng.toFixed(4)}`);
  if (store.selected.mmsi) words.push(`vessel=${store.selected.mmsi}`);
  if (store.selected.alert) words.push(`alert=${store.selected.alert}`);
  const next = words.length ? `#${words.join('&')}` : '';
  if (next === location.hash) return;
  written = next;
  history.replaceState(null, '', next || location.pathname + location.search);
}
/** What the address asks for. */
export function readAddress() {
  if (location.hash === written && written) return null;
  const words = new URLSearchParams(location.hash.slice(1)), [zoom, lat, lon] = (words.get('map') || 'none').split('/').map(Number);
  const hasMap = Number.isFinite(zoom) && Number.isFinite(lat) && Number.isFinite(lon);
  if (hasMap) {
    isPlaced = true;
    map.setView([Math.max(-85, Math.min(85, lat)), lon], zoom, { animate: false });
  }
  const mmsi = /^\d{1,9}$/.test(words.get('vessel') || '') ? Number(words.get('vessel')) : 0, alert = /^[\w.-]{1,80}$/.test(words.get('alert') || '') ? words.get('alert') : '';
  return { mmsi, alert: alert || '', hasMap };
}

function onMoved() {
  if (isPlaced) writeAddress();
  drawScale();
  const b = map.getBounds();
  tellWorker({ kind: 'view', view: [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()] });
  emit('moved');
}

function drawScale() {
  const nmPerPx = (40075.0167 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (256 * 2 ** map.getZoom()) / 1.852;
  const nm = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((n) => n / nmPerPx > 55) || 2000;
  byId('scale').style.width = `${Math.round(nm / nmPerPx)}px`;
  byId('scale').textContent = `${nm} nm`;
}

// --- moving it ---

const EDGE = 40;
/** The part of the map that nothing lies over: left, top, right, bottom. The card lies at the right, or on a narrow screen at the bottom. */
function openPart() {
  map.invalidateSize({ animate: false });
  const size = map.getSize(), card = byId('card'), buttons = 52, at = map.getContainer().getBoundingClientRect();
  const left = card.getBoundingClientRect().left - at.left, bar = byId('playback'), top = bar ? bar.getBoundingClientRect().bottom - at.top : 0;
  if (card.hidden) return [buttons, top, size.x, size.y];
  // It grows while it is filled: on a narrow screen as far as it may.
  return left > size.x * 0.3 ? [buttons, top, left, size.y] : [buttons, Math.min(top, size.y * 0.2), size.x, size.y * 0.38];
}
let bringing = 0;
/** What was chosen comes out from under the card, once that is there; what is off the map stays so. */
function bringOut() {
  const [left, top, right, bottom] = openPart(), size = map.getSize(), s = fleet.get(store.selected.mmsi), at = store.alerts.get(store.selected.alert)?.event.data.position?.coordinates;
  for (const place of [s && s.lat !== undefined && [s.lat, s.lon], at && [at[1], at[0]]]) {
    if (!place) continue;
    const p = map.latLngToContainerPoint(place);
    if (p.x < 0 || p.y < 0 || p.x > size.x || p.y > size.y) continue;
    const x = Math.max(p.x - right + EDGE, Math.min(0, p.x - left - EDGE)), y = Math.max(p.y - bottom + EDGE, Math.min(0, p.y - top - EDGE));
    if (p.x > right || p.y > bottom || p.x < left) return map.panBy([x, y]);
  }
}
on('selected', () => {
  cancelAnimationFrame(bringing);
  if (!store.selected.staysPut) bringing = requestAnimationFrame(bringOut);
});

/** In the middle of what nothing lies over. @param {number} [lat] @param {number} [lon] @param {number} [zoom] at least */
export function lookAt(lat, lon, zoom) {
  if (lat === undefined || lon === undefined) return;
  isPlaced = true;
  cancelAnimationFrame(bringing);
  const to = Math.max(map.getZoom(), zoom || 0), [left, top, right, bottom] = openPart(), size = map.getSize();
  // The copy of the world that is seen.
  const near = lon + Math.round((map.getCenter().lng - lon) / 360) * 360;
  const middle = map.project([lat, near], to).add([(size.x - left - right) / 2, (size.y - top - bottom) / 2]);
  map.setView(map.unproject(middle, to), to, { animate: map.getZoom() >= 5 });
}
/** @param {number} mmsi @param {boolean} [closer] */
export function goTo(mmsi, closer = true) {
  const s = fleet.get(mmsi);
  if (s && s.lat !== undefined) lookAt(s.lat, s.lon, closer ? 9 : 0);
}
/** Show lines whole, beside what lies over the map. @param {number[][]} points lon, lat @param {number} [maxZoom] */
export function frame(points, maxZoom = 10) {
  if (!points.length) return;
  isPlaced = true;
  cancelAnimationFrame(bringing);
  let before = points[0][0];
  const run = points.map(([lon, lat]) => {
    before = lon - Math.round((lon - before) / 360) * 360;
    return [lat, before];
  });
  const [left, top, right, bottom] = openPart(), size = map.getSize(), edge = Math.min(EDGE, (bottom - top) / 5);
  map.fitBounds(L.latLngBounds(run), { paddingTopLeft: [left + 12, top + edge], paddingBottomRight: [size.x - right + edge, size.y - bottom + edge], maxZoom, animate: map.getZoom() >= 5 });
}
/** @param {boolean} [isOn] left out: the other way */
export function follow(isOn = !isFollowing) {
  isFollowing = isOn && !!store.selected.mmsi;
  emit('follow', isFollowing);
  if (isFollowing) goTo(store.selected.mmsi);
}
export const follows = () => isFollowing;
/** @param {number} x @param {number} y in parts of the view */
export const pan = (x, y) => map.panBy([x * map.getSize().x * 0.25, y * map.getSize().y * 0.25]);
export const toggle = (/** @type {'ships' | 'byType' | 'labels'} */ what) => {
  shown[what] = !shown[what];
  emit('look');
};

// --- tracks and what the chosen alert adds ---

/** @type {Map<number, any[]>} pinned tracks */
const pinned = new Map();
/** @param {number} mmsi */
export async function toggleTrack(mmsi) {
  if (!mmsi) return;
  if (pinned.has(mmsi)) pinned.delete(mmsi);
  else pinned.set(mmsi, await readTrack(mmsi));
  showExtra();
}
export const isPinned = (/** @type {number} */ mmsi) => pinned.has(mmsi);
const readTrack = (/** @type {number} */ mmsi) => get(`vessels/${mmsi}/track`).then((t) => t.features || [], () => []);

let asked = 0;
async function showExtra() {
  const { mmsi, alert: id } = store.selected, alert = store.alerts.get(id), data = alert?.event.data, mine = ++asked;
  const hours = data?.gap?.hours || data?.silent_call?.hours || 0, other = data?.encounter?.evidence;
  extra.evidence = data?.evidence?.geometry ? [{ ...data.evidence, silentHours: hours }] : [];
  if (other?.geometry) extra.evidence.push({ ...other, isOther: true, name: shipName(data.encounter.with || {}) });
  extra.notes = notesOf(data);
  extra.tracks = [...pinned.values()].flat();
  emit('extra');
  if (!mmsi || pinned.has(mmsi)) return;
  const track = await readTrack(mmsi);
  if (mine !== asked) return;
  extra.tracks = [...extra.tracks, ...track];
  emit('extra');
}

/** The place of a port, the middle of its area. @param {string | undefined} locode @returns {number[] | null} lon, lat */
export function placeOf(locode) {
  const port = store.ports.find((p) => p.properties?.locode === locode), g = port?.geometry;
  if (!g) return null;
  if (!isArea(g)) return pointsOf(g.coordinates)[0];
  const [w, n, e, s] = boxOf(linesOf(g));
  return [lonOf((w + e) / 2), latOf((n + s) / 2)];
}

/** @param {string} id @returns {number[] | undefined} lon, lat */
export const zonePlace = (id) => pointsOf(store.zones.find((z) => z.properties?.id === id)?.geometry?.coordinates)[0];

/** @param {any} data of an alert */
function notesOf(data) {
  const notes = [];
  const add = (/** @type {any} */ port, /** @type {string} */ text) => {
    const at = placeOf(port?.locode);
    if (at) notes.push({ lon: at[0], lat: at[1], text, kind: 'port' });
  };
  if (data?.forecast) add(data.forecast.port, `${data.forecast.port?.name || ''} ETA ${moment(data.forecast.eta)}`);
  for (const ahead of data?.forecast?.zones_ahead || []) {
    const at = zonePlace(ahead.id);
    if (at) notes.push({ lon: at[0], lat: at[1], text: `${ahead.name || ahead.id} ${moment(ahead.eta || ahead.at)}`, kind: 'zone', zone: ahead.id });
  }
  for (const reach of data?.gap?.reach || data?.silent_call?.reach || []) add(reach, `${reach.name || reach.locode}: ${reach.verdict || 'in reach'}`);
  return notes;
}
