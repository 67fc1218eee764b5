// SPDX-License-Identifier: Apache-2.0
// @ts-check
// Alerts | Routes | Vessels | System: one panel at a time.

import { byId } from './dom.js';
import { on } from './store.js';
import { openAlerts, startAlerts } from './alerts.js';
import { openRoutes, startRoutes } from './routes.js';
import { openSystem, startSystem } from './system.js';
import { openVessels, startVessels } from './vessels.js';

export const tabs = ['alerts', 'routes', 'vessels', 'system'];
const OPEN = { alerts: openAlerts, routes: openRoutes, vessels: openVessels, system: openSystem };
let current = '';

/** @param {string} name */
export function openTab(name) {
  document.body.classList.add('sheet');
  if (name === current) return;
  current = name;
  for (const tab of tabs) {
    const button = byId(`tab-${tab}`);
    button.setAttribute('aria-selected', String(tab === name));
    button.tabIndex = tab === name ? 0 : -1;
  }
  const panel = byId('panel');
  panel.setAttribute('aria-labelledby', `tab-${name}`);
  OPEN[name](panel);
}

export function startTabs() {
  const panel = byId('panel');
  for (const [i, tab] of tabs.entries()) {
    const button = byId(`tab-${tab}`);
    button.addEventListener('click', () => {
      // On a narrow screen the tab that is open closes the sheet.
      if (tab === current && document.body.classList.contains('sheet') && innerWidth < 700) document.body.classList.remove('sheet');
      else openTab(tab);
    });
    button.addEventListener('keydown', (/** @type {KeyboardEvent} */ e) => {
      const by = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
      if (!by) return;
      const next = tabs[(i + by + tabs.length) % tabs.length];
      openTab(next);
      byId(`tab-${next}`).focus();
    });
  }
  startAlerts();
  startRoutes(() => current === 'routes', panel);
  startVessels(() => current === 'vessels');
  startSystem(() => current === 'system', panel);
  on('tab', openTab);
  openTab('alerts');
}
