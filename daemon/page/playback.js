// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Playing back what is kept of the chosen vessel (`retain: {fixes: D}`): her line, and a mark that goes along it in time.

import { byId, button, el, fill, setText } from './dom.js';
import { emit, on, store } from './store.js';
import { extra } from './marks.js';
import { frame } from './chart.js';
import { get } from './api.js';
import { moment, momentBoth } from './words.js';

const SPANS = [['6h', '6 hours'], ['24h', '24 hours'], ['3d', '3 days'], ['7d', '7 days'], ['30d', '30 days']];
const PARTS_MOST = 10, DRAWN_MOST = 4000, STEPS = 1000, PLAY_S = 30;

/** The line that is played: ascending times, and places in lon, lat. @type {{times: number[], points: number[][]}} */
let line = { times: [], points: [] };
let mmsi = 0, since = '24h', at = 0, playing = 0, asked = 0;

/** All fixes of that time, part by part; the track with the most of them is played, all are drawn. */
async function readFixes() {
  const mine = ++asked, tracks = /** @type {Map<number, {times: number[], points: number[][]}>} */ (new Map());
  let from = since, why = '';
  for (let part = 0; part < PARTS_MOST && from; part++) {
    const answer = await get(`vessels/${mmsi}/track`, { since: from }).catch((e) => { why = e.status === 404 ? 'no fixes are kept here (retain: fixes)' : e.message; });
    if (mine !== asked) return;
    for (const f of answer?.features || []) {
      const track = tracks.get(f.properties.track) || { times: [], points: [] };
      track.times.push(...f.properties.times.map(Date.parse));
      track.points.push(...(f.geometry.type === 'Point' ? [f.geometry.coordinates] : f.geometry.coordinates));
      tracks.set(f.properties.track, track);
    }
    from = answer?.next || '';
  }
  line = [...tracks.values()].sort((a, b) => b.times.length - a.times.length)[0] || { times: [], points: [] };
  extra.played = [...tracks.values()].map(featureOf);
  at = STEPS;
  if (line.points.length) frame(line.points);
  show(why || (line.times.length ? '' : 'no fixes are kept of this time'));
}

/** Thinned where the picture cannot show more. @param {{times: number[], points: number[][]}} track */
function featureOf(track) {
  const every = Math.ceil(track.points.length / DRAWN_MOST), points = track.points.filter((_, i) => i % every === 0 || i === track.points.length - 1);
  return { type: 'Feature', geometry: points.length > 1 ? { type: 'LineString', coordinates: points } : { type: 'Point', coordinates: points[0] }, properties: {} };
}

/** Where she was. @param {number} time @returns {number[]} lon, lat */
function placeAt(time) {
  const { times, points } = line;
  let low = 0, high = times.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle;
    else high = middle;
  }
  const part = times[high] > times[low] ? Math.min(1, Math.max(0, (time - times[low]) / (times[high] - times[low]))) : 0;
  const [ax, ay] = points[low], dx = ((((points[high][0] - ax + 180) % 360) + 360) % 360) - 180;
  return [ax + dx * part, ay + (points[high][1] - ay) * part];
}

/** @param {string} [text] in place of the time */
function show(text = '') {
  const { times } = line, has = times.length > 0 && !text, time = has ? times[0] + ((times[times.length - 1] - times[0]) * at) / STEPS : 0;
  if (has) {
    const [lon, lat] = placeAt(time);
    extra.playedAt = { lon, lat, text: moment(time), kind: 'played' };
  } else extra.playedAt = null;
  emit('extra');
  const slider = byId('play-at');
  if (!slider) return;
  slider.disabled = !has;
  slider.value = String(at);
  slider.setAttribute('aria-valuetext', has ? momentBoth(time) : text);
  setText(byId('play-time'), has ? momentBoth(time) : text);
  setText(byId('play-go'), playing ? 'Pause' : 'Play');
  byId('play-go').disabled = !has;
}

function pause() {
  clearInterval(playing);
  playing = 0;
}
function go() {
  if (playing) pause();
  else {
    if (at >= STEPS) at = 0;
    playing = setInterval(() => {
      at = Math.min(STEPS, at + STEPS / PLAY_S / 5);
      if (at >= STEPS) pause();
      if (!document.hidden) show();
    }, 200);
  }
  show();
}

/** Open it for a vessel. @param {number} of */
export function openPlayback(of) {
  pause();
  mmsi = of;
  let box = byId('playback');
  if (!box) {
    box = el('div', { id: 'playback', role: 'group', 'aria-label': 'Play back' });
    byId('mapbox').append(box);
  }
  const spans = el('select', { 'aria-label': 'How far back', onchange: (/** @type {any} */ e) => { since = e.target.value; begin(); } }, SPANS.map(([value, text]) => el('option', { value, selected: value === since }, text)));
  const slider = el('input', { id: 'play-at', type: 'range', min: 0, max: STEPS, 'aria-label': 'Time', oninput: (/** @type {any} */ e) => { pause(); at = Number(e.target.value); show(); } });
  fill(box, el('button.plain', { id: 'play-go', type: 'button', onclick: go }, 'Play'), spans, slider, el('span', { id: 'play-time' }), button('×', closePlayback, { kind: 'plain', label: 'End the play back' }));
  begin();
}
function begin() {
  pause();
  line = { times: [], points: [] };
  show('reading …');
  readFixes();
}

function closePlayback() {
  pause();
  asked++;
  mmsi = 0;
  byId('playback')?.remove();
  [extra.played, extra.playedAt] = [[], null];
  emit('extra');
}
on('selected', () => { if (mmsi && store.selected.mmsi !== mmsi) closePlayback(); });
