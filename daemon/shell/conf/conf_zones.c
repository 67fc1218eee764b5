/* SPDX-License-Identifier: Apache-2.0 */
/* zones: GeoJSON files with the areas and gates that rules name. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "lookout/geo/zone.h"

#define ZONES_BYTES_MAX ((size_t)256 << 20)

static void take_file(struct conf_reader *r, struct zone_builder *builder,
                      const struct conf_node *node)
{
    static const char accepts[] = "a GeoJSON file";
    const char *name = NULL;
    struct buf text = {0};
    struct zone_faults faults = {0};
    if (!conf_text(r, node, accepts, &name))
        return;
    char *path = conf_path_shown(r, name);
    if (path == NULL || !conf_file_read(r, node, path, ZONES_BYTES_MAX, &text)) {
        r->has_lost_zones = true;
        goto done;
    }
    int code = zone_builder_add(builder, path, buf_text(&text), text.length, &faults);
    if (code == ERR_NOMEM)
        conf_reader_nomem(r);
    for (size_t i = 0; i < faults.count; i++) {
        struct conf_place place = {
            .file = path, .line = faults.items[i].line, .col = faults.items[i].col};
        conf_fault_at(r, &place, "%s", faults.items[i].text);
        r->has_lost_zones |= strstr(faults.items[i].text, "(id \"") == NULL;
        if (buf_add_text(&r->faulty_zones, faults.items[i].text) != 0)
            conf_reader_nomem(r);
    }
    r->has_lost_zones |= code != 0 && faults.count == 0;
    if (code != 0 && code != ERR_NOMEM && faults.count == 0)
        conf_error(r, node, accepts, "%s", err_text(code));
done:
    zone_faults_finish(&faults);
    buf_finish(&text);
    free(path);
}

void conf_zones_read(struct conf_reader *r, const struct conf_node *node)
{
    struct err err = {0};
    struct zone_builder *builder = zone_builder_create();
    if (builder == NULL) {
        conf_reader_nomem(r);
        return;
    }
    if (node != NULL && conf_is_list(r, node, 0, "a list of GeoJSON files"))
        for (size_t i = 0; i < node->count && r->code == 0; i++)
            take_file(r, builder, node->items[i]);
    /* Built of what is good also where something is not, so that rules are checked too.
     */
    if (r->code == 0) {
        int code = zone_builder_build(builder, &r->conf->engine.zones, &err);
        if (code == ERR_NOMEM)
            conf_reader_nomem(r);
        else if (code != 0 && !r->has_lost_zones && r->faulty_zones.length == 0)
            conf_error(r, node != NULL ? node : r->root, NULL, "%s", err.text);
    }
    zone_builder_destroy(builder);
}
