# SPDX-License-Identifier: Apache-2.0
"""What can be measured of how the page looks: contrast of every text, brightness, forms that are told apart without colour, what is cut."""
import struct
import zlib

# Every visible text with its contrast against what lies behind it, where that is less than WCAG 2.2 AA asks: 4.5, of large text 3.
CONTRAST = r"""
const parse = (c) => { const m = c.match(/[\d.]+/g).map(Number); return [m[0], m[1], m[2], m.length > 3 ? m[3] : 1]; };
const light = ([r, g, b]) => { const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
const behind = (node) => { let c = [0, 0, 0, 0]; for (let n = node; n; n = n.parentElement) { c = over(c, parse(getComputedStyle(n).backgroundColor).concat()).concat().slice(0, 3).concat(1); if (parse(getComputedStyle(n).backgroundColor)[3] === 1) return stack(node, n); } return [255, 255, 255, 1]; };
const stack = (node, base) => { const list = []; for (let n = node; n !== base; n = n.parentElement) list.push(parse(getComputedStyle(n).backgroundColor)); let c = parse(getComputedStyle(base).backgroundColor); for (const l of list.reverse()) c = over(l, c); return c; };
const bad = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode.parentElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
  if (!walk.currentNode.data.trim() || !box.width || style.visibility !== 'visible' || node.closest('.unseen,[hidden],option,.leaflet-container,.mapfoot')) continue;
  let ink = parse(style.color), back = behind(node), dim = 1;
  for (let n = node; n; n = n.parentElement) dim *= Number(getComputedStyle(n).opacity);
  ink = over([ink[0], ink[1], ink[2], ink[3] * dim], back);
  const [a, b] = [light(ink), light(back)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (isLarge ? 3 : 4.5)) bad.push(`${ratio.toFixed(2)} ${node.tagName}.${node.className} "${walk.currentNode.data.trim().slice(0, 30)}"`);
}
return [...new Set(bad)];
"""

# Elements that are wider than the screen, and texts that are cut though nothing says so.
CUT = """
const bad = [], wide = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > wide) bad.push(`the page is ${document.documentElement.scrollWidth} wide on ${wide}`);
for (const n of document.querySelectorAll('button, .notice, .banner, h2, h3, h4, dt, dd, .figure')) {
  const box = n.getBoundingClientRect();
  if (!box.width || n.closest('#notices')) continue;
  if (box.right > wide + 1 || box.left < -1) bad.push(`${n.tagName} ${n.id || n.className} "${n.textContent.slice(0, 30)}" is off the screen`);
  else if (n.scrollWidth > n.clientWidth + 2 && getComputedStyle(n).textOverflow !== 'ellipsis' && getComputedStyle(n).display !== 'inline') bad.push(`${n.tagName} ${n.id || n.className} "${n.textContent.slice(0, 30)}" is cut`);
}
return bad;
"""

# The forms of ships, in grey alone: the least distance between two of them, in parts of what their pixels can differ by.
FORMS = """
const [done] = [arguments[arguments.length - 1]];
const name = performance.getEntriesByType('resource').map((e) => e.name).find((n) => n.includes('/sprites.'));
import(name).then(({ Sprites }) => {
  const grey = (c) => { const x = document.createElement('canvas').getContext('2d'); x.fillStyle = c; x.fillRect(0, 0, 1, 1); const [r, g, b] = x.getImageData(0, 0, 1, 1).data; const v = Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b).toString(16).padStart(2, '0'); return '#' + v + v + v; };
  const token = (t) => grey(getComputedStyle(document.documentElement).getPropertyValue('--' + t).trim());
  const look = { ink: token('ship-ink'), halo: token('halo'), critical: token('critical'), warning: token('warning'), ring: token('watched'), groups: [token('ship')] };
  const sprites = new Sprites(look, 1), sea = parseInt(token('sea').slice(1, 3), 16);
  const forms = { moving: [0, 4, 0, 0], stopped: [1, -1, 0, 0], silent: [2, 4, 0, 0], 'silent, stopped': [2, -1, 0, 0], watched: [0, 4, 0, 1], warning: [0, 4, 2, 0], critical: [0, 4, 3, 0], distress: [3, -1, 0, 0] };
  const SIDE = 81, pictures = {};
  for (const [key, [form, heading, severity, watched]] of Object.entries(forms)) {
    const s = sprites.get(form, heading, severity, watched, 0, 8), picture = new Float64Array(SIDE * SIDE).fill(sea);
    for (const [at, colour] of [[s.solid, s.solidColour], [s.edge, s.edgeColour]])
      at.forEach((p, i) => { const a = (colour[i] >>> 24) / 255, q = ((p >> 16) + 40) * SIDE + ((p << 16) >> 16) + 40; picture[q] = (colour[i] & 255) * a + picture[q] * (1 - a); });
    pictures[key] = picture;
  }
  const keys = Object.keys(pictures), far = {};
  keys.forEach((a, i) => keys.slice(i + 1).forEach((b) => { let sum = 0; pictures[a].forEach((v, k) => { sum += Math.abs(v - pictures[b][k]); }); far[a + ' / ' + b] = Math.round(sum / 255); }));
  done(far);
});
"""

# The brightest channel of a screenshot, which is handed over in base64.
BRIGHTEST = """
const [text, done] = arguments;
createImageBitmap(new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], { type: 'image/png' })).then((picture) => {
  const c = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
  c.drawImage(picture, 0, 0);
  const { data } = c.getImageData(0, 0, picture.width, picture.height);
  let most = 0;
  for (let i = 0; i < data.length; i += 4) most = Math.max(most, data[i], data[i + 1], data[i + 2]);
  done(most);
});
"""


def pixels(png):
    """The bytes of a screenshot of eight bits a channel: rows of (bytes, channels)."""
    at, data, width, channels = 8, b"", 0, 4
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, _, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8
            channels = {2: 3, 6: 4}[colour]
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    raw, stride = zlib.decompress(data), width * channels
    before, rows = bytearray(stride), []
    for i in range(0, len(raw), stride + 1):
        kind, row = raw[i], bytearray(raw[i + 1:i + 1 + stride])
        for x in range(stride if kind else 0):
            left = row[x - channels] if x >= channels else 0
            up, corner = before[x], before[x - channels] if x >= channels else 0
            if kind == 1:
                row[x] = row[x] + left & 255
            elif kind == 2:
                row[x] = row[x] + up & 255
            elif kind == 3:
                row[x] = row[x] + (left + up) // 2 & 255
            else:
                guess = left + up - corner
                row[x] = row[x] + min((left, up, corner), key=lambda v: abs(guess - v)) & 255
        rows.append(bytes(row))
        before = row
    return rows, channels
