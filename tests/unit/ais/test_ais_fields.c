/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the table of fields, row by row. Rows that gpsd's JSON shows are
 * compared with what gpsdecode 3.22 prints for three random messages
 * (tests/data/ais-golden.txt). The other rows are compared with their offset in ITU-R
 * M.1371-5 annex 8, written down here once more. Every row is also cut short by one
 * bit. */
#include "lib/testlib.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/ais/ais_int.h"
#include "lib/aisgen.h"
#include "lib/aislines.h"
#include "lookout/ais/ais.h"

struct golden {
    char kind[16];
    struct ais_bits bits;
    json_t *said; /* owned */
};
static struct golden golden[256];
static size_t golden_count;

static void keep_bits(void *context, const struct ais_bits *bits)
{
    memcpy(context, bits, sizeof *bits);
}

static int load_golden(void **state)
{
    char *text = test_read_file(test_root_path("tests/data/ais-golden.txt"), NULL);
    if (text == NULL)
        return -1;
    for (char *line = text, *next; *line != '\0'; line = next) {
        char *eol = strchr(line, '\n');
        next = eol + 1;
        *eol = '\0';
        if (*line == '#')
            continue;
        char *sentences = strchr(line, '\t'), *said = strrchr(line, '\t');
        *sentences++ = '\0';
        *said++ = '\0';
        for (char *p = sentences; *p != '\0'; p++)
            if (*p == ' ')
                *p = '\n';
        struct golden *g = &golden[golden_count++];
        snprintf(g->kind, sizeof g->kind, "%s", line);
        if (aislines_each(sentences, strlen(sentences), keep_bits, &g->bits) != 1)
            return -1;
        g->said = json_loads(said, 0, NULL);
        if (g->said == NULL)
            return -1;
    }
    free(text);
    return 0;
}

static int free_golden(void **state)
{
    for (size_t i = 0; i < golden_count; i++)
        json_decref(golden[i].said);
    return 0;
}

/* gpsdecode prints a date as one member; the table has several rows for it. */
static bool is_joined(const struct ais_field *f)
{
    return f->as == AS_TIMESTAMP || f->as == AS_ETA || f->as == AS_DAYTIME;
}

static void check_joined(const struct golden *g, const int32_t *values,
                         const struct ais_field *f)
{
    char text[64];
    const char *key = f->as == AS_ETA ? "eta" : "timestamp";
    if (f->as == AS_TIMESTAMP)
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", values[0],
                 values[1], values[2], values[3], values[4], values[5]);
    else if (f->as == AS_ETA)
        snprintf(text, sizeof text, "%02d-%02dT%02d:%02dZ", values[0], values[1],
                 values[2], values[3]);
    else
        snprintf(text, sizeof text, "%02dT%02d:%02dZ", values[0], values[1], values[2]);
    assert_string_equal(text, json_string_value(json_object_get(g->said, key)));
}

static void check_row(const struct golden *g, const struct ais_message *m,
                      const struct ais_field *f, int32_t value)
{
    const json_t *said = json_object_get(g->said, f->name);
    if (said == NULL)
        fail_msg("%s: gpsd does not say %s", g->kind, f->name);
    if (json_is_integer(said)) {
        /* gpsd prints 0 for all communication states of message 26. */
        if (m->type == 26 && strcmp(f->name, "radio") == 0)
            return;
        if (value != json_integer_value(said))
            fail_msg("%s %s: ours %d, gpsd %lld", g->kind, f->name, value,
                     (long long)json_integer_value(said));
    } else if (json_is_boolean(said)) {
        assert_int_equal(value, json_is_true(said));
    } else if (f->kind == AIS_T && f->as != AS_AID_NAME) {
        char text[600];
        assert_int_equal(ais_message_text(m, f->name, text, sizeof text), 0);
        assert_string_equal(text, json_string_value(said));
    } else if (f->as == AS_PART) {
        assert_string_equal(value == 0 ? "A" : "B", json_string_value(said));
    }
}

/* The rows that gpsd does not show, by their place in the standard. "what" is the name
 * of the form. */
static const struct {
    const char *form, *name;
    int type;
    unsigned offset, width;
    struct {
        unsigned at, width;
        int64_t value;
    } fixed;
} hidden[] = {
    /* clang-format off */
    {"4", "txctl",              4, 138,  1, {0}},  /* 3.2 transmission control */
    {"7", "seqno1",             7,  70,  2, {0}},  /* 3.5 */
    {"7", "seqno2",             7, 102,  2, {0}},
    {"7", "seqno3",            13, 134,  2, {0}},  /* 3.11 */
    {"7", "seqno4",             7, 166,  2, {0}},
    {"9", "alt_sensor",         9, 134,  1, {0}},  /* 3.7 */
    {"9", "assigned",           9, 146,  1, {0}},
    {"18", "assigned",         18, 146,  1, {0}},  /* 3.16 */
    {"21", "assigned",         21, 270,  1, {0}},  /* 3.19 */
    {"23", "txrx",             23, 144,  2, {0}},  /* 3.21 */
    {"24_b", "epfd",           24, 162,  4, {38, 2, 1}}, /* 3.22.2 */
    {"24_b_craft", "epfd",     24, 162,  4, {8, 32, INT64_C(982310001) << 2 | 1}},
    {"26_broadcast", "radio",  26, 220, 20, {38, 2, 0}}, /* 3.24: the last 20 of 240 bits */
    {"26_structured", "radio", 26, 220, 20, {38, 2, 1}},
    {"26_addressed", "radio",  26, 220, 20, {38, 2, 2}},
    {"26_both", "radio",       26, 220, 20, {38, 2, 3}},
    /* clang-format on */
};

static void bits_of(const struct aisgen_bits *from, struct ais_bits *to)
{
    memset(to, 0, sizeof *to);
    memcpy(to->bytes, from->bytes, sizeof from->bytes);
    to->count = from->count;
}

static bool is_hidden_row_right(size_t i)
{
    for (int64_t value = 0; value < 2; value++) {
        /* Ones around a zero field, zeros around ones. */
        struct aisgen_bits b;
        aisgen_clear(&b);
        int64_t inside = value != 0 ? (INT64_C(1) << hidden[i].width) - 1 : 0;
        while (b.count < 240)
            aisgen_put(&b, 1, value == 0);
        aisgen_set(&b, 0, 6, hidden[i].type);
        aisgen_set(&b, hidden[i].fixed.at, hidden[i].fixed.width, hidden[i].fixed.value);
        aisgen_set(&b, hidden[i].offset, hidden[i].width, inside);
        if (hidden[i].type != 26)
            aisgen_resize(&b, hidden[i].offset + hidden[i].width);
        if (hidden[i].type == 23 || hidden[i].type == 9)
            aisgen_resize(&b, 168);
        struct ais_bits bits;
        struct ais_message m;
        bits_of(&b, &bits);
        int32_t got = -1;
        if (ais_decode(&bits, &m) != 0 || strcmp(m.form->what, hidden[i].form) != 0 ||
            ais_message_value(&m, hidden[i].name, &got) != 0 || got != inside)
            return false;
    }
    return true;
}

static void test_hidden_rows(void **state)
{
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (!is_hidden_row_right(i))
            fail_msg("%s %s is not at bit %u", hidden[i].form, hidden[i].name,
                     hidden[i].offset);
}

static bool is_seen_elsewhere(const struct ais_form *form, unsigned row)
{
    const struct ais_field *f = &form->rows[row];
    if (strcmp(f->name, "repeat") == 0 || strcmp(f->name, "mmsi") == 0 ||
        strcmp(f->name, "name_extension") == 0)
        return true; /* the golden vectors have them outside the rows */
    for (unsigned i = row > 5 ? row - 5 : 0; i < row; i++)
        if (is_joined(&form->rows[i]))
            return true;
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (strcmp(hidden[i].form, form->what) == 0 &&
            strcmp(hidden[i].name, f->name) == 0)
            return true;
    return false;
}

static void check_rows(const struct golden *g, const struct ais_message *m,
                       const struct ais_form *form, const int32_t *values)
{
    for (unsigned i = 0; i < form->row_count; i++) {
        const struct ais_field *f = &form->rows[i];
        if (f->as == AS_DATA && m->sub != NULL)
            continue;
        if (is_joined(f))
            check_joined(g, values + i, f);
        else if (f->as != AS_HIDDEN)
            check_row(g, m, f, values[i]);
        else if (strcmp(f->name, "repeat") == 0 || strcmp(f->name, "mmsi") == 0)
            assert_int_equal(values[i],
                             json_integer_value(json_object_get(g->said, f->name)));
    }
}

static void test_every_row_has_a_golden_vector(void **state)
{
    const struct ais_form *seen[256] = {0};
    size_t seen_count = 0;
    for (size_t i = 0; i < golden_count; i++) {
        struct ais_message m;
        assert_int_equal(ais_decode(&golden[i].bits, &m), 0);
        assert_int_equal(m.count, m.form->row_count);
        check_rows(&golden[i], &m, m.form, m.values);
        seen[seen_count++] = m.form;
        if (m.sub != NULL) {
            check_rows(&golden[i], &m, m.sub, m.values + ais_sub_base(&m));
            seen[seen_count - 1] = m.sub;
        }
    }
    const struct ais_form *form;
    for (size_t i = 0; (form = ais_form_at(i)) != NULL; i++) {
        bool is_seen = false;
        for (size_t k = 0; k < seen_count; k++)
            is_seen = is_seen || seen[k] == form;
        if (!is_seen)
            fail_msg("no golden vector for form %s", form->what);
        for (unsigned k = 0; k < form->row_count; k++)
            if (form->rows[k].as == AS_HIDDEN && !is_seen_elsewhere(form, k))
                fail_msg("no proof of %s %s", form->what, form->rows[k].name);
    }
}

/* The message is cut so that the row's last bit is missing: the row is absent, and the
 * rows before it have not changed. It is cut right behind the row: the row is there. */
static void check_cut(const struct golden *g, const struct ais_message *whole,
                      const struct ais_form *form, const int32_t *values, unsigned row)
{
    const struct ais_field *f = &form->rows[row];
    unsigned need = ais_field_need(f);
    if (need <= whole->form->least || need <= form->least || f->kind == AIS_TAIL ||
        f->width == 0 || (form != whole->form && form->bits != 360 && form->bits != 352))
        return;
    struct ais_bits bits = g->bits;
    /* The bits behind the end must not matter. */
    memset(bits.bytes + (need + 7) / 8, 0xff, sizeof bits.bytes - (need + 7) / 8);
    struct ais_message m;
    int32_t value;
    bits.count = need;
    assert_int_equal(ais_decode(&bits, &m), 0);
    if (f->kind <= AIS_I) {
        assert_int_equal(ais_message_value(&m, f->name, &value), 0);
        assert_int_equal(value, values[row]);
    }
    bits.count = need - 1;
    assert_int_equal(ais_decode(&bits, &m), 0);
    for (unsigned i = 0; i < row; i++)
        assert_int_equal((form == m.form ? m.values : m.values + ais_sub_base(&m))[i],
                         values[i]);
    if (f->kind <= AIS_I)
        assert_int_equal(ais_message_value(&m, f->name, &value), ERR_NOT_FOUND);
}

static void test_every_row_cut_short(void **state)
{
    for (size_t i = 0; i < golden_count; i++) {
        struct ais_message m;
        assert_int_equal(ais_decode(&golden[i].bits, &m), 0);
        for (unsigned row = 0; row < m.form->row_count; row++)
            check_cut(&golden[i], &m, m.form, m.values, row);
        for (unsigned row = 0; m.sub != NULL && row < m.sub->row_count; row++)
            check_cut(&golden[i], &m, m.sub, m.values + ais_sub_base(&m), row);
    }
}

/* The order of rows lets the decoder stop at the first cut row; widths fit in a word;
 * there is room for all values; names have gpsd's form. */
static void test_table_is_sound(void **state)
{
    const struct ais_form *form;
    unsigned rows = 0;
    for (size_t i = 0; (form = ais_form_at(i)) != NULL; i++) {
        unsigned need = 0;
        uint32_t says = 0;
        assert_true(form->row_count + 40u <= AIS_VALUES_MAX);
        for (unsigned k = 0; k < form->row_count; k++, rows++) {
            const struct ais_field *f = &form->rows[k];
            if (f->kind != AIS_TAIL) {
                assert_true(ais_field_need(f) >= need);
                need = ais_field_need(f);
            }
            assert_true(f->kind > AIS_TAIL || f->width <= 32);
            assert_true(f->kind != AIS_I || f->width > 1);
            assert_true(f->as < AS_COUNT && f->says < SAYS_COUNT);
            char key[AIS_KEY_BYTES + 1];
            snprintf(key, sizeof key, ",\"%s\":", f->name);
            assert_int_equal(strlen(key), f->key_length);
            assert_memory_equal(key, f->key, f->key_length);
            assert_true(strlen(f->clause) > 0);
            assert_true(form->row_count < 2 || k == 0 ||
                        strcmp(f->name, form->rows[k - 1].name) != 0);
            if (f->says != SAYS_NOTHING) {
                assert_true(f->kind <= AIS_I || f->kind == AIS_T);
                assert_true(k < 32);
                says |= UINT32_C(1) << k;
            }
        }
        assert_int_equal(form->says, says);
        assert_true(form->least <= form->bits);
    }
    print_message("%u rows\n", rows);
}

static void test_types_and_lengths_refused(void **state)
{
    struct ais_message m;
    struct ais_bits bits = {.count = 168};
    assert_int_equal(ais_decode(&bits, &m), ERR_UNSUPPORTED);
    for (unsigned type = 28; type < 64; type++) {
        bits.bytes[0] = (uint8_t)(type << 2);
        assert_int_equal(ais_decode(&bits, &m), ERR_UNSUPPORTED);
    }
    /* part numbers 2 and 3 of message 24 are not defined */
    bits.bytes[0] = 24 << 2;
    bits.bytes[4] = 2;
    assert_int_equal(ais_decode(&bits, &m), ERR_UNSUPPORTED);
    for (unsigned type = 1; type <= 27; type++) {
        memset(&bits, 0, sizeof bits);
        bits.bytes[0] = (uint8_t)(type << 2);
        unsigned least = 0;
        for (bits.count = 0; bits.count < 1008; bits.count++) {
            int status = ais_decode(&bits, &m);
            if (status == 0)
                break;
            assert_int_equal(status, ERR_RANGE);
            least = bits.count + 1;
        }
        assert_true(least >= 38 && least == m.form->least);
    }
}

TEST_MAIN(load_golden, free_golden, TEST(test_table_is_sound),
          TEST(test_every_row_has_a_golden_vector), TEST(test_hidden_rows),
          TEST(test_every_row_cut_short), TEST(test_types_and_lengths_refused))
