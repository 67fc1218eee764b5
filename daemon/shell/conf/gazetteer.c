/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the gazetteer, the areas of ports and the names of destinations from files; the
 * builder of ports checks their contents. */
#include "lookout/conf/gazetteer.h"

#include <limits.h>

#include "lookout/base/buf.h"
#include "lookout/sys/datafile.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

struct reading {
    const char *path;
    gazetteer_fault fault;
    void *context;
    struct err *err;
    bool has_fault;
};

/* A ports_fault that passes a fault on and keeps the first. */
static void on_fault(void *context, int line, int col, const char *text)
{
    struct reading *r = context;
    if (r->fault != NULL)
        r->fault(r->context, r->path, line, col, text);
    if (!r->has_fault)
        err_set_at(r->err, ERR_INVALID, line, col, "%s: %s", r->path, text);
    r->has_fault = true;
}

typedef int (*builder_reader)(struct ports_builder *b, const char *text, size_t n,
                              ports_fault fault, void *context);

static int read_gazetteer_file(struct ports_builder *b, const char *path,
                               builder_reader reader, struct reading *r)
{
    struct buf text;
    struct err err = {0};
    buf_init(&text);
    r->path = path;
    int rc = datafile_read(path, &text, &err);
    if (rc != 0) {
        if (r->fault != NULL)
            r->fault(r->context, path, 0, 0, err.text);
        if (!r->has_fault)
            err_set(r->err, rc, "%s", err.text);
        r->has_fault = true;
    } else {
        rc = reader(b, buf_text(&text), text.length, on_fault, r);
        if (rc == ERR_NOMEM)
            err_set(r->err, rc, "out of memory");
        else if (rc != 0 && r->err != NULL)
            r->err->code = rc;
    }
    buf_finish(&text);
    return rc;
}

static int read_shipped(struct ports_builder *b, const char *name, builder_reader reader,
                        struct reading *r)
{
    char path[PATH_MAX];
    int rc = datafile_find(name, path, sizeof path);
    if (rc == 0)
        return read_gazetteer_file(b, path, reader, r);
    return err_set(
        r->err, rc,
        "the shipped file %s is not found (it is in config/ of the source tree "
        "and in %s; LOOKOUT_DATADIR names another place)",
        name, LOOKOUT_DATADIR);
}

int gazetteer_read(struct ports_builder *b, const char *path, gazetteer_fault fault,
                   void *context, struct err *err)
{
    struct reading r = {.fault = fault, .context = context, .err = err};
    int rc = path != NULL ? read_gazetteer_file(b, path, ports_csv_read, &r)
                          : read_shipped(b, "ports.csv", ports_csv_read, &r);
    if (rc == 0 && path == NULL)
        rc = read_shipped(b, "port-areas.geojson", ports_areas_read, &r);
    if (rc == 0)
        rc = read_shipped(b, "destinations.csv", destination_table_read, &r);
    return rc;
}

int gazetteer_read_destinations(struct ports_builder *b, gazetteer_fault fault,
                                void *context, struct err *err)
{
    struct reading r = {.fault = fault, .context = context, .err = err};
    return read_shipped(b, "destinations.csv", destination_table_read, &r);
}
