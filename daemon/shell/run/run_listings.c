/* SPDX-License-Identifier: Apache-2.0 */
/* What a newly read list changes: each version goes on record, and the ships that it adds
 * or drops are told, with their calls and silences of the last 60 days, which a worker
 * reads from the database. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/alert/body.h"
#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "lookout/sys/log.h"
#include "lookout/track/watch_roll.h"
#include "run_int.h"

static const int64_t lookback_ms = 60 * DAY_MS;

/* An alert in the making. */
struct told {
    struct alert alert;
    json_t *data; /* owned */
};
struct tellings {
    struct told *items; /* owned */
    size_t count, room;
};
/* The newest version on record of a list. */
struct known {
    char *id; /* owned */
    char sha256[LIST_SHA256_BYTES];
};
struct run_listings {
    uv_work_t work;
    bool is_asking;          /* the worker reads the database */
    struct tellings waiting; /* for the worker */
    struct tellings asked;   /* the worker's */
    char *state;             /* owned: the worker's directory */
    struct known *known;     /* owned */
    size_t known_count, known_room;
    struct watch *before; /* while the start reads what is on record; owned */
};

static void finish_tellings(struct tellings *t)
{
    for (size_t i = 0; i < t->count; i++)
        json_decref(t->items[i].data);
    free(t->items);
    memset(t, 0, sizeof *t);
}

/* --- on the worker: calls and silences on record --- */

static void copy_json_member(json_t *to, const char *name, const json_t *from,
                             const char *theirs)
{
    json_t *value = json_object_get(from, theirs);
    if (value != NULL)
        json_object_set(to, name, value);
}

static int add_call_line(void *context, int64_t row, const char *line)
{
    json_t *record = json_loads(line, 0, NULL), *call = json_object();
    const char *kind = json_string_value(json_object_get(record, "record"));
    (void)row;
    if (kind != NULL && strcmp(kind, "call") == 0) {
        copy_json_member(call, "locode", record, "locode");
        copy_json_member(call, "name", record, "port");
        copy_json_member(call, "arrived_at", record, "arrived_at");
        copy_json_member(call, "departed_at", record, "departed_at");
        copy_json_member(call, "confidence", record, "confidence");
        json_array_append(context, call);
    }
    json_decref(call);
    json_decref(record);
    return 0;
}

/* A gap that began is replaced by the same that ended. */
static void put_silence(json_t *silences, json_t *silence)
{
    const char *from = json_string_value(json_object_get(silence, "from"));
    size_t i = 0;
    json_t *known;
    json_array_foreach(silences, i, known)
    {
        const char *other = json_string_value(json_object_get(known, "from"));
        if (from == NULL || other == NULL || strcmp(from, other) != 0)
            continue;
        if (json_object_get(known, "to") == NULL)
            json_array_set(silences, i, silence);
        return;
    }
    json_array_append(silences, silence);
}

static int add_silence_line(void *context, int64_t row, const char *line)
{
    json_t *record = json_loads(line, 0, NULL), *silence = json_object();
    const char *type = json_string_value(json_object_get(record, "type"));
    const json_t *event = json_object_get(record, "event");
    const json_t *gap = json_object_get(json_object_get(event, "data"), "gap");
    (void)row;
    const char *last = type != NULL ? strrchr(type, '.') : NULL;
    if (gap != NULL) {
        copy_json_member(silence, "from", gap, "last_seen");
        if (last != NULL && strcmp(last, ".ended") == 0)
            copy_json_member(silence, "to", event, "time");
        copy_json_member(silence, "hours", gap, "hours");
        put_silence(context, silence);
    }
    json_decref(silence);
    json_decref(record);
    return 0;
}

/* Of the ship, by MMSI and IMO number. */
static void add_ship_record(struct store_reader *reader, struct told *t)
{
    char mmsi[16], imo[16];
    const char *vessels[2];
    struct store_filter f = {.since_ms = t->alert.time_ms - lookback_ms,
                             .vessels = vessels};
    json_t *calls = json_array(), *silences = json_array();
    snprintf(mmsi, sizeof mmsi, "%u", t->alert.mmsi);
    snprintf(imo, sizeof imo, "%u", t->alert.imo);
    if (t->alert.mmsi != 0)
        vessels[f.vessel_count++] = mmsi;
    if (t->alert.imo != 0)
        vessels[f.vessel_count++] = imo;
    if (f.vessel_count != 0 && reader != NULL &&
        (query_calls(reader, &f, add_call_line, calls) != 0 ||
         query_alerts(reader, &f, add_silence_line, silences) != 0))
        log_warning("store", NULL, "calls and silences of a listed ship cannot be read");
    body_put(t->data, "calls", calls);
    body_put(t->data, "silences", silences);
}

static void ask_record(uv_work_t *work)
{
    struct run_listings *l = ((struct run *)work->data)->listings;
    struct store_reader *reader = NULL;
    struct err err;
    if (store_reader_open(l->state, &reader, &err) != 0)
        reader = NULL;
    for (size_t i = 0; i < l->asked.count; i++)
        add_ship_record(reader, &l->asked.items[i]);
    store_reader_close(reader);
}

/* --- on the loop: versions on record --- */

static struct known *find_version(struct run_listings *l, const char *id)
{
    for (size_t i = 0; i < l->known_count; i++)
        if (strcmp(l->known[i].id, id) == 0)
            return &l->known[i];
    return NULL;
}

static int remember_version(struct run_listings *l, const char *id, const char *sha256)
{
    struct known *known = find_version(l, id);
    if (known == NULL) {
        if (array_grow(&l->known, &l->known_room, l->known_count + 1, sizeof *l->known) !=
            0)
            return ERR_NOMEM;
        known = &l->known[l->known_count];
        known->id = strdup(id);
        if (known->id == NULL)
            return ERR_NOMEM;
        l->known_count++;
    }
    snprintf(known->sha256, sizeof known->sha256, "%s", sha256);
    return 0;
}

static const struct watch_list *find_watch_list(const struct watch *w, const char *id)
{
    for (size_t i = 0; i < watch_list_count(w); i++)
        if (strcmp(watch_list_at(w, i)->id, id) == 0)
            return watch_list_at(w, i);
    return NULL;
}

static int record_version(struct run *r, const struct conf_list *list)
{
    const struct watch *watch = engine_conf(r->pipeline.engine)->watch;
    const struct watch_list *version = find_watch_list(watch, list->id);
    const struct known *known = find_version(r->listings, list->id);
    if (version == NULL || (known != NULL && strcmp(known->sha256, list->sha256) == 0))
        return 0;
    struct buf entries = {0};
    struct wire_writer w = {.out = &entries};
    watch_roll_save(watch, version, &w);
    struct store_list row = {.id = list->id,
                             .file = list->file,
                             .format = list_format_name(list->found),
                             .sha256 = list->sha256,
                             .published = list->published,
                             .read_ms = r->pipeline.clock_ms,
                             .ships = list->ships,
                             .entries = entries.data,
                             .entries_bytes = entries.length};
    int rc = w.failed ? ERR_NOMEM : store_batch_list(r->pipeline.batch, &row);
    buf_finish(&entries);
    return rc != 0 ? rc : remember_version(r->listings, list->id, list->sha256);
}

static void record_versions(struct run *r)
{
    int rc = 0;
    for (size_t i = 0; i < r->conf->list_count && rc == 0; i++)
        rc = record_version(r, &r->conf->lists[i]);
    if (rc != 0)
        run_fail(r, "lists cannot be put on record", rc);
    else
        run_commit(r);
}

/* --- on the loop: alerts --- */

static void listings_ask(struct run *r);

static int tell_ship(struct run *r, struct told *t)
{
    json_t *data = t->data;
    t->data = NULL;
    int rc = alert_list_seal(&t->alert, engine_conf(r->pipeline.engine)->site, data);
    return rc == 0 ? pipeline_alert(&r->pipeline, &t->alert) : rc;
}

static void on_asked(uv_work_t *work, int status)
{
    struct run *r = work->data;
    struct run_listings *l = r->listings;
    int rc = 0;
    (void)status;
    l->is_asking = false;
    for (size_t i = 0; i < l->asked.count && rc == 0 && !r->is_stopping; i++)
        rc = tell_ship(r, &l->asked.items[i]);
    finish_tellings(&l->asked);
    if (r->is_stopping)
        return;
    if (rc != 0)
        run_fail(r, "an alert cannot be made", rc);
    else
        listings_ask(r);
}

/* Ask for the ships that wait; where there are none, the versions go on record with what
 * was told. Stopped before that, the next start compares them again. */
static void listings_ask(struct run *r)
{
    struct run_listings *l = r->listings;
    if (l->is_asking)
        return;
    if (l->waiting.count == 0) {
        record_versions(r);
        return;
    }
    free(l->state);
    l->state = strdup(r->conf->state);
    l->asked = l->waiting;
    memset(&l->waiting, 0, sizeof l->waiting);
    l->is_asking =
        l->state != NULL && uv_queue_work(&r->loop, &l->work, ask_record, on_asked) == 0;
    if (!l->is_asking)
        run_fail(r, "listed ships cannot be told", ERR_NOMEM);
}

static int keep_telling(void *context, const struct alert *alert, json_t *data)
{
    struct tellings *t = context;
    int rc = array_grow(&t->items, &t->room, t->count + 1, sizeof *t->items);
    if (rc == 0)
        t->items[t->count++] = (struct told){*alert, data};
    else
        json_decref(data);
    return rc;
}

void run_listings_compare(struct run *r, const struct watch *before)
{
    int rc = engine_listings(r->pipeline.engine, before, r->pipeline.clock_ms,
                             keep_telling, &r->listings->waiting);
    if (rc != 0)
        run_fail(r, "lists cannot be compared", rc);
    else
        listings_ask(r);
}

/* --- the start --- */

static int take_version(void *context, const struct store_list *row)
{
    struct run_listings *l = context;
    union {
        const char *given;
        char *taken; /* only read */
    } id = {row->id}, file = {row->file}, published = {row->published},
      sha256 = {row->sha256};
    int rc = remember_version(l, row->id, row->sha256);
    if (rc != 0 || row->entries == NULL)
        return rc;
    const struct watch_list version = {.id = id.taken,
                                       .file = file.taken,
                                       .published = published.taken,
                                       .sha256 = sha256.taken};
    const struct watch_list *list = watch_add_list(l->before, &version);
    if (list == NULL)
        return ERR_NOMEM;
    struct wire_reader w;
    wire_reader_init(&w, row->entries, row->entries_bytes);
    rc = watch_roll_load(l->before, list, &w);
    return rc == ERR_NOMEM ? rc : 0;
}

/* A database without any list is no ground for comparison: nothing is told then. */
int run_listings_begin(struct run *r)
{
    struct run_listings *l = r->listings;
    l->before = watch_create();
    int rc =
        l->before != NULL ? store_reader_lists(r->reader, take_version, l) : ERR_NOMEM;
    if (rc == 0)
        rc = watch_seal(l->before);
    if (rc == 0 && l->known_count == 0)
        record_versions(r);
    else if (rc == 0)
        run_listings_compare(r, l->before);
    watch_destroy(l->before);
    l->before = NULL;
    return rc;
}

bool run_listings_init(struct run *r)
{
    r->listings = calloc(1, sizeof *r->listings);
    if (r->listings == NULL)
        return false;
    r->listings->work.data = r;
    return true;
}

void run_listings_finish(struct run *r)
{
    struct run_listings *l = r->listings;
    if (l == NULL)
        return;
    finish_tellings(&l->waiting);
    finish_tellings(&l->asked);
    for (size_t i = 0; i < l->known_count; i++)
        free(l->known[i].id);
    free(l->known);
    free(l->state);
    free(l);
    r->listings = NULL;
}
