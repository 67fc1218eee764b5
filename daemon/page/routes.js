// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The open runs of routes: calls made, what is awaited until when, and the forecast.

import { el, fill, heard } from './dom.js';
import { now, on, select, sortedAlerts, store } from './store.js';
import { goTo } from './chart.js';
import { moment, shipName, span } from './words.js';

/** @param {any} call */
const callName = (call) => (typeof call === 'string' ? call : call.name || call.locode || '');

/** @param {any} run */
function runRow(run) {
  const mmsi = run.mmsi || run.vessel?.mmsi, ship = run.vessel || run, by = Date.parse(run.by || run.expires || '');
  const alert = sortedAlerts().find((a) => run.case && a.event.data.case === run.case), forecast = run.forecast || (alert && alert.event.data.forecast);
  const awaits = (Array.isArray(run.awaits) ? run.awaits : [run.awaits]).filter(Boolean).map(callName);
  const calls = (run.calls || []).map((/** @type {any} */ c) => el('li.made', el('b', heard(callName(c))), el('span', moment(c.departed_at || c.arrived_at))));
  const eta = forecast && typeof forecast === 'object' ? forecast.eta : undefined;
  return el('li', el('button.run', { type: 'button', onclick: () => { select({ mmsi, alert: alert?.id }); goTo(mmsi, false); } },
    el('span.who', heard(shipName({ ...ship, mmsi }))), el('span.age', `${run.step}/${run.steps}`),
    el('span.what', el('span.rule', run.rule), eta && el('b.eta', ` ETA ${moment(eta)}`)),
    el('ol.steps', calls, el('li', el('b', heard(awaits.slice(0, 4).join(' / ') + (awaits.length > 4 ? ' …' : ''))), el('span', !isNaN(by) ? `by ${moment(by)}, ${span(by - now())} left` : 'awaited')))));
}

/** @param {HTMLElement} panel */
export function openRoutes(panel) {
  const rows = [...store.runs].sort((a, b) => Number(!!b.forecast) - Number(!!a.forecast) || b.step - a.step);
  const list = rows.length ? rows.map(runRow) : [el('li.empty', 'No route is under way. A vessel that has made the first call of a route appears here.')];
  fill(panel, el('h2.paneltitle', 'Routes under way', el('span.quiet', String(rows.length || ''))), el('ul.runs', list));
}

/** @param {() => boolean} isOpen @param {HTMLElement} panel */
export function startRoutes(isOpen, panel) {
  on('runs', () => { if (isOpen()) openRoutes(panel); });
}
