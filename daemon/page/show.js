// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Shows an alert's evidence on the map, all of it.

import { frame, goTo, lookAt, placeOf, zonePlace } from './chart.js';

/** @param {any} a */
export function showOnMap(a) {
  const data = a.event.data, points = [], evidence = data.evidence?.geometry;
  if (evidence?.type === 'LineString') points.push(...evidence.coordinates);
  if (evidence?.type === 'MultiLineString') points.push(...evidence.coordinates.flat());
  if (data.position) points.push(data.position.coordinates);
  // Where it could have been, or is bound.
  const reach = (data.gap?.reach || data.silent_call?.reach || []).filter((/** @type {any} */ r) => (r.verdict || 'possible') === 'possible');
  for (const port of [...reach, data.forecast?.port]) points.push(placeOf(port?.locode));
  for (const zone of data.forecast?.zones_ahead || []) points.push(zonePlace(zone.id));
  const known = points.filter(Boolean);
  // Two ships beside each other are told apart.
  if (known.length > 1) frame(known, data.encounter ? 13 : 10);
  else if (known.length) lookAt(known[0][1], known[0][0], 9);
  else goTo(a.mmsi);
}
