/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences to reports, beside a floor in the same run over the same bytes: a scan for
 * line ends and the XOR checksum of every sentence. JSON lines: ns and MB/s of each, the
 * ratios. The bytes are made here (tests/lib/aisgen): 200,000 sentences, of each ten nine
 * positions and every ninth a static message of two parts; plain, and with tag blocks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/aisgen.h"
#include "lookout/ais/input.h"
#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

#define SENTENCES 200000u
#define CHUNK_BYTES 65536u
#define RUNS 15

struct tape {
    char *bytes;
    size_t n;
};

static void add(struct tape *t, const char *text)
{
    size_t n = strlen(text);
    memcpy(t->bytes + t->n, text, n);
    t->n += n;
}

static void make_message(unsigned i, struct aisgen_bits *bits)
{
    uint32_t mmsi = 431000000u + i % 5000;
    if (i % 9 == 0)
        aisgen_static5(&(struct aisgen_static){.mmsi = mmsi,
                                               .imo = 9999993,
                                               .callsign = "HMXX",
                                               .name = "EXAMPLE TRADER",
                                               .destination = "BUSAN",
                                               .ship_type = 70,
                                               .to_bow = 70,
                                               .to_stern = 10,
                                               .to_port = 5,
                                               .to_starboard = 7,
                                               .draught = 5.5,
                                               .hour = 24,
                                               .minute = 60},
                       bits);
    else
        aisgen_position(&(struct aisgen_position){.type = i % 9 == 1 ? 18 : 1,
                                                  .mmsi = mmsi,
                                                  .lat = 35.0 + i % 1000 * 0.001,
                                                  .lon = 129.0 + i % 777 * 0.001,
                                                  .sog = i % 200 * 0.1,
                                                  .cog = i % 3600 * 0.1,
                                                  .heading = (int)(i % 360),
                                                  .second = (int)(i / 100 % 60)},
                        bits);
}

static void make_tape(struct tape *t, bool is_tagged)
{
    t->n = 0;
    for (unsigned i = 0, made = 0; made < SENTENCES; i++) {
        struct aisgen_bits bits;
        char text[AISGEN_TEXT_BYTES];
        make_message(i, &bits);
        struct aisgen_tag tag = {"2573135", 1600000000 + i / 100, 0};
        int n = is_tagged
                    ? aisgen_tagged(&bits, "BSVDM", (int)(i / 9 % 10), 'A', &tag, text)
                    : aisgen_sentences(&bits, "BSVDM", (int)(i / 9 % 10), 'A', text);
        add(t, text);
        made += (unsigned)n;
    }
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The floor: line ends, and the sum of what is between '!' and '*'. */
static unsigned run_floor(const struct tape *t)
{
    unsigned all = 0;
    const char *end = t->bytes + t->n;
    for (const char *at = t->bytes; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *p = memchr(at, '!', (size_t)(stop - at));
        unsigned char sum = 0;
        for (p++; *p != '*'; p++)
            sum = (unsigned char)(sum ^ (unsigned char)*p);
        all += sum;
        at = stop + 1;
    }
    return all;
}

static void take(void *context, const struct report *r)
{
    *(uint64_t *)context += r->mmsi + (uint64_t)r->time_ms;
}

static void push(void *context, const struct report *r)
{
    if (merge_push(context, r) < 0)
        abort();
}

static uint64_t feed(const struct tape *t, const struct input_sink *sink,
                     struct merge *merge)
{
    struct input_conf conf = {.start_ms = INT64_C(1600000000000)};
    struct input *in = input_create(&conf, sink);
    if (in == NULL)
        abort();
    for (size_t at = 0; at < t->n; at += CHUNK_BYTES) {
        size_t n = t->n - at < CHUNK_BYTES ? t->n - at : CHUNK_BYTES;
        if (input_feed(in, t->bytes + at, n, 0) < 0)
            abort();
        while (merge != NULL && merge_next(merge) != NULL)
            ;
    }
    if (input_finish(in, 0) < 0 || input_counts(in)->sentences < SENTENCES ||
        input_counts(in)->rejects[INPUT_REJECT_FRAGMENT_ORPHAN] != 0)
        abort();
    uint64_t reports = input_counts(in)->reports;
    input_destroy(in);
    return reports;
}

static uint64_t run_input(const struct tape *t)
{
    uint64_t sum = 0;
    struct input_sink sink = {.on_report = take, .context = &sum};
    return feed(t, &sink, NULL) + (sum & 1);
}

static uint64_t run_merge(const struct tape *t)
{
    struct merge *m = merge_create();
    if (m == NULL || merge_add(m, &(struct merge_source_conf){.is_live = false}) < 0)
        abort();
    struct input_sink sink = {.on_report = push, .context = m};
    uint64_t reports = feed(t, &sink, m);
    merge_destroy(m);
    return reports;
}

static uint64_t run(const struct tape *t, int what)
{
    return what == 0 ? run_floor(t) : what == 1 ? run_input(t) : run_merge(t);
}

/* The best of some runs of each, in turns, in ns a sentence: what else the machine does
 * meets all of them. */
static void measure(const struct tape *t, double ret_ns[3], uint64_t *sink)
{
    for (int what = 0; what < 3; what++)
        ret_ns[what] = 1e9;
    for (int i = 0; i < RUNS * 3; i++) {
        double begin = now_s();
        *sink += run(t, i % 3);
        double ns = (now_s() - begin) * 1e9 / SENTENCES;
        ret_ns[i % 3] = ns < ret_ns[i % 3] ? ns : ret_ns[i % 3];
    }
}

int main(void)
{
    struct tape t = {malloc((size_t)SENTENCES * 160), 0};
    uint64_t sink = 0;
    if (t.bytes == NULL)
        return 1;
    for (int tagged = 0; tagged < 2; tagged++) {
        static const char *const names[] = {"floor", "input", "input_and_merge"};
        double ns[3];
        make_tape(&t, tagged != 0);
        measure(&t, ns, &sink);
        for (int what = 0; what < 3; what++)
            printf("{\"bench\":\"%s%s\",\"sentences\":%u,\"bytes\":%zu,"
                   "\"ns_per_sentence\":%.1f,\"mb_per_s\":%.0f,"
                   "\"times_floor\":%.2f%s}\n",
                   names[what], tagged != 0 ? "_tagged" : "", SENTENCES, t.n, ns[what],
                   (double)t.n / (ns[what] * SENTENCES) * 1e3, ns[what] / ns[0],
                   what != 0 ? ",\"must\":8,\"aim\":4" : "");
    }
    free(t.bytes);
    return sink == 1;
}
