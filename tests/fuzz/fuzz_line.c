/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of any kind through an input and the merge, whole and in chunks. The first byte
 * chooses the format, live or not, the chunk size, and whether checksums are put right
 * first (chance seldom does); the accounting must come out and the reports must not hang
 * on the chunks. */
#include <stdlib.h>
#include <string.h>

#include "lib/recordrun.h"
#include "lookout/ais/input.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
    struct merge *merge;
    uint64_t reports, mix;
};

static void take(void *context, const struct report *r)
{
    struct sum *s = context;
    s->reports++;
    s->mix =
        (s->mix ^ recordrun_content(r) ^ (uint64_t)r->time_ms ^ r->begin << 32 ^ r->end) *
        UINT64_C(0x9E3779B97F4A7C15);
    if (r->begin >= r->end || memchr(r->name, '\0', sizeof r->name) == NULL ||
        memchr(r->station, '\0', sizeof r->station) == NULL)
        abort();
    if (s->merge != NULL && merge_push(s->merge, r) < 0)
        abort();
}

static void check(const struct input_counts *c)
{
    if (!recordrun_adds_up(c) || c->pending_parts != 0)
        abort();
}

static struct sum run(const struct input_conf *conf, const uint8_t *data, size_t size,
                      size_t chunk, struct merge *merge)
{
    struct sum sum = {.merge = merge};
    struct input_sink sink = {.on_report = take, .context = &sum};
    struct input *in = input_create(conf, &sink);
    if (in == NULL)
        abort();
    for (size_t at = 0; at < size; at += chunk) {
        size_t n = size - at < chunk ? size - at : chunk;
        if (input_feed(in, data + at, n, INT64_C(1600000000000)) < 0)
            abort();
        if (input_needed_offset(in) > input_counts(in)->bytes)
            abort();
    }
    if (input_finish(in, INT64_C(1600000000000)) < 0)
        abort();
    check(input_counts(in));
    input_destroy(in);
    return sum;
}

/* Behind every '*' the sum since the last '!', '$' or '\\'. */
static void repair(uint8_t *bytes, size_t n)
{
    static const char hex[] = "0123456789ABCDEF";
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '*' && i + 2 < n) {
            bytes[i + 1] = (uint8_t)hex[sum >> 4];
            bytes[i + 2] = (uint8_t)hex[sum & 15];
            i += 2;
        } else if (bytes[i] == '!' || bytes[i] == '$' || bytes[i] == '\\') {
            sum = 0;
        } else {
            sum ^= bytes[i];
        }
    }
}

static void run_both(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);
    if (copy == NULL || size == 0) {
        free(copy);
        return 0;
    }
    memcpy(copy, data, size);
    if ((data[0] & 64) != 0)
        repair(copy + 1, size - 1);
    run_both(copy, size);
    free(copy);
    return 0;
}

static void run_both(const uint8_t *data, size_t size)
{
    struct input_conf conf = {.format = (enum input_format)(data[0] & 3),
                              .is_live = (data[0] & 4) != 0,
                              .start_ms =
                                  (data[0] & 8) != 0 ? INT64_C(1600000000000) : TIME_NONE,
                              .line_limit_bytes = (data[0] & 16) != 0 ? 128 : 0};
    struct merge *merge = merge_create();
    struct merge_source_conf source = {.is_live = conf.is_live,
                                       .lateness_ms = (data[0] & 32) != 0 ? 60000 : 0,
                                       .is_whole = !conf.is_live && (data[0] & 64) != 0};
    if (merge == NULL || merge_add(merge, &source) < 0)
        abort();
    struct sum whole = run(&conf, data + 1, size - 1, size, merge);
    merge_clock(merge, INT64_C(4102444800000));
    if (merge_end(merge, 0) < 0)
        abort();
    uint64_t passed = 0;
    while (merge_next(merge) != NULL)
        passed++;
    const struct merge_counts *c = merge_counts(merge, 0);
    if (passed != c->passed ||
        c->passed + c->duplicates + c->far_future != whole.reports ||
        merge_pending(merge, 0) != 0)
        abort();
    merge_destroy(merge);
    struct sum parts = run(&conf, data + 1, size - 1, 1 + (data[0] >> 4), NULL);
    if (parts.reports != whole.reports || parts.mix != whole.mix)
        abort();
}
