// SPDX-License-Identifier: Apache-2.0
// @ts-check
// A canvas over the map that is wider than the view, so that a drag moves it and draws nothing. While the map zooms it is stretched,
// as Leaflet's own renderers are.

import * as L from './leaflet.js';

/** @typedef {{zoom: number, scale: number, left: number, top: number, width: number, height: number, ratio: number, copies: number[],
 *   inner: number[], covered: number[][], magnify: number}} View what is drawn: `scale` pixels to the world, `left` and `top` of the canvas in them, `copies` of the world that
 *   are visible, `inner` the part on the screen: left, top, right, bottom, `covered` what lies over it,
 *   `magnify` how much larger texts and ships are on a wall */

export class CanvasLayer {
  /**
   * @param {any} map Leaflet's @param {string} name of its pane @param {number} order z-index
   * @param {number} margin part of the view beyond each edge @param {(context: CanvasRenderingContext2D, view: View) => void} paint
   */
  constructor(map, name, order, margin, paint) {
    this.map = map;
    this.margin = margin;
    this.paint = paint;
    const pane = map.createPane(name);
    pane.style.zIndex = String(order);
    pane.style.pointerEvents = 'none';
    this.canvas = document.createElement('canvas');
    this.canvas.className = 'layer leaflet-zoom-animated';
    pane.append(this.canvas);
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d', { willReadFrequently: false }));
    /** @type {View | null} */
    this.view = null;
    /** What the ships' layer adds. @type {(x: number, y: number) => number} */
    this.find = () => -1;
    this.figures = { drawn: 0, ms: 0, frames: 0 };
    map.on('moveend viewreset resize', () => this.draw());
    map.on('zoomanim', (/** @type {any} */ e) => this.stretch(e.center, e.zoom));
    map.on('zoom', () => this.stretch(map.getCenter(), map.getZoom()));
  }

  /** @param {any} center @param {number} zoom */
  stretch(center, zoom) {
    if (!this.view) return;
    const scale = this.map.getZoomScale(zoom, this.view.zoom);
    const corner = L.point(this.view.left, this.view.top).multiplyBy(scale);
    L.DomUtil.setTransform(this.canvas, corner.subtract(this.map._getNewPixelOrigin(center, zoom)), scale);
  }

  /** Where the canvas belongs now. @returns {View} */
  place() {
    const size = this.map.getSize(), zoom = this.map.getZoom();
    const beyond = L.point(Math.round(size.x * this.margin), Math.round(size.y * this.margin));
    const corner = this.map.containerPointToLayerPoint(beyond.multiplyBy(-1)).round();
    L.DomUtil.setPosition(this.canvas, corner);
    const width = size.x + 2 * beyond.x, height = size.y + 2 * beyond.y, ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    const scale = 256 * 2 ** zoom;
    const world = corner.add(this.map.getPixelOrigin());
    const copies = [], at = this.map.getContainer().getBoundingClientRect();
    const covered = [...document.querySelectorAll('#card, .mapbuttons, #scale, #playback')].map((n) => n.getBoundingClientRect()).filter((b) => b.width)
      .map((b) => [b.left - at.left + beyond.x, b.top - at.top + beyond.y, b.right - at.left + beyond.x, b.bottom - at.top + beyond.y]);
    for (let k = Math.floor(world.x / scale); k <= Math.floor((world.x + width) / scale); k++) copies.push(k);
    return { zoom, scale, left: world.x, top: world.y, width, height, ratio, copies,
      inner: [beyond.x, beyond.y, beyond.x + size.x, beyond.y + size.y], covered, magnify: innerWidth >= 3400 ? 1.8 : innerWidth >= 2200 ? 1.3 : 1 };
  }

  draw() {
    if (document.hidden || !this.map.getSize().x || this.map._animatingZoom) return;
    this.view = this.place();
    this.context.setTransform(this.view.ratio, 0, 0, this.view.ratio, 0, 0);
    this.context.clearRect(0, 0, this.view.width, this.view.height);
    this.paint(this.context, this.view);
  }
}

/** A colour of the page's look. @param {string} name */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
/** Half the length of a ship's arrow. @param {View} view */
export const shipSize = (view) => Math.round((view.zoom < 6 ? 4 : view.zoom < 8 ? 5 : view.zoom < 11 ? 6 : view.zoom < 13 ? 8 : 10) * view.magnify);
