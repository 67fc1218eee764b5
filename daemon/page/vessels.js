// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The vessels in view as a table that can be sorted, and the search over all that are on record.

import { byId, el, fill, heard, setText } from './dom.js';
import { get } from './api.js';
import { fleet, now, on, select, store } from './store.js';
import { goTo, lookAt, map } from './chart.js';
import { worldX, worldY } from './fleet.js';
import { count, knots, shipName, shipType, span } from './words.js';

const MOST = 200, AGAIN_MS = 2000;
let sortBy = 'matter', query = '';
/** @type {any[] | null} */
let found = null;
let timer = 0, lastDrawn = 0;

const ORDERS = {
  matter: (/** @type {number} */ i, /** @type {number} */ j) => fleet.severity[j] - fleet.severity[i] || fleet.watched[j] - fleet.watched[i] || fleet.time[j] - fleet.time[i],
  name: (/** @type {number} */ i, /** @type {number} */ j) => String(fleet.value(i, 'name') || '~').localeCompare(String(fleet.value(j, 'name') || '~')),
  speed: (/** @type {number} */ i, /** @type {number} */ j) => (fleet.speed[j] || 0) - (fleet.speed[i] || 0),
  age: (/** @type {number} */ i, /** @type {number} */ j) => fleet.time[j] - fleet.time[i],
};

function inView() {
  const b = map.getBounds(), w = worldX(b.getWest()), e = worldX(b.getEast()), n = worldY(b.getNorth()), s = worldY(b.getSouth()), list = [];
  for (let i = 0; i < fleet.count; i++) {
    const x = fleet.x[i] + Math.ceil(w - fleet.x[i]);
    if (fleet.hasPlace[i] && x <= e && fleet.y[i] >= n && fleet.y[i] <= s) list.push(i);
  }
  return list;
}

/** @param {any} s a ship */
function shipRow(s) {
  const time = Date.parse(s.time || s.last?.time || ''), lat = s.lat ?? s.last?.lat, lon = s.lon ?? s.last?.lon;
  const go = () => {
    select({ mmsi: s.mmsi });
    if (fleet.get(s.mmsi)) goTo(s.mmsi);
    else lookAt(lat, lon, 9);
  };
  return el(`tr${s.mmsi === store.selected.mmsi ? '.chosen' : ''}`, { tabindex: '0', onclick: go, onkeydown: (/** @type {KeyboardEvent} */ e) => { if (e.key === 'Enter') { e.stopPropagation(); go(); } } },
    el('td', el('span.name', heard(shipName(s))), el('span.quiet', [s.flag, shipType(s.type)].filter(Boolean).join(' · '))),
    el('td', s.severity ? el(`span.pill.${s.severity}`, s.severity) : s.watched ? el('span.pill', 'watched') : ''),
    el('td.number', knots(s.sog_kn ?? s.last?.sog_kn)),
    el('td.number', !isNaN(time) && now() - time > 3600e3 ? { title: 'silent' } : null, isNaN(time) ? '' : span(now() - time)));
}

function render() {
  const body = byId('vessel-rows');
  if (!body) return;
  lastDrawn = performance.now();
  const list = found ? found : inView().sort(ORDERS[sortBy]);
  setText(byId('vessel-count'), found ? `${count(list.length)}${list.length === 100 ? ' first' : ''} found on record` : `${count(list.length)} in view${list.length > MOST ? `, ${MOST} shown` : ''}${store.leftOut ? `; ${count(store.leftOut)} more not shown` : ''}`);
  fill(body, list.slice(0, MOST).map((s) => shipRow(typeof s === 'number' ? fleet.at(s) : s)));
  if (!list.length) body.append(el('tr', el('td.empty', query ? 'No vessel on record fits.' : 'No vessel in view. Zoom out, or search.')));
  for (const key of Object.keys(ORDERS)) byId(`sort-${key}`).setAttribute('aria-pressed', String(!found && key === sortBy));
}

async function search() {
  if (!query) found = null;
  else {
    const mine = query, answer = await get('vessels', { q: query, limit: 100 }).catch(() => ({ vessels: [] }));
    if (mine !== query) return;
    found = answer.vessels;
  }
  render();
}

/** @param {HTMLElement} panel */
export function openVessels(panel) {
  const order = (/** @type {string} */ key, /** @type {string} */ text) => el('button', { type: 'button', id: `sort-${key}`, 'aria-pressed': 'false', onclick: () => { sortBy = key; render(); } }, text);
  fill(panel,
    el('.filters', el('input.search', { type: 'search', id: 'vessel-search', placeholder: 'Name, MMSI or IMO number', 'aria-label': 'Search vessels', value: query, oninput: (/** @type {any} */ e) => { query = e.target.value.trim(); clearTimeout(timer); timer = setTimeout(search, 250); } }),
      el('.segments', { role: 'group', 'aria-label': 'Order' }, order('matter', 'by alert'), order('name', 'name'), order('speed', 'speed'), order('age', 'last heard'))),
    el('p.quiet.tally', { id: 'vessel-count' }),
    el('.scroll', el('table.ships', el('thead', el('tr', el('th', 'vessel'), el('th', ''), el('th.number', 'speed'), el('th.number', 'heard'))), el('tbody', { id: 'vessel-rows' }))));
  render();
}

/** @param {() => boolean} isOpen */
export function startVessels(isOpen) {
  let due = 0;
  const later = () => {
    if (!isOpen() || found || due || document.hidden || byId('vessel-rows')?.matches(':hover, :focus-within')) return;
    due = setTimeout(() => { due = 0; render(); }, Math.max(50, AGAIN_MS - (performance.now() - lastDrawn)));
  };
  for (const what of ['fleet', 'moved']) on(what, later);
  on('selected', () => { if (isOpen() && !byId('vessel-rows')?.matches(':focus-within')) render(); });
}
