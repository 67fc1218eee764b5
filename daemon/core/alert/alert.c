/* SPDX-License-Identifier: Apache-2.0 */
/* The identity and envelope of alerts, and the alerts that name no ship. */
#include "lookout/alert/alert.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/alert/severity.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"

void alert_finish(struct alert *a)
{
    free(a->body);
    memset(a, 0, sizeof *a);
}

int alert_identify(struct alert *a, const char *vessel, const char *occurrence)
{
    struct buf text = {0};
    int rc = buf_printf(&text, "%s\n%s\n%s\n%s", a->rule, a->type, vessel, occurrence);
    if (rc == 0)
        hash_id(text.data, text.length, a->id);
    buf_finish(&text);
    return rc;
}

int alert_seal(struct alert *a, const char *site, const char *subject,
               struct json_t *data)
{
    char time[TIME_TEXT_BYTES];
    if (data == NULL)
        return ERR_NOMEM;
    /* Takes over the references, also on failure. */
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

static json_t *plain_data(const struct alert *a, const char *summary)
{
    char time[TIME_TEXT_BYTES];
    return json_pack("{s:s,s:s,s:o}", "severity",
                     severity_name((enum severity)a->severity), "detected_at",
                     time_format(a->detected_ms, time), "summary", body_text(summary));
}

static int say_feed(const struct alert_context *context, const struct alert *a,
                    const char *feed, int64_t since_ms, struct buf *out)
{
    bool is_silent = a->severity == SEVERITY_CRITICAL;
    struct say_writer w = {.out = out, .timezone = context->timezone};
    say_text(&w, is_silent ? "Feed %s is silent at " : "Feed %s is heard again at ",
             feed);
    say_time(&w, a->time_ms);
    say_text(&w,
             is_silent ? "; its last report came " : "; its last report before came ");
    say_time(&w, since_ms);
    say_text(&w, ".");
    return w.rc;
}

int alert_make_feed(const struct alert_context *context, bool is_silent, const char *feed,
                    int64_t since_ms, int64_t now_ms, struct alert *ret_alert)
{
    struct alert a = {
        .severity = is_silent ? SEVERITY_CRITICAL : SEVERITY_INFO,
        .time_ms = now_ms,
        .detected_ms = now_ms,
    };
    char occurrence[32];
    struct buf text = {0}, subject = {0};
    text_copy(a.type, sizeof a.type,
              is_silent ? "lookoutd.feed.silent" : "lookoutd.feed.recovered");
    snprintf(occurrence, sizeof occurrence, "%lld",
             (long long)(is_silent ? since_ms : now_ms));
    int rc = buf_printf(&subject, "feed/%s", feed);
    if (rc == 0)
        rc = alert_identify(&a, buf_text(&subject), occurrence);
    if (rc == 0)
        rc = say_feed(context, &a, feed, since_ms, &text);
    if (rc == 0) {
        json_t *data = plain_data(&a, buf_text(&text));
        json_t *member =
            json_pack("{s:o,s:o}", "id", body_text(feed), "since", body_time(since_ms));
        if (data != NULL && member != NULL)
            json_object_set_new(data, "feed", member);
        rc = alert_seal(&a, context->site, buf_text(&subject), data);
    }
    buf_finish(&text);
    buf_finish(&subject);
    if (rc == 0)
        *ret_alert = a;
    return rc;
}

int alert_make_trouble(const struct alert_context *context, const char *what,
                       const char *text, int64_t now_ms, struct alert *ret_alert)
{
    struct alert a = {
        .severity = SEVERITY_WARNING, .time_ms = now_ms, .detected_ms = now_ms};
    char occurrence[32], subject[40];
    text_copy(a.type, sizeof a.type, "lookoutd.trouble");
    snprintf(occurrence, sizeof occurrence, "%lld", (long long)now_ms);
    snprintf(subject, sizeof subject, "trouble/%s", what);
    int rc = alert_identify(&a, subject, occurrence);
    if (rc != 0)
        return rc;
    json_t *data = plain_data(&a, text), *member = json_pack("{s:s}", "what", what);
    if (data != NULL && member != NULL)
        json_object_set_new(data, "trouble", member);
    rc = alert_seal(&a, context->site, subject, data);
    if (rc == 0)
        *ret_alert = a;
    return rc;
}

int alert_make_test(const struct alert_context *context, int64_t now_ms,
                    struct alert *ret_alert)
{
    static const char summary[] =
        "Test alert of lookoutd: the webhook works. No vessel is meant.";
    struct alert a = {
        .severity = SEVERITY_INFO, .time_ms = now_ms, .detected_ms = now_ms};
    char occurrence[32];
    text_copy(a.type, sizeof a.type, "lookoutd.test");
    snprintf(occurrence, sizeof occurrence, "%lld", (long long)now_ms);
    int rc = alert_identify(&a, "test", occurrence);
    if (rc == 0)
        rc = alert_seal(&a, context->site, "test", plain_data(&a, summary));
    if (rc == 0)
        *ret_alert = a;
    return rc;
}

/* "3 alerts of 41 vessels, 24 Mar 00:00Z to 31 Mar 00:00Z." */
static int say_summary(const struct alert_context *context, int64_t from_ms,
                       int64_t to_ms, const json_t *facts, struct buf *out)
{
    struct say_writer w = {.out = out, .timezone = context->timezone};
    const json_t *alerts = json_object_get(facts, "alerts");
    say_text(&w, "Alerts of a replay: %lld; vessels heard: %lld",
             (long long)json_integer_value(json_object_get(alerts, "total")),
             (long long)json_integer_value(json_object_get(facts, "vessels")));
    if (from_ms != TIME_NONE) {
        say_text(&w, "; from ");
        say_time(&w, from_ms);
        say_text(&w, " to ");
        say_time(&w, to_ms);
    }
    say_text(&w, ".");
    return w.rc;
}

int alert_make_summary(const struct alert_context *context, int64_t from_ms,
                       int64_t to_ms, struct json_t *facts, struct alert *ret_alert)
{
    int64_t at_ms = from_ms != TIME_NONE ? to_ms : 0;
    struct alert a = {.severity = SEVERITY_INFO, .time_ms = at_ms, .detected_ms = at_ms};
    struct buf text = {0};
    char occurrence[64];
    text_copy(a.type, sizeof a.type, "lookoutd.summary");
    snprintf(occurrence, sizeof occurrence, "%lld %lld", (long long)from_ms,
             (long long)to_ms);
    int rc = alert_identify(&a, "replay", occurrence);
    if (rc == 0)
        rc = say_summary(context, from_ms, to_ms, facts, &text);
    if (rc == 0) {
        json_t *data = plain_data(&a, buf_text(&text));
        if (data != NULL)
            json_object_set(data, "replay", facts);
        rc = alert_seal(&a, context->site, "replay", data);
    }
    buf_finish(&text);
    if (rc == 0)
        *ret_alert = a;
    return rc;
}
