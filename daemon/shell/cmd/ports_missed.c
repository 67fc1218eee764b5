/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the places in recordings, merged by event time, where ships lay outside every
 * port. */
#include "ports_missed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "lookout/ais/input.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/feed/reader.h"
#include "lookout/voyage/missed.h"
#include "lookout/voyage/ports.h"

enum { SLICE = 1 << 16 };

struct source {
    const char *name;      /* borrowed */
    struct reader *reader; /* owned */
    struct input *input;   /* owned */
    uint16_t index;
    bool is_ended;
};

struct search {
    struct source *sources; /* owned */
    size_t count;
    struct merge *merge;   /* owned */
    struct missed *missed; /* owned */
    bool is_damaged;       /* an input ended in an error */
    int rc;                /* the first failure */
};

static void on_report(void *context, const struct report *report)
{
    struct search *s = context;
    int rc = merge_push(s->merge, report);
    if (rc != 0 && s->rc == 0)
        s->rc = rc;
}

static bool open_recording(struct search *s, const char *name)
{
    struct source *source = &s->sources[s->count++];
    struct merge_source_conf merge_conf = {.is_whole = true};
    struct input_sink sink = {.on_report = on_report, .context = s};
    struct err err = {0};
    source->name = name;
    if (reader_open(name, &source->reader, &err) != 0) {
        fprintf(stderr, "lookoutd ports: %s\n", err.text);
        return false;
    }
    int index = merge_add(s->merge, &merge_conf);
    source->index = (uint16_t)index;
    struct input_conf conf = {.start_ms = TIME_NONE, .source = source->index};
    source->input = index >= 0 ? input_create(&conf, &sink) : NULL;
    if (source->input == NULL)
        s->rc = ERR_NOMEM;
    return s->rc == 0;
}

static void read_slice(struct search *s, struct source *source)
{
    static char bytes[SLICE];
    struct err err = {0};
    ssize_t n = reader_read(source->reader, bytes, sizeof bytes, &err);
    if (n < 0) {
        fprintf(stderr, "lookoutd ports: %s\n", err.text);
        s->is_damaged = true;
        n = 0;
    }
    int rc = n > 0 ? input_feed(source->input, bytes, (size_t)n, 0)
                   : input_finish(source->input, 0);
    if (rc == 0 && n == 0) {
        source->is_ended = true;
        rc = merge_end(s->merge, source->index);
    }
    if (rc != 0 && s->rc == 0)
        s->rc = rc;
}

static void read_recordings(struct search *s)
{
    bool is_going = true;
    while (is_going && s->rc == 0) {
        is_going = false;
        for (size_t i = 0; i < s->count && s->rc == 0; i++) {
            struct source *source = &s->sources[i];
            if (source->is_ended)
                continue;
            is_going = true;
            if (merge_wants(s->merge, source->index) ||
                merge_pending(s->merge, source->index) < SLICE)
                read_slice(s, source);
        }
        const struct report *report;
        while (s->rc == 0 && (report = merge_next(s->merge)) != NULL)
            s->rc = missed_report(s->missed, report);
    }
}

static int print_missed_places(const struct search *s, const struct ports *ports)
{
    const struct missed_place *places = NULL;
    size_t n = 0;
    int rc = missed_places(s->missed, &places, &n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct missed_place *p = &places[i];
        struct geo_point at = geo_to_point(p->pos);
        printf("%.4f,%.4f\t%zu\t%zu\t%.0fh\t%09u\t", at.lat, at.lon, p->ships, p->stays,
               (double)p->total_ms / HOUR_MS, (unsigned)p->mmsi);
        if (p->port != PORT_NONE)
            printf("%s\t%s\t%.1fkm", ports_get(ports, p->port)->locode,
                   ports_get(ports, p->port)->name, p->port_m / 1000);
        putchar('\n');
    }
    if (rc == 0 && n == 0)
        fputs("lookoutd ports: no ship lay still for that time outside every port\n",
              stderr);
    return rc;
}

static void search_finish(struct search *s)
{
    for (size_t i = 0; i < s->count; i++) {
        reader_close(s->sources[i].reader);
        input_destroy(s->sources[i].input);
    }
    free(s->sources);
    merge_destroy(s->merge);
    missed_destroy(s->missed);
}

int ports_missed_print(const struct ports *ports, int64_t for_ms, int count,
                       char **inputs)
{
    struct search s = {.sources = calloc((size_t)count, sizeof *s.sources),
                       .merge = merge_create(),
                       .missed = missed_create(ports, for_ms)};
    bool is_open = true;
    if (s.sources == NULL || s.merge == NULL || s.missed == NULL)
        s.rc = ERR_NOMEM;
    for (int i = 0; i < count && s.rc == 0 && is_open; i++)
        is_open = open_recording(&s, inputs[i]);
    if (is_open)
        read_recordings(&s);
    if (is_open && s.rc == 0)
        s.rc = print_missed_places(&s, ports);
    if (s.rc != 0)
        fprintf(stderr, "lookoutd ports: stopped: %s\n", err_text(s.rc));
    bool is_good = is_open && s.rc == 0 && !s.is_damaged;
    search_finish(&s);
    return is_good ? CMD_DONE : CMD_FAILED;
}
