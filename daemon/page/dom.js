// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Elements made without markup: texts become text nodes and nothing else, whatever is in them.

/**
 * el('div.row', {title: 'x', onclick: f}, child, 'text', [more]) makes an element; false, null and undefined children are left out.
 * @param {string} spec tag and classes
 * @param {any[]} rest
 * @returns {any}
 */
export function el(spec, ...rest) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  for (const part of rest) apply(node, part);
  return node;
}

/** @param {HTMLElement} node @param {any} part */
function apply(node, part) {
  if (part === null || part === undefined || part === false || part === '') return;
  if (Array.isArray(part)) for (const p of part) apply(node, p);
  else if (part instanceof Node) node.append(part);
  else if (typeof part === 'object') for (const [key, value] of Object.entries(part)) set(node, key, value);
  else node.append(document.createTextNode(String(part)));
}

// Attributes that can neither run, load nor style anything.
const SAFE = /^(id|title|role|type|name|value|for|placeholder|tabindex|aria-[a-z]+|data-[a-z]+|maxlength|min|max|autocomplete|rows|lang|dir|open|checked|disabled|selected|required|hidden)$/;

/** @param {any} node @param {string} key @param {any} value */
function set(node, key, value) {
  if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
  else if (!SAFE.test(key)) throw new Error(`no attribute ${key} is set here`);
  else if (typeof value === 'boolean' && !key.startsWith('aria-')) node.toggleAttribute(key, value);
  else if (value !== null && value !== undefined) node.setAttribute(key, String(value));
}

/** Put these in place of what is in a node. @param {Element} node @param {any[]} children */
export function fill(node, ...children) {
  node.replaceChildren();
  apply(/** @type {HTMLElement} */ (node), children);
}

/** Set a text where it differs. @param {Element} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** A text off the air: its direction stays its own, a long one is cut by the layout. @param {string} text */
export const heard = (text) => el('bdi', text);

const SHAPES = {
  critical: 'M1.5 1.5h13v13h-13z M4.5 4.5h7v7h-7z',
  warning: 'M8 1.2 15.4 14.6H.6z',
  info: 'M8 2.6a5.4 5.4 0 1 0 .01 0z',
  done: 'M2.2 8.6l1.6-1.6 3 3 5.4-6 1.7 1.5-7 7.8z',
};
/** @param {string} shape @param {string} classes */
function drawing(shape, classes) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', classes);
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', shape);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}
/** The sign of a severity: a doubled square, a triangle, a disc. @param {string} severity */
export const sign = (severity) => drawing(SHAPES[severity] || SHAPES.info, `sign ${severity in SHAPES ? severity : 'info'}`);
/** A square of a legend. @param {string} kind */
export const square = (kind) => drawing('M0 0h16v16H0z', kind);

/** Rows of a definition list; those without a value are left out. @param {[string, any][]} rows */
export function facts(rows) {
  const list = el('dl.facts');
  for (const [name, value] of rows)
    if (value !== '' && value !== null && value !== undefined && value !== false && !(Array.isArray(value) && !value.length))
      list.append(el('dt', name), el('dd', value));
  return list;
}

/** @param {string} text @param {() => void} act @param {{key?: string, kind?: string, label?: string}} [more] */
export function button(text, act, more = {}) {
  return el(`button.${more.kind || 'plain'}`, { type: 'button', onclick: act, 'aria-label': more.label }, text, more.key && el('kbd', more.key));
}
