/* SPDX-License-Identifier: Apache-2.0 */
/* Lifetime of the engine's configuration. */
#include "lookout/engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/geo/shore.h"
#include "lookout/geo/water.h"
#include "lookout/rules/rule.h"
#include "lookout/track/vessel.h"
#include "lookout/voyage/ports.h"

void engine_conf_finish(struct engine_conf *conf)
{
    for (size_t i = 0; i < conf->rule_count; i++)
        rule_finish(&conf->rules[i]);
    free(conf->rules);
    for (size_t i = 0; i < conf->mute_count; i++) {
        free(conf->mutes[i].rule);
        free(conf->mutes[i].zone);
        free(conf->mutes[i].feed);
        free(conf->mutes[i].why);
    }
    free(conf->mutes);
    for (size_t i = 0; i < conf->field_count; i++)
        water_field_release(conf->fields[i]);
    free(conf->fields);
    water_release(conf->water);
    shore_release(conf->shore);
    free(conf->site);
    free(conf->link);
    free(conf->timezone.begin_ms);
    free(conf->timezone.offset_s);
    free(conf->timezone.abbreviation);
    ports_destroy(conf->ports);
    zone_set_destroy(conf->zones);
    watch_destroy(conf->watch);
    memset(conf, 0, sizeof *conf);
}
