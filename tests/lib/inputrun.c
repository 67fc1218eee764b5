/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/inputrun.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/aisgen.h"
#include "lib/recordrun.h"
#include "lib/testlib.h"

static void keep_report(void *context, const struct report *report)
{
    struct inputrun *run = context;
    if (run->count == run->room) {
        run->room = run->room != 0 ? run->room * 2 : 64;
        run->reports = realloc(run->reports, run->room * sizeof *run->reports);
        if (run->reports == NULL)
            abort();
    }
    run->reports[run->count++] = *report;
}

static void count_message(void *context, const struct ais_message *message,
                          const struct report *report)
{
    struct inputrun *run = context;
    (void)message;
    run->messages++;
    run->no_times += report->time_ms == TIME_NONE ? 1 : 0;
}

struct input_conf inputrun_tape(void)
{
    return (struct input_conf){.start_ms = TIME_NONE};
}

struct input_conf inputrun_live(void)
{
    return (struct input_conf){.is_live = true, .start_ms = TIME_NONE};
}

void inputrun_begin(struct inputrun *run, const struct input_conf *conf)
{
    memset(run, 0, sizeof *run);
    struct input_sink sink = {
        .on_report = keep_report, .on_message = count_message, .context = run};
    run->in = input_create(conf, &sink);
    assert_non_null(run->in);
}

void inputrun_feed(struct inputrun *run, const char *bytes, size_t n, int64_t arrival_ms)
{
    assert_int_equal(input_feed(run->in, bytes, n, arrival_ms), 0);
}

void inputrun_datagram(struct inputrun *run, const char *text, int64_t arrival_ms)
{
    assert_int_equal(input_datagram(run->in, text, strlen(text), arrival_ms), 0);
}

/* The identities that lookout/input.h promises. */
static void check_accounting(const struct inputrun *run)
{
    const struct input_counts *c = &run->counts;
    assert_true(recordrun_adds_up(c));
    assert_int_equal(c->pending_parts, 0);
    assert_int_equal(c->reports, run->count);
    assert_int_equal(c->messages, run->messages);
}

void inputrun_end(struct inputrun *run, int64_t arrival_ms)
{
    assert_int_equal(input_finish(run->in, arrival_ms), 0);
    run->counts = *input_counts(run->in);
    assert_int_equal(input_needed_offset(run->in), run->counts.bytes);
    input_destroy(run->in);
    run->in = NULL;
    check_accounting(run);
}

void inputrun_free(struct inputrun *run)
{
    input_destroy(run->in);
    free(run->reports);
    memset(run, 0, sizeof *run);
}

void inputrun_bytes(struct inputrun *run, const struct input_conf *conf,
                    const char *bytes, size_t n)
{
    inputrun_begin(run, conf);
    inputrun_feed(run, bytes, n, 0);
    inputrun_end(run, 0);
}

void inputrun_text(struct inputrun *run, const char *text)
{
    struct input_conf conf = inputrun_tape();
    inputrun_bytes(run, &conf, text, strlen(text));
}

void inputrun_chunks(struct inputrun *run, const struct input_conf *conf,
                     const char *bytes, size_t n, uint64_t seed, size_t most)
{
    struct test_random random = {seed};
    inputrun_begin(run, conf);
    for (size_t at = 0; at < n;) {
        size_t take = 1 + (size_t)test_random_below(&random, most);
        take = take < n - at ? take : n - at;
        /* A copy of the exact size: a sanitizer sees a read past it. */
        char *copy = malloc(take);
        if (copy == NULL)
            abort();
        memcpy(copy, bytes + at, take);
        inputrun_feed(run, copy, take, 0);
        free(copy);
        at += take;
    }
    inputrun_end(run, 0);
}

uint64_t inputrun_rejects(const struct inputrun *run, enum input_reject reason)
{
    return run->counts.rejects[reason];
}

uint64_t inputrun_other_rejects(const struct inputrun *run, enum input_reject but)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < INPUT_REJECTS; i++)
        sum += i != (unsigned)but ? run->counts.rejects[i] : 0;
    return sum;
}

/* --- in words --- */

__attribute__((format(printf, 2, 3))) static void say(char *ret, const char *format, ...)
{
    size_t n = strlen(ret);
    va_list args;
    va_start(args, format);
    vsnprintf(ret + n, INPUTRUN_SAID_BYTES - n, format, args);
    va_end(args);
}

/* A number without zeros at its end. */
static void say_number(char *ret, const char *name, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.6f", value);
    size_t n = strlen(text);
    while (text[n - 1] == '0')
        n--;
    n -= text[n - 1] == '.';
    say(ret, " %s%.*s", name, (int)n, text);
}

static void say_numbers(const struct report *r, char *ret)
{
    const struct {
        uint32_t bit;
        const char *name;
        double value;
    } numbers[] = {
        {HAS_POSITION, "", r->pos.lat_e7 / 1e7},
        {HAS_POSITION, "", r->pos.lon_e7 / 1e7},
        {HAS_SOG, "sog=", r->sog_dkn / 10.0},
        {HAS_COG, "cog=", r->cog_ddeg / 10.0},
        {HAS_HEADING, "heading=", r->heading_deg},
        {HAS_NAV_STATUS, "status=", r->nav_status},
        {HAS_UTC_SECOND, "second=", r->utc_second},
        {HAS_IMO, "imo=", r->imo},
        {HAS_SHIP_TYPE, "type=", r->ship_type},
        {HAS_DIMENSIONS, "length=", r->length_m},
        {HAS_DIMENSIONS, "beam=", r->beam_m},
        {HAS_DRAUGHT, "draught=", r->draught_dm / 10.0},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if ((r->has & numbers[i].bit) != 0)
            say_number(ret, numbers[i].name, numbers[i].value);
}

static void say_texts(const struct report *r, char *ret)
{
    if (r->msg_type != 0)
        say(ret, " message=%u", (unsigned)r->msg_type);
    if (r->is_class_b)
        say(ret, " B");
    if ((r->has & HAS_CALLSIGN) != 0)
        say(ret, " callsign=%s", r->callsign);
    if ((r->has & HAS_NAME) != 0)
        say(ret, " name=%s", r->name);
    if ((r->has & HAS_DESTINATION) != 0)
        say(ret, " to=%s", r->destination);
    if (r->station[0] != '\0')
        say(ret, " from=%s", r->station);
}

void inputrun_say(const struct inputrun *run, char ret[INPUTRUN_SAID_BYTES])
{
    const struct input_counts *c = &run->counts;
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"comments", c->comments},
                  {"other", c->other},
                  {"service", c->service},
                  {"no_report", c->no_report}};
    char time[TIME_TEXT_BYTES];
    ret[0] = '\0';
    for (size_t i = 0; i < run->count; i++) {
        const struct report *r = &run->reports[i];
        say(ret, "%u %s", r->mmsi, time_format(r->time_ms, time));
        say_numbers(r, ret);
        say_texts(r, ret);
        say(ret, "\n");
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if (counts[i].count != 0)
            say(ret, "%s %u\n", counts[i].name, (unsigned)counts[i].count);
    for (int i = 0; i < INPUT_REJECTS; i++)
        if (c->rejects[i] != 0)
            say(ret, "%s %u\n", input_reject_name((enum input_reject)i),
                (unsigned)c->rejects[i]);
}

void inputrun_expect(const struct input_conf *conf, const char *text, const char *told)
{
    static char said[INPUTRUN_SAID_BYTES];
    struct inputrun run;
    inputrun_bytes(&run, conf, text, strlen(text));
    inputrun_say(&run, said);
    if (strcmp(said, told) != 0)
        print_message("of:\n%s\n", text);
    assert_string_equal(said, told);
    inputrun_free(&run);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        inputrun_chunks(&run, conf, text, strlen(text), seed, 1 + 8 * seed);
        inputrun_say(&run, said);
        assert_string_equal(said, told);
        inputrun_free(&run);
    }
}

bool inputrun_same(const struct report *a, const struct report *b)
{
    return a->time_ms == b->time_ms && a->arrival_ms == b->arrival_ms &&
           a->begin == b->begin && a->end == b->end && a->rounding == b->rounding &&
           a->mmsi == b->mmsi && a->has == b->has && a->pos.lat_e7 == b->pos.lat_e7 &&
           a->pos.lon_e7 == b->pos.lon_e7 && a->source == b->source &&
           a->sog_dkn == b->sog_dkn && a->cog_ddeg == b->cog_ddeg &&
           a->heading_deg == b->heading_deg && a->nav_status == b->nav_status &&
           a->utc_second == b->utc_second && a->msg_type == b->msg_type &&
           a->time_source == b->time_source && a->ship_type == b->ship_type &&
           a->draught_dm == b->draught_dm && a->is_class_b == b->is_class_b &&
           a->is_coarse == b->is_coarse && a->length_m == b->length_m &&
           a->beam_m == b->beam_m && a->imo == b->imo &&
           strcmp(a->callsign, b->callsign) == 0 && strcmp(a->name, b->name) == 0 &&
           strcmp(a->destination, b->destination) == 0 &&
           strcmp(a->station, b->station) == 0;
}

const char *inputrun_position(uint32_t mmsi, int second)
{
    static char text[4][AISGEN_TEXT_BYTES];
    static unsigned turn;
    struct aisgen_bits bits;
    char *ret = text[turn++ % 4];
    aisgen_position(&(struct aisgen_position){.type = 1,
                                              .mmsi = mmsi,
                                              .lat = 35.1,
                                              .lon = 129.0,
                                              .sog = 12.3,
                                              .cog = 231.0,
                                              .heading = 230,
                                              .second = second},
                    &bits);
    assert_int_equal(aisgen_sentences(&bits, "AIVDM", 0, 'A', ret), 1);
    ret[strlen(ret) - 2] = '\0';
    return ret;
}

void inputrun_statics(uint32_t mmsi, const char *name, int seq, char ret[2][128])
{
    char text[AISGEN_TEXT_BYTES];
    struct aisgen_bits bits;
    aisgen_static5(&(struct aisgen_static){.mmsi = mmsi,
                                           .imo = 9999993,
                                           .name = name,
                                           .callsign = "HMXX",
                                           .destination = "BUSAN",
                                           .ship_type = 70,
                                           .to_bow = 70,
                                           .to_stern = 10,
                                           .to_port = 5,
                                           .to_starboard = 7,
                                           .draught = 5.5,
                                           .hour = 24,
                                           .minute = 60},
                   &bits);
    assert_int_equal(aisgen_sentences(&bits, "AIVDM", seq, 'B', text), 2);
    char *middle = strstr(text, "\r\n");
    assert_non_null(middle);
    *middle = '\0';
    strcpy(ret[0], text);
    strcpy(ret[1], middle + 2);
    ret[1][strlen(ret[1]) - 2] = '\0';
}

const char *inputrun_tagged(const char *content, const char *sentence)
{
    static char text[4][512];
    static unsigned turn;
    char *ret = text[turn++ % 4];
    snprintf(ret, 512, "\\%s*%02X\\%s", content,
             (unsigned)aisgen_checksum(content, strlen(content)), sentence);
    return ret;
}
