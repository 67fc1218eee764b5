/* SPDX-License-Identifier: Apache-2.0 */
/* What a distress device says of itself. Whom it concerns, and when it is told again, is
 * for the rules. */
#include "lookout/detect/distress.h"

#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"

enum { STATUS_TEST = 15 }; /* ITU-R M.1371-5 table 47 */

void distress_init(struct distress_device *d)
{
    memset(d, 0, sizeof *d);
    d->heard_ms = TIME_NONE;
}

static bool has_words(const struct report *r)
{
    return (r->has & HAS_TEXT) != 0 && r->text[0] != '\0';
}

/* Is the device under test, by this message? One that does not say (a table without a
 * status, an empty safety message) goes on from the messages before. */
static bool says_test(const struct distress_device *d, const struct report *r)
{
    if (has_words(r)) {
        char upper[sizeof r->text];
        text_copy(upper, sizeof upper, r->text);
        text_upper(upper);
        return strstr(upper, "TEST") != NULL;
    }
    return (r->has & HAS_NAV_STATUS) != 0 ? r->nav_status == STATUS_TEST : d->is_test;
}

/* A report with a status is news without a position, too: a device sends before it knows
 * its place. */
static bool is_news(const struct report *r, bool has_fix)
{
    return has_fix || (r->has & (HAS_NAV_STATUS | HAS_TEXT)) != 0;
}

struct distress_event distress_hear(struct distress_device *d, const struct report *r,
                                    bool has_fix)
{
    struct distress_event event = {.device = d,
                                   .time_ms = r->time_ms,
                                   .unheard_ms = INT64_MAX,
                                   .is_news = is_news(r, has_fix)};
    bool is_test = says_test(d, r);
    if (d->heard_ms != TIME_NONE)
        event.unheard_ms = r->time_ms - d->heard_ms;
    if (is_test != d->is_test)
        d->text[0] = '\0'; /* it was said of the other */
    d->is_test = is_test;
    d->heard_ms = r->time_ms;
    if (has_words(r))
        text_copy(d->text, sizeof d->text, r->text);
    return event;
}

void distress_save(const struct distress_device *d, struct wire_writer *w)
{
    wire_put_i64(w, d->heard_ms);
    wire_put_u64(w, d->is_test);
    wire_put_text(w, d->text);
}

void distress_load(struct distress_device *d, struct wire_reader *r)
{
    distress_init(d);
    d->heard_ms = wire_get_time(r);
    d->is_test = wire_get_limited(r, 1) != 0;
    wire_get_text(r, d->text, sizeof d->text);
    if (r->failed)
        distress_init(d);
}
