/* SPDX-License-Identifier: Apache-2.0 */
/* Reads lines of sentences: tag blocks, times before and after, $PGHP, several sentences
 * on a line, parts; and decodes the messages. */
#include <string.h>

#include "input_int.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "sentence_int.h"
#include "tagblock_int.h"
#include "timestamp_int.h"

/* The data of a line so far, while its sentences are taken one by one. */
struct line {
    const struct input_piece *piece;
    const char *end;
    const char *begin;   /* of the current sentence, with tag blocks and time */
    int64_t before_ms;   /* time before the sentences; TIME_NONE */
    bool is_unordered;   /* the same is a date that is day first or month first */
    bool is_row;         /* a separator of cells stands before the sentence */
    struct tagblock tag; /* of the next sentence */
    bool has_tag;
};

static uint64_t offset_of(const struct line *l, const char *at)
{
    return l->piece->begin + (uint64_t)(at - l->piece->text);
}

/* The offset after the piece that ends at `at`; the last piece includes the line end. */
static uint64_t end_of(const struct line *l, const char *at)
{
    return at >= l->end ? l->piece->end : offset_of(l, at);
}

size_t input_nmea_find(const char *text, size_t n)
{
    const char *end = text + n;
    const char *tag = NULL;
    for (const char *at = text; at < end; at++) {
        if (*at == '\\' && tag == NULL)
            tag = at;
        if (*at == '!' && end - at > 6 && memcmp(at + 3, "VD", 2) == 0 &&
            (at[5] == 'M' || at[5] == 'O') && at[6] == ',')
            return (size_t)((tag != NULL ? tag : at) - text);
    }
    return n;
}

bool input_nmea_looks(const char *text, size_t n)
{
    return n != 0 && (text[0] == '!' || text[0] == '$' || text[0] == '\\' ||
                      input_nmea_find(text, n) < n);
}

/* --- times and stations --- */

static void set_station(struct fragment_origin *o, const char *text, size_t n)
{
    /* The usual case: plain ASCII that fits needs no cleaning. */
    bool is_plain = n < sizeof o->station;
    for (size_t i = 0; is_plain && i < n; i++)
        is_plain = text[i] > ' ' && text[i] < 0x7F;
    if (!is_plain) {
        (void)text_clean(text, n, o->station, sizeof o->station);
        return;
    }
    memcpy(o->station, text, n);
    o->station[n] = '\0';
}

/* Take a time if it is plausible and there is none yet. */
static void offer_time(struct fragment_origin *o, int64_t time_ms, uint8_t source,
                       bool *ret_is_bad)
{
    if (time_ms == TIME_NONE || o->time_ms != TIME_NONE)
        return;
    if (!timestamp_is_sane(time_ms)) {
        *ret_is_bad = true;
        return;
    }
    o->time_ms = time_ms;
    o->time_source = source;
}

/* Why a message without a time is refused, where it has none. */
static void set_lack(struct input *in, const struct line *l, struct fragment_origin *o,
                     bool is_unordered, bool is_bad)
{
    bool has_time = o->time_ms != TIME_NONE;
    if (is_unordered)
        o->lack = INPUT_REJECT_DATE_ORDER;
    else if (l->is_row && in->rows_have_time && o->lack == 0 && !in->conf.is_live)
        o->lack = is_bad ? INPUT_REJECT_BAD_TIME : INPUT_REJECT_NO_OWN_TIME;
    else if (is_bad && !input_time_has_other(in))
        o->lack = INPUT_REJECT_BAD_TIME;
    if (is_bad && (has_time || o->lack == 0))
        input_reject(in, INPUT_REJECT_UNUSED_TIME);
    in->rows_have_time |= l->is_row && has_time;
}

/* The six bits from `bit` on of an armoured payload; -1: one of its characters is none.
 */
static int peek_six(const struct sentence *s, unsigned bit)
{
    unsigned at = bit / 6, value = 0;
    if (s->payload_n < at + 2)
        return -1;
    for (unsigned i = at; i < at + 2; i++) {
        unsigned c = (unsigned char)s->payload[i] - 48u;
        if (c > 71 || (c > 39 && c < 48))
            return -1;
        value = value << 6 | (c > 39 ? c - 8 : c);
    }
    return (int)(value >> (6 - bit % 6) & 63);
}

/* The UTC second of a message, ITU-R M.1371-5 tables 48, 50, 67 and 70; -1: it has none.
 */
static int peek_second(const struct sentence *s)
{
    int type = s->part == 1 ? peek_six(s, 0) : -1, second = -1;
    if (type >= 1 && type <= 3)
        second = peek_six(s, 137);
    else if (type == 4 || type == 11)
        second = peek_six(s, 72);
    else if (type == 18 || type == 19)
        second = peek_six(s, 133);
    return second < 60 ? second : -1;
}

/* Tag block, then $PGHP, then the time behind, then the time before the sentence. */
static void make_origin(struct input *in, const struct line *l, const struct sentence *s,
                        struct fragment_part *ret)
{
    struct fragment_origin *o = &ret->origin;
    bool is_bad = false;
    o->time_ms = TIME_NONE;
    o->time_source = REPORT_TIME_ARRIVAL;
    o->has_pghp_sum = false;
    o->lack = 0;
    o->station[0] = '\0';
    o->begin = offset_of(l, l->begin);
    o->end = end_of(l, s->end);
    ret->has_group = l->tag.has_group;
    ret->group_id = l->tag.group_id;
    if (l->has_tag) {
        offer_time(o, l->tag.time_ms, REPORT_TIME_TAG, &is_bad);
        if (l->tag.station != NULL)
            set_station(o, l->tag.station, l->tag.station_n);
    }
    const struct input_ahead *ahead = in->cell != NULL ? in->cell : &in->ahead;
    if (ahead->is_set) {
        const struct fragment_origin *a = &ahead->origin;
        bool is_other = a->has_pghp_sum && s->total == 1 && a->pghp_sum != s->sum;
        if (!is_other && o->time_ms == TIME_NONE && a->time_ms != TIME_NONE) {
            o->time_ms = a->time_ms;
            o->time_source = a->time_source;
            o->has_pghp_sum = a->has_pghp_sum;
            o->pghp_sum = a->pghp_sum;
        }
        if (!is_other && o->station[0] == '\0')
            memcpy(o->station, a->station, sizeof o->station);
        if (!ret->has_group && ahead->has_group) {
            ret->has_group = true;
            ret->group_id = ahead->group_id;
        }
        o->lack = a->lack;
        if (a->begin < o->begin)
            o->begin = a->begin;
    }
    /* A time between two sentences belongs to the next one. */
    bool is_unordered = l->is_unordered;
    size_t quote = s->suffix_n > 1 && s->suffix[0] == '"' ? 1 : 0;
    if (s->suffix_n > 1 + quote && (s->suffix[quote] == ',' || s->end == l->end)) {
        struct sentence_suffix suffix;
        sentence_suffix_read(s->suffix + quote, s->suffix_n - quote, &in->date_order,
                             &suffix);
        is_unordered |= suffix.is_unordered;
        if (suffix.is_bare && timestamp_is_sane(suffix.time_ms) &&
            !input_time_is_clock(in, suffix.time_ms, peek_second(s)))
            suffix.time_ms = TIME_NONE;
        offer_time(o, suffix.time_ms, REPORT_TIME_LINE, &is_bad);
        if (suffix.station != NULL && o->station[0] == '\0')
            set_station(o, suffix.station, suffix.station_n);
    }
    offer_time(o, l->before_ms, REPORT_TIME_LINE, &is_bad);
    set_lack(in, l, o, is_unordered, is_bad);
}

/* --- messages --- */

/* in->bits are complete: decode them and pass the message on. */
static void decode_message(struct input *in, const struct fragment_origin *o,
                           uint64_t end)
{
    if (o->lack != 0 && o->time_ms == TIME_NONE) {
        input_reject(in, (enum input_reject)o->lack);
        return;
    }
    int rc = in->sink.on_message != NULL ? ais_decode(&in->bits, &in->message)
                                         : ais_open(&in->bits, &in->message);
    if (rc < 0) {
        input_reject(in, rc == ERR_UNSUPPORTED ? INPUT_REJECT_UNKNOWN_TYPE
                                               : INPUT_REJECT_TOO_SHORT);
        return;
    }
    struct report report;
    bool is_ship = report_from_message(&in->message, &report) == 0;
    report.begin = o->begin;
    report.end = end;
    memcpy(report.station, o->station, sizeof report.station);
    input_emit(in, &in->message, &report, is_ship, o->time_ms, o->time_source);
}

static void handle_whole(struct input *in, const struct fragment_whole *w, uint64_t end)
{
    const struct fragment *f = w->fragment;
    in->counts.joined += f->total - 1u;
    ais_bits_clear(&in->bits);
    for (unsigned i = 0; i < f->total; i++) {
        const struct fragment_piece *piece = &f->piece[i];
        if (armor_add(f->chars + piece->at, piece->n, piece->fill, &in->bits) < 0) {
            input_reject(in, INPUT_REJECT_ARMOR);
            return;
        }
    }
    decode_message(in, w->origin, end);
}

void input_nmea_count(struct input *in)
{
    const struct fragment_counts *c = &in->fragments.counts;
    in->counts.rejects[INPUT_REJECT_FRAGMENT_ORPHAN] = c->orphans;
    in->counts.rejects[INPUT_REJECT_FRAGMENT_DUPLICATE] = c->duplicates;
    in->counts.pending_parts = c->pending;
}

static void ready_until(struct input *in, bool is_end, uint64_t end)
{
    struct fragment_whole w;
    int64_t clock = in->conf.is_live ? in->arrival_ms : in->clock_ms;
    while (in->fragments.ready != 0 &&
           fragment_next_ready(&in->fragments, clock, is_end, &w))
        handle_whole(in, &w, end);
    input_nmea_count(in);
}

void input_nmea_ready(struct input *in, bool is_end)
{
    if (in->fragments.ready != 0)
        ready_until(in, is_end, in->lines.offset);
}

static void take_ais(struct input *in, const struct line *l, const struct sentence *s)
{
    struct fragment_part part;
    in->counts.sentences++;
    make_origin(in, l, s, &part);
    part.clock_ms = input_time_note(in, part.origin.time_ms);
    fragment_count(&in->fragments);
    if (s->total == 1) {
        if (armor_decode(s->payload, s->payload_n, s->fill, &in->bits) < 0)
            input_reject(in, INPUT_REJECT_ARMOR);
        else
            decode_message(in, &part.origin, part.origin.end);
    } else {
        struct fragment_whole w;
        part.sentence = s;
        if (fragment_add(&in->fragments, &part, &w))
            handle_whole(in, &w, part.origin.end);
        input_nmea_count(in);
    }
    if (in->fragments.ready != 0)
        ready_until(in, false, part.origin.end);
}

/* --- lines --- */

/* A tag block or $PGHP on a separate line belongs to the next sentence. */
static struct fragment_origin *look_ahead(struct input *in, const struct line *l)
{
    struct fragment_origin *o = &in->ahead.origin;
    if (!in->ahead.is_set) {
        memset(&in->ahead, 0, sizeof in->ahead);
        o->time_ms = TIME_NONE;
        o->begin = offset_of(l, l->begin);
        in->ahead.is_set = true;
    }
    return o;
}

static void keep_tag(struct input *in, const struct line *l)
{
    struct fragment_origin *o = look_ahead(in, l);
    if (l->tag.time_ms != TIME_NONE && input_time_is_good(in, l->tag.time_ms)) {
        o->time_ms = l->tag.time_ms;
        o->time_source = REPORT_TIME_TAG;
        o->has_pghp_sum = false;
    }
    if (l->tag.station != NULL)
        set_station(o, l->tag.station, l->tag.station_n);
    if (l->tag.has_group) {
        in->ahead.has_group = true;
        in->ahead.group_id = l->tag.group_id;
    }
}

static void keep_pghp(struct input *in, const struct line *l, const char *at,
                      const struct sentence *s)
{
    struct sentence_pghp pghp;
    if (!s->is_sound || !sentence_pghp_read(at, (size_t)(s->end - at), &pghp))
        return;
    struct fragment_origin *o = look_ahead(in, l);
    if (pghp.time_ms != TIME_NONE && input_time_is_good(in, pghp.time_ms)) {
        o->time_ms = pghp.time_ms;
        o->time_source = REPORT_TIME_LINE;
        o->has_pghp_sum = pghp.sum >= 0;
        o->pghp_sum = pghp.sum >= 0 ? (uint8_t)pghp.sum : 0;
    }
    if (pghp.station != NULL)
        set_station(o, pghp.station, pghp.station_n);
}

/* The clock of a recording whose AIS sentences carry no time. */
static void keep_clock(struct input *in, const char *at, const struct sentence *s)
{
    int64_t time_ms = 0;
    if (!in->conf.is_live && s->is_sound &&
        sentence_clock_read(at, (size_t)(s->end - at), &time_ms) &&
        timestamp_is_sane(time_ms))
        (void)input_time_note(in, time_ms);
}

static void take_sentence(struct input *in, struct line *l, const char *at,
                          struct sentence *s)
{
    enum sentence_kind kind = sentence_read(at, l->end, true, s);
    if (kind != SENTENCE_NONE)
        in->counts.items++;
    switch (kind) {
    case SENTENCE_AIS:
        take_ais(in, l, s);
        break;
    case SENTENCE_OTHER:
        in->counts.other++;
        keep_pghp(in, l, at, s);
        keep_clock(in, at, s);
        break;
    case SENTENCE_BAD_SUM:
        input_reject(in, INPUT_REJECT_CHECKSUM);
        break;
    case SENTENCE_NO_SUM:
        input_reject(in, INPUT_REJECT_NO_CHECKSUM);
        break;
    case SENTENCE_BAD_FIELDS:
        input_reject(in, INPUT_REJECT_FIELDS);
        break;
    case SENTENCE_NONE:
        break;
    }
    /* The sentence, good or bad, has used the data of earlier lines. */
    if (kind != SENTENCE_NONE) {
        l->has_tag = false;
        tagblock_clear(&l->tag);
    }
    if (kind != SENTENCE_NONE && at[0] == '!')
        in->ahead.is_set = false;
}

int64_t input_nmea_before(struct input *in, const char *at, const char *stop,
                          bool *ret_is_unordered)
{
    int64_t t = 0;
    *ret_is_unordered = false;
    enum timestamp_result result = TIMESTAMP_NONE;
    while (at < stop && (*at == ' ' || *at == '[' || *at == '(' || *at == '"' ||
                         *at == '\t' || *at == '<'))
        at++;
    if (stop - at < 9)
        return TIME_NONE;
    size_t n =
        timestamp_parse_prefix(at, (size_t)(stop - at), &in->date_order, &result, &t);
    /* The last word: "host 1550303566 !AIVDM". */
    while (n == 0 && stop > at && (stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
    const char *word = stop;
    while (n == 0 && word > at && word[-1] != ' ' && word[-1] != '\t')
        word--;
    if (n == 0 && word != at && stop - word >= 9)
        (void)timestamp_parse_prefix(word, (size_t)(stop - word), &in->date_order,
                                     &result, &t);
    *ret_is_unordered = result == TIMESTAMP_UNORDERED;
    return result == TIMESTAMP_READ ? t : TIME_NONE;
}

static void read_before(struct input *in, struct line *l, const char *at,
                        const char *stop)
{
    l->is_row = input_cell_is_before(at, stop);
    int64_t t = input_nmea_before(in, at, stop, &l->is_unordered);
    if (t == TIME_NONE && l->is_row && !l->is_unordered)
        t = input_cell_find_time(in, at, stop, &l->is_unordered);
    if (t != TIME_NONE)
        l->before_ms = t;
}

/* Read the tag blocks at `at`; returns the place after them. */
static const char *take_tags(struct input *in, struct line *l, const char *at)
{
    while (at < l->end && *at == '\\') {
        bool is_sound = false;
        size_t n = tagblock_length(at, (size_t)(l->end - at), &is_sound);
        if (n == 0)
            return at + 1; /* a stray '\' */
        if (is_sound) {
            tagblock_read(at, n, &l->tag);
            l->has_tag = true;
        } else {
            in->counts.tag_void++;
        }
        at += n;
    }
    return at;
}

size_t input_nmea(struct input *in, const struct input_piece *piece)
{
    struct line l = {.piece = piece,
                     .end = piece->text + piece->n,
                     .begin = piece->text,
                     .before_ms = TIME_NONE};
    const char *at = piece->text;
    uint64_t lines = in->counts.items;
    uint64_t voids = in->counts.tag_void;
    tagblock_clear(&l.tag);
    while (at < l.end) {
        if (*at != '!' && *at != '\\') {
            const char *start = sentence_find(at, l.end, true);
            if (start > at)
                read_before(in, &l, at, start);
            at = start;
            if (at >= l.end)
                break;
        }
        if (*at == '\\') {
            at = take_tags(in, &l, at);
            continue;
        }
        if (*at == '{')
            return (size_t)(at - piece->text);
        struct sentence s;
        uint64_t before = in->counts.items;
        if (piece->text >= in->line && piece->text <= in->line + in->line_n)
            in->at = offset_of(&l, at);
        take_sentence(in, &l, at, &s);
        bool is_taken = in->counts.items != before;
        at = is_taken ? s.end : at + 1;
        if (!is_taken)
            continue;
        l.begin = at;
        /* A text after a checksum that is not a field may be the time of the next
         * sentence. */
        if (s.suffix_n > 9 && s.suffix[0] != ',')
            read_before(in, &l, s.suffix, s.end);
    }
    if (in->counts.items != lines)
        return piece->n;
    in->counts.items++;
    if (l.has_tag)
        keep_tag(in, &l);
    if (l.has_tag || in->counts.tag_void != voids)
        in->counts.other++;
    else
        input_reject(in, INPUT_REJECT_NOT_A_SENTENCE);
    return piece->n;
}
