/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences. Every talker is accepted: real feeds have AI, AB, BS, "--", and digits. */
#include "sentence_int.h"

#include <string.h>

#include "lookout/base/time.h"
#include "timestamp_int.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_char(char c)
{
    return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-';
}

static bool is_alnum(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c);
}

int sentence_sum(const char *text, size_t n)
{
    uint64_t fold = 0, word = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        memcpy(&word, text + i, sizeof word);
        fold ^= word;
    }
    if (i < n && n >= 8) {
        /* The last eight bytes again, without those that are already included. */
        unsigned known = (unsigned)(8 - (n - i)) * 8;
        memcpy(&word, text + n - 8, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        fold ^= word >> known;
#else
        fold ^= word << known;
#endif
        i = n;
    }
    for (; i < n; i++)
        fold ^= (unsigned char)text[i];
    fold ^= fold >> 32;
    fold ^= fold >> 16;
    fold ^= fold >> 8;
    return (int)(fold & 0xFF);
}

static int hex_digit(char c)
{
    unsigned digit = (unsigned)(unsigned char)c - '0';
    if (digit <= 9)
        return (int)digit;
    unsigned letter = ((unsigned)(unsigned char)c | 32u) - 'a';
    return letter <= 5 ? (int)letter + 10 : -1;
}

int sentence_hex(char high, char low)
{
    int h = hex_digit(high), l = hex_digit(low);
    return h < 0 || l < 0 ? -1 : h * 16 + l;
}

bool sentence_is_head(const char *text, size_t n)
{
    size_t i = 1;
    while (i < n && i < 12 && is_word_char(text[i]))
        i++;
    return i >= 3 && i < n && text[i] == ',';
}

const char *sentence_find(const char *at, const char *end, bool json)
{
    while (at < end && *at != '!' && *at != '$' && *at != '\\' && !(json && *at == '{'))
        at++;
    return at;
}

/* Read up to three digits and a comma; -1: empty, -2: malformed. */
static int read_sentence_field(const char **at, const char *end)
{
    const char *p = *at;
    int value = 0;
    while (p < end && is_digit(*p) && p - *at < 3) {
        value = value * 10 + (*p - '0');
        p++;
    }
    if (p >= end || *p != ',')
        return -2;
    if (p == *at)
        value = -1;
    *at = p + 1;
    return value;
}

/* Channel, payload and fill bits. */
static bool read_payload(const char *at, const char *star, struct sentence *ret)
{
    /* Channel: A, B, 1, 2, others of one character, or nothing. */
    ret->channel = '\0';
    if (at < star && is_alnum(*at))
        ret->channel = *at++;
    if (at >= star || *at != ',')
        return false;
    at++;
    /* After the payload: ",F"; an empty F occurs in the field and means 0. */
    ret->fill = 0;
    if (star - at >= 1 && star[-1] == ',') {
        star -= 1;
    } else if (star - at >= 2 && star[-2] == ',' && star[-1] >= '0' && star[-1] <= '5') {
        ret->fill = (uint8_t)(star[-1] - '0');
        star -= 2;
    } else {
        return false;
    }
    ret->payload = at;
    ret->payload_n = (size_t)(star - at);
    return true;
}

/* The fields between "!xxVDM," and '*'. */
static bool read_fields(const char *at, const char *star, struct sentence *ret)
{
    /* Nine of ten. */
    if (star - at > 8 && memcmp(at, "1,1,,", 5) == 0) {
        ret->total = ret->part = 1;
        ret->sequence = -1;
        return read_payload(at + 5, star, ret);
    }
    int total = read_sentence_field(&at, star);
    if (total < 1 || total > (int)SENTENCE_PARTS_MAX)
        return false;
    int part = read_sentence_field(&at, star);
    if (part < 1 || part > total)
        return false;
    int sequence = read_sentence_field(&at, star);
    if (sequence < -1)
        return false;
    ret->total = (uint8_t)total;
    ret->part = (uint8_t)part;
    ret->sequence = (int16_t)sequence;
    return read_payload(at, star, ret);
}

enum sentence_kind sentence_read(const char *at, const char *end, bool json,
                                 struct sentence *ret)
{
    const char *star = memchr(at, '*', (size_t)(end - at));
    int sum = -1;
    bool is_sound = false;
    if (star != NULL && end - star >= 3) {
        sum = sentence_hex(star[1], star[2]);
        is_sound = sum == sentence_sum(at + 1, (size_t)(star - at - 1));
    }
    ret->is_sound = is_sound;
    if (!is_sound) {
        /* Another piece may begin before the '*': then this one was cut off. */
        const char *next = sentence_find(at + 1, star != NULL ? star : end, json);
        bool is_cut = star == NULL || next < star;
        ret->end = is_cut ? next : sentence_find(star, end, json);
        ret->suffix = ret->end;
        ret->suffix_n = 0;
        if (!sentence_is_head(at, (size_t)(ret->end - at)))
            return SENTENCE_NONE;
        bool is_ais = end - at > 6 && at[0] == '!' && memcmp(at + 3, "VD", 2) == 0 &&
                      (at[5] == 'M' || at[5] == 'O');
        if (is_cut)
            return is_ais ? SENTENCE_NO_SUM : SENTENCE_OTHER;
        return SENTENCE_BAD_SUM;
    }
    ret->sum = (uint8_t)sum;
    ret->suffix = star + 3;
    ret->end = sentence_find(star + 3, end, json);
    ret->suffix_n = (size_t)(ret->end - ret->suffix);
    bool is_ais = star - at > 6 && at[0] == '!' && at[3] == 'V' && at[4] == 'D' &&
                  (at[5] == 'M' || at[5] == 'O') && at[6] == ',';
    if (!is_ais)
        return sentence_is_head(at, (size_t)(star - at)) ? SENTENCE_OTHER : SENTENCE_NONE;
    if (!is_word_char(at[1]) || !is_word_char(at[2]))
        return SENTENCE_BAD_FIELDS;
    ret->formatter = at + 1;
    return read_fields(at + 7, star, ret) ? SENTENCE_AIS : SENTENCE_BAD_FIELDS;
}

/* --- after the checksum --- */

/* USCG/NAIS: s rssi, d dBm, t hhmmss, T slot second, x count, S slot, then the station
 * with one of these prefixes (often mangled, sometimes missing) and the logger's epoch.
 */
static bool is_station(const char *text, size_t n)
{
    if (n < 2 || n > 31 || strchr("rRbBD", text[0]) == NULL)
        return false;
    for (size_t i = 1; i < n; i++) {
        if (!is_alnum(text[i]) && text[i] != '_' && text[i] != '-')
            return false;
    }
    return true;
}

/* Of two times the first is the reception's, the second the logger's; one that cannot be
 * (a "t161344.00" that lost its letter) gives way. */
static bool take_time(const char *text, size_t n, enum timestamp_order *order,
                      struct sentence_suffix *ret)
{
    int64_t t = 0;
    if (n < 9 || !is_digit(*text))
        return false;
    enum timestamp_result result = timestamp_parse(text, n, 0, order, &t);
    ret->is_unordered |= result == TIMESTAMP_UNORDERED;
    if (result != TIMESTAMP_READ)
        return false;
    if (ret->time_ms == TIME_NONE ||
        (!timestamp_is_sane(ret->time_ms) && timestamp_is_sane(t)))
        ret->time_ms = t;
    return true;
}

/* Nine or ten digits: seconds, or the count of something. */
static bool is_whole_number(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && is_digit(text[i]))
        i++;
    return i == n && (n == 9 || n == 10);
}

void sentence_suffix_read(const char *text, size_t n, enum timestamp_order *order,
                          struct sentence_suffix *ret)
{
    *ret = (struct sentence_suffix){.time_ms = TIME_NONE};
    const char *end = text + n;
    const char *at = text;
    if (at < end && *at != ',') {
        /* Not a field: perhaps a time after blanks or a semicolon. */
        while (at < end && (*at == ' ' || *at == '\t' || *at == ';'))
            at++;
        while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        if (at != text && take_time(at, (size_t)(end - at), order, ret))
            ret->is_bare = is_whole_number(at, (size_t)(end - at));
        return;
    }
    size_t count = 0;
    while (at < end) {
        const char *field = at + 1;
        const char *comma = memchr(field, ',', (size_t)(end - field));
        const char *stop = comma != NULL ? comma : end;
        while (field < stop && *field == ' ')
            field++;
        while (stop > field && (stop[-1] == ' ' || stop[-1] == '\t'))
            stop--;
        size_t field_n = (size_t)(stop - field);
        bool is_time = take_time(field, field_n, order, ret);
        if (!is_time && ret->station == NULL && is_station(field, field_n)) {
            ret->station = field;
            ret->station_n = field_n;
        }
        count += field_n != 0 ? 1 : 0;
        ret->is_bare = is_time && count == 1 && is_whole_number(field, field_n);
        at = comma != NULL ? comma : end;
    }
}

/* --- sentences that tell the time --- */

#define FIELDS_MAX 14u

struct field {
    const char *text;
    size_t n;
};

/* The fields up to the '*', the sentence's name among them; how many. */
static size_t split_fields(const char *text, size_t n, struct field ret[FIELDS_MAX])
{
    const char *star = memchr(text, '*', n);
    const char *end = star != NULL ? star : text + n;
    size_t count = 0;
    while (count < FIELDS_MAX) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *stop = comma != NULL ? comma : end;
        ret[count++] = (struct field){text, (size_t)(stop - text)};
        if (comma == NULL)
            break;
        text = comma + 1;
    }
    return count;
}

/* $--RMC,hhmmss.ss,A,lat,N,lon,E,sog,cog,ddmmyy,...  $--ZDA,hhmmss.ss,dd,mm,yyyy,... */
bool sentence_clock_read(const char *text, size_t n, int64_t *ret_ms)
{
    struct field f[FIELDS_MAX];
    char stamp[32];
    enum timestamp_order order = TIMESTAMP_ORDER_UNKNOWN;
    if (n < 7 || text[0] != '$' || text[6] != ',')
        return false;
    size_t count = split_fields(text, n, f);
    if (count < 2 || f[1].n < 6 || f[1].n > 16)
        return false;
    if (memcmp(text + 3, "RMC", 3) == 0) {
        if (count < 10 || f[2].n != 1 || *f[2].text != 'A' || f[9].n != 6)
            return false;
        memcpy(stamp, "20", 2);
        memcpy(stamp + 2, f[9].text + 4, 2);
        memcpy(stamp + 4, f[9].text + 2, 2);
        memcpy(stamp + 6, f[9].text, 2);
    } else if (memcmp(text + 3, "ZDA", 3) == 0) {
        if (count < 5 || f[2].n != 2 || f[3].n != 2 || f[4].n != 4)
            return false;
        memcpy(stamp, f[4].text, 4);
        memcpy(stamp + 4, f[3].text, 2);
        memcpy(stamp + 6, f[2].text, 2);
    } else {
        return false;
    }
    stamp[8] = ' ';
    memcpy(stamp + 9, f[1].text, f[1].n);
    return timestamp_parse(stamp, 9 + f[1].n, 0, &order, ret_ms) == TIMESTAMP_READ;
}

/* --- $PGHP --- */

bool sentence_pghp_read(const char *text, size_t n, struct sentence_pghp *ret)
{
    struct field f[FIELDS_MAX];
    if (n < 9 || memcmp(text, "$PGHP,1,", 8) != 0)
        return false;
    size_t count = split_fields(text, n, f);
    *ret = (struct sentence_pghp){.time_ms = TIME_NONE, .sum = -1};
    if (count < 9)
        return false;
    int number[7];
    for (size_t i = 0; i < 7; i++) {
        if (f[i + 2].n == 0 || f[i + 2].n > 4)
            return true;
        number[i] = 0;
        for (size_t k = 0; k < f[i + 2].n; k++) {
            if (!is_digit(f[i + 2].text[k]))
                return true;
            number[i] = number[i] * 10 + (f[i + 2].text[k] - '0');
        }
    }
    if (number[1] < 1 || number[1] > 12 || number[2] < 1 || number[2] > 31 ||
        number[3] > 23 || number[4] > 59 || number[5] > 60 || number[6] > 999)
        return true;
    struct time_parts parts = {number[0], number[1], number[2], number[3],
                               number[4], number[5], number[6]};
    ret->time_ms = time_from_parts(&parts);
    for (size_t i = 11; i >= 9 && ret->station == NULL; i--) {
        if (i < count && f[i].n != 0) {
            ret->station = f[i].text;
            ret->station_n = f[i].n;
        }
    }
    if (count == FIELDS_MAX && f[13].n == 2)
        ret->sum = sentence_hex(f[13].text[0], f[13].text[1]);
    return true;
}
