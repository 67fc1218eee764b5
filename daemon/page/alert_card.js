// SPDX-License-Identifier: Apache-2.0
// @ts-check
// One alert whole: what, when and why, what was reckoned, what may be done, where it was sent, and the others of its case.

import { button, el, facts, heard, sign } from './dom.js';
import { isOpen, now, select, sortedAlerts, store } from './store.js';
import { address } from './api.js';
import { askAcknowledge, askMute, undo } from './dialogs.js';
import { goTo } from './chart.js';
import { showOnMap } from './show.js';
import { clock, country, eventWords, moment, momentBoth, shipName, span } from './words.js';

const UNITS = [['_nm', ' nm'], ['_kn', ' kn'], ['_m', ' m'], ['_h', ' h'], ['_deg', '°'], ['_min', ' min']];
const SHOWN_ELSEWHERE = new Set(['reach', 'nearest', 'silent_near', 'zones_ahead', 'calls', 'evidence', 'with', 'fixes', 'positions', 'pattern']);
/* What every alert has; the other objects in `data` are its kind's own. */
const ENVELOPE = new Set(['vessel', 'position', 'evidence']);

/** @param {any} v */
function valueText(v) {
  if (typeof v === 'string') return /^\d{4}-\d\d-\d\dT/.test(v) ? momentBoth(v) : heard(v);
  if (typeof v === 'number') return String(Math.round(v * 100) / 100);
  if (typeof v === 'boolean') return v ? 'yes' : 'no';
  if (Array.isArray(v)) return v.every((x) => typeof x !== 'object') ? heard(v.join(', ')) : '';
  return v && (v.name || v.locode || v.id) ? heard([v.name, v.locode || v.id].filter(Boolean).join(' ')) : '';
}

/** Members in their order, units behind their values. @param {any} object @returns {[string, any][]} */
function rowsOf(object) {
  const rows = /** @type {[string, any][]} */ ([]);
  for (const [key, value] of Object.entries(object)) {
    if (SHOWN_ELSEWHERE.has(key)) continue;
    const unit = UNITS.find(([end]) => key.endsWith(end)) || (key === 'hours' ? ['', ' h'] : ['', '']);
    const text = valueText(value);
    if (text !== '') rows.push([key.slice(0, key.length - unit[0].length).replace(/_/g, ' '), unit[1] ? [text, unit[1]] : text]);
  }
  return rows;
}

/** @param {string[]} names @param {any[][]} rows */
const table = (names, rows) => el('.wide', el('table', el('thead', el('tr', names.map((n) => el('th', n)))), el('tbody', rows.map((r) => el('tr', r.map((c) => el('td', c)))))));

/** @param {any} ship */
const shipLink = (ship) => button('', () => { select({ mmsi: ship.mmsi }); goTo(ship.mmsi); }, { kind: 'link' }).appendChild(heard(shipName(ship))).parentNode;

/** Ports that were in reach, each with how. @param {any[]} reach */
function reachTable(reach) {
  return [el('h4', 'Within reach meanwhile'), table(['port', 'verdict', 'way', 'between'], reach.map((r) => [heard(`${r.name || ''} ${r.locode}`), r.verdict || 'possible',
    r.way_nm !== undefined ? `${Math.round(r.way_nm)}\u00a0nm` : '', !(r.latest < r.earliest) && [moment(r.earliest), r.latest && ` – ${moment(r.latest)}`]]))];
}

/** The route as a line of steps: made, then awaited. @param {any} data */
function routeSteps(data) {
  const route = data.route, made = (route.calls || []).map((/** @type {any} */ c) => el('li.made', el('b', heard(c.name || c.locode)), el('span', c.silent ? 'silent, possible ' : '', moment(c.arrived_at || c.departed_at))));
  const left = Math.max(0, (route.steps || 0) - made.length), port = data.forecast?.port;
  for (let i = 0; i < left; i++)
    made.push(el('li', i === left - 1 && port ? [el('b', heard(port.name || port.locode)), el('span', `ETA ${moment(data.forecast.eta)}`)] : [el('b', i === 0 ? 'awaited' : '…'), el('span', i === 0 && route.by ? `by ${moment(route.by)}` : '')]));
  return [el('ol.steps', made), route.pattern && el('p.pattern', heard(route.pattern))];
}

/** @param {any} data */
function tablesOf(data) {
  const parts = [], reach = data.gap?.reach || data.silent_call?.reach;
  if (data.route) parts.push(routeSteps(data));
  if (data.forecast?.zones_ahead?.length) parts.push(el('h4', 'Zones ahead'), table(['zone', 'at'], data.forecast.zones_ahead.map((/** @type {any} */ z) => [heard(z.name || z.id), moment(z.eta || z.at)])));
  if (reach?.length) parts.push(reachTable(reach));
  if (data.encounter?.with) {
    const w = data.encounter.with;
    parts.push(el('h4', 'Met'), el('p.met', shipLink(w), ` ${[w.imo && `IMO ${w.imo}`, `MMSI ${w.mmsi}`, w.flag && country(w.flag), w.watched && 'watched'].filter(Boolean).join(' · ')}`));
  }
  for (const [key, title] of [['nearest', 'Nearest ships'], ['silent_near', 'Fell silent near here before']]) {
    const list = data.distress?.[key] || data.loiter?.[key];
    if (list?.length) parts.push(el('h4', title), table(['ship', 'distance', ''], list.map((/** @type {any} */ s) => [shipLink(s), s.distance_nm !== undefined ? `${s.distance_nm} nm` : '', s.watched ? 'watched' : ''])));
  }
  return parts;
}

/** @param {any} a */
function deliveries(a) {
  if (!a.deliveries?.length) return el('p.quiet', 'No webhook is meant to have it.');
  return table(['webhook', 'state', 'tries', 'answer'], a.deliveries.map((/** @type {any} */ d) => [d.webhook, d.state, d.attempts ?? '', [d.status || d.http_status || '', d.error && heard(` ${d.error}`), d.next_attempt && ` next ${clock(Date.parse(d.next_attempt))}`]]));
}

/** @param {any} a @returns {any[]} */
export function alertSection(a) {
  const data = a.event.data, may = store.info?.may === 'acknowledge', when = data.detected_at && data.detected_at !== a.time ? `, told ${moment(data.detected_at)}` : '';
  const others = data.case ? sortedAlerts().filter((o) => o.id !== a.id && o.event.data.case === data.case).sort((x, y) => (x.time < y.time ? -1 : 1)) : [];
  const details = Object.entries(data).flatMap(([key, value]) => {
    const isOwn = value && typeof value === 'object' && !Array.isArray(value) && !ENVELOPE.has(key);
    const rows = !isOwn || key === 'route' ? [] : rowsOf(value);
    return rows.length ? [el('h4', key.replace('_', ' ')), facts(rows)] : [];
  });
  const tables = tablesOf(data);
  return [
    el(`.banner.${a.severity}${isOpen(a) ? '.open' : ''}`, sign(a.severity), el('b', a.severity), el('span', eventWords(a.type)), el('time', { title: momentBoth(a.time) }, `${span(now() - Date.parse(a.time))} ago`)),
    el('p.summary', heard(data.summary || '')),
    el('p.quiet', `${momentBoth(a.time)}${when}${a.rule ? ` · rule ${a.rule}` : ''}`),
    a.acknowledged && el('p.acked', sign('done'), ` ${a.acknowledged.by}, ${moment(a.acknowledged.at)}`, a.acknowledged.verdict && ` · ${a.acknowledged.verdict}`, a.acknowledged.note && [' · ', heard(a.acknowledged.note)]),
    el('.actions',
      may && isOpen(a) && button('Acknowledge', () => askAcknowledge(a), { key: 'a', kind: 'primary' }),
      may && !isOpen(a) && button('Take back', () => undo(a)),
      button('Show', () => showOnMap(a), { key: '⏎', label: 'Show on the map' }),
      may && a.rule && button('Mute…', () => askMute(a))),
    tables,
    others.length > 0 && [el('h4', `Case: ${others.length} more`), el('ul.case', others.map((o) => el('li', el('span', sign(isOpen(o) ? o.severity : 'done'), ' ', button(eventWords(o.type), () => select({ alert: o.id, mmsi: o.mmsi }), { kind: 'link' })), el('time', moment(o.time)))))],
    details.length > 0 && el('details', el('summary', 'What was reckoned'), details),
    el('details', el('summary', `Deliveries${a.deliveries?.length ? ` (${a.deliveries.length})` : ''}`), deliveries(a)),
    el('details', el('summary', 'JSON'), jsonLink(a), el('pre', JSON.stringify(a.event, null, 1))),
  ];
}

/** @param {any} a */
const jsonLink = (a) => el('p.quiet', heard(address(`alerts/${encodeURIComponent(a.id)}`)));
