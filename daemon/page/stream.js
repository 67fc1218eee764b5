// SPDX-License-Identifier: Apache-2.0
// @ts-check
// The worker that holds the one stream of a browser's pages. It keeps the picture for the page that opens next, asks every 15 s
// whether lookoutd still answers, and says which page sounds. A page without shared workers has one to itself.
'use strict';

const api = new URL('api/v1/', self.location.href);
const ASK_MS = 15e3, SWEEP_MS = 8e3, RETRY_MS = 3e3;

/** @type {Map<any, {view?: number[], canSound?: boolean}>} */
const ports = new Map();
/** @type {Map<number, any[]>} */
let rows = new Map();
/** @type {Set<number> | null} those of the picture before, not seen in this one yet */
let stale = null;
let hello = null, info = null, source = null;
let state = { connected: false, since: Date.now(), status: 0 };
let sweepTimer = 0, retryTimer = 0, boxTimer = 0, box = '';

const tell = (message) => { for (const port of ports.keys()) port.postMessage(message); };

function setState(connected, status) {
  if (state.connected === connected && state.status === status) return;
  state = { connected, since: connected === state.connected ? state.since : Date.now(), status };
  tell({ kind: 'state', ...state });
}

// A whole picture begins: what it does not bring within some seconds is gone.
function beginPicture() {
  stale = new Set(rows.keys());
  clearTimeout(sweepTimer);
  sweepTimer = setTimeout(() => {
    const gone = [...(stale || [])];
    stale = null;
    for (const mmsi of gone) rows.delete(mmsi);
    if (gone.length) tell({ kind: 'event', event: 'gone', data: { mmsi: gone } });
  }, SWEEP_MS);
}

const HANDLERS = {
  hello(data) {
    hello = data;
    beginPicture();
  },
  late() { beginPicture(); },
  vessels(data) {
    if (hello && data.left_out !== undefined) hello.left_out = data.left_out;
    for (const row of data.rows) {
      rows.set(row[0], row);
      if (stale) stale.delete(row[0]);
    }
  },
  gone(data) { for (const mmsi of data.mmsi) rows.delete(mmsi); },
  alert() {}, acknowledged() {}, feed() {}, changed() {},
};

function openStream() {
  clearTimeout(retryTimer);
  if (source) source.close();
  const url = new URL('stream', api);
  if (box) url.searchParams.set('bbox', box);
  source = new EventSource(url);
  for (const event of Object.keys(HANDLERS))
    source.addEventListener(event, (message) => {
      const data = message.data ? JSON.parse(message.data) : {};
      HANDLERS[event](data);
      setState(true, 200);
      tell({ kind: 'event', event, data });
    });
  source.onerror = () => {
    setState(false, state.status === 200 ? 0 : state.status);
    // It tries again by itself, but not after an answer that is no stream.
    if (source.readyState === 2) {
      askInfo();
      retryTimer = setTimeout(openStream, RETRY_MS);
    }
  };
}

async function askInfo() {
  try {
    const answer = await fetch(api, { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(10e3) });
    if (!answer.ok) return setState(false, answer.status);
    info = await answer.json();
    if (!source) openStream();
    tell({ kind: 'info', info });
    // The stream says by its own events that it is open again.
    if (source && source.readyState === 1) setState(true, 200);
  } catch {
    setState(false, 0);
  }
}
setInterval(() => { if (ports.size) askInfo(); }, ASK_MS);

// Where not all vessels are shown, the stream goes by what the pages look at.
function chooseBox() {
  if (!hello || (!hello.left_out && !box)) return;
  const views = /** @type {number[][]} */ ([...ports.values()].map((p) => p.view).filter(Boolean));
  if (!views.length) return;
  let [w, s, e, n] = views[0];
  for (const v of views) [w, s, e, n] = [Math.min(w, v[0]), Math.min(s, v[1]), Math.max(e, v[2]), Math.max(n, v[3])];
  const next = e - w >= 360 ? '' : [w, s, e, n].map((x, i) => (i % 2 ? x : ((x + 540) % 360) - 180).toFixed(2)).join(',');
  if (next === box) return;
  box = next;
  openStream();
}

// One page sounds for all: the first that may.
function chooseLeader() {
  let leader = null;
  for (const [port, page] of ports) if (!leader && page.canSound) leader = port;
  for (const port of ports.keys()) port.postMessage({ kind: 'leader', leads: port === leader || !leader, isSounded: !!leader });
}

function onMessage(port, message) {
  const page = ports.get(port);
  if (message.kind === 'bye') ports.delete(port);
  if (!page) return;
  if (message.kind === 'again') { askInfo(); openStream(); }
  if (message.kind === 'view') {
    page.view = message.view;
    clearTimeout(boxTimer);
    boxTimer = setTimeout(chooseBox, 700);
  }
  if (message.kind === 'sound') page.canSound = message.can;
  if (message.kind !== 'view') chooseLeader();
}

function join(port) {
  ports.set(port, {});
  port.onmessage = (event) => {
    if (event.data.kind === 'hi') ports.set(port, ports.get(port) || {});
    onMessage(port, event.data);
  };
  port.postMessage({ kind: 'state', ...state });
  if (info) port.postMessage({ kind: 'info', info });
  if (hello) port.postMessage({ kind: 'event', event: 'hello', data: hello });
  const all = [...rows.values()];
  for (let i = 0; i < all.length; i += 5000) port.postMessage({ kind: 'event', event: 'vessels', data: { rows: all.slice(i, i + 5000) } });
  if (!source) openStream();
  askInfo();
  chooseLeader();
}

if ('onconnect' in self) self.onconnect = (event) => join(event.ports[0]);
else join(self);
