/* SPDX-License-Identifier: Apache-2.0 */
/* What a source calls our fields: `columns:` of a feed (tables), `fields:` (JSON), and
 * --columns of the commands, in one language. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "lookout/ais/input.h"

/* clang-format off */
static const char *const our_names[] = { /* struct input_conf */
    "mmsi", "lat", "lon", "time", "sog", "cog", "heading", "status", "imo", "callsign", "name", "type", "length",
    "beam", "to_bow", "to_stern", "to_port", "to_starboard", "draught", "destination", "second", "millisecond",
    "msg_type", "station", "class", "mobile", "text",
};
static const struct key header_key = {.type = KEY_TEXT,
    .accepts = "the header of a column; behind it in brackets its unit or the order of its dates, such as Speed (km/h) or When (dd/mm/yyyy)"};
static const struct key member_key = {.type = KEY_TEXT,
    .accepts = "a member's name, or the path to it; behind it in brackets its unit, such as speed (km/h)"};
static const struct key conf_columns_option = {.name = "--columns", .type = KEY_OWN,
    .accepts = "a mapping of our names to the header's, such as {mmsi: MMSI_NO, lat: LATITUDE}"};
/* clang-format on */

/* "imo=IMO_NO" behind what is there; 0 or ERR_NOMEM. A fault is said. */
static int add_map_pair(struct conf_reader *r, const struct conf_node *item,
                        const struct key *value, struct buf *map)
{
    const char *text = NULL;
    if (conf_accepts_find_name(item->key, our_names, CONF_COUNT(our_names)) < 0)
        conf_accepts_error_key(r, item, our_names, CONF_COUNT(our_names));
    else if (!conf_value_text(r, item, value, &text))
        return 0;
    else if (text[0] == '\0')
        conf_accepts_error_value(r, item, value, "is empty");
    else if (strpbrk(text, ";=") != NULL)
        conf_accepts_error_text(r, item, value, "may not hold ';' or '='");
    else if (!input_header_knows_unit(item->key, text))
        conf_accepts_error_text(r, item, value, "has a unit that is not known");
    else
        return buf_printf(map, "%s%s=%s", map->length > 0 ? ";" : "", item->key, text);
    return 0;
}

static char *take_map(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, const struct key *value)
{
    struct buf map = {0};
    int rc = 0;
    if (!conf_value_is_mapping(r, node, key))
        return NULL;
    for (size_t i = 0; i < node->count && rc == 0; i++)
        rc = add_map_pair(r, node->items[i], value, &map);
    if (rc != 0)
        conf_report_nomem(r);
    char *text = rc == 0 && map.length > 0 ? buf_take(&map) : NULL;
    buf_finish(&map);
    return text;
}

char *conf_columns_take(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key)
{
    return take_map(r, node, key, &header_key);
}

char *conf_columns_take_fields(struct conf_reader *r, const struct conf_node *node,
                               const struct key *key)
{
    return take_map(r, node, key, &member_key);
}

/* Braces around a text that has none. */
static int wrap_braces(const char *text, struct buf *ret)
{
    bool is_bare = text[strspn(text, " \t\n")] != '{';
    return buf_printf(ret, "%s%s%s", is_bare ? "{" : "", text, is_bare ? "}" : "");
}

int conf_columns_read(const char *text, char **ret_columns, struct conf_report *report)
{
    struct conf_reader r = {.file = conf_columns_option.name};
    struct conf_node *root = NULL;
    struct buf yaml = {0};
    char *columns = NULL;
    memset(report, 0, sizeof *report);
    conf_report_first_file(&r.faults, r.file);
    if (wrap_braces(text, &yaml) != 0 ||
        conf_yaml_read(&r, buf_text(&yaml), yaml.length, &root) != 0)
        conf_report_nomem(&r);
    if (r.code == 0 && root != NULL)
        columns = conf_columns_take(&r, root, &conf_columns_option);
    if (r.code == 0)
        r.code = conf_report_take_faults(&r.faults, report);
    if (r.code == 0 && (report->errors > 0 || columns == NULL))
        r.code = ERR_INVALID;
    if (r.code == 0)
        *ret_columns = columns;
    else
        free(columns);
    conf_yaml_node_destroy(root);
    conf_report_finish_faults(&r.faults);
    buf_finish(&yaml);
    return r.code;
}
