/* SPDX-License-Identifier: Apache-2.0 */
/* Findings to alerts: identity and envelope. The id is a hash of what happened (rule,
 * type, vessel, occurrence), not of when it was noticed, so that it is the same over
 * restarts, replays and hosts. */
#include "alert_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/timefmt.h"

void alert_finish(struct alert *a)
{
    free(a->body);
    memset(a, 0, sizeof *a);
}

static int set_id(struct alert *a, const char *vessel, const char *occurrence)
{
    struct buf text = {0};
    int rc = buf_printf(&text, "%s\n%s\n%s\n%s", a->rule, a->type, vessel, occurrence);
    if (rc == 0)
        hash_id(text.data, text.length, a->id);
    buf_finish(&text);
    return rc;
}

/* The CloudEvents envelope around `data`, whose reference is taken. */
static int write_body(struct alert *a, const char *site, const char *subject,
                      json_t *data)
{
    char time[TIME_TEXT_BYTES];
    if (data == NULL)
        return ERR_NOMEM;
    /* Takes the references over, also when it fails. */
    json_t *event =
        json_pack("{s:s,s:s,s:o,s:s,s:o,s:s,s:s,s:o}", "specversion", "1.0", "id", a->id,
                  "source", body_text(site), "type", a->type, "subject",
                  body_text(subject), "time", time_format(a->time_ms, time),
                  "datacontenttype", "application/json", "data", data);
    if (event == NULL)
        return ERR_NOMEM;
    a->body = json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(event);
    if (a->body == NULL)
        return ERR_NOMEM;
    a->body_bytes = strlen(a->body);
    return 0;
}

int alert_make(const struct alert_context *context, const struct rule_look *look,
               const struct finding *f, struct alert *ret_alert)
{
    struct alert a = {
        .severity = look->rule->severity[f->event],
        .mmsi = look->subject->mmsi,
        .imo = look->subject->info->imo,
        .time_ms = f->time_ms,
        .detected_ms = look->now_ms,
    };
    char vessel[16], subject[32];
    struct buf summary = {0};
    snprintf(a.type, sizeof a.type, "lookoutd.%s",
             look->rule->kind->events[f->event].type);
    text_copy(a.rule, sizeof a.rule, look->rule->id);
    if (f->run != NULL)
        snprintf(a.case_id, sizeof a.case_id, "%016llx",
                 (unsigned long long)f->run->case_id);
    snprintf(vessel, sizeof vessel, "%09u", a.mmsi);
    snprintf(subject, sizeof subject, "mmsi/%09u", a.mmsi);
    int rc = set_id(&a, vessel, f->occurrence);
    if (rc == 0)
        rc = summary_write(context, look, f, &summary);
    if (rc == 0)
        rc = write_body(&a, context->site, subject,
                        body_data(context, look, f, buf_text(&summary)));
    buf_finish(&summary);
    if (rc == 0)
        *ret_alert = a;
    return rc;
}

static json_t *plain_data(const struct alert *a, const char *summary)
{
    char time[TIME_TEXT_BYTES];
    return json_pack("{s:s,s:s,s:o}", "severity",
                     severity_name((enum severity)a->severity), "detected_at",
                     time_format(a->detected_ms, time), "summary", body_text(summary));
}

int alert_make_feed(const struct alert_context *context, bool is_silent, const char *feed,
                    int64_t since_ms, int64_t now_ms, struct alert *ret_alert)
{
    struct alert a = {
        .severity = is_silent ? SEVERITY_CRITICAL : SEVERITY_INFO,
        .time_ms = now_ms,
        .detected_ms = now_ms,
    };
    char since[TIME_TEXT_BYTES];
    struct buf text = {0}, subject = {0};
    text_copy(a.type, sizeof a.type,
              is_silent ? "lookoutd.feed.silent" : "lookoutd.feed.recovered");
    int rc = buf_printf(&text, "%lld", (long long)(is_silent ? since_ms : now_ms));
    if (rc == 0)
        rc = buf_printf(&subject, "feed/%s", feed);
    if (rc == 0)
        rc = set_id(&a, buf_text(&subject), buf_text(&text));
    buf_clear(&text);
    if (rc == 0)
        rc = buf_printf(&text,
                        is_silent ? "Feed %s has been silent since %s."
                                  : "Feed %s is heard again; it was silent since %s.",
                        feed, time_format_short(since_ms, since));
    if (rc == 0)
        rc = summary_local_time(context, since_ms, &text);
    if (rc == 0) {
        json_t *data = plain_data(&a, buf_text(&text));
        json_t *member = json_pack("{s:o,s:s}", "id", body_text(feed), "since",
                                   time_format(since_ms, since));
        if (data != NULL && member != NULL)
            json_object_set_new(data, "feed", member);
        rc = write_body(&a, context->site, buf_text(&subject), data);
    }
    buf_finish(&text);
    buf_finish(&subject);
    if (rc == 0)
        *ret_alert = a;
    return rc;
}

int alert_make_test(const struct alert_context *context, int64_t now_ms,
                    struct alert *ret_alert)
{
    struct alert a = {
        .severity = SEVERITY_INFO, .time_ms = now_ms, .detected_ms = now_ms};
    char occurrence[32];
    text_copy(a.type, sizeof a.type, "lookoutd.test");
    snprintf(occurrence, sizeof occurrence, "%lld", (long long)now_ms);
    int rc = set_id(&a, "test", occurrence);
    if (rc == 0)
        rc = write_body(
            &a, context->site, "test",
            plain_data(&a,
                       "Test alert of lookoutd: the webhook works. No vessel is meant."));
    if (rc == 0)
        *ret_alert = a;
    return rc;
}
