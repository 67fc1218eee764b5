// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Who is on watch, handing over to the next, and the sheet of what was handed over, to be read and printed.

import { byId, button, el, fill, heard, setText } from './dom.js';
import { get, post } from './api.js';
import { fleet, on, store } from './store.js';
import { ask, field, say } from './dialogs.js';
import { SEVERITIES, count, eventWords, moment, momentBoth, rank, shipName } from './words.js';

const MOST = 20;
/** Newest first. @type {any[]} */
let watches = [];

/** The watch of whoever is signed in; where that one has none, the newest of all. */
const current = () => watches.find((w) => w.by === store.info?.user) || watches[0];

async function readWatches() {
  watches = (await get('watches', { limit: MOST }).catch(() => null))?.watches || watches;
  const now = current(), box = byId('watch');
  setText(byId('watcher'), now ? now.name : 'nobody');
  box.setAttribute('aria-label', `On watch: ${now ? now.name : 'nobody'}`);
  box.title = now ? `${now.name} is on watch since ${moment(now.since)}` : 'nobody has begun a watch';
}

export function askWatch() {
  const may = store.info?.may === 'acknowledge', now = current(), past = watches.filter((w) => w.handover);
  ask('On watch', [
    now ? el('p.about', el('b', heard(now.name)), ` since ${momentBoth(now.since)}. `, may && 'Handing over keeps on record what is new, not acknowledged, muted, silent and under way since then, as a sheet that can be printed.')
      : el('p.about', 'Nobody. Acknowledgements carry the name of whoever is on watch.'),
    may && el('label', now ? 'Hand over to' : 'Your name', el('input', { name: 'name', required: true, maxlength: '60', autocomplete: 'off' })),
    past.length > 0 && [el('h3', 'Handed over'), el('ul.case', past.map((w) => el('li', el('span', heard(w.handover.from), ' to ', heard(w.name)), button(moment(w.since), () => showSheet(w), { kind: 'link', label: `the sheet of ${moment(w.since)}` }))))],
  ], may ? (now ? 'Hand over' : 'Begin') : '', async (form) => {
    const watch = await post('watch', { name: field(form, 'name') });
    await readWatches();
    say(`On watch: ${watch.name}.`);
    if (watch.handover) setTimeout(() => showSheet(watch));
  });
}

// --- the sheet ---

/** @param {any} counts by severity */
const countsText = (counts) => SEVERITIES.filter((s) => counts?.[s]).map((s) => `${count(counts[s])} ${s}`).join(', ') || 'none';

/** @param {string} title @param {string} told @param {string[]} names @param {any[][]} rows */
const part = (title, told, names, rows) => [el('h3', title, el('span.quiet', ` ${told}`)),
  rows.length > 0 && el('.wide', el('table', el('thead', el('tr', names.map((n) => el('th', n)))), el('tbody', rows.map((r) => el('tr', r.map((c) => el('td', c)))))))];

/** @param {any} a as the sheet has it: what of an alert matters on paper */
const alertRow = (a) => [moment(a.time), el('b', a.severity), [eventWords(a.type), el('span.quiet', a.rule)], heard(a.summary || '')];

/** @param {any} run */
const runRow = (run) => [heard(shipName({ mmsi: run.mmsi, name: fleet.get(run.mmsi)?.name })), run.rule, `${run.step} of ${run.steps}`, [heard([run.awaits].flat().filter(Boolean).join(', ')), run.by && ` by ${moment(run.by)}`]];

/** @param {any} w a watch that was taken over */
function sheet(w) {
  const h = w.handover, alerts = (/** @type {string} */ key, /** @type {string} */ title) => {
    // The worst first, the newest of them before the others.
    const rows = [...(h.alerts?.[key] || [])].sort((a, b) => rank(b.severity) - rank(a.severity)), all = SEVERITIES.reduce((sum, s) => sum + (h[key]?.[s] || 0), 0);
    return part(title, countsText(h[key]) + (rows.length && all > rows.length ? `; the newest ${rows.length} are` : ''), ['time', 'severity', 'what', 'summary'], rows.map(alertRow));
  };
  return el('.sheetpart', el('p.about', el('b', heard(store.info?.site || 'lookoutd')), ': ', el('b', heard(h.from)), ` ${momentBoth(h.since)} to `, el('b', heard(w.name)), ` ${momentBoth(w.since)}`),
    alerts('unacknowledged', 'Not acknowledged'), alerts('new', 'New in this watch'), alerts('muted', 'Muted in this watch'),
    part('Feeds silent', h.silent.join(', ') || 'none', [], []),
    part('Routes under way', h.open ? count(h.open) : 'none', ['vessel', 'route', 'step', 'awaited'], (h.runs || []).map(runRow)));
}

// The paper has the sheet alone, for as long as it is looked at.
/** @param {any} w */
function showSheet(w) {
  const paper = byId('paper');
  fill(paper, el('h2', 'Watch handed over'), sheet(w));
  ask('Watch handed over', sheet(w), '', async () => {}, { also: button('Print', () => print(), { kind: 'primary' }), isWide: true });
  document.body.classList.add('sheeted');
  // The close of the dialog before may come late.
  byId('dialog').onclose = () => {
    if (byId('dialog').open) return;
    document.body.classList.remove('sheeted');
    fill(paper);
  };
}

export function startWatch() {
  byId('watch').addEventListener('click', askWatch);
  for (const what of ['lists', 'info']) on(what, () => { if (!document.hidden) readWatches(); });
}
