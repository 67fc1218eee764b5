// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The head: the time, who is asked to look, and in words what cannot be trusted; the title of the page; what is read aloud.

import { byId, el, fill, setText, sign } from './dom.js';
import { emit, fleet, now, on, openCounts, store } from './store.js';
import { askToken } from './dialogs.js';
import { isBlocked, isCalling, silence, silentUntil } from './sound.js';
import { SEVERITIES, clock, count, day, eventWords, localTime, setTimezone, shipName } from './words.js';

const LOOKS = ['day', 'dusk', 'night'];
let spokenAt = 0;

/** What cannot be trusted: [text, how bad]. @returns {[string, string][]} */
function notices() {
  const list = /** @type {[string, string][]} */ ([]);
  if (!store.connected) {
    if (store.status === 401) list.push(['not signed in', 'critical']);
    else if (store.isFirst && Date.now() - store.since < 4000) list.push(['connecting…', 'info']);
    else list.push([`no connection since ${clock(store.since)}${isNaN(store.eventTime) ? '' : `; the picture is of ${clock(store.eventTime)}`}`, 'critical']);
  }
  if (store.connected && store.unread) list.push([`alerts not read: ${store.unread}`, 'critical']);
  for (const f of store.feeds.values()) {
    if (f.silent) list.push([`feed ${f.id} silent${f.last_heard ? ` since ${clock(Date.parse(f.last_heard))}` : ''}`, 'critical']);
    else if (f.open === false && store.isLive) list.push([`feed ${f.id} closed`, 'warning']);
  }
  if (!store.isLive && store.info) list.push([`recording, event time ${isNaN(store.eventTime) ? 'unknown' : new Date(store.eventTime).toISOString().slice(0, 16).replace('T', ' ') + 'Z'}`, 'info']);
  if (store.connected && store.info && !store.info.vessels && !fleet.count) list.push(['no vessel heard yet', 'info']);
  if (store.leftOut) list.push([`${count(store.leftOut)} more vessels not shown`, 'warning']);
  if (isCalling()) {
    if (isBlocked() && !store.isSounded) list.push(['the browser blocks sound: click anywhere', 'warning']);
    else if (silentUntil() > Date.now()) list.push([`sound silenced until ${clock(silentUntil())}`, 'info']);
  }
  return list;
}

let shownNotices = '';
function renderNotices() {
  const list = notices(), text = JSON.stringify(list);
  document.body.classList.toggle('cut', !store.connected && !store.isFirst);
  if (text === shownNotices) return;
  shownNotices = text;
  fill(byId('notices'), list.map(([words, kind]) => el(`span.notice.${kind}`, kind !== 'info' && sign(kind), el('bdi', words))));
}

function renderCounts() {
  const counts = openCounts();
  fill(byId('counts'), SEVERITIES.slice(0, 2).map((s) => el(`span.count.${s}${counts[s] ? '.some' : ''}`, { title: `${counts[s]} ${s} to acknowledge` }, sign(s), el('b', count(counts[s])), el('span', s))));
  const loud = isCalling() && silentUntil() <= Date.now();
  byId('silence').hidden = !loud;
  setText(byId('tab-alerts-count'), String(counts.critical + counts.warning + counts.info || ''));
  const site = store.info?.site || 'lookoutd';
  document.title = counts.critical ? `(${counts.critical}) critical · ${site}` : counts.warning ? `(${counts.warning}) ${site}` : `${site} · lookoutd`;
}

function renderClock() {
  const ms = store.isLive ? now() : Date.now();
  setText(byId('time'), clock(ms));
  const there = localTime(ms);
  setText(byId('day'), there ? `${day(ms)} · ${there}` : day(ms));
  renderNotices();
}

/** Day, dusk or night. @param {string} look */
export function setLook(look) {
  document.documentElement.dataset.look = look;
  try { localStorage.setItem('lookoutd.look', look); } catch { /* kept for this page alone */ }
  setText(byId('look'), look);
  emit('look');
}
export const nextLook = () => setLook(LOOKS[(LOOKS.indexOf(document.documentElement.dataset.look || 'day') + 1) % LOOKS.length]);

// New alerts for a screen reader: at most one in 10 s, critical ones at once.
/** @param {any} a */
function speak(a) {
  const isUrgent = a.severity === 'critical';
  if (!isUrgent && Date.now() - spokenAt < 10e3) return;
  spokenAt = Date.now();
  setText(byId(isUrgent ? 'urgent' : 'polite'), `${a.severity}: ${a.event.data.vessel ? shipName(a.event.data.vessel) : ''} ${eventWords(a.type)}`);
}

export function startHead() {
  let look = '';
  try { look = localStorage.getItem('lookoutd.look') || ''; } catch { /* none is kept */ }
  setLook(LOOKS.includes(look) ? look : matchMedia('(prefers-color-scheme: dark)').matches ? 'dusk' : 'day');
  byId('look').addEventListener('click', nextLook);
  byId('silence').addEventListener('click', () => silence());
  on('info', () => {
    setTimezone(store.info?.timezone);
    setText(byId('site'), store.info?.site || '');
    renderCounts();
    renderNotices();
  });
  on('state', () => {
    renderNotices();
    if (store.status === 401) askToken();
  });
  on('alerts', renderCounts);
  on('sound', () => { renderCounts(); renderNotices(); });
  on('alert', speak);
  renderCounts();
  renderClock();
  setInterval(() => { if (!document.hidden) renderClock(); }, 1000);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) { renderClock(); renderCounts(); } });
}
