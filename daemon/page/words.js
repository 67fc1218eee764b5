// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Times, numbers and names in words. Everything here makes text, never markup.

const MINUTE = 60e3, HOUR = 3600e3, DAY = 24 * HOUR;
export const SILENT_MS = HOUR;
export const SEVERITIES = ['critical', 'warning', 'info'];

/** @param {string} severity 3 critical, 2 warning, 1 info, 0 none */
export const rank = (severity) => (severity ? 3 - SEVERITIES.indexOf(severity) : 0);

const pad = (/** @type {number} */ n) => String(n).padStart(2, '0');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

let zone = '';
let local = /** @type {Intl.DateTimeFormat | null} */ (null);
/** Local time beside UTC, where the configuration names a time zone. @param {string} [name] */
export function setTimezone(name) {
  if (!name || name === zone) return;
  try {
    local = new Intl.DateTimeFormat('en-GB', { timeZone: name, hour: '2-digit', minute: '2-digit', hour12: false, timeZoneName: 'short' });
    zone = name;
  } catch { /* a zone that this browser does not know: UTC alone */ }
}

/** "12:04:31Z" @param {number} ms */
export function clock(ms) {
  const d = new Date(ms);
  return `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}Z`;
}
/** "24 Mar 18:04Z" @param {number | string | undefined} when */
export function moment(when) {
  const d = new Date(when ?? NaN);
  if (isNaN(d.getTime())) return '';
  return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]} ${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}Z`;
}
/** "24 Mar 2024" @param {number} ms */
export function day(ms) {
  const d = new Date(ms);
  return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]} ${d.getUTCFullYear()}`;
}
/** "03:04 GMT+9", or nothing. @param {number | string | undefined} when */
export function localTime(when) {
  const d = new Date(when ?? NaN);
  return local && !isNaN(d.getTime()) ? local.format(d) : '';
}
/** "24 Mar 18:04Z (03:04 GMT+9)" @param {string | undefined} when */
export function momentBoth(when) {
  const there = localTime(when);
  return moment(when) + (there ? ` (${there})` : '');
}

/** "now", "4 min", "3 h", "2 d" @param {number} ms how long */
export function span(ms) {
  if (!(ms >= 0)) return 'now';
  if (ms < MINUTE) return `${Math.floor(ms / 1e3)}\u00a0s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}\u00a0min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}\u00a0h\u00a0${pad(Math.floor(ms / MINUTE) % 60)}`;
  return `${Math.floor(ms / DAY)}\u00a0d`;
}

/** "38°43.0'N 125°24.0'E" @param {number} lat @param {number} lon */
export function position(lat, lon) {
  const part = (/** @type {number} */ v, /** @type {number} */ width, /** @type {string} */ letters) => {
    const tenths = Math.round(Math.abs(v) * 600);
    const minutes = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
    return `${String(Math.floor(tenths / 600)).padStart(width, '0')}°${minutes}′${letters[v < 0 ? 1 : 0]}`;
  };
  return `${part(lat, 2, 'NS')} ${part(lon, 3, 'EW')}`;
}

/** @param {number | null | undefined} kn */
export const knots = (kn) => (kn === null || kn === undefined ? '' : `${kn.toFixed(1)} kn`);
/** @param {number | null | undefined} deg */
export const degrees = (deg) => (deg === null || deg === undefined ? '' : `${String(Math.round(deg) % 360).padStart(3, '0')}°`);
/** "1,204" @param {number} n */
export const count = (n) => n.toLocaleString('en-US');
/** "1 ship", "2 ships" @param {number} n @param {string} word */
export const many = (n, word) => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

const regions = (() => {
  try { return new Intl.DisplayNames(['en'], { type: 'region' }); } catch { return null; }
})();
/** @param {string | null | undefined} code of two letters */
export function country(code) {
  if (!code) return '';
  try { return (regions && regions.of(code)) || code; } catch { return code; }
}

const TYPES = { 2: 'wing in ground', 3: 'special craft', 4: 'high-speed craft', 6: 'passenger', 7: 'cargo', 8: 'tanker', 9: 'other' };
const SPECIAL = { 30: 'fishing', 31: 'towing', 32: 'towing', 33: 'dredger', 34: 'diving', 35: 'military', 36: 'sailing', 37: 'pleasure craft',
  50: 'pilot', 51: 'search and rescue', 52: 'tug', 53: 'port tender', 54: 'anti-pollution', 55: 'law enforcement', 58: 'medical' };
/** @param {number | null | undefined} type of AIS, 0 to 99 */
export function shipType(type) {
  if (!type) return '';
  return SPECIAL[type] || TYPES[Math.floor(type / 10)] || `type ${type}`;
}
/** Groups for colours: 0 unknown, 1 cargo, 2 tanker, 3 passenger, 4 fishing, 5 service and other. @param {number | null} type */
export function typeGroup(type) {
  if (!type) return 0;
  const tens = Math.floor(type / 10);
  if (tens === 7) return 1;
  if (tens === 8) return 2;
  if (tens === 6 || tens === 4) return 3;
  return type === 30 ? 4 : 5;
}
export const TYPE_GROUPS = ['unknown', 'cargo', 'tanker', 'passenger, fast', 'fishing', 'other'];

const STATUS = ['under way using engine', 'at anchor', 'not under command', 'restricted in her ability to manoeuvre', 'constrained by her draught',
  'moored', 'aground', 'engaged in fishing', 'under way sailing', '', '', 'towing astern', 'pushing or towing', '', 'AIS-SART active', ''];
/** @param {number | undefined} status */
export const navStatus = (status) => STATUS[status ?? 15] || '';

/** 970, 972, 974: an AIS-SART, a man overboard device, an EPIRB. @param {number} mmsi */
export const isDistress = (mmsi) => [970, 972, 974].includes(Math.floor(mmsi / 1e6));

/** "route forecast" of "lookoutd.route.forecast" @param {string} type */
export const eventWords = (type) => type.replace(/^lookoutd\./, '').replace(/[._]/g, ' ');

/** The name that a ship goes by here. @param {{name?: string | null, callsign?: string, mmsi?: number}} ship */
export const shipName = (ship) => (ship.name && ship.name.trim()) || (ship.callsign && ship.callsign.trim()) || String(ship.mmsi ?? 'unknown').padStart(9, '0');

/** A summary without the identity it begins with: rows show that already. @param {any} event of an alert */
export function why(event) {
  const text = String(event.data.summary ?? '');
  const name = event.data.vessel?.name;
  const begin = name && text.startsWith(`${name} (`) ? name.length : /^(MMSI |Unnamed vessel \()/.test(text) ? 0 : -1;
  if (begin < 0) return text;
  const end = text.indexOf(') ', begin);
  return end > 0 && end < begin + 220 ? text.slice(end + 2) : text;
}
