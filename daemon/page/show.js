// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Shows an alert's evidence on the map, all of it.

import { frame, goTo, lookAt, placeOf } from './chart.js';

/** @param {any} a */
export function showOnMap(a) {
  const data = a.event.data, points = [], evidence = data.evidence?.geometry;
  if (evidence?.type === 'LineString') points.push(...evidence.coordinates);
  if (evidence?.type === 'MultiLineString') points.push(...evidence.coordinates.flat());
  if (data.position) points.push(data.position.coordinates);
  // Where it could have been.
  const reach = (data.gap?.reach || data.silent_call?.reach || []).filter((/** @type {any} */ r) => (r.verdict || 'possible') === 'possible');
  for (const port of reach) {
    const place = placeOf(port?.locode);
    if (place) points.push(place);
  }
  if (points.length > 1) frame(points);
  else if (points.length) lookAt(points[0][1], points[0][0], 9);
  else goTo(a.mmsi);
}
