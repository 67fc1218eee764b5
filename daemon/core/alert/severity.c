/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/alert/severity.h"

const char *severity_name(enum severity s)
{
    static const char *const names[SEVERITIES] = {"info", "warning", "critical"};
    return s < SEVERITIES ? names[s] : "info";
}
