// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The list of alerts: those not acknowledged on top, then the newest. A row that arrives never moves the row under the pointer: a bar
// says how many wait.

import { byId, button, el, fill, heard, setText, sign } from './dom.js';
import { isOpen, now, on, readAlertsLike, readOlderAlerts, select, sortedAlerts, store } from './store.js';
import { showOnMap } from './show.js';
import { SEVERITIES, eventWords, moment, shipName, span, why } from './words.js';

const STEP = 150;
const filter = { text: '', rule: '', severity: '', state: '', vessel: '' };
/** @type {Map<string, {alert: any, node: any, age: any}>} */
const made = new Map();
/** @type {Set<string>} ids in the list */
let listed = new Set();
/** @type {Set<string>} that came while this page was open and have not been chosen */
const fresh = new Set();
/** Of the filters: what their further alerts are asked with. @type {string | undefined} */
let next;
let shownMost = STEP, isPointed = false, order = /** @type {string[]} */ ([]);

/** @param {any} a */
function passes(a) {
  if (filter.severity && a.severity !== filter.severity) return false;
  if (filter.rule && a.rule !== filter.rule) return false;
  if (filter.state === 'open' && !isOpen(a)) return false;
  if (filter.state === 'done' && isOpen(a)) return false;
  if (filter.state === 'undelivered' && !['pending', 'dead'].includes(a.state)) return false;
  if (filter.vessel && String(a.mmsi) !== filter.vessel) return false;
  if (!filter.text) return true;
  return `${a.event.data.summary} ${a.rule} ${a.type} ${a.mmsi} ${a.acknowledged?.note || ''}`.toLowerCase().includes(filter.text.toLowerCase());
}

/** The filters as the query API knows them; nothing when none is set. */
function query() {
  const asked = { severity: filter.severity, rule: filter.rule, vessel: filter.vessel, acknowledged: { open: 'false', done: 'true' }[filter.state] };
  return Object.values(asked).some(Boolean) ? asked : null;
}
// What is not in the page yet, lookoutd has on record.
async function filtered() {
  const asked = query();
  [next, shownMost] = [undefined, STEP];
  render(true);
  if (asked) next = await readAlertsLike(asked).catch(() => undefined);
  render(true);
}
async function showMore() {
  const asked = query();
  shownMost += STEP;
  if (!asked) await readOlderAlerts().catch(() => {});
  else if (next) next = await readAlertsLike(asked, next).catch(() => undefined);
  render(true);
}

/** @param {any} a */
function makeRow(a) {
  const data = a.event.data, ship = data.vessel;
  const age = el('time.age', { title: `${moment(a.time)}, told ${moment(a.detected_at)}` }, span(now() - Date.parse(a.time)));
  const node = el(`li.alert.${a.severity}${isOpen(a) ? '.open' : ''}`, { role: 'option', id: `alert-${a.id}`, 'aria-selected': 'false', onclick: () => open(a.id) },
    sign(isOpen(a) ? a.severity : 'done'),
    el('span.who', ship ? heard(shipName(ship)) : data.feed ? `feed ${data.feed.id}` : data.list ? `list ${data.list.id}` : store.info?.site || 'lookoutd', ship?.flag && el('span.flag', ship.flag)),
    age,
    el('span.what', el('b', a.severity), ' ', eventWords(a.type), a.rule && el('span.rule', a.rule)),
    el('span.why', heard(why(a.event))),
    a.acknowledged && el('span.ack', `✓ ${a.acknowledged.by}`, a.acknowledged.verdict && `, ${a.acknowledged.verdict}`, a.acknowledged.note && [': ', heard(a.acknowledged.note)]));
  return { alert: a, node, age };
}

/** @param {string} id */
function choose(id) {
  const a = store.alerts.get(id);
  if (a) select({ alert: id, mmsi: a.mmsi });
}

/** Choose it and show its evidence. @param {string} id */
function open(id) {
  choose(id);
  const a = store.alerts.get(id);
  if (a) showOnMap(a);
}

/** @param {number} by */
export function step(by) {
  if (!order.length) return;
  const at = order.indexOf(store.selected.alert);
  choose(order[Math.max(0, Math.min(order.length - 1, at < 0 ? 0 : at + by))]);
  byId('alert-list').focus({ preventScroll: true });
  document.getElementById(`alert-${store.selected.alert}`)?.scrollIntoView({ block: 'nearest' });
}

/** @param {boolean} [isForced] rows that wait are let in */
function render(isForced) {
  const box = byId('alert-list');
  if (!box) return;
  const all = sortedAlerts().filter(passes), waiting = all.filter((a) => !listed.has(a.id));
  const holds = !isForced && isPointed && listed.size > 0 && waiting.length > 0 && waiting.length < all.length;
  const list = (holds ? all.filter((a) => listed.has(a.id)) : all).slice(0, shownMost);
  const bar = byId('alert-new');
  bar.hidden = !holds;
  if (holds) setText(bar, `${waiting.length} new: show`);
  else listed = new Set(all.map((a) => a.id));
  if (made.size > 4000) made.clear();
  const nodes = [], open = all.filter(isOpen).length;
  order = list.map((a) => a.id);
  list.forEach((a, i) => {
    if (i === 0 && isOpen(a)) nodes.push(group(`${open} to acknowledge`));
    if (!isOpen(a) && (i === 0 || isOpen(list[i - 1]))) nodes.push(group('Acknowledged'));
    let row = made.get(a.id);
    if (!row || row.alert !== a) made.set(a.id, (row = makeRow(a)));
    row.node.classList.toggle('chosen', a.id === store.selected.alert);
    row.node.classList.toggle('fresh', fresh.has(a.id));
    row.node.setAttribute('aria-selected', String(a.id === store.selected.alert));
    nodes.push(row.node);
  });
  if (!list.length) nodes.push(el('li.empty', { role: 'presentation' }, store.alerts.size ? 'No alert fits these filters.' : store.isFirst || store.unread ? 'Waiting for lookoutd…' : 'No alert yet. What the rules find appears here.'));
  const old = [...box.children];
  if (old.length !== nodes.length || nodes.some((n, i) => n !== old[i])) box.replaceChildren(...nodes);
  box.setAttribute('aria-activedescendant', order.includes(store.selected.alert) ? `alert-${store.selected.alert}` : '');
  byId('alert-more').hidden = all.length <= shownMost && !(query() ? next : store.older);
  renderRules();
}

/** @type {Map<string, any>} */
const groups = new Map();
/** @param {string} text */
function group(text) {
  let node = groups.get(text);
  if (!node) groups.set(text, (node = el('li.group', { role: 'presentation' }, text)));
  return node;
}

let rulesShown = '';
function renderRules() {
  const rules = [...new Set([...store.rules.map((r) => r.id), ...[...store.alerts.values()].map((a) => a.rule).filter(Boolean)])].sort(), box = byId('alert-rule');
  if (rules.join() === rulesShown) return;
  rulesShown = rules.join();
  fill(box, el('option', { value: '' }, 'all rules'), rules.map((r) => el('option', { value: r, selected: r === filter.rule }, r)));
}

/** Alerts of one vessel alone, or of all. @param {number} mmsi 0: of all */
export function onlyVessel(mmsi) {
  filter.vessel = mmsi ? String(mmsi) : '';
  renderVessel();
  filtered();
}
function renderVessel() {
  const box = byId('alert-vessel');
  box.hidden = !filter.vessel;
  if (filter.vessel) fill(box, `only ${filter.vessel}`, button('×', () => onlyVessel(0), { kind: 'icon', label: 'alerts of all vessels' }));
}

/** @param {string} key @param {string} label @param {[string, string][]} options */
function choice(key, label, options) {
  return el('select', { id: `alert-${key}`, 'aria-label': label, onchange: (/** @type {any} */ e) => { filter[key] = e.target.value; filtered(); } },
    options.map(([value, text]) => el('option', { value }, text)));
}

/** @param {HTMLElement} panel */
export function openAlerts(panel) {
  const list = el('ul.alerts', { id: 'alert-list', role: 'listbox', tabindex: '0', 'aria-label': 'Alerts, newest first' });
  fill(panel,
    el('.filters',
      el('input.search', { type: 'search', id: 'alert-text', placeholder: 'Find in alerts', 'aria-label': 'Find in alerts', oninput: (/** @type {any} */ e) => { filter.text = e.target.value; render(true); } }),
      choice('severity', 'Severity', [['', 'all severities'], ...SEVERITIES.map((s) => /** @type {[string, string]} */ ([s, s]))]),
      choice('rule', 'Rule', [['', 'all rules']]),
      choice('state', 'State', [['', 'any state'], ['open', 'to acknowledge'], ['done', 'acknowledged'], ['undelivered', 'not delivered']]),
      el('span.only', { id: 'alert-vessel', hidden: true })),
    el('button.newbar', { id: 'alert-new', type: 'button', hidden: true, onclick: () => { render(true); list.scrollTop = 0; } }),
    list,
    el('button.more', { id: 'alert-more', type: 'button', hidden: true, onclick: showMore }, 'Older alerts'));
  rulesShown = '';
  for (const key of ['severity', 'state']) byId(`alert-${key}`).value = filter[key];
  byId('alert-text').value = filter.text;
  renderVessel();
  list.addEventListener('pointerenter', () => { isPointed = true; });
  list.addEventListener('pointerleave', () => { isPointed = false; render(); });
  render(true);
}

export function startAlerts() {
  let due = false;
  const later = () => {
    if (due) return;
    due = true;
    setTimeout(() => { due = false; render(); }, 60);
  };
  on('alerts', later);
  on('rules', later);
  on('selected', () => { fresh.delete(store.selected.alert); render(); });
  on('alert', (a) => { fresh.add(a.id); later(); });
  setInterval(() => { if (!document.hidden) for (const id of order) { const row = made.get(id); if (row) setText(row.age, span(now() - Date.parse(row.alert.time))); } }, 5000);
}
