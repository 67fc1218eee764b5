/* SPDX-License-Identifier: Apache-2.0 */
/* The paths of the query API. */
#include "view.h"

/* clang-format off */
const struct route route_table[] = {
    {"GET",    "/api/v1/",        view_overview,      0, ROUTE_READ},
    {"POST",   "/api/v1/session", view_session_begin, 0, ROUTE_OPEN},
    {"DELETE", "/api/v1/session", view_session_end,   0, ROUTE_OPEN},
};
/* clang-format on */
const size_t route_count = sizeof route_table / sizeof route_table[0];
