/* SPDX-License-Identifier: Apache-2.0 */
/* zones: GeoJSON files with the areas and gates that rules name. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "lookout/geo/zone.h"

#define ZONES_BYTES_MAX ((size_t)256 << 20)

static void take_faults(struct conf_reader *r, const char *path,
                        const struct zone_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        const struct zone_fault *fault = &faults->items[i];
        struct conf_place place = {.file = path, .line = fault->line, .col = fault->col};
        conf_report_fault_at(r, &place, "%s", fault->text);
        r->has_lost_zones |= strstr(fault->text, "(id \"") == NULL;
        if (buf_add_text(&r->faulty_zones, fault->text) != 0)
            conf_report_nomem(r);
    }
}

static void take_zones_file(struct conf_reader *r, struct zone_builder *builder,
                            const struct conf_node *node)
{
    static const struct key file = {.type = KEY_FILE, .accepts = "a GeoJSON file"};
    struct buf text = {0};
    struct zone_faults faults = {0};
    char *path = NULL;
    if (!conf_value_read(r, node, &file, &path) ||
        !conf_memory_read_file(r, node, path, ZONES_BYTES_MAX, &text)) {
        r->has_lost_zones = true;
        goto done;
    }
    int rc = zone_set_builder_add(builder, path, buf_text(&text), text.length, &faults);
    if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    take_faults(r, path, &faults);
    r->has_lost_zones |= rc != 0 && faults.count == 0;
    if (rc != 0 && rc != ERR_NOMEM && faults.count == 0)
        conf_accepts_error_value(r, node, &file, "%s", err_text(rc));
done:
    geojson_fault_finish_list(&faults);
    buf_finish(&text);
    free(path);
}

void conf_zones_read(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, void *base)
{
    struct conf *conf = base;
    struct err err = {0};
    struct zone_builder *builder = zone_set_builder_create();
    if (builder == NULL) {
        conf_report_nomem(r);
        return;
    }
    if (node != NULL && conf_value_is_list(r, node, key))
        for (size_t i = 0; i < node->count && r->code == 0; i++)
            take_zones_file(r, builder, node->items[i]);
    /* The good zones are built also when others have faults, so that rules are checked
     * too. */
    if (r->code == 0) {
        int rc = zone_set_build(builder, &conf->engine.zones, &err);
        if (rc == ERR_NOMEM)
            conf_report_nomem(r);
        else if (rc != 0 && !r->has_lost_zones && r->faulty_zones.length == 0)
            conf_report_error(r, node != NULL ? node : r->root, NULL, "%s", err.text);
    }
    zone_set_builder_destroy(builder);
}
