// SPDX-License-Identifier: Apache-2.0
// @ts-check
// What the page asks a person: acknowledge, mute, sign in; and the list of keys.

import { byId, button, el, fill, heard } from './dom.js';
import { post, remove } from './api.js';
import { acknowledge, now, readList, store, takeBack, tellWorker } from './store.js';
import { eventWords, moment, shipName } from './words.js';

/** Say something once, below: what was done, or why it was not. @param {string} text @param {boolean} [isBad] */
export function say(text, isBad) {
  const box = byId('toast');
  fill(box, heard(text));
  box.className = isBad ? 'bad' : '';
  box.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { box.hidden = true; }, isBad ? 9000 : 4000);
}
say.timer = 0;

/**
 * @param {string} title @param {any[]} fields @param {string} verb @param {(form: HTMLFormElement) => Promise<any>} act
 * @param {{isFixed?: boolean, isWide?: boolean, also?: any}} [more] isFixed: it cannot be left; also: a further button
 */
export function ask(title, fields, verb, act, more = {}) {
  const dialog = byId('dialog'), bad = el('p.bad', { role: 'alert' });
  const form = el('form', { onsubmit: async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      await act(form);
      dialog.close();
    } catch (error) {
      fill(bad, heard(/** @type {Error} */ (error).message));
    }
  } }, el('h2', title), fields, bad, el('.actions', verb && el('button.primary', { type: 'submit' }, verb), more.also, !more.isFixed && button(verb ? 'Cancel' : 'Close', () => dialog.close())));
  fill(dialog, form);
  dialog.className = more.isWide ? 'widest' : '';
  dialog.setAttribute('aria-label', title);
  dialog.oncancel = (/** @type {Event} */ e) => { if (more.isFixed) e.preventDefault(); };
  if (!dialog.open) dialog.showModal();
  (form.querySelector('[data-first]') || form.querySelector('input,textarea,button'))?.focus({ preventScroll: true });
  dialog.scrollTop = 0;
}
/** @param {HTMLFormElement} form @param {string} name */
export const field = (form, name) => String(new FormData(form).get(name) || '').trim();

const VERDICTS = [['', 'no verdict yet', 'seen, being looked into'], ['confirmed', 'confirmed', 'it is what it looks like'], ['explained', 'explained', 'true, and harmless'], ['false', 'false', 'it was not so']];

/** @param {any} alert */
export function askAcknowledge(alert) {
  const data = alert.event.data;
  ask('Acknowledge', [
    el('p.about', el('b', heard(data.vessel ? shipName(data.vessel) : alert.rule || '')), ` ${eventWords(alert.type)}, ${moment(alert.time)}`),
    el('label', 'Note', el('textarea', { name: 'note', rows: '2', maxlength: '2000', placeholder: 'What you did, or what you know' })),
    el('fieldset.verdicts', el('legend', 'Verdict'), VERDICTS.map(([value, name, what], i) => el('label', el('input', { type: 'radio', name: 'verdict', value, checked: i === 0 }), el('b', name), el('span.quiet', what)))),
    data.case && el('label.check', el('input', { type: 'checkbox', name: 'case', value: '1', checked: true }), 'All alerts of this case so far'),
  ], 'Acknowledge', async (form) => {
    const note = field(form, 'note'), verdict = field(form, 'verdict');
    await acknowledge(alert.id, { ...(note && { note }), ...(verdict && { verdict }), ...(data.case && { case: !!field(form, 'case') }) });
    say('Acknowledged.');
  });
}

/** @param {any} alert */
export const undo = (alert) => takeBack(alert.id).then(() => say('The acknowledgement is taken back.'), (e) => say(e.message, true));

/** @param {any} alert */
export function askMute(alert) {
  const ship = alert.event.data.vessel;
  ask('Mute', [
    el('p.about', 'Alerts are still stored and shown, but not sent. A mute always ends.'),
    el('fieldset.verdicts', el('legend', 'What'),
      ship && el('label', el('input', { type: 'radio', name: 'what', value: 'both', checked: true }), el('b', `rule ${alert.rule} for `, heard(shipName(ship)))),
      ship && el('label', el('input', { type: 'radio', name: 'what', value: 'vessel' }), el('b', 'all rules for ', heard(shipName(ship)))),
      el('label', el('input', { type: 'radio', name: 'what', value: 'rule', checked: !ship }), el('b', `rule ${alert.rule} for all vessels`))),
    el('label', 'For', el('select', { name: 'hours' }, [['1', '1 hour'], ['8', '8 hours'], ['24', '1 day'], ['168', '7 days'], ['720', '30 days'], ['2160', '90 days']].map(([v, t], i) => el('option', { value: v, selected: i === 1 }, t)))),
    el('label', 'Why', el('input', { name: 'why', required: true, maxlength: '400', 'data-first': '' })),
  ], 'Mute', async (form) => {
    const what = field(form, 'what'), until = new Date(now() + Number(field(form, 'hours')) * 3600e3 - 1000).toISOString().replace(/\.\d+Z/, 'Z');
    await post('mutes', { ...(what !== 'rule' && { vessel: alert.mmsi }), ...(what !== 'vessel' && { rule: alert.rule }), until, why: field(form, 'why') });
    await readList('mutes');
    say(`Muted until ${moment(until)}.`);
  });
}

export function askToken() {
  if (byId('dialog').open) return;
  ask('Sign in', [
    el('p.about', 'This lookoutd asks who you are. Your token is kept by the browser until it ends or you sign out, and is not shown again.'),
    el('label', 'Token', el('input', { type: 'password', name: 'token', autocomplete: 'current-password', required: true })),
  ], 'Sign in', async (form) => {
    await post('session', { token: field(form, 'token') });
    tellWorker({ kind: 'again' });
  }, { isFixed: true });
}
export const signOut = () => remove('session').then(() => tellWorker({ kind: 'again' }), (e) => say(e.message, true));

const KEYS = [['j', 'next alert'], ['k', 'previous alert'], ['Enter', 'show the chosen alert on the map'], ['a', 'acknowledge it'], ['/', 'search vessels, alerts'], ['m', 'to the map'],
  ['+ −', 'zoom'], ['arrows', 'move the map'], ['l', 'labels'], ['c', 'colours by type of ship'], ['t', 'pin the track'], ['f', 'follow the vessel'], ['s', 'silence the sound for 5 min'], ['1 2 3 4', 'Alerts, Routes, Vessels, System'], ['n', 'day, dusk, night'], ['Esc', 'close, let go'], ['?', 'these keys']];
export function showKeys() {
  ask('Keys', [el('dl.keys', KEYS.map(([key, what]) => [el('dt', key.split(' ').map((k) => el('kbd', k))), el('dd', what)])),
    el('h3', 'Signs'), el('p.about', 'Arrow: under way. Dot: stopped. Hollow: silent for more than an hour. Ring: watched. Square frame: an alert that nobody has acknowledged; a double frame is critical. Cross in a circle: a distress beacon.')], '', async () => {});
}
