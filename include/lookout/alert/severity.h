/* SPDX-License-Identifier: Apache-2.0 */
/* The severity of an alert. */
#ifndef LOOKOUT_SEVERITY_H
#define LOOKOUT_SEVERITY_H

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL, SEVERITIES };
const char *severity_name(enum severity s);

#endif
