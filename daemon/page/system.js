// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The state of lookoutd itself: feeds, webhooks, rules, mutes with their ends, the sound, and what this page is made of.

import { button, el, facts, fill, heard } from './dom.js';
import { readMetrics, remove } from './api.js';
import { now, on, readList, store } from './store.js';
import { say, showKeys, signOut } from './dialogs.js';
import { askWatch } from './watch.js';
import { beep, soundState } from './sound.js';
import { count, many, moment, span } from './words.js';

/** @param {any} f */
function feedRow(f) {
  const heardAt = Date.parse(f.last_heard || ''), word = f.silent ? 'silent' : f.ended ? 'ended' : f.open ? 'open' : 'closed';
  return el('tr', el('td', heard(f.id), el('span.quiet', f.transport || '')), el('td', el(`span.pill${f.silent || (!f.open && !f.ended) ? '.critical' : f.ended ? '' : '.good'}`, word)), el('td.number', isNaN(heardAt) ? '' : `${span(now() - heardAt)} ago`));
}

/** @param {any} m */
function muteRow(m) {
  const left = Date.parse(m.until || '') - now(), isOver = !!m.ended || left <= 0, may = store.info?.may === 'acknowledge' && !isOver && m.by !== 'configuration';
  const what = [m.vessel && `vessel ${typeof m.vessel === 'object' ? m.vessel.mmsi : m.vessel}`, m.rule && `rule ${m.rule}`, m.zone && `zone ${m.zone}`, m.feed && `feed ${m.feed}`].filter(Boolean).join(', ');
  return el(`li${isOver ? '.over' : ''}`, el('b', heard(what || 'all')), el('span', heard(m.why || '')),
    el('span.quiet', `${m.by || ''} · ${isOver ? 'over' : `until ${moment(m.until)}, ${span(left)} left`}${m.held_back ? ` · held back ${count(m.held_back)}` : ''}`),
    may && button('End it', () => endMute(m.id), { kind: 'link' }));
}
/** @param {string} id */
async function endMute(id) {
  try {
    await remove(`mutes/${encodeURIComponent(id)}`);
    // The list is not drawn anew under a hand.
    /** @type {HTMLElement} */ (document.activeElement)?.blur();
    await readList('mutes');
    say('The mute is ended.');
  } catch (e) {
    say(/** @type {Error} */ (e).message, true);
  }
}

/** @param {any} w */
function webhookRow(w) {
  return el('tr', el('td', heard(w.id), w.breaker_open > 0 && el('span.quiet', 'it does not take alerts'), w.gone > 0 && el('span.quiet', 'switched off by its receiver (410)')), el('td', w.pending ? el('span.pill.warning', `${count(w.pending)} pending`) : el('span.pill.good', 'nothing pending')), el('td', w.dead ? el('span.pill.critical', `${count(w.dead)} dead`) : ''));
}

/** @type {any[] | null} as the metrics tell of them */
let told = null;
async function readWebhooks() {
  const text = await readMetrics().catch(() => ''), all = /** @type {Map<string, any>} */ (new Map());
  for (const [, what, id, value] of text.matchAll(/^lookoutd_webhook_(pending|dead|breaker_open|gone)\{webhook="([^"]*)"\} (\d+)/gm))
    all.set(id, { ...(all.get(id) || { id }), [what]: Number(value) });
  told = text ? [...all.values()] : null;
}
/** Webhooks as lookoutd counts; where a proxy keeps that back, by what the alerts here say of their deliveries. */
function webhooks() {
  if (told) return told;
  /** @type {Map<string, any>} */
  const all = new Map();
  for (const a of store.alerts.values())
    for (const d of a.deliveries || []) {
      const w = all.get(d.webhook) || { id: d.webhook, pending: 0, dead: 0 };
      if (d.state === 'pending') w.pending++;
      if (d.state === 'dead') w.dead++;
      all.set(d.webhook, w);
    }
  return [...all.values()];
}

/** A rule with its first line; the rest of its words unfold. @param {any} r */
function ruleRow(r) {
  const [first, ...rest] = String(r.words || r.when || '').trim().split('\n').map((line) => line.trim()), head = first.replace(`${r.id}: `, '');
  return el('tr',
    el('td', el('b', heard(r.id)), r.muted > 0 && [' ', el('span.pill.warning', `${count(r.muted)} muted`)], r.false > 0 && [' ', el('span.pill', `${count(r.false)} false`)],
      rest.length ? el('details.words', el('summary', heard(head)), rest.map((line) => el('p', heard(line)))) : el('span.quiet', heard(head))),
    el('td.number', r.alerts ? count(r.alerts['24h']) : ''), el('td.number', r.alerts ? count(r.alerts['7d']) : ''));
}

/** @param {HTMLElement} panel */
export function openSystem(panel) {
  draw(panel);
  readWebhooks().then(() => { if (panel.querySelector('.system') && !panel.matches(':focus-within, :active')) keepPlace(panel, () => draw(panel)); });
}
/** @param {HTMLElement} panel @param {() => void} act */
function keepPlace(panel, act) {
  const top = panel.querySelector('.scroll')?.scrollTop || 0, open = [...panel.querySelectorAll('details')].map((d) => d.open);
  act();
  [...panel.querySelectorAll('details')].forEach((d, i) => { d.open = !!open[i]; });
  const box = panel.querySelector('.scroll');
  if (box) box.scrollTop = top;
}

/** @param {HTMLElement} panel */
function draw(panel) {
  const info = store.info || {}, feeds = [...store.feeds.values()], hooks = webhooks(), mutes = [...store.mutes].sort((a, b) => Number(!!a.ended) - Number(!!b.ended));
  fill(panel, el('.scroll.system',
    el('h2.paneltitle', 'Feeds'),
    feeds.length ? el('table', el('tbody', feeds.map(feedRow))) : el('p.empty', 'No feed is known.'),
    el('h2.paneltitle', 'Webhooks'),
    hooks.length ? el('table', el('tbody', hooks.map(webhookRow))) : el('p.empty', 'No webhook is known of.'),
    el('h2.paneltitle', 'Mutes', el('span.quiet', String(mutes.filter((m) => !m.ended).length || ''))),
    mutes.length ? el('ul.mutes', mutes.map(muteRow)) : el('p.empty', 'Nothing is muted.'),
    el('h2.paneltitle', 'Rules', el('span.quiet', 'alerts of 24 h, 7 d')),
    store.rules.length ? el('table.rules', el('tbody', store.rules.map(ruleRow))) : el('p.empty', 'No rule is known.'),
    el('h2.paneltitle', 'Sound'),
    el('p.about', soundState()), el('.actions', button('Test sound', () => beep().then((ok) => { say(ok ? 'That is the sound of a critical alert.' : 'The browser lets no sound through.', !ok); openSystem(panel); })),
      'Notification' in window && Notification.permission === 'default' && button('Desktop notices', () => Notification.requestPermission().then(() => openSystem(panel)))),
    el('h2.paneltitle', 'About'),
    facts([['lookoutd', info.version], ['site', heard(info.site || '')], ['up', info.started_at && `since ${moment(info.started_at)}`], ['vessels', info.vessels !== undefined && many(info.vessels, 'vessel')], ['you', info.user && `${info.user}, may ${info.may}`]]),
    el('.actions', button('On watch…', askWatch), button('Keys', showKeys, { key: '?' }), info.user && info.user !== 'local' && button('Sign out', signOut)),
    el('p.about.small', 'Coast: Natural Earth, public domain. Map view: Leaflet, © 2010–2023 Volodymyr Agafonkin, © 2010–2011 CloudMade, BSD-2-Clause: redistribution and use in source and binary forms, with or without modification, are permitted provided that the copyright notice, the conditions and the disclaimer are kept; it is provided “as is”, without any warranty.')));
}

/** @param {() => boolean} isOpen @param {HTMLElement} panel */
export function startSystem(isOpen, panel) {
  for (const what of ['info', 'mutes', 'rules']) on(what, () => {
    if (isOpen() && !document.hidden && !panel.matches(':focus-within, :active')) keepPlace(panel, () => openSystem(panel));
  });
}
