/* SPDX-License-Identifier: Apache-2.0 */
/* What a silent ship can have reached, as JSON. */
#include "lookout/alert/body.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

const struct body_field body_reach_fields[] = {
    {.name = "locode", .type = BODY_TEXT},
    {.name = "name", .type = BODY_TEXT},
    {.name = "verdict", .type = BODY_TEXT, .is_optional = true, .words = reach_verdicts},
    {.name = "way_nm", .type = BODY_NUMBER, .is_optional = true},
    {.name = "needed_kn", .type = BODY_NUMBER, .is_optional = true},
    {.name = "earliest", .type = BODY_TIME, .is_optional = true},
    {.name = "latest", .type = BODY_TIME, .is_optional = true},
    {0},
};

json_t *body_reach_ahead(const struct ports *ports, const struct reach_answer *a)
{
    json_t *o = body_port(ports_get(ports, a->port));
    body_put(o, "way_nm", body_rounded(a->way_m / NM_M, 0.1));
    body_put(o, "earliest", body_eta(a->earliest_ms));
    return o;
}

json_t *body_reach_port(const struct ports *ports, const struct reach_answer *a)
{
    json_t *o = body_port(ports_get(ports, a->port));
    body_put_text(o, "verdict", reach_verdicts[a->verdict]);
    if (a->way_m >= 0)
        body_put(o, "way_nm", body_rounded(a->way_m / NM_M, 0.1));
    if (a->needed_kn >= 0)
        body_put(o, "needed_kn", body_rounded(a->needed_kn, 0.1));
    body_put(o, "earliest", body_eta(a->earliest_ms));
    body_put(o, "latest", body_eta(a->latest_ms));
    return o;
}
