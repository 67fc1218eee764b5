/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a message as one JSON object with gpsd's names, scaling and words, by the rows
 * that decoded it. Memory for the longest object is reserved once; the writers then only
 * move a pointer. No locale, no printf. */
#include "lookout/ais/ais.h"

#include <math.h>

#include "ais_int.h"
#include "json_int.h"

/* The largest size of an object: a text of AIS_BITS_MAX bits with every character
 * escaped, or that many bits in hex, and some 45 rows of at most 120 characters. */
enum { OBJECT_BYTES = 2 * (AIS_BITS_MAX / 6) + AIS_BITS_MAX / 4 + 45 * 120 + 512 };

static void put_key(struct writer *w, const struct ais_field *f)
{
    if (f->as == AS_TIMESTAMP || f->as == AS_DAYTIME) {
        PUT(w, ",\"timestamp\":");
    } else if (f->as == AS_ETA) {
        PUT(w, ",\"eta\":");
    } else {
        memcpy(w->at, f->key, AIS_KEY_BYTES);
        w->at += f->key_length;
    }
}

static void put_trimmed(struct writer *w, const char *text, size_t n)
{
    while (n > 0 && text[n - 1] == ' ')
        n--;
    put_quoted(w, text, n);
}

static void put_field_text(struct writer *w, const struct ais_field *f)
{
    char text[AIS_BITS_MAX / 6];
    put_trimmed(w, text, ais_field_text(w->message, f, text, sizeof text));
}

/* The extension continues the name when all its 20 characters are used. */
static void put_aid_name(struct writer *w, const struct ais_field *f)
{
    const struct ais_message *m = w->message;
    const struct ais_field *extension = &m->form->rows[m->form->row_count - 1];
    char text[20 + AIS_BITS_MAX / 6];
    size_t n = ais_field_text(m, f, text, 20);
    if (n == 20 && m->count == m->form->row_count)
        n += ais_field_text(m, extension, text + n, sizeof text - n);
    put_trimmed(w, text, n);
}

/* "bits:hex", the last byte filled with zeros. */
static void put_data(struct writer *w, const struct ais_field *f)
{
    static const char hex[] = "0123456789abcdef";
    const struct ais_bits *bits = w->message->bits;
    unsigned end = bits->count - f->width;
    *w->at++ = '"';
    put_unsigned(w, end - f->offset, 1);
    *w->at++ = ':';
    for (unsigned at = f->offset; at < end; at += 8) {
        unsigned left = end - at < 8 ? end - at : 8;
        unsigned byte = (unsigned)ais_bits_at(bits, at, left) << (8 - left);
        *w->at++ = hex[byte >> 4];
        *w->at++ = hex[byte & 15];
    }
    *w->at++ = '"';
}

static void put_scaled(struct writer *w, const struct ais_scale *s, int32_t raw)
{
    static const int32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    int64_t n = ((int64_t)raw + s->add) * powers[s->digits];
    int64_t size = n < 0 ? -n : n;
    int64_t whole = size / s->divide, rest = size % s->divide;
    if (2 * rest > s->divide)
        whole++;
    else if (2 * rest == s->divide && rest != 0) {
        /* Half a unit of the last digit: printf rounds the nearest double, which is
         * slightly above or below the value, or rounds to even when it is exact. Ten
         * times a double is exact in long double. */
        long double near =
            (long double)((double)(size / powers[s->digits]) / (double)s->divide) *
            (long double)powers[s->digits];
        whole = (int64_t)rintl(near);
    }
    if (s->quoted)
        *w->at++ = '"';
    put_decimal(w, n < 0 ? -whole : whole, s->digits);
    if (s->quoted)
        *w->at++ = '"';
}

/* ROT_AIS = 4.733 sqrt(degrees per minute), with the sign of the turn. gpsd gives it as a
 * text of two digits. */
static void put_turn(struct writer *w, int32_t raw)
{
    if (raw == -128) {
        PUT(w, "\"n/a\"");
    } else if (raw == -127) {
        PUT(w, "\"fastleft\"");
    } else if (raw == 127) {
        PUT(w, "\"fastright\"");
    } else {
        double root = raw / 4.733;
        double hundredths = root * root * 100;
        *w->at++ = '"';
        put_decimal(w, (raw < 0 ? -1 : 1) * (int64_t)(hundredths + 0.5), 2);
        *w->at++ = '"';
    }
}

/* The value, or a word for the two highest numbers of its field. */
static void put_capped(struct writer *w, const struct ais_field *f, int32_t raw)
{
    if (raw == f->none)
        PUT(w, "\"nan\"");
    else if (raw == f->none - 1 && f->as == AS_ALTITUDE)
        PUT(w, "\"high\"");
    else if (raw == f->none - 1)
        PUT(w, "\"fast\"");
    else if (f->as == AS_SPEED)
        put_decimal(w, raw, 1);
    else
        put_int(w, raw);
}

static void put_joined(struct writer *w, const int32_t *values, const char *pattern)
{
    *w->at++ = '"';
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '4')
            put_unsigned(w, (uint32_t)*values++, 4);
        else if (*pattern == '2')
            put_unsigned(w, (uint32_t)*values++, 2);
        else
            *w->at++ = *pattern;
    }
    *w->at++ = '"';
}

static void put_labelled(struct writer *w, const struct ais_field *f, int32_t raw)
{
    const struct ais_labels *l = &ais_labels_of[f->as - AS_LABELLED];
    const char *word = l->invalid;
    if (f->as == AS_INLAND_TYPE)
        word = labels_inland_type(raw);
    else if ((uint32_t)raw < l->count)
        word = l->words[raw];
    if (l->is_word && w->scaled) {
        put_quoted(w, word, strlen(word));
        return;
    }
    put_int(w, raw);
    if (!l->is_word && (w->scaled || f->as != AS_STATUS_LONG_RANGE)) {
        put_key(w, f);
        w->at -= 2; /* the quote and the colon */
        PUT(w, "_text\":");
        put_quoted(w, word, strlen(word));
    }
}

static void put_value(struct writer *w, const struct ais_field *f, const int32_t *values)
{
    switch (f->as) {
    case AS_BOOL:
        if (*values != 0)
            PUT(w, "true");
        else
            PUT(w, "false");
        return;
    case AS_TEXT:
        put_field_text(w, f);
        return;
    case AS_AID_NAME:
        put_aid_name(w, f);
        return;
    case AS_DATA:
        put_data(w, f);
        return;
    case AS_PART:
        put_quoted(w, *values == 0 ? "A" : "B", 1);
        return;
    case AS_TIMESTAMP:
        put_joined(w, values, "4-2-2T2:2:2Z");
        return;
    case AS_ETA:
        put_joined(w, values, "2-2T2:2Z");
        return;
    case AS_DAYTIME:
        put_joined(w, values, "2T2:2Z");
        return;
    default:
        break;
    }
    if (f->as >= AS_LABELLED)
        put_labelled(w, f, *values);
    else if (!w->scaled || f->as == AS_INT)
        put_int(w, *values);
    else if (f->as >= AS_SCALED)
        put_scaled(w, &ais_scale_of[f->as - AS_SCALED], *values);
    else if (f->as == AS_TURN)
        put_turn(w, *values);
    else
        put_capped(w, f, *values);
}

/* Rows that belong to one member. */
static unsigned rows_joined(const struct ais_field *f)
{
    switch (f->as) {
    case AS_TIMESTAMP:
        return 6;
    case AS_ETA:
        return 4;
    case AS_DAYTIME:
        return 3;
    default:
        return 1;
    }
}

static void put_rows(struct writer *w, const struct ais_form *form, const int32_t *values,
                     unsigned count)
{
    for (unsigned i = 0; i < form->row_count; i++) {
        const struct ais_field *f = &form->rows[i];
        if (f->as == AS_HIDDEN || (f->as == AS_DATA && w->message->sub != NULL))
            continue;
        if (i + rows_joined(f) <= count) {
            put_key(w, f);
            put_value(w, f, values + i);
        } else if (form->zero_rest) {
            put_key(w, f);
            *w->at++ = '0';
        }
    }
}

int ais_message_json(const struct ais_message *message, const struct report *report,
                     bool scaled, struct buf *out)
{
    int rc = buf_reserve(out, OBJECT_BYTES);
    if (rc != 0)
        return rc;
    struct writer w = {out->data + out->length, message, scaled};
    PUT(&w, "{\"class\":\"AIS\",\"type\":");
    put_unsigned(&w, message->type, 1);
    PUT(&w, ",\"repeat\":");
    put_unsigned(&w, message->repeat, 1);
    PUT(&w, ",\"mmsi\":");
    put_unsigned(&w, message->mmsi, 1);
    if (scaled)
        PUT(&w, ",\"scaled\":true");
    else
        PUT(&w, ",\"scaled\":false");
    put_rows(&w, message->form, message->values, message->count);
    if (message->sub != NULL)
        put_rows(&w, message->sub, message->values + ais_sub_base(message),
                 message->sub_count);
    if (report != NULL)
        put_origin(&w, report);
    *w.at++ = '}';
    *w.at = '\0';
    out->length = (size_t)(w.at - out->data);
    return 0;
}
