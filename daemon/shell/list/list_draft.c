/* SPDX-License-Identifier: Apache-2.0 */
/* A ship while its row is read: texts are cleaned, numbers checked. A wrong number is
 * left out; the row stays when it has another key. */
#include <stdlib.h>
#include <string.h>

#include "list_int.h"
#include "lookout/base/array.h"
#include "lookout/base/text.h"
#include "lookout/base/units.h"
#include "lookout/track/vessel.h"

enum { TEXT_BYTES = 1024, NAME_BYTES = 200 };

void list_draft_begin(struct list_reader *r)
{
    list_draft_finish(r);
    r->draft.imo_count = r->draft.wrong_count = 0;
    r->draft.rc = 0;
}

void list_draft_finish(struct list_reader *r)
{
    list_free_ship(&r->draft.ship);
}

/* --- texts --- */

void list_draft_set(struct list_reader *r, char **member, const char *text)
{
    char clean[TEXT_BYTES];
    size_t room = member == &r->draft.ship.note ? TEXT_BYTES : NAME_BYTES;
    if (text_clean(text, strlen(text), clean, room) == 0)
        return;
    char *copy = strdup(clean);
    if (copy == NULL) {
        r->draft.rc = ERR_NOMEM;
        return;
    }
    free(*member);
    *member = copy;
}

void list_draft_add(struct list_reader *r, struct list_texts *texts, const char *text)
{
    char clean[TEXT_BYTES];
    if (text_clean(text, strlen(text), clean, sizeof clean) != 0 &&
        list_add_text(texts, clean) != 0)
        r->draft.rc = ERR_NOMEM;
}

void list_draft_split(struct list_reader *r, struct list_texts *texts, const char *text,
                      const char *separators)
{
    while (*text != '\0') {
        char part[TEXT_BYTES];
        size_t n = strcspn(text, separators);
        text_copy(part, n < sizeof part ? n + 1 : sizeof part, text);
        list_draft_add(r, texts, part);
        text += n + (text[n] != '\0');
    }
}

/* --- numbers --- */

static void note_wrong(struct list_draft *d, const char *text, bool is_imo)
{
    if (d->wrong_count == LIST_WRONG_MAX)
        return;
    struct list_wrong *wrong = &d->wrong[d->wrong_count++];
    text_clean(text, strlen(text), wrong->text, sizeof wrong->text);
    wrong->is_imo = is_imo;
}

/* "IMO 9999993" and "IMO9999993" are common in lists; 0 stands for none. */
void list_draft_imo(struct list_reader *r, const char *text)
{
    struct list_draft *d = &r->draft;
    const char *number = text;
    int64_t value = 0;
    if (strncmp(number, "IMO", 3) == 0)
        number += 3 + strspn(number + 3, " :");
    if (*number == '\0')
        return;
    bool is_number = units_parse_int(number, strlen(number), 0, 999999999, &value) == 0;
    if (is_number && value == 0)
        return;
    if (!is_number || value > 9999999 || !vessel_imo_is_valid((uint32_t)value)) {
        note_wrong(d, number, true);
        return;
    }
    for (size_t i = 0; i < d->imo_count; i++)
        if (d->imos[i] == (uint32_t)value)
            return;
    if (d->imo_count < LIST_IMOS_MAX)
        d->imos[d->imo_count++] = (uint32_t)value;
}

static void add_mmsi(struct list_reader *r, uint32_t mmsi)
{
    struct list_ship *ship = &r->draft.ship;
    for (size_t i = 0; i < ship->mmsi_count; i++)
        if (ship->mmsis[i] == mmsi)
            return;
    if (array_extend(&ship->mmsis, ship->mmsi_count, 1, sizeof *ship->mmsis) == 0)
        ship->mmsis[ship->mmsi_count++] = mmsi;
    else
        r->draft.rc = ERR_NOMEM;
}

/* The numbers of "1: 445000001 2: 445000002" are counted by "1:" and "2:". */
static void take_mmsi_word(struct list_reader *r, const char *word, size_t n)
{
    char text[40];
    int64_t value = 0;
    size_t digits = strspn(word, "0123456789");
    if (digits == n - 1 && digits > 0 && word[n - 1] == ':')
        return;
    text_copy(text, n < sizeof text ? n + 1 : sizeof text, word);
    if (strcmp(text, "MMSI") == 0 || strcmp(text, "MMSI:") == 0)
        return;
    bool is_number = units_parse_int(word, n, 0, 999999999, &value) == 0;
    if (is_number && value == 0)
        return;
    if (is_number && value >= 100000000 && vessel_is_ship((uint32_t)value))
        add_mmsi(r, (uint32_t)value);
    else
        note_wrong(&r->draft, text, false);
}

void list_draft_mmsi(struct list_reader *r, const char *text)
{
    static const char between[] = " ;,\t\r\n|/";
    while (*(text += strspn(text, between)) != '\0') {
        size_t n = strcspn(text, between);
        take_mmsi_word(r, text, n);
        text += n;
    }
}

/* --- the end of a row --- */

static bool has_key(const struct list_reader *r)
{
    const struct list_ship *ship = &r->draft.ship;
    bool has_sign = ship->callsign != NULL && ship->name != NULL;
    return r->draft.imo_count != 0 || ship->mmsi_count != 0 || has_sign ||
           (r->options->has_names && ship->name != NULL);
}

static void tell_wrong(struct list_reader *r, bool is_row_left)
{
    char quoted[TEXT_QUOTE_BYTES];
    for (size_t i = 0; i < r->draft.wrong_count; i++) {
        const struct list_wrong *wrong = &r->draft.wrong[i];
        const char *accepts = wrong->is_imo ? LIST_IMO_ACCEPTS : LIST_MMSI_ACCEPTS;
        r->whole->list.wrong_numbers++;
        if (is_row_left && i == 0)
            list_row_fault(r, "the row is left out: %s %s is not %s",
                           wrong->is_imo ? "imo" : "mmsi",
                           text_quote(wrong->text, quoted), accepts);
        else
            list_row_fault(r, "%s %s is left out: it is not %s",
                           wrong->is_imo ? "imo" : "mmsi",
                           text_quote(wrong->text, quoted), accepts);
    }
}

/* Of a CSV of the user's own each such row is told; others have them by the dozen. */
static void leave_keyless(struct list_reader *r)
{
    char quoted[TEXT_QUOTE_BYTES];
    const char *name = r->draft.ship.name;
    r->whole->list
        .left_out[r->draft.wrong_count != 0 ? LIST_LEFT_FAULTY : LIST_LEFT_KEYLESS]++;
    if (r->draft.wrong_count != 0 || r->kind->format != LIST_CSV)
        return;
    if (name == NULL)
        list_row_fault(r, "the row is left out: it has no imo, mmsi or name");
    else
        list_row_fault(r,
                       "the row is left out: name %s is only a name, which other "
                       "ships may have too (accepted: an imo, mmsi or callsign beside "
                       "it, or `names: true` for the list)",
                       text_quote(name, quoted));
}

static char *copy_member(const char *text, int *rc)
{
    char *copy = text != NULL ? strdup(text) : NULL;
    if (text != NULL && copy == NULL)
        *rc = ERR_NOMEM;
    return copy;
}

/* One ship for each IMO number of the row. */
static int add_copy(struct list_reader *r, uint32_t imo)
{
    const struct list_ship *from = &r->draft.ship;
    int rc = 0;
    struct list_ship ship = {.imo = imo,
                             .entry = copy_member(from->entry, &rc),
                             .id = copy_member(from->id, &rc),
                             .name = copy_member(from->name, &rc),
                             .callsign = copy_member(from->callsign, &rc),
                             .flag = copy_member(from->flag, &rc),
                             .note = copy_member(from->note, &rc)};
    if (rc == 0)
        rc = list_add_texts(&ship.aliases, &from->aliases);
    if (rc == 0)
        rc = list_add_texts(&ship.programs, &from->programs);
    if (rc == 0)
        rc = list_add_texts(&ship.owners, &from->owners);
    if (rc == 0)
        rc = list_add_texts(&ship.topics, &from->topics);
    if (rc == 0 && from->mmsi_count != 0) {
        ship.mmsis = malloc(from->mmsi_count * sizeof *ship.mmsis);
        rc = ship.mmsis != NULL ? 0 : ERR_NOMEM;
    }
    if (rc != 0) {
        list_free_ship(&ship);
        return rc;
    }
    if (from->mmsi_count != 0)
        memcpy(ship.mmsis, from->mmsis, from->mmsi_count * sizeof *ship.mmsis);
    ship.mmsi_count = from->mmsi_count;
    return list_add_ship(r, &ship);
}

int list_draft_end(struct list_reader *r)
{
    struct list_draft *d = &r->draft;
    if (d->rc != 0)
        return d->rc;
    /* A further row of a ship that is kept needs no key. */
    bool is_kept = has_key(r) || (d->ship.entry != NULL &&
                                  list_find_entry(r, d->ship.entry) != SIZE_MAX);
    tell_wrong(r, !is_kept);
    if (!is_kept) {
        leave_keyless(r);
        return 0;
    }
    int rc = 0;
    for (size_t i = 0; i + 1 < d->imo_count && rc == 0; i++)
        rc = add_copy(r, d->imos[i]);
    if (rc != 0)
        return rc;
    d->ship.imo = d->imo_count != 0 ? d->imos[d->imo_count - 1] : 0;
    return list_add_ship(r, &d->ship);
}
