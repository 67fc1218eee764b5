// @ts-check
import * as L from './leaflet.js';
L.map(document.body);
