// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Who is on watch, handing over to the next, and the sheet of what was handed over, to be read and printed.

import { byId, button, el, heard, setText } from './dom.js';
import { get, post } from './api.js';
import { on, store } from './store.js';
import { ask, field, say } from './dialogs.js';
import { SEVERITIES, count, moment, momentBoth } from './words.js';

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

/** @param {any} w a watch that was taken over */
function showSheet(w) {
  const h = w.handover;
  ask('Watch handed over', el('.sheetpart',
    el('p.about', el('b', heard(store.info?.site || 'lookoutd')), ': ', el('b', heard(h.from)), ` ${momentBoth(h.since)} to `, el('b', heard(w.name)), ` ${momentBoth(w.since)}`),
    [['new', 'New alerts'], ['unacknowledged', 'Not acknowledged'], ['muted', 'Muted']].map(([key, title]) => el('h3', title, el('span.quiet', countsText(h[key])))),
    el('h3', 'Feeds silent', el('span.quiet', h.silent.length ? h.silent.join(', ') : 'none')),
    el('h3', 'Routes under way', el('span.quiet', count(h.open)))), '', async () => {}, { also: button('Print', () => print(), { kind: 'primary' }) });
}

export function startWatch() {
  byId('watch').addEventListener('click', askWatch);
  for (const what of ['lists', 'info']) on(what, () => { if (!document.hidden) readWatches(); });
}
