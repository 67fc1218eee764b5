// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Everything by keyboard. Keys go to a field while one is being filled in.

import { byId } from './dom.js';
import { isOpen, select, store } from './store.js';
import { step } from './alerts.js';
import { askAcknowledge, say, showKeys } from './dialogs.js';
import { showOnMap } from './show.js';
import { follow, map, pan, toggle, toggleTrack } from './chart.js';
import { nextLook } from './head.js';
import { silence } from './sound.js';
import { openTab, tabs } from './tabs.js';

const chosen = () => store.alerts.get(store.selected.alert);

function acknowledgeChosen() {
  const a = chosen();
  if (!a) say('Choose an alert first: j, k.');
  else if (!isOpen(a)) say(`Acknowledged already, by ${a.acknowledged.by}.`);
  else if (store.info?.may !== 'acknowledge') say('You may read, not acknowledge.', true);
  else askAcknowledge(a);
}
/** @param {() => any} act */
const withVessel = (act) => (store.selected.mmsi ? act() : say('Choose a vessel first.'));
function search() {
  const here = byId('alert-text') || byId('vessel-search');
  if (here) return here.focus();
  openTab('vessels');
  byId('vessel-search').focus();
}

/** @type {Record<string, () => void>} */
const KEYS = {
  j: () => { openTab('alerts'); step(1); }, k: () => { openTab('alerts'); step(-1); },
  Enter: () => { const a = chosen(); if (a) showOnMap(a); },
  a: acknowledgeChosen, '/': search, m: () => { byId('map').focus(); document.body.classList.remove('sheet'); },
  '+': () => map.zoomIn(1), '=': () => map.zoomIn(1), '-': () => map.zoomOut(1),
  ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, -1), ArrowDown: () => pan(0, 1),
  l: () => toggle('labels'), c: () => toggle('byType'), t: () => withVessel(() => toggleTrack(store.selected.mmsi)), f: () => withVessel(follow),
  s: () => { silence(); say('Silenced for 5 min.'); }, n: nextLook, '?': showKeys,
  Escape: () => { if (store.selected.mmsi || store.selected.alert) select({}); else if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); },
  ...Object.fromEntries(tabs.map((name, i) => [String(i + 1), () => openTab(name)])),
};

export function startKeys() {
  addEventListener('keydown', (e) => {
    const target = /** @type {HTMLElement} */ (e.target);
    if (e.ctrlKey || e.metaKey || e.altKey || byId('dialog').open) return;
    const isField = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (isField && e.key !== 'Escape') return;
    if (isField) return target.blur();
    // Buttons, links and lists keep what is theirs.
    if ((e.key === 'Enter' || e.key === ' ') && /^(BUTTON|A|SUMMARY|TR)$/.test(target.tagName)) return;
    if (/^Arrow(Up|Down)$/.test(e.key) && target.id === 'alert-list') {
      e.preventDefault();
      return step(e.key === 'ArrowDown' ? 1 : -1);
    }
    if (/^Arrow/.test(e.key) && (target.closest('#side, #card') || target.getAttribute('role') === 'tab')) return;
    const act = KEYS[e.key];
    if (!act) return;
    e.preventDefault();
    act();
  });
}
