// SPDX-License-Identifier: Apache-2.0
// @ts-check
// A critical alert that nobody has acknowledged sounds every 30 s, on one of a browser's pages. `s` silences all of them for 5 min.

import { emit, isOpen, on, store, tellWorker } from './store.js';

const EVERY_MS = 30e3, SILENCE_MS = 5 * 60e3, KEY = 'lookoutd.silent-until';
/** @type {AudioContext | null} */
let audio = null;
let lastSounded = 0;

const unlock = () => {
  if (!audio) audio = new AudioContext();
  if (audio.state === 'suspended') audio.resume().then(told, () => {});
  told();
};
function told() {
  tellWorker({ kind: 'sound', can: audio?.state === 'running' });
  emit('sound');
}

/** Two tones, twice. Whether the browser lets it through. */
export async function beep() {
  unlock();
  if (!audio) return false;
  await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 500))]);
  if (audio.state !== 'running') return false;
  const at = audio.currentTime + 0.02, gain = audio.createGain();
  gain.connect(audio.destination);
  gain.gain.setValueAtTime(0, at);
  [[0, 880], [0.18, 660], [0.5, 880], [0.68, 660]].forEach(([after, hertz]) => {
    const tone = /** @type {AudioContext} */ (audio).createOscillator();
    tone.frequency.value = hertz;
    tone.connect(gain);
    tone.start(at + after);
    tone.stop(at + after + 0.15);
    gain.gain.setTargetAtTime(0.22, at + after, 0.01);
    gain.gain.setTargetAtTime(0, at + after + 0.12, 0.02);
  });
  return true;
}

export const silentUntil = () => {
  try { return Number(localStorage.getItem(KEY)) || 0; } catch { return 0; }
};
/** @param {boolean} [isOn] false: sounds again */
export function silence(isOn = true) {
  try { localStorage.setItem(KEY, isOn ? String(Date.now() + SILENCE_MS) : '0'); } catch { /* a browser that keeps nothing: this page alone */ }
  emit('sound');
}
export const isBlocked = () => !audio || audio.state !== 'running';
export const isCalling = () => [...store.alerts.values()].some((a) => a.severity === 'critical' && isOpen(a));

export function soundState() {
  if (isBlocked()) return 'The browser blocks sound until you click or press a key on this page.';
  if (silentUntil() > Date.now()) return 'Silenced; it sounds again by itself.';
  return 'A critical alert sounds every 30 s until it is acknowledged, or silenced for 5 min by s.';
}

export function startSound() {
  for (const type of ['pointerdown', 'keydown']) addEventListener(type, () => { if (isBlocked()) unlock(); }, true);
  addEventListener('storage', (e) => { if (e.key === KEY) emit('sound'); });
  // Where a page may sound from the start, as on a wall, it does.
  unlock();
  const look = () => {
    if (!isCalling()) {
      lastSounded = 0;
      return;
    }
    if (!store.leads || silentUntil() > Date.now() || Date.now() - lastSounded < EVERY_MS) return;
    if (isBlocked()) return;
    lastSounded = Date.now();
    beep();
  };
  on('alerts', look);
  setInterval(look, 1000);
  on('alert', (a) => {
    if (a.severity !== 'critical' || !document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
    new Notification('lookoutd: critical', { body: String(a.event.data.summary || '').slice(0, 200), tag: a.id });
  });
}
