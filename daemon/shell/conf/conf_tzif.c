/* SPDX-License-Identifier: Apache-2.0 */
/* Time zone files (TZif, RFC 8536) to a list of offsets. Behind the last transition of
 * the file stands a rule in the form of POSIX's TZ, which is written out up to
 * RULE_YEAR_LAST. Leap seconds are left aside: event time has none. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "lookout/base/timefmt.h"

enum { TRANSITIONS_MAX = 4000, TYPES_MAX = 256, RULE_YEAR_LAST = 2100 };
#define EARLIEST_S INT64_C(-100000000000) /* some 3,000 years before 1970 */

struct counts {
    uint32_t isut, isstd, leap, time, type, character;
};
struct block { /* one data block; pointers into the file */
    struct counts n;
    const unsigned char *times, *indices, *types, *characters, *end;
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be_time(const unsigned char *p, size_t size)
{
    if (size == 4)
        return (int32_t)be32(p);
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* The block behind the header at p; false when the bytes do not hold it. */
static bool read_block(const unsigned char *p, const unsigned char *end, size_t time_size,
                       struct block *ret_block)
{
    struct block b = {0};
    if (end - p < 44 || memcmp(p, "TZif", 4) != 0)
        return false;
    b.n = (struct counts){be32(p + 20), be32(p + 24), be32(p + 28),
                          be32(p + 32), be32(p + 36), be32(p + 40)};
    if (b.n.time > TRANSITIONS_MAX || b.n.type > TYPES_MAX || b.n.type == 0 ||
        b.n.character > 4096 || b.n.leap > 4096 || b.n.isut > TYPES_MAX ||
        b.n.isstd > TYPES_MAX)
        return false;
    size_t size = b.n.time * (time_size + 1) + b.n.type * (size_t)6 + b.n.character +
                  b.n.leap * (time_size + 4) + b.n.isstd + b.n.isut;
    p += 44;
    if ((size_t)(end - p) < size)
        return false;
    b.times = p;
    b.indices = b.times + b.n.time * time_size;
    b.types = b.indices + b.n.time;
    b.characters = b.types + b.n.type * (size_t)6;
    b.end = p + size;
    *ret_block = b;
    return true;
}

/* --- building --- */

struct offset {
    int32_t seconds;
    char name[8];
};

static int zone_reserve(struct engine_timezone *z, size_t count)
{
    z->begin_ms = malloc(count * sizeof *z->begin_ms);
    z->offset_s = malloc(count * sizeof *z->offset_s);
    z->abbreviation = calloc(count, sizeof *z->abbreviation);
    return z->begin_ms && z->offset_s && z->abbreviation ? 0 : ERR_NOMEM;
}

static void zone_add(struct engine_timezone *z, int64_t begin_ms,
                     const struct offset *offset)
{
    z->begin_ms[z->count] = begin_ms;
    z->offset_s[z->count] = offset->seconds;
    memcpy(z->abbreviation[z->count], offset->name, sizeof offset->name);
    z->count++;
}

static bool type_offset(const struct block *b, uint32_t type, struct offset *ret_offset)
{
    if (type >= b->n.type)
        return false;
    const unsigned char *p = b->types + type * (size_t)6;
    size_t at = p[5], n = 0;
    int32_t seconds = (int32_t)be32(p);
    if (at >= b->n.character || seconds < -26 * 3600 || seconds > 26 * 3600)
        return false;
    memset(ret_offset, 0, sizeof *ret_offset);
    ret_offset->seconds = seconds;
    for (; at < b->n.character && b->characters[at] != '\0' && n < 7; at++, n++)
        ret_offset->name[n] = (char)b->characters[at];
    return true;
}

static int add_transitions(const struct block *b, size_t time_size,
                           struct engine_timezone *z)
{
    struct offset offset;
    int64_t last = INT64_MIN;
    if (!type_offset(b, 0, &offset))
        return ERR_CORRUPT;
    zone_add(z, TIME_NONE, &offset);
    for (uint32_t i = 0; i < b->n.time; i++) {
        int64_t t = be_time(b->times + i * time_size, time_size);
        if (!type_offset(b, b->indices[i], &offset) || (i > 0 && t <= last) ||
            t > -EARLIEST_S)
            return ERR_CORRUPT;
        last = t;
        if (t < EARLIEST_S)
            z->count = 0;
        zone_add(z, t < EARLIEST_S ? TIME_NONE : t * 1000, &offset);
    }
    return 0;
}

/* --- the rule behind the last transition: RFC 8536 section 3.3, POSIX.1 section 8.3  */

struct change { /* when a day of a year begins or ends daylight saving */
    char
        form; /* 'M' month.week.day, 'J' day 1..365 without 29 February, '0' day 0..365 */
    int month, week, day;
    int32_t time_s; /* local, of the offset before */
};

static bool parse_int(const char **at, int least, int most, int *ret_value)
{
    const char *s = *at;
    int value = 0;
    if (*s < '0' || *s > '9')
        return false;
    for (; *s >= '0' && *s <= '9' && value <= most; s++)
        value = 10 * value + (*s - '0');
    *at = s;
    *ret_value = value;
    return value >= least && value <= most;
}

/* [+-]hh[:mm[:ss]] */
static bool parse_time(const char **at, int hours_most, int32_t *ret_s)
{
    int sign = 1, hours = 0, minutes = 0, seconds = 0;
    if (**at == '+' || **at == '-')
        sign = *(*at)++ == '-' ? -1 : 1;
    if (!parse_int(at, 0, hours_most, &hours))
        return false;
    if (**at == ':' && (++*at, !parse_int(at, 0, 59, &minutes)))
        return false;
    if (**at == ':' && (++*at, !parse_int(at, 0, 59, &seconds)))
        return false;
    *ret_s = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool parse_name(const char **at, struct offset *ret_offset)
{
    const char *s = *at;
    bool is_quoted = *s == '<';
    size_t n = 0, length = 0;
    if (is_quoted)
        s++;
    const char *begin = s;
    while (*s != '\0' &&
           (is_quoted ? *s != '>' : (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z')))
        s++;
    length = (size_t)(s - begin);
    if (length < 3 || (is_quoted && *s != '>'))
        return false;
    memset(ret_offset->name, 0, sizeof ret_offset->name);
    for (; n < length && n < 7; n++)
        ret_offset->name[n] = begin[n];
    *at = is_quoted ? s + 1 : s;
    return true;
}

static bool parse_change(const char **at, struct change *c)
{
    if (**at != ',')
        return false;
    ++*at;
    c->form = **at == 'M' || **at == 'J' ? *(*at)++ : '0';
    c->time_s = 2 * 3600;
    if (c->form == 'M') {
        if (!parse_int(at, 1, 12, &c->month) || *(*at)++ != '.' ||
            !parse_int(at, 1, 5, &c->week) || *(*at)++ != '.' ||
            !parse_int(at, 0, 6, &c->day))
            return false;
    } else if (!parse_int(at, c->form == 'J' ? 1 : 0, 365, &c->day)) {
        return false;
    }
    if (**at != '/')
        return true;
    ++*at;
    return parse_time(at, 167, &c->time_s);
}

static int64_t day_ms(int year, int month, int day)
{
    return time_from_parts(
        &(struct time_parts){.year = year, .month = month, .day = day});
}

/* The day in ms since 1970 on which the change happens in that year. */
static int64_t change_day(const struct change *c, int year)
{
    int64_t january = day_ms(year, 1, 1);
    if (c->form == '0')
        return january + c->day * DAY_MS;
    if (c->form == 'J') {
        bool is_leap = day_ms(year + 1, 1, 1) - january == 366 * DAY_MS;
        return january + (c->day - 1 + (is_leap && c->day >= 60)) * DAY_MS;
    }
    int64_t first = day_ms(year, c->month, 1);
    int64_t next =
        c->month == 12 ? day_ms(year + 1, 1, 1) : day_ms(year, c->month + 1, 1);
    int64_t weekday = ((first / DAY_MS + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int64_t day = first + ((c->day - weekday + 7) % 7 + 7 * (c->week - 1)) * DAY_MS;
    while (day >= next)
        day -= 7 * DAY_MS;
    return day;
}

static void add_after_last(struct engine_timezone *z, int64_t t,
                           const struct offset *offset)
{
    if (t > z->begin_ms[z->count - 1])
        zone_add(z, t, offset);
}

/* "CET-1CEST,M3.5.0,M10.5.0/3"; false for what is none (the file's own transitions hold).
 */
static bool add_rule(const char *text, struct engine_timezone *z)
{
    struct offset standard = {0}, daylight = {0};
    struct change begin = {0}, end = {0};
    int32_t west = 0;
    if (!parse_name(&text, &standard) || !parse_time(&text, 24, &west))
        return false;
    standard.seconds = -west;
    if (*text == '\0')
        return true; /* no daylight saving: the last transition holds on */
    if (!parse_name(&text, &daylight))
        return false;
    daylight.seconds = standard.seconds + 3600;
    if (*text != ',') {
        if (!parse_time(&text, 24, &west))
            return false;
        daylight.seconds = -west;
    }
    if (!parse_change(&text, &begin) || !parse_change(&text, &end) || *text != '\0')
        return false;
    struct time_parts last = {.year = 1970};
    if (z->count > 1)
        time_to_parts(z->begin_ms[z->count - 1], &last);
    for (int year = last.year < 1970 ? 1970 : last.year; year <= RULE_YEAR_LAST; year++) {
        int64_t on =
            change_day(&begin, year) + ((int64_t)begin.time_s - standard.seconds) * 1000;
        int64_t off =
            change_day(&end, year) + ((int64_t)end.time_s - daylight.seconds) * 1000;
        if (on < off)
            add_after_last(z, on, &daylight);
        add_after_last(z, off, &standard);
        if (on >= off)
            add_after_last(z, on, &daylight);
    }
    return true;
}

static void add_footer(const unsigned char *p, const unsigned char *end,
                       struct engine_timezone *z)
{
    char text[128];
    if (p >= end || *p++ != '\n')
        return;
    const unsigned char *line_end = memchr(p, '\n', (size_t)(end - p));
    if (line_end == NULL || (size_t)(line_end - p) >= sizeof text)
        return;
    memcpy(text, p, (size_t)(line_end - p));
    text[line_end - p] = '\0';
    (void)add_rule(text, z);
}

int conf_tzif_read(const unsigned char *bytes, size_t n,
                   struct engine_timezone *ret_timezone)
{
    const unsigned char *end = bytes + n;
    struct block block;
    size_t time_size = 4;
    if (!read_block(bytes, end, 4, &block))
        return ERR_CORRUPT;
    bool has_footer = bytes[4] >= '2';
    if (has_footer) {
        time_size = 8;
        if (!read_block(block.end, end, 8, &block))
            return ERR_CORRUPT;
    }
    struct engine_timezone z = {0};
    memcpy(z.name, ret_timezone->name, sizeof z.name);
    int code = zone_reserve(&z, block.n.time + 2 + 2 * (RULE_YEAR_LAST - 1970 + 1));
    if (code == 0)
        code = add_transitions(&block, time_size, &z);
    if (code == 0 && has_footer)
        add_footer(block.end, end, &z);
    if (code == 0) {
        *ret_timezone = z;
        return 0;
    }
    free(z.begin_ms);
    free(z.offset_s);
    free(z.abbreviation);
    return code;
}
