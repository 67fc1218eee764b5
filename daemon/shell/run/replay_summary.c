/* SPDX-License-Identifier: Apache-2.0 */
/* What a replay says on stderr: progress on a terminal, and the closing summary. */
#include <stdio.h>
#include <unistd.h>

#include "lookout/base/time.h"
#include "replay_int.h"

void replay_summary_progress(const struct replay *r, bool is_last)
{
    static int64_t shown_ms;
    int64_t now_ms = pipeline_clock_ms();
    if (!isatty(STDERR_FILENO) || (!is_last && now_ms - shown_ms < 200))
        return;
    shown_ms = now_ms;
    uint64_t done = 0, size = 0;
    for (size_t i = 0; i < r->source_count; i++) {
        uint64_t d = 0, z = 0;
        reader_progress(r->sources[i].reader, &d, &z);
        done += d;
        size += z;
    }
    char text[TIME_TEXT_BYTES] = "";
    int64_t event_ms = engine_now(r->pipeline.engine);
    if (event_ms != TIME_NONE)
        time_format(event_ms, text);
    fprintf(stderr, "\r\033[K%3.0f %% %s %zu vessels, %llu alerts%s",
            size != 0 ? 100.0 * (double)done / (double)size : 0.0, text,
            engine_vessel_count(r->pipeline.engine), (unsigned long long)r->tally.alerts,
            is_last ? "\r\033[K" : "");
}

static void print_source(const struct replay *r, const struct replay_source *s)
{
    const struct input_counts *c = input_counts(s->input);
    const struct merge_counts *m = merge_counts(r->pipeline.merge, s->index);
    fprintf(stderr,
            "input %s: %llu bytes, %llu lines: %llu sentences, %llu records, %llu "
            "comments, %llu other",
            s->name, (unsigned long long)c->bytes, (unsigned long long)c->lines,
            (unsigned long long)c->sentences, (unsigned long long)c->records,
            (unsigned long long)c->comments, (unsigned long long)c->other);
    for (int i = 0; i < INPUT_REJECTS; i++)
        if (c->rejects[i] != 0)
            fprintf(stderr, ", %s %llu", input_reject_name((enum input_reject)i),
                    (unsigned long long)c->rejects[i]);
    fprintf(stderr,
            "\n  %llu messages: %llu reports, %llu of no ship; %llu duplicates, %llu "
            "far_future; tag blocks "
            "void %llu\n",
            (unsigned long long)c->messages, (unsigned long long)c->reports,
            (unsigned long long)c->no_report, (unsigned long long)m->duplicates,
            (unsigned long long)m->far_future, (unsigned long long)c->tag_void);
}

void replay_summary(const struct replay *r)
{
    const struct engine_counts *c = engine_counts(r->pipeline.engine);
    for (size_t i = 0; i < r->source_count; i++)
        print_source(r, &r->sources[i]);
    char first[TIME_TEXT_BYTES] = "", last[TIME_TEXT_BYTES] = "";
    if (r->tally.first_ms != TIME_NONE)
        fprintf(stderr, "event time %s to %s\n", time_format(r->tally.first_ms, first),
                time_format(r->tally.last_ms, last));
    fprintf(stderr,
            "engine: %llu reports: %llu fixes believed or waiting (%llu waiting), %llu "
            "not newer, %llu of no "
            "ship, %llu with static data\n",
            (unsigned long long)c->reports, (unsigned long long)c->fixes,
            (unsigned long long)c->implausible, (unsigned long long)c->old,
            (unsigned long long)c->not_a_ship, (unsigned long long)c->statics);
    fprintf(stderr, "vessels: %zu, calls %llu, voyages %llu\n",
            engine_vessel_count(r->pipeline.engine), (unsigned long long)c->calls,
            (unsigned long long)c->voyages);
    if (c->vessels_forgotten != 0)
        fprintf(stderr,
                "limits.vessels made %llu vessels forgotten, %llu of them with something "
                "open\n",
                (unsigned long long)c->vessels_forgotten,
                (unsigned long long)c->forgotten[ENGINE_FORGOT_OPEN]);
    tally_print(&r->tally, stderr);
}
