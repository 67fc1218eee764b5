/* SPDX-License-Identifier: Apache-2.0 */
/* The values of a datum of a ship that are held. */
#include "lookout/track/held.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/text.h"
#include "watch_int.h"

/* a shorter name may well be another ship's, which a longer one begins with */
#define CUT_LEAST 8
#define LENGTH_APART_M 5

void held_finish(struct held *h)
{
    free(h->text);
    free(h->formers);
    memset(h, 0, sizeof *h);
}

/* --- how values compare --- */

/* 0: it is no value. */
static uint64_t held_key_of(const struct held_value *value)
{
    char normal[WATCH_NORMAL_BYTES];
    if (value->text == NULL)
        return value->number;
    watch_entry_normalise(value->text, normal);
    return normal[0] != '\0' ? hash_text(normal, 0) | 1 : 0;
}

/* Whether a word goes on in the text behind its first n letters and digits. */
static bool goes_word_on(const char *text, size_t n)
{
    char one[WATCH_NORMAL_BYTES];
    for (; *text != '\0' && n > 0; text++) {
        watch_entry_normalise((const char[]){*text, '\0'}, one);
        n -= one[0] != '\0';
    }
    return *text != '\0' && *text != ' ';
}

/* Whether one is the other, cut within a word: providers keep so many characters. */
static bool is_cut_name(const char *a, const char *b)
{
    char normal_a[WATCH_NORMAL_BYTES], normal_b[WATCH_NORMAL_BYTES];
    watch_entry_normalise(a, normal_a);
    watch_entry_normalise(b, normal_b);
    size_t n = strlen(normal_a), m = strlen(normal_b), least = n < m ? n : m;
    return least >= CUT_LEAST && memcmp(normal_a, normal_b, least) == 0 &&
           goes_word_on(n < m ? b : a, least);
}

/* Whether a length is the held one, by what crews and stations make of it. */
static bool is_length_of(uint64_t was_m, uint64_t m)
{
    uint64_t apart_m = was_m > m ? was_m - m : m - was_m;
    return apart_m < LENGTH_APART_M || apart_m * 10 < was_m;
}

static bool is_key_of(enum held_form form, uint64_t was, uint64_t key)
{
    if (was == 0)
        return false;
    return form == HELD_LENGTH ? is_length_of(was, key) : was == key;
}

static bool is_held(const struct held *h, const struct held_value *value, uint64_t key)
{
    return is_key_of(value->form, h->key, key) ||
           (value->form == HELD_NAME && h->text != NULL &&
            is_cut_name(h->text, value->text));
}

/* --- what a message comes to --- */

/* Whether a value that comes to be held now was held lately. */
static bool was_held_lately(const struct held *h, enum held_form form, uint64_t key,
                            int64_t time_ms)
{
    for (size_t i = 0; h->formers != NULL && i < HELD_FORMERS; i++)
        if (is_key_of(form, h->formers[i].key, key) &&
            time_ms - h->formers[i].until_ms <= HELD_BACK_MS)
            return true;
    return false;
}

static void note_former(struct held *h, int64_t time_ms)
{
    size_t at = 0;
    while (at < HELD_FORMERS - 1 && h->formers[at].key != h->key)
        at++;
    memmove(&h->formers[1], &h->formers[0], at * sizeof h->formers[0]);
    h->formers[0] = (struct held_former){h->key, time_ms};
}

/* The next value comes to be held. */
static int hold_next(struct held *h, const struct held_value *value, int64_t time_ms,
                     struct held_change *ret)
{
    char *text = value->text != NULL ? strdup(value->text) : NULL;
    bool needs_formers = h->key != 0 && h->formers == NULL;
    struct held_former *formers =
        needs_formers ? calloc(HELD_FORMERS, sizeof *formers) : h->formers;
    if ((value->text != NULL && text == NULL) || (needs_formers && formers == NULL)) {
        free(text);
        if (needs_formers)
            free(formers);
        return ERR_NOMEM;
    }
    h->formers = formers;
    ret->step = HELD_CHANGED;
    if (h->key == 0)
        ret->step = HELD_FIRST;
    else if (was_held_lately(h, value->form, h->next_key, time_ms))
        ret->step = HELD_AGAIN;
    ret->since_ms = h->next_ms;
    ret->messages = h->next_messages;
    ret->from_number = held_number(h);
    text_copy(ret->from_text, sizeof ret->from_text, held_text(h));
    ret->from_since_ms = h->since_ms;
    ret->from_last_ms = h->last_ms;
    if (h->key != 0)
        note_former(h, time_ms);
    free(h->text);
    h->text = text;
    h->key = h->next_key;
    h->since_ms = h->next_ms;
    h->last_ms = time_ms;
    h->next_key = 0;
    return 0;
}

int held_hear(struct held *h, const struct held_value *value, int64_t time_ms,
              struct held_change *ret_change)
{
    uint64_t key = held_key_of(value);
    *ret_change = (struct held_change){.step = HELD_NOTHING};
    if (key == 0)
        return 0;
    if (is_held(h, value, key)) {
        h->last_ms = time_ms;
        h->next_key = 0;
        return 0;
    }
    if (!is_key_of(value->form, h->next_key, key)) {
        h->next_key = key;
        h->next_ms = time_ms;
        h->next_messages = 1;
        return 0;
    }
    h->next_messages++;
    return time_ms - h->next_ms >= HELD_AFTER_MS
               ? hold_next(h, value, time_ms, ret_change)
               : 0;
}

uint32_t held_number(const struct held *h)
{
    return h->text == NULL ? (uint32_t)h->key : 0;
}

const char *held_text(const struct held *h)
{
    return h->text != NULL ? h->text : "";
}

void held_clamp(struct held *h, int64_t now_ms)
{
    time_clamp(&h->since_ms, now_ms);
    time_clamp(&h->last_ms, now_ms);
    time_clamp(&h->next_ms, now_ms);
    for (size_t i = 0; h->formers != NULL && i < HELD_FORMERS; i++)
        time_clamp(&h->formers[i].until_ms, now_ms);
}

/* --- saved state --- */

enum { SAVED_HELD = 1, SAVED_TEXT = 2, SAVED_NEXT = 4 };

void held_save(const struct held *h, struct wire_writer *w)
{
    uint64_t formers = 0;
    while (h->formers != NULL && formers < HELD_FORMERS && h->formers[formers].key != 0)
        formers++;
    wire_put_u64(w, (h->key != 0 ? SAVED_HELD : 0u) |
                        (h->text != NULL ? SAVED_TEXT : 0u) |
                        (h->next_key != 0 ? SAVED_NEXT : 0u));
    if (h->key != 0) {
        wire_put_u64(w, h->key);
        wire_put_i64(w, h->since_ms);
        wire_put_i64(w, h->last_ms);
    }
    if (h->text != NULL)
        wire_put_text(w, h->text);
    if (h->next_key != 0) {
        wire_put_u64(w, h->next_key);
        wire_put_i64(w, h->next_ms);
        wire_put_u64(w, h->next_messages);
    }
    wire_put_u64(w, formers);
    for (uint64_t i = 0; i < formers; i++) {
        wire_put_u64(w, h->formers[i].key);
        wire_put_i64(w, h->formers[i].until_ms);
    }
}

static int load_formers(struct held *h, struct wire_reader *r)
{
    uint64_t count = wire_get_limited(r, HELD_FORMERS);
    if (count == 0)
        return 0;
    h->formers = calloc(HELD_FORMERS, sizeof *h->formers);
    if (h->formers == NULL)
        return ERR_NOMEM;
    for (uint64_t i = 0; i < count; i++) {
        h->formers[i].key = wire_get_u64(r);
        h->formers[i].until_ms = wire_get_time(r);
    }
    return 0;
}

int held_load(struct held *h, struct wire_reader *r)
{
    uint64_t has = wire_get_limited(r, SAVED_HELD | SAVED_TEXT | SAVED_NEXT);
    int rc = 0;
    if ((has & SAVED_HELD) != 0) {
        h->key = wire_get_u64(r);
        h->since_ms = wire_get_time(r);
        h->last_ms = wire_get_time(r);
    }
    if ((has & SAVED_TEXT) != 0) {
        char text[HELD_TEXT_BYTES];
        wire_get_text(r, text, sizeof text);
        h->text = strdup(text);
        rc = h->text != NULL ? 0 : ERR_NOMEM;
    }
    if ((has & SAVED_NEXT) != 0) {
        h->next_key = wire_get_u64(r);
        h->next_ms = wire_get_time(r);
        h->next_messages = (uint32_t)wire_get_limited(r, UINT32_MAX);
    }
    if (rc == 0)
        rc = load_formers(h, r);
    if (rc == 0 && r->failed)
        rc = ERR_CORRUPT;
    if (rc != 0)
        held_finish(h);
    return rc;
}
