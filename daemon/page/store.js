// SPDX-License-Identifier: Apache-2.0
// @ts-check
// What the page knows: fed by the stream's worker and by requests, told to whoever listens. Panels read it and change nothing here.

import { address, get, post, remove } from './api.js';
import { Fleet } from './fleet.js';
import { rank } from './words.js';

/** @typedef {{id: string, type: string, rule: string, severity: string, time: string, detected_at: string, mmsi?: number, state?: string,
 *   acknowledged?: any, deliveries?: any[], event: any}} Alert */

const PAGE_OF_ALERTS = 300, MOST_ALERTS = 3000;

export const fleet = new Fleet();
export const store = {
  info: /** @type {any} */ (null),
  connected: false,
  since: Date.now(), // of the connection, or of its loss
  status: 0,
  isFirst: true, // no alerts have been read yet
  leads: true, // this page sounds for the others
  isSounded: false, // one of the pages can sound
  unread: '', // why the alerts could not be read
  leftOut: 0,
  clockOffset: 0, // event time less this machine's clock, ms
  eventTime: NaN,
  isLive: true,
  /** @type {Map<string, Alert>} */
  alerts: new Map(),
  older: /** @type {string | undefined} */ (undefined),
  hasAllOpen: true, // every alert that nobody has acknowledged is in `alerts`
  feeds: /** @type {Map<string, any>} */ (new Map()),
  zones: /** @type {any[]} */ ([]),
  ports: /** @type {any[]} */ ([]),
  rules: /** @type {any[]} */ ([]),
  runs: /** @type {any[]} */ ([]),
  mutes: /** @type {any[]} */ ([]),
  selected: { mmsi: 0, alert: '', staysPut: false },
};

/** @type {Map<string, Set<(detail?: any) => void>>} */
const listeners = new Map();
/** info, state, fleet, alerts, alert, selected, lists (all have been read), zones, ports, rules, runs, mutes. @param {string} what @param {(detail?: any) => void} act */
export function on(what, act) {
  if (!listeners.has(what)) listeners.set(what, new Set());
  listeners.get(what)?.add(act);
}
/** @param {string} what @param {any} [detail] */
export function emit(what, detail) {
  for (const act of listeners.get(what) || []) act(detail);
}

/** Event time now. A recording's stands still between its reports. */
export const now = () => (store.isLive ? Date.now() + store.clockOffset : store.eventTime);

/** @param {string | undefined} time */
function takeTime(time) {
  const ms = Date.parse(time ?? '');
  if (isNaN(ms)) return;
  store.eventTime = ms;
  store.clockOffset = ms - Date.now();
}

// --- alerts ---

/** @param {Alert} alert */
export const isOpen = (alert) => !alert.acknowledged;
/** Newest first, those not acknowledged before all others. @returns {Alert[]} */
export function sortedAlerts() {
  return [...store.alerts.values()].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) ||
    (b.detected_at < a.detected_at ? -1 : b.detected_at > a.detected_at ? 1 : 0));
}
/** @param {number} mmsi */
export const alertsOf = (mmsi) => sortedAlerts().filter((a) => a.mmsi === mmsi);

export function openCounts() {
  const counts = { critical: 0, warning: 0, info: 0 };
  for (const a of store.alerts.values()) if (isOpen(a)) counts[a.severity]++;
  // lookoutd counts all of them, the page those that it has read.
  for (const key of Object.keys(counts)) if (!store.hasAllOpen) counts[key] = Math.max(counts[key], store.info?.unacknowledged?.[key] || 0);
  return counts;
}

/** @param {Alert[]} list */
function takeAlerts(list) {
  for (const a of list) store.alerts.set(a.id, a);
  if (store.alerts.size <= MOST_ALERTS + PAGE_OF_ALERTS) return;
  for (const a of sortedAlerts().slice(MOST_ALERTS)) {
    if (isOpen(a)) store.hasAllOpen = false;
    if (a.id !== store.selected.alert) store.alerts.delete(a.id);
  }
}

export async function readAlerts() {
  try {
    await readNewestAlerts();
    store.unread = '';
  } catch (e) {
    store.unread = /** @type {Error} */ (e).message;
    if (store.connected) setTimeout(readAlerts, 5000);
  }
  emit('alerts');
  emit('state');
}
async function readNewestAlerts() {
  const [newest, open] = await Promise.all([get('alerts', { limit: PAGE_OF_ALERTS }), get('alerts', { acknowledged: false, limit: 1000 })]);
  store.hasAllOpen = !open.next;
  takeAlerts(open.alerts);
  takeAlerts(newest.alerts);
  if (store.alerts.size === newest.alerts.length || store.older === undefined) store.older = newest.next;
  store.isFirst = false;
}
export async function readOlderAlerts() {
  if (store.older) store.older = await readAlertsLike({}, store.older);
}
/** Those on record that a filter asks for. Gives what the next of them are to be asked with, or nothing.
 * @param {Record<string, any>} query @param {string} [after] @returns {Promise<string | undefined>} */
export async function readAlertsLike(query, after) {
  const page = await get('alerts', { ...query, limit: PAGE_OF_ALERTS, after });
  takeAlerts(page.alerts);
  emit('alerts');
  return page.next;
}
/** One that the page may not have read yet. @param {string} id */
export async function readAlert(id) {
  const known = store.alerts.get(id);
  if (known) return known;
  const alert = await get(`alerts/${encodeURIComponent(id)}`);
  takeAlerts([alert]);
  return alert;
}

/** @param {string} id @param {any} acknowledged undefined: taken back */
function markAlert(id, acknowledged) {
  const alert = store.alerts.get(id);
  if (alert) store.alerts.set(id, { ...alert, acknowledged });
}
/** @param {string} id @param {{note?: string, verdict?: string, case?: boolean}} body */
export async function acknowledge(id, body) {
  const answer = await post(`alerts/${encodeURIComponent(id)}/acknowledgement`, body);
  if (answer && answer.id === id && answer.event) takeAlerts([answer]);
  emit('alerts');
}
/** @param {string} id */
export async function takeBack(id) {
  await remove(`alerts/${encodeURIComponent(id)}/acknowledgement`);
  markAlert(id, undefined);
  emit('alerts');
}

// --- what is asked for whole ---

const LISTS = { zones: 'features', ports: 'features', rules: 'rules', runs: 'runs', mutes: 'mutes' };
/** @param {string} what zones, ports, rules, runs or mutes */
export async function readList(what) {
  const answer = await get(what, LISTS[what] === 'features' ? {} : { limit: 1000 });
  store[what] = answer[LISTS[what]] || answer[what] || [];
  emit(what);
}
const readAll = () => Promise.allSettled([readAlerts(), ...Object.keys(LISTS).map(readList)]).then(() => emit('lists'));

// --- the stream ---

/** @type {any} */
let port = null;
/** @param {any} message */
export const tellWorker = (message) => port && port.postMessage(message);

// The stream tells once a second what changed; a page that is seen lets it in by fifths, so that ships move and do not jump.
const PARTS = 5;
let waiting = /** @type {any[]} */ ([]), share = 0, putTimer = 0;
/** @param {number} most */
function putNow(most) {
  const rows = waiting.splice(0, most);
  for (const row of rows) fleet.put(row);
  if (rows.length) emit('fleet');
  if (waiting.length) putTimer = setTimeout(() => putNow(share), 1000 / PARTS);
}
/** @param {any[]} rows */
function putRows(rows) {
  const isWhole = rows.some((row) => !fleet.index.has(row[0]));
  clearTimeout(putTimer);
  waiting.push(...rows);
  share = Math.ceil(waiting.length / PARTS);
  putNow(isWhole || document.hidden ? Infinity : share);
}
document.addEventListener('visibilitychange', () => putNow(Infinity));

const EVENTS = {
  hello(/** @type {any} */ data) {
    putNow(Infinity);
    fleet.setColumns(data.columns);
    store.leftOut = data.left_out || 0;
    takeTime(data.time);
    readAll();
    emit('state');
  },
  vessels(/** @type {any} */ data) {
    takeTime(data.time);
    if (data.left_out !== undefined) store.leftOut = data.left_out;
    putRows(data.rows);
  },
  gone(/** @type {any} */ data) {
    putNow(Infinity);
    for (const mmsi of data.mmsi) fleet.remove(mmsi);
    emit('fleet');
  },
  alert(/** @type {Alert} */ alert) {
    const isNew = !store.alerts.has(alert.id);
    takeAlerts([alert]);
    emit('alerts');
    if (isNew) emit('alert', alert);
    if (alert.type.startsWith('lookoutd.route.')) readLater('runs');
  },
  acknowledged(/** @type {any} */ data) {
    markAlert(data.id, data.acknowledged);
    // All of a run that have been told so far.
    if (data.case && data.acknowledged)
      for (const a of store.alerts.values()) if (a.event.data.case === data.case) markAlert(a.id, data.acknowledged);
    emit('alerts');
  },
  feed(/** @type {any} */ data) {
    store.feeds.set(data.id, { ...store.feeds.get(data.id), ...data });
    emit('info');
  },
  changed(/** @type {any} */ data) { for (const what of data.what) if (LISTS[what]) readLater(what); },
  late() { emit('state'); },
};
/** @type {Map<string, any>} */
const later = new Map();
/** A burst of changes is one request. @param {string} what */
function readLater(what) {
  clearTimeout(later.get(what));
  later.set(what, setTimeout(() => readList(what).catch(() => {}), 400));
}

/** @param {any} message of the worker */
function onMessage(message) {
  if (message.kind === 'event') {
    EVENTS[message.event](message.data);
  } else if (message.kind === 'info') {
    store.info = message.info;
    store.isLive = message.info.live !== false;
    takeTime(message.info.time);
    for (const f of message.info.feeds || []) store.feeds.set(f.id, { ...store.feeds.get(f.id), ...f });
    emit('info');
  } else if (message.kind === 'state') {
    Object.assign(store, { connected: message.connected, since: message.since, status: message.status });
    emit('state');
  } else if (message.kind === 'leader') {
    [store.leads, store.isSounded] = [message.leads, message.isSounded];
    emit('sound');
  }
}

export function connect() {
  const url = new URL('./stream.js', import.meta.url);
  if (typeof SharedWorker === 'function') port = new SharedWorker(url, { name: address('') }).port;
  else port = new Worker(url);
  port.onmessage = (/** @type {MessageEvent} */ e) => onMessage(e.data);
  port.postMessage({ kind: 'hi' });
  addEventListener('pagehide', () => tellWorker({ kind: 'bye' }));
  addEventListener('pageshow', (e) => { if (e.persisted) location.reload(); });
}

/** @param {{mmsi?: number, alert?: string, staysPut?: boolean}} what staysPut: the map does not move for it */
export function select(what) {
  store.selected = { mmsi: what.mmsi || 0, alert: what.alert || '', staysPut: !!what.staysPut };
  emit('selected');
}

/** The worst alert of a list. @param {Alert[]} list */
export const worst = (list) => list.reduce((w, a) => Math.max(w, rank(a.severity)), 0);
