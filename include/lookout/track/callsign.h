/* SPDX-License-Identifier: Apache-2.0 */
/* Whose call sign a call sign is: the series of the ITU Radio Regulations, Appendix 42.
 */
#ifndef LOOKOUT_CALLSIGN_H
#define LOOKOUT_CALLSIGN_H

/* ISO 3166 alpha-2 of the administration to which the call sign's series is allocated; ""
 * when it is allocated to none, or the text has not the form of a ship's call sign (RR
 * 19.55 to 19.57), or is a word that crews type instead of one. Static text. */
const char *callsign_state(const char *callsign);
/* The administration under which ships of that flag are: the state of a dependency, else
 * the flag itself. Static text, or `flag`. */
const char *callsign_state_of_flag(const char *flag);

#endif
