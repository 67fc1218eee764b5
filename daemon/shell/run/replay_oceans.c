/* SPDX-License-Identifier: Apache-2.0 */
/* Country patterns of rules ("RU*") whose ports lie at more than one ocean: who means the
 * Far East is told of the Baltic too. */
#include <ctype.h>
#include <string.h>

#include "lookout/alert/body.h"
#include "lookout/base/hash.h"
#include "lookout/geo/ocean.h"
#include "lookout/rules/route.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"
#include "replay_facts_int.h"
#include "replay_int.h"

struct reach {
    uint64_t ports[OCEANS], calls[OCEANS];
};

/* The next "RU*" in a text of patterns; NULL: there is none. */
static const char *find_country(const char *text, char ret_pattern[4])
{
    for (const char *star = strchr(text, '*'); star != NULL;
         star = strchr(star + 1, '*')) {
        size_t before = (size_t)(star - text);
        bool is_country = before >= 2 && isalpha((unsigned char)star[-1]) != 0 &&
                          isalpha((unsigned char)star[-2]) != 0 &&
                          (before == 2 || isalnum((unsigned char)star[-3]) == 0);
        if (!is_country)
            continue;
        ret_pattern[0] = (char)toupper((unsigned char)star[-2]);
        ret_pattern[1] = (char)toupper((unsigned char)star[-1]);
        memcpy(ret_pattern + 2, "*", 2);
        return star + 1;
    }
    return NULL;
}

/* The oceans that the pattern's ports lie at; how many. */
static unsigned count_oceans(const struct replay *r, const char *pattern,
                             struct reach *ret)
{
    const struct ports *ports = engine_conf(r->pipeline.engine)->ports;
    struct port_set *set = NULL;
    struct err err = {0};
    unsigned oceans = 0;
    memset(ret, 0, sizeof *ret);
    if (port_set_create(ports, &pattern, 1, &set, &err) != 0)
        return 0;
    for (uint32_t i = port_set_next(set, 0); i != PORT_NONE;
         i = port_set_next(set, i + 1)) {
        const struct port *port = ports_get(ports, i);
        enum ocean ocean = ocean_at(port->pos);
        const struct tally_port *called =
            map_get(&r->tally.ports, hash_text(port->locode, 0));
        oceans += ret->ports[ocean]++ == 0;
        ret->calls[ocean] += called != NULL ? called->calls : 0;
    }
    port_set_destroy(set);
    return oceans;
}

static bool is_told_already(const json_t *list, const char *rule, const char *pattern)
{
    size_t i = 0;
    json_t *o = NULL;
    bool is_known = false;
    json_array_foreach(list, i, o)
    {
        is_known =
            is_known ||
            (strcmp(json_string_value(json_object_get(o, "rule")), rule) == 0 &&
             strcmp(json_string_value(json_object_get(o, "pattern")), pattern) == 0);
    }
    return is_known;
}

/* The ocean of most ports first. */
static json_t *make_reaches(struct reach reach)
{
    json_t *list = json_array();
    for (;;) {
        int most = 0;
        for (int i = 1; i < OCEANS; i++)
            most = reach.ports[i] > reach.ports[most] ? i : most;
        if (reach.ports[most] == 0)
            return list;
        json_array_append_new(list, json_pack("{s:s,s:I,s:I}", "ocean",
                                              ocean_name((enum ocean)most), "ports",
                                              (json_int_t)reach.ports[most], "calls",
                                              (json_int_t)reach.calls[most]));
        reach.ports[most] = 0;
    }
}

static void add_patterns(const struct replay *r, const char *rule, const char *text,
                         json_t *list)
{
    char pattern[4];
    struct reach reach;
    while (text != NULL && (text = find_country(text, pattern)) != NULL) {
        if (is_told_already(list, rule, pattern) || count_oceans(r, pattern, &reach) < 2)
            continue;
        json_array_append_new(list, json_pack("{s:s,s:s,s:o}", "rule", rule, "pattern",
                                              pattern, "oceans", make_reaches(reach)));
    }
}

json_t *replay_oceans(const struct replay *r)
{
    const struct engine_conf *conf = engine_conf(r->pipeline.engine);
    json_t *list = json_array();
    for (size_t i = 0; i < conf->rule_count; i++) {
        const struct rule *rule = &conf->rules[i];
        for (const struct key *key = rule->kind->keys; key->name != NULL; key++) {
            const void *setting = rule_setting(rule, key);
            if (key->type == KEY_PORTS)
                add_patterns(r, rule->id, ((const struct rule_ports *)setting)->text,
                             list);
            else if (key->type == KEY_ROUTE)
                add_patterns(r, rule->id, (*(struct route *const *)setting)->text, list);
        }
    }
    return list;
}
