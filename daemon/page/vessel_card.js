// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The card of what is chosen: the alert, if one is, and the vessel: who it is, where, since when, bound where, and why it is watched.

import { byId, button, el, facts, fill, heard, setText, sign } from './dom.js';
import { alertsOf, emit, fleet, isOpen, now, on, readAlert, select, store } from './store.js';
import { follow, follows, goTo, isPinned, toggleTrack } from './chart.js';
import { get } from './api.js';
import { openPlayback } from './playback.js';
import { alertSection } from './alert_card.js';
import { onlyVessel } from './alerts.js';
import { country, degrees, eventWords, knots, moment, momentBoth, navStatus, position, shipName, shipType, span } from './words.js';

const AGAIN_MS = 20e3;
/** @type {any} */
let vessel = null;
let error = '', readFor = 0;
/** The MMSI that the ship of a former one goes by. */
let heir = 0;

async function readVessel() {
  const { mmsi } = store.selected;
  if (!mmsi) return;
  readFor = mmsi;
  try {
    const answer = await get(`vessels/${mmsi}`);
    if (readFor !== store.selected.mmsi) return;
    [vessel, error] = [answer, ''];
  } catch (e) {
    [vessel, error] = [null, /** @type {any} */ (e).status === 404 ? 'No vessel of this MMSI is on record.' : /** @type {Error} */ (e).message];
    await findHeir(mmsi);
  }
  render();
}
// A ship that goes by another MMSI now is found by her IMO number.
/** @param {number} mmsi */
async function findHeir(mmsi) {
  const imo = store.alerts.get(store.selected.alert)?.event.data.vessel?.imo, found = imo && await get('vessels', { q: imo, limit: 20 }).catch(() => null);
  heir = (found?.vessels || []).find((/** @type {any} */ v) => (v.former || []).some((/** @type {any} */ f) => f.mmsi === mmsi))?.mmsi || 0;
}

/** How old the last fix is, in words that cannot be overlooked. @param {number} time */
function ageText(time) {
  const age = now() - time;
  return age > 3600e3 ? `silent for ${span(age)}` : `${span(age)} ago`;
}

/** @param {any} v */
function watchedRows(v) {
  const rows = /** @type {[string, any][]} */ ([]);
  if (v.watched) rows.push(['watched', [v.watch_id && `as ${v.watch_id}`, v.matched_by && ` by ${v.matched_by === 'before' ? 'an earlier match' : v.matched_by.toUpperCase()}`, (v.tags || []).length && ` · ${v.tags.join(', ')}`, v.note && [' · ', heard(v.note)]]]);
  for (const l of v.lists || []) rows.push(['on list', heard([l.list, l.entry, (l.programs || []).join(' '), l.published && `of ${String(l.published).slice(0, 10)}`].filter(Boolean).join(' · '))]);
  for (const f of v.former || []) rows.push(['before', `MMSI ${f.mmsi}, until ${moment(f.until)}`]);
  return rows;
}

/** @param {any} v */
function boundRows(v) {
  const port = v.destination_port && (store.ports.find((p) => p.properties?.locode === v.destination_port)?.properties?.name || '');
  return /** @type {[string, any][]} */ ([
    ['port', v.port && [heard(v.port.name || v.port.locode), v.port.arrived_at && `, since ${moment(v.port.arrived_at)}`]],
    ['zones', (v.zones || []).map((/** @type {any} */ z, /** @type {number} */ i) => [i > 0 && ', ', heard(z.name || z.id), z.since && ` since ${moment(z.since)}`])],
    ['declares', v.destination && [heard(v.destination), el('span.quiet', v.destination_port ? ` resolves to ${port} ${v.destination_port}` : ' resolves to no port')]],
    ['routes', (v.routes || []).flatMap((/** @type {any} */ r) => (r.runs || []).map((/** @type {any} */ run) => el('div', `${r.rule} ${run.step}/${run.steps}, from ${run.last}${run.forecast ? ', forecast' : ''}`, run.expires && el('span.quiet', ` by ${moment(run.expires)}`))))],
  ]);
}

/** @param {number} mmsi */
function vesselSection(mmsi) {
  const row = fleet.get(mmsi) || {}, v = vessel && vessel.mmsi === mmsi ? vessel : {};
  const lat = row.lat ?? v.last?.lat, lon = row.lon ?? v.last?.lon, time = Date.parse(row.time ?? v.last?.time ?? '');
  const told = store.alerts.get(store.selected.alert)?.event.data.vessel, known = told?.mmsi === mmsi ? told : {};
  const name = shipName({ name: row.name ?? v.name ?? known.name, callsign: v.callsign, mmsi }), flag = v.flag ?? row.flag, alerts = alertsOf(mmsi);
  return [
    el('h3.ship', heard(name), flag && el('span.flag', { title: country(flag) }, flag), (v.watched ?? row.watched) && el('span.tag', 'watched')),
    el('p.quiet', [v.imo && `IMO ${v.imo}`, `MMSI ${String(mmsi).padStart(9, '0')}`, flag && `${country(flag)} by its MMSI`, shipType(v.type ?? row.type), (v.length_m ?? row.length_m) && `${v.length_m ?? row.length_m} m`, v.callsign && ['call sign ', v.callsign].join('')].filter(Boolean).join(' · ')),
    error && el('p.bad', error, heir > 0 && [' The ship is heard under ', button(`MMSI ${heir}`, () => { select({ mmsi: heir, alert: store.selected.alert }); goTo(heir); }, { kind: 'link' }), ' now.']),
    !isNaN(time) && el('.fix',
      el('.figure', el('b', { id: 'card-age' }, ageText(time)), el('span', { id: 'card-time' }, momentBoth(row.time ?? v.last?.time))),
      el('.figure', el('b', { id: 'card-speed' }, knots(row.sog_kn ?? v.last?.sog_kn) || '–'), el('span', 'speed')),
      el('.figure', el('b', { id: 'card-course' }, degrees(row.cog_deg ?? v.last?.cog_deg) || '–'), el('span', 'course'))),
    facts([['at', lat !== undefined && el('span', { id: 'card-place' }, position(lat, lon))], ['status', navStatus(v.last?.status)], ...boundRows(v), ['draught', v.draught_m && `${v.draught_m} m`], ...watchedRows(v)]),
    lat !== undefined && el('.actions', button('Centre', () => goTo(mmsi)), button(isPinned(mmsi) ? 'Unpin track' : 'Pin track', () => toggleTrack(mmsi).then(render), { key: 't' }),
      button(follows() ? 'Stop following' : 'Follow', () => follow(), { key: 'f' }), button('Play back', () => openPlayback(mmsi))),
    alerts.length > 0 && !store.selected.alert && [el('h4', 'Alerts'), el('ul.case', alerts.slice(0, 8).map((a) => el('li', el('span', sign(isOpen(a) ? a.severity : 'done'), ' ', button(eventWords(a.type), () => select({ alert: a.id, mmsi }), { kind: 'link' })), el('time', moment(a.time))))),
      button('All alerts of this vessel', () => { onlyVessel(mmsi); emit('tab', 'alerts'); }, { kind: 'link' })],
  ];
}

function render() {
  const card = byId('card'), { mmsi, alert: id } = store.selected, alert = store.alerts.get(id);
  const hadFocus = card.contains(document.activeElement);
  card.hidden = !mmsi && !alert;
  if (card.hidden && hadFocus) byId('map').focus();
  document.body.classList.toggle('carded', !card.hidden);
  if (card.hidden) return;
  const open = [...card.querySelectorAll('details')].map((d) => d.open), top = card.scrollTop, at = focusable(card).indexOf(document.activeElement);
  fill(card, button('×', () => select({}), { kind: 'close', label: 'Close' }), alert && el('section.alertpart', { 'aria-label': 'Alert' }, alertSection(alert)), mmsi > 0 && el('section.shippart', { 'aria-label': 'Vessel' }, vesselSection(mmsi)));
  [...card.querySelectorAll('details')].forEach((d, i) => { d.open = !!open[i]; });
  card.scrollTop = top;
  if (at >= 0) focusable(card)[at]?.focus({ preventScroll: true });
}
const focusable = (/** @type {Element} */ card) => /** @type {any[]} */ ([...card.querySelectorAll('button,summary')]);

// What of the alerts the card shows.
let shownAlerts = '';
function alertsShown() {
  const { mmsi, alert: id } = store.selected, of = store.alerts.get(id)?.event.data.case;
  return JSON.stringify([...store.alerts.values()].filter((a) => a.id === id || (mmsi && a.mmsi === mmsi) || (of && a.event.data.case === of)).map((a) => [a.id, a.acknowledged, a.deliveries]));
}

// The last fix is as the stream tells it, and its age goes on.
function tick() {
  const s = fleet.get(store.selected.mmsi), time = Date.parse(s?.time ?? '');
  if (document.hidden || isNaN(time) || s.lat === undefined || !byId('card-age')) return;
  const texts = { age: ageText(time), time: momentBoth(s.time), speed: knots(s.sog_kn) || '–', course: degrees(s.cog_deg) || '–', place: position(s.lat, s.lon) };
  for (const [id, text] of Object.entries(texts)) setText(byId(`card-${id}`), text);
}

export function startCard() {
  on('selected', async () => {
    shownAlerts = alertsShown();
    byId('card').scrollTop = 0;
    if (!vessel || vessel.mmsi !== store.selected.mmsi) vessel = null;
    [error, heir] = ['', 0];
    for (const d of byId('card').querySelectorAll('details')) d.open = false;
    render();
    readVessel();
    const { alert } = store.selected;
    if (alert && !store.alerts.has(alert)) {
      const found = await readAlert(alert).catch(() => null);
      if (store.selected.alert !== alert) return;
      if (!found) {
        error = 'This alert is not on record.';
        return render();
      }
      select({ ...store.selected, mmsi: found.mmsi || store.selected.mmsi });
    }
  });
  on('alerts', () => {
    const now = store.selected.alert || store.selected.mmsi ? alertsShown() : '';
    if (now && now !== shownAlerts) render();
    shownAlerts = now;
  });
  on('follow', render);
  setInterval(tick, 1000);
  setInterval(() => { if (!document.hidden && store.selected.mmsi && !byId('card').contains(document.activeElement)) readVessel(); }, AGAIN_MS);
}
