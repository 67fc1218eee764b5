/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's status as lines and as JSON. Reads counters and the database; changes
 * nothing. */
#include "lookout/run/status.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"

enum {
    REFUSED_MIN = 20,              /* fewer lines give no meaningful share */
    PENDING_OLD_MS = 5 * 60 * 1000 /* a delivery that waits longer is a problem */
};

/* --- what is wrong --- */

static uint64_t refused_of(const struct input_counts *c, enum input_reject *ret_most)
{
    uint64_t sum = 0;
    *ret_most = (enum input_reject)0;
    for (int i = 0; i < INPUT_REJECTS; i++) {
        if (input_reject_is_note((enum input_reject)i))
            continue;
        sum += c->rejects[i];
        if (c->rejects[i] > c->rejects[*ret_most])
            *ret_most = (enum input_reject)i;
    }
    return sum;
}

static int feed_problems(const struct status_source *s, size_t i, struct buf *out)
{
    struct feed_status f;
    enum input_reject most;
    char time[TIME_TEXT_BYTES];
    int rc = 0;
    feeds_status(s->feeds, i, &f);
    uint64_t refused = refused_of(&f.input, &most);
    if (f.is_gone || f.is_ended)
        return 0;
    if (!f.is_open)
        rc = buf_printf(out, "feed %s is not open%s%s\n", f.id,
                        f.error[0] != '\0' ? ": " : "", f.error);
    else if (f.is_silent)
        rc = buf_printf(out, "feed %s is silent, last report %s\n", f.id,
                        f.input.last_heard_ms != TIME_NONE
                            ? time_format(f.input.last_heard_ms, time)
                            : "never");
    if (rc == 0 && refused >= REFUSED_MIN && 2 * refused > f.input.items)
        rc = buf_printf(out, "feed %s: %llu of %llu items are refused, most as %s\n",
                        f.id, (unsigned long long)refused,
                        (unsigned long long)f.input.items, input_reject_name(most));
    if (rc == 0 && f.is_behind)
        rc = buf_printf(out, "feed %s is %lld min behind\n", f.id,
                        (long long)(f.input.behind_ms / MINUTE_MS));
    return rc;
}

static int webhook_problems(const struct status_source *s, const char *id,
                            struct buf *out)
{
    struct delivery_counts d = {.last_success_ms = TIME_NONE};
    struct store_counts c = {.oldest_pending_ms = TIME_NONE};
    int rc = 0;
    if (s->delivery != NULL)
        (void)delivery_counts(s->delivery, id, &d);
    if (s->reader != NULL && store_reader_counts(s->reader, id, &c) != 0)
        c = (struct store_counts){.oldest_pending_ms = TIME_NONE};
    if (d.is_gone)
        rc = buf_printf(out, "webhook %s answered 410: it is off until a reload\n", id);
    else if (d.is_open)
        rc = buf_printf(out, "webhook %s does not take alerts\n", id);
    if (rc == 0 && c.oldest_pending_ms != TIME_NONE &&
        s->now_ms - c.oldest_pending_ms > PENDING_OLD_MS)
        rc = buf_printf(out, "webhook %s: %llu wait, the oldest for %lld min\n", id,
                        (unsigned long long)c.pending,
                        (long long)((s->now_ms - c.oldest_pending_ms) / MINUTE_MS));
    if (rc == 0 && c.dead != 0)
        rc = buf_printf(out, "webhook %s: %llu given up (redeliver --dead)\n", id,
                        (unsigned long long)c.dead);
    return rc;
}

static int vessel_problems(const struct engine *e, struct buf *out)
{
    size_t known = engine_vessel_count(e), most = engine_conf(e)->vessels_max;
    if (most == 0 || known < most / 10 * 9)
        return 0;
    return buf_printf(out, "vessels: %zu known, the limit is %zu; %llu forgotten\n",
                      known, most,
                      (unsigned long long)engine_counts(e)->vessels_forgotten);
}

int64_t status_clock_step(int64_t step_ms)
{
    int64_t by_ms = step_ms > 0 ? step_ms : -step_ms;
    int64_t unit_ms = by_ms >= 10 * MINUTE_MS ? MINUTE_MS : SECOND_MS;
    if (by_ms >= 2 * DAY_MS - MINUTE_MS)
        unit_ms = HOUR_MS;
    return (by_ms + unit_ms / 2) / unit_ms * unit_ms;
}

static int clock_problem(const struct status_source *s, struct buf *out)
{
    char by[UNITS_TEXT_BYTES], to[TIME_TEXT_BYTES];
    return buf_printf(out, "the clock %s by %s, to %s: event time has not moved since\n",
                      s->clock_step_ms > 0 ? "went ahead" : "was set back",
                      units_format_duration(status_clock_step(s->clock_step_ms), by),
                      time_format(s->clock_stepped_ms / SECOND_MS * SECOND_MS, to));
}

int status_problems(const struct status_source *s, struct buf *out)
{
    struct store_health h = {0};
    int rc = 0;
    if (s->feeds == NULL)
        rc = buf_add_text(out, "the daemon is not running\n");
    if (s->store != NULL)
        store_health(s->store, &h);
    if (rc == 0 && (h.is_failing || h.is_full))
        rc = buf_printf(out, "store: %s\n",
                        h.text[0] != '\0' ? h.text : "too much waits to be written");
    if (rc == 0 && s->is_displaced)
        rc = buf_add_text(out, "store: the state directory or its lock was removed\n");
    if (rc == 0 && s->is_unreadable)
        rc = buf_add_text(out, "store: the database cannot be read\n");
    if (rc == 0 && s->is_reload_refused)
        rc =
            buf_add_text(out, "the last reload was refused: an older file is in force\n");
    if (rc == 0 && s->engine != NULL)
        rc = vessel_problems(s->engine, out);
    if (rc == 0 && s->clock_step_ms != 0)
        rc = clock_problem(s, out);
    for (size_t i = 0; s->feeds != NULL && i < feeds_count(s->feeds) && rc == 0; i++)
        rc = feed_problems(s, i, out);
    for (size_t i = 0; s->conf != NULL && i < s->conf->webhook_count && rc == 0; i++)
        rc = webhook_problems(s, s->conf->webhooks[i].id, out);
    return rc;
}

/* --- as JSON --- */

static void put_instant(json_t *o, const char *name, int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    if (time_ms != TIME_NONE)
        json_object_set_new(o, name, json_string(time_format(time_ms, text)));
}

static void put_counter(json_t *o, const char *name, uint64_t value)
{
    json_object_set_new(o, name, json_integer((json_int_t)value));
}

static json_t *lines_json(const struct buf *lines)
{
    json_t *list = json_array();
    const char *at = buf_text(lines);
    for (size_t n; *at != '\0'; at += n + (at[n] == '\n')) {
        n = strcspn(at, "\n");
        json_array_append_new(list, json_stringn(at, n));
    }
    return list;
}

static const char *feed_state_of(const struct feed_status *f)
{
    if (f->is_ended)
        return "ended";
    if (!f->is_open)
        return "closed";
    return f->is_silent ? "silent" : "open";
}

static json_t *feed_json(const struct status_source *s, size_t i,
                         const struct feed_status *f)
{
    json_t *o = json_object(), *refused = json_object(), *passed = json_object();
    json_object_set_new(o, "id", json_string(f->id));
    json_object_set_new(o, "transport", json_string(f->transport));
    json_object_set_new(o, "state", json_string(feed_state_of(f)));
    json_object_set_new(o, "lines_per_s",
                        json_real(i < s->rate_count ? s->rates[i].lines_per_s : 0));
    put_counter(o, "lines", f->input.lines);
    put_counter(o, "reports", f->input.reports);
    for (int k = 0; k < INPUT_REJECTS; k++)
        if (f->input.rejects[k] != 0)
            put_counter(input_reject_is_note((enum input_reject)k) ? passed : refused,
                        input_reject_name((enum input_reject)k), f->input.rejects[k]);
    json_object_set_new(o, "refused", refused);
    json_object_set_new(o, "passed_over", passed);
    put_instant(o, "last_report", f->input.last_heard_ms);
    if (f->input.last_heard_ms != TIME_NONE && strcmp(f->transport, "file") != 0)
        put_counter(o, "delay_s", (uint64_t)(f->input.behind_ms / SECOND_MS));
    if (f->error[0] != '\0')
        json_object_set_new(o, "error", json_string(f->error));
    return o;
}

static json_t *feeds_json(const struct status_source *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < feeds_count(s->feeds); i++) {
        struct feed_status f;
        feeds_status(s->feeds, i, &f);
        if (!f.is_gone)
            json_array_append_new(list, feed_json(s, i, &f));
    }
    return list;
}

static json_t *webhook_json(const struct status_source *s, const char *id)
{
    json_t *o = json_object();
    struct delivery_counts d = {.last_success_ms = TIME_NONE};
    struct store_counts c = {0};
    struct store_answer a = {.at_ms = TIME_NONE};
    json_object_set_new(o, "id", json_string(id));
    if (store_reader_counts(s->reader, id, &c) == 0) {
        put_counter(o, "pending", c.pending);
        put_counter(o, "dead", c.dead);
        put_counter(o, "delivered", c.delivered);
    }
    if (s->delivery != NULL && delivery_counts(s->delivery, id, &d)) {
        put_counter(o, "in_flight", d.in_flight);
        put_instant(o, "last_success", d.last_success_ms);
    }
    if (store_reader_answer(s->reader, id, &a) == 0 && a.at_ms != TIME_NONE) {
        put_instant(o, "last_answer", a.at_ms);
        put_counter(o, "last_status", (uint64_t)a.status);
        if (a.reason[0] != '\0')
            json_object_set_new(o, "last_reason", json_string(a.reason));
    }
    return o;
}

static json_t *webhooks_json(const struct status_source *s)
{
    json_t *list = json_array();
    for (size_t i = 0; s->conf != NULL && i < s->conf->webhook_count; i++)
        json_array_append_new(list, webhook_json(s, s->conf->webhooks[i].id));
    return list;
}

static json_t *database_json(const struct status_source *s)
{
    json_t *o = json_object();
    struct store_counts c = {0};
    if (store_reader_counts(s->reader, NULL, &c) != 0)
        return o;
    put_counter(o, "bytes", c.database_bytes);
    put_counter(o, "wal_bytes", c.wal_bytes);
    put_counter(o, "alerts", c.alerts);
    return o;
}

int status_json(const struct status_source *s, struct buf *out)
{
    struct buf problems = {0};
    json_t *o = json_object();
    int rc = status_problems(s, &problems);
    if (rc == 0) {
        json_object_set_new(o, "problems", lines_json(&problems));
        json_object_set_new(o, "version", json_string(LOOKOUT_VERSION));
        put_instant(o, "now", s->now_ms);
        json_object_set_new(o, "running", json_boolean(s->feeds != NULL));
        if (s->feeds != NULL) {
            put_instant(o, "started_at", s->started_ms);
            json_object_set_new(o, "feeds", feeds_json(s));
        }
        if (s->engine != NULL) {
            put_instant(o, "event_time", engine_now(s->engine));
            put_counter(o, "vessels", engine_vessel_count(s->engine));
            put_counter(o, "open_runs", engine_describe_run_count(s->engine));
        }
        json_object_set_new(o, "webhooks", webhooks_json(s));
        json_object_set_new(o, "database", database_json(s));
    }
    char *text = rc == 0 ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(4)) : NULL;
    if (rc == 0)
        rc = text == NULL ? ERR_NOMEM : buf_add_text(out, text);
    free(text);
    json_decref(o);
    buf_finish(&problems);
    return rc;
}
