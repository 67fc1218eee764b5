/* SPDX-License-Identifier: Apache-2.0 */
/* What a replay says on stderr: progress on a terminal, and the closing summary, in lines
 * that fit in 80 columns as long as ids and names are short. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lookout/alert/severity.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/sys/clock.h"
#include "replay_facts_int.h"
#include "replay_int.h"

void replay_summary_progress(const struct replay *r, bool is_last)
{
    static int64_t shown_ms;
    int64_t now_ms = clock_wall_ms();
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

/* --- reading the facts --- */

static long long count_in(const json_t *o, const char *name)
{
    return json_integer_value(json_object_get(o, name));
}

static const char *text_in(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return text != NULL ? text : "";
}

/* "17.60", "-" where there is no rate. */
static const char *rate_in(const json_t *o, const char *name, char ret_text[24])
{
    const json_t *rate = json_object_get(o, name);
    double value = json_real_value(rate);
    if (rate == NULL)
        return "-";
    snprintf(ret_text, 24, "%.2f", value);
    return ret_text;
}

/* The widest text of a member in a list, `least` at least. */
static int width_of(const json_t *list, const char *name, int least)
{
    size_t i = 0;
    json_t *o = NULL;
    json_array_foreach(list, i, o)
    {
        int n = (int)strlen(text_in(o, name));
        least = n > least ? n : least;
    }
    return least;
}

/* --- the parts --- */

static void print_reasons(const json_t *refused, const char *word)
{
    size_t i = 0;
    json_t *o = NULL;
    json_array_foreach(refused, i, o)
    {
        fprintf(stderr, "    %s %lld %s", word, count_in(o, "count"),
                text_in(o, "reason"));
        if (json_object_get(o, "line") != NULL)
            fprintf(stderr, ", first in line %lld, column %lld", count_in(o, "line"),
                    count_in(o, "column"));
        fputc('\n', stderr);
        if (text_in(o, "example")[0] != '\0')
            fprintf(stderr, "        %s\n", text_in(o, "example"));
    }
}

/* How often the recording's clock was set, and how much of it was put right for it. */
static void print_clock(const json_t *clock, long long reports)
{
    long long steps = count_in(clock, "steps"), righted = count_in(clock, "righted");
    if (steps == 0)
        return;
    fprintf(stderr, "    its clock made %lld step%s; the times of ", steps,
            steps == 1 ? "" : "s");
    if (righted == 0)
        fputs("no report were put right\n", stderr);
    else
        fprintf(stderr, "%lld reports (%.1f %%) were put right\n", righted,
                100.0 * (double)righted / (double)(reports > 0 ? reports : 1));
}

static void print_input(const json_t *o)
{
    fprintf(stderr,
            "input %s: %lld bytes, %lld lines\n    %lld items: %lld sentences, %lld "
            "records, %lld comments, %lld other, %lld service\n",
            text_in(o, "name"), count_in(o, "bytes"), count_in(o, "lines"),
            count_in(o, "items"), count_in(o, "sentences"), count_in(o, "records"),
            count_in(o, "comments"), count_in(o, "other"), count_in(o, "service"));
    print_reasons(json_object_get(o, "refused"), "refused");
    print_reasons(json_object_get(o, "passed_over"), "passed over");
    fprintf(stderr,
            "    %lld messages: %lld reports, %lld of no ship\n    %lld duplicates, %lld "
            "far_future; tag blocks void %lld\n",
            count_in(o, "messages"), count_in(o, "reports"), count_in(o, "no_report"),
            count_in(o, "duplicates"), count_in(o, "far_future"),
            count_in(o, "tag_void"));
    print_clock(json_object_get(o, "clock"), count_in(o, "reports"));
}

static void print_engine(const json_t *facts)
{
    const json_t *r = json_object_get(facts, "reports");
    const json_t *c = json_object_get(facts, "calls");
    if (json_object_get(facts, "from") != NULL)
        fprintf(stderr, "event time %s to %s, %.2f days\n", text_in(facts, "from"),
                text_in(facts, "to"), json_real_value(json_object_get(facts, "days")));
    fprintf(stderr,
            "engine: %lld reports: %lld fixes (%lld of them waiting), %lld not newer,\n"
            "    %lld of no ship, %lld of distress devices, %lld with static data\n",
            count_in(r, "total"), count_in(r, "fixes"), count_in(r, "waiting"),
            count_in(r, "not_newer"), count_in(r, "no_ship"), count_in(r, "distress"),
            count_in(r, "with_static_data"));
    fprintf(stderr,
            "vessels: %lld, calls %lld (seen %lld, summed %lld, silence %lld), voyages "
            "%lld\n",
            count_in(facts, "vessels"), count_in(c, "total"), count_in(c, "seen"),
            count_in(c, "summed"), count_in(c, "silence"), count_in(facts, "voyages"));
}

static void print_rules(const json_t *facts)
{
    const json_t *alerts = json_object_get(facts, "alerts");
    const json_t *rules = json_object_get(facts, "rules");
    char day[24], thousand[24];
    int rule = width_of(rules, "rule", 4), type = width_of(rules, "type", 4);
    size_t i = 0;
    json_t *o = NULL;
    fprintf(stderr, "alerts: %lld, critical %lld, muted %lld, folded %lld\n",
            count_in(alerts, "total"), count_in(alerts, "critical"),
            count_in(alerts, "muted"), count_in(alerts, "folded"));
    if (count_in(alerts, "total") == 0)
        return;
    fprintf(stderr, "    %s a day, %s a day and 1,000 vessels\n",
            rate_in(alerts, "per_day", day),
            rate_in(alerts, "per_day_per_1000_vessels", thousand));
    fprintf(stderr, "    %-*s  %-*s  %7s %8s %9s %8s\n", rule, "RULE", type, "TYPE",
            "ALERTS", "A DAY", "PER 1,000", "CRITICAL");
    json_array_foreach(rules, i, o)
    {
        fprintf(
            stderr, "    %-*s  %-*s  %7lld %8s %9s %8lld\n", rule, text_in(o, "rule"),
            type, text_in(o, "type"), count_in(o, "alerts"), rate_in(o, "per_day", day),
            rate_in(o, "per_day_per_1000_vessels", thousand), count_in(o, "critical"));
    }
}

static void print_ports(const json_t *ports)
{
    size_t i = 0;
    json_t *o = NULL;
    if (json_array_size(ports) == 0)
        return;
    fprintf(stderr,
            "ports: those of most alerts, then of most calls\n"
            "    %-5s  %-30s %8s %8s\n",
            "CODE", "NAME", "ALERTS", "CALLS");
    json_array_foreach(ports, i, o)
    {
        fprintf(stderr, "    %-5s  %-30.30s %8lld %8lld\n", text_in(o, "locode"),
                text_in(o, "name"), count_in(o, "alerts"), count_in(o, "calls"));
    }
}

/* "box 12, strait 3": rules as far as they go into `most` bytes; how many were put. */
static size_t put_rules(const json_t *rules, char *text, size_t most)
{
    size_t i = 0, used = 0;
    json_t *o = NULL;
    json_array_foreach(rules, i, o)
    {
        char one[96];
        int n = snprintf(one, sizeof one, "%s%s %lld", i > 0 ? ", " : "",
                         text_in(o, "rule"), count_in(o, "alerts"));
        if (i > 0 && used + (size_t)n > most)
            return i;
        memcpy(text + used, one, (size_t)n + 1);
        used += (size_t)n;
    }
    return i;
}

/* The same, with ", 2 more" where not all have room; the first stands in any case. `text`
 * has 128 bytes more than the room. */
static void put_vessel_rules(const json_t *rules, char *text, size_t room)
{
    const size_t reserve = strlen(", 99 more");
    size_t count = json_array_size(rules);
    text[0] = '\0';
    if (put_rules(rules, text, room) == count)
        return;
    size_t put = put_rules(rules, text, room - reserve);
    snprintf(text + strlen(text), 24, ", %zu more", count - put);
}

/* Of the terminal; 80 where there is none. */
static size_t count_columns(void)
{
    struct winsize size;
    bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 80;
    return is_known ? size.ws_col : 80;
}

static void print_noisiest(const json_t *vessels)
{
    enum { NAME_MOST = 20, ROOM_MOST = 200, BESIDE = 38 };
    int name = width_of(vessels, "name", 4);
    size_t i = 0;
    json_t *o = NULL;
    if (json_array_size(vessels) == 0)
        return;
    name = name > NAME_MOST ? NAME_MOST : name;
    size_t room = count_columns() - BESIDE - (size_t)name;
    room = room > ROOM_MOST ? ROOM_MOST : room;
    fprintf(stderr, "vessels of most alerts\n    %-9s  %-*s  %-11s %7s  %s\n", "MMSI",
            name, "NAME", "TYPE", "ALERTS", "BY RULE");
    json_array_foreach(vessels, i, o)
    {
        char rules[ROOM_MOST + 128];
        put_vessel_rules(json_object_get(o, "rules"), rules, room);
        fprintf(stderr, "    %09lld  %-*.*s  %-11.11s %7lld  %s\n", count_in(o, "mmsi"),
                name, name, text_in(o, "name"), text_in(o, "type"), count_in(o, "alerts"),
                rules);
    }
}

static void print_patterns(const json_t *patterns)
{
    size_t i = 0, k = 0;
    json_t *o = NULL, *ocean = NULL;
    if (json_array_size(patterns) != 0)
        fputs("country patterns whose ports lie at more than one ocean\n", stderr);
    json_array_foreach(patterns, i, o)
    {
        fprintf(stderr, "    %s in rule %s:\n", text_in(o, "pattern"),
                text_in(o, "rule"));
        json_array_foreach(json_object_get(o, "oceans"), k, ocean)
        {
            fprintf(stderr, "        %-8s %4lld ports, %lld calls here\n",
                    text_in(ocean, "ocean"), count_in(ocean, "ports"),
                    count_in(ocean, "calls"));
        }
    }
}

void replay_summary(const json_t *facts)
{
    size_t i = 0;
    json_t *input = NULL;
    json_array_foreach(json_object_get(facts, "inputs"), i, input)
    {
        print_input(input);
    }
    print_engine(facts);
    print_rules(facts);
    print_ports(json_object_get(facts, "ports"));
    print_noisiest(json_object_get(facts, "noisiest"));
    print_patterns(json_object_get(facts, "patterns"));
}
