// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Puts the page together: see store.js for what it knows and where from, chart.js for the map.

import { byId, el, fill, square } from './dom.js';
import { connect, fleet, on, readAlert, select, store } from './store.js';
import { goTo, lookAt, map, openChart, readAddress, toggle } from './chart.js';
import { showOnMap } from './show.js';
import { startCard } from './vessel_card.js';
import { startHead } from './head.js';
import { startKeys } from './keys.js';
import { startSound } from './sound.js';
import { startTabs } from './tabs.js';
import { startWatch } from './watch.js';
import { get } from './api.js';
import { showKeys } from './dialogs.js';
import { shown } from './ships.js';
import { TYPE_GROUPS } from './words.js';

startHead();
startWatch();
const layers = openChart(byId('map'));
startTabs();
startCard();
startKeys();
startSound();

for (const [id, act] of /** @type {[string, () => void][]} */ ([['zoom-in', () => map.zoomIn(1)], ['zoom-out', () => map.zoomOut(1)], ['labels', () => toggle('labels')], ['types', () => toggle('byType')], ['help', showKeys]]))
  byId(id).addEventListener('click', act);
on('look', () => {
  byId('types').setAttribute('aria-pressed', String(shown.byType));
  byId('labels').setAttribute('aria-pressed', String(shown.labels));
  byId('legend').hidden = !shown.byType;
});
fill(byId('legend'), TYPE_GROUPS.map((name, i) => el('span', square(`type-${i}`), name)));

// What the address names is shown as soon as it is known.
/** @param {ReturnType<typeof readAddress>} wanted */
async function goToAddress(wanted) {
  if (!wanted || (!wanted.mmsi && !wanted.alert)) return;
  const alert = wanted.alert ? await readAlert(wanted.alert).catch(() => null) : null;
  select({ alert: wanted.alert, mmsi: wanted.mmsi || alert?.mmsi, staysPut: wanted.hasMap });
  if (wanted.hasMap) return;
  if (alert) return showOnMap(alert);
  if (fleet.get(wanted.mmsi)) return goTo(wanted.mmsi);
  const vessel = await get(`vessels/${wanted.mmsi}`).catch(() => null);
  if (vessel?.last) lookAt(vessel.last.lat, vessel.last.lon, 9);
}
addEventListener('hashchange', () => goToAddress(readAddress()));
let first = readAddress();
on('state', () => {
  if (!store.connected || !first) return;
  goToAddress(first);
  first = null;
});
if (new URLSearchParams(location.search).get('kiosk') === '1') document.body.classList.add('kiosk');

connect();
// For tests and for whoever looks into it: what is drawn, and how fast.
Object.assign(window, { lookout: { layers, fleet, store, map } });
