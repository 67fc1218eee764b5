/* SPDX-License-Identifier: Apache-2.0 */
/* check --connect: each feed by itself, all at the same time, on one loop. */
#include "cmd_check.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "cmd.h"
#include "cmd_format.h"
#include "lookout/ais/merge.h"
#include "lookout/base/buf.h"
#include "lookout/base/map.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/feed/feed.h"
#include "lookout/sys/clock.h"

struct probe {
    const struct conf_feed *conf; /* borrowed */
    struct session *session;      /* borrowed */
    struct merge *merge;          /* owned */
    struct feeds *feeds;          /* owned: freed by feeds_close */
    struct map vessels;           /* MMSI -> any */
    struct err err;
    bool is_failed, is_ended;
    struct feed_status status; /* when the time ended */
};
struct session {
    uv_loop_t loop;
    uv_timer_t timer;
    struct probe *probes; /* owned */
    size_t count;
    size_t running; /* feeds that neither failed nor ended */
    bool is_out_of_memory;
};

static void take_reports(void *context)
{
    struct probe *p = context;
    const struct report *report;
    merge_clock(p->merge, clock_wall_ms());
    while ((report = merge_next(p->merge)) != NULL)
        if (map_set(&p->vessels, report->mmsi, p) != 0)
            p->session->is_out_of_memory = true;
}

static void on_silence(void *context, size_t feed, bool is_silent, int64_t since_ms)
{
    (void)context;
    (void)feed;
    (void)is_silent;
    (void)since_ms;
}

static void stop_timer(struct session *s)
{
    if (!uv_is_closing((uv_handle_t *)&s->timer))
        uv_close((uv_handle_t *)&s->timer, NULL);
}

/* Note the results and close the feeds, so that the loop ends. */
static void close_probes(struct session *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct probe *p = &s->probes[i];
        if (p->feeds == NULL)
            continue;
        take_reports(p);
        feeds_status(p->feeds, 0, &p->status);
        feeds_close(p->feeds, NULL, NULL);
        p->feeds = NULL;
    }
    stop_timer(s);
}

static void on_time(uv_timer_t *timer)
{
    close_probes(timer->data);
}

static void on_end(void *context)
{
    struct probe *p = context;
    if (p->is_ended)
        return;
    p->is_ended = true;
    if (--p->session->running == 0)
        uv_timer_start(&p->session->timer, on_time, 0, 0);
}

static int probe_open(struct session *s, struct probe *p)
{
    const struct feeds_sink sink = {.on_data = take_reports,
                                    .on_silence = on_silence,
                                    .on_end = on_end,
                                    .context = p};
    p->merge = merge_create();
    if (p->merge == NULL)
        return ERR_NOMEM;
    int rc = feeds_create(&s->loop, p->conf, 1, p->merge, &sink, &p->feeds, &p->err);
    if (rc == 0)
        rc = feeds_open(p->feeds, &p->err);
    p->is_failed = rc != 0;
    return rc;
}

/* --- words --- */

static void print_rejects(const struct input_counts *counts, FILE *out)
{
    struct buf text = {0};
    if (cmd_format_rejects(&text, counts, INPUT_REJECTS) == 0)
        fputs(buf_text(&text), out);
    buf_finish(&text);
}

/* Not connected, no such device; or a server that said something, no report, and left. */
static bool is_unreached(const struct probe *p)
{
    return !p->status.is_open && !p->is_ended && p->status.input.reports == 0;
}

/* the reason when nothing was received */
static void print_refused(const struct feed_status *status, FILE *out)
{
    if (status->refused_senders > 0)
        fprintf(out, "; %" PRIu64 " datagrams or clients refused (`from`, `max_clients`)",
                status->refused_senders);
}

static void print_probe(const struct probe *p, FILE *out)
{
    const struct feed_status *status = &p->status;
    fprintf(out, "    %s: ", p->conf->id);
    if (p->is_failed) {
        fprintf(out, "cannot be opened: %s\n", p->err.text);
        return;
    }
    if (status->bytes == 0) {
        fprintf(out, "%s%s%s%s",
                is_unreached(p) ? "could not be reached" : "nothing came",
                status->error[0] != '\0' ? ": " : "", status->error,
                p->is_ended ? " (at its end)" : "");
        print_refused(status, out);
        fputc('\n', out);
        return;
    }
    fprintf(out, "%" PRIu64 " bytes", status->bytes);
    if (status->datagrams > 0)
        fprintf(out, " in %" PRIu64 " %s", status->datagrams,
                strcmp(status->transport, "udp") == 0 ? "datagrams" : "messages");
    fprintf(out, ", %" PRIu64 " lines, %" PRIu64 " reports of %zu vessels",
            status->input.lines, status->input.reports, p->vessels.count);
    print_rejects(&status->input, out);
    if (status->input.time_replaced > 0)
        fprintf(out,
                "; %" PRIu64 " times more than 60 s ahead of the clock, not believed",
                status->input.time_replaced);
    print_refused(status, out);
    if (status->kernel_drops > 0)
        fprintf(out, "; %" PRIu64 " dropped by the kernel", status->kernel_drops);
    if (status->error[0] != '\0')
        fprintf(out, "; %s", status->error);
    fprintf(out, "%s\n", p->is_ended ? "; at its end" : "");
}

/* --- the session --- */

static int session_run(struct session *s, int64_t listen_ms)
{
    int status = CMD_DONE;
    for (size_t i = 0; i < s->count; i++) {
        int rc = probe_open(s, &s->probes[i]);
        if (rc == ERR_NOMEM)
            s->is_out_of_memory = true;
        if (rc == 0)
            s->running++;
        else
            status = CMD_FAILED;
    }
    uv_timer_start(&s->timer, on_time, s->running > 0 ? (uint64_t)listen_ms : 0, 0);
    /* we also write to servers, and one that has gone is no reason to end */
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    (void)signal(SIGPIPE, before);
    return s->is_out_of_memory ? CMD_FAILED : status;
}

int cmd_check_connect(const struct conf *conf, int64_t listen_ms, FILE *out)
{
    struct session s = {.count = conf->feed_count};
    char text[UNITS_TEXT_BYTES];
    s.probes = calloc(s.count + 1, sizeof *s.probes);
    if (s.probes == NULL || uv_loop_init(&s.loop) != 0) {
        free(s.probes);
        return CMD_FAILED;
    }
    uv_timer_init(&s.loop, &s.timer);
    s.timer.data = &s;
    for (size_t i = 0; i < s.count; i++) {
        s.probes[i].conf = &conf->feeds[i];
        s.probes[i].session = &s;
        map_init(&s.probes[i].vessels);
    }
    fprintf(out, "listening to %zu feed%s for %s\n", s.count, s.count == 1 ? "" : "s",
            units_format_duration(listen_ms, text));
    fflush(out);
    int status = session_run(&s, listen_ms);
    for (size_t i = 0; i < s.count; i++) {
        print_probe(&s.probes[i], out);
        if (status == CMD_DONE && is_unreached(&s.probes[i]))
            status = CMD_FAILED;
        merge_destroy(s.probes[i].merge);
        map_finish(&s.probes[i].vessels);
    }
    uv_loop_close(&s.loop);
    free(s.probes);
    return status;
}
