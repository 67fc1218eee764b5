/* SPDX-License-Identifier: Apache-2.0 */
/* SDN.CSV and CONS_PRIM.CSV of OFAC, the sanctions office of the United States: no
 * header, twelve columns, "-0-" for nothing. Remarks that do not fit go on in
 * SDN_COMMENTS.CSV, further names are in ALT.CSV; both name the entry in their first
 * column. (OFAC, "Data formats for SDN data: DAT_SPEC.TXT".) */
#include <stdlib.h>
#include <string.h>

#include "list_int.h"
#include "lookout/base/hash.h"
#include "lookout/base/text.h"

/* clang-format off */
enum column { COLUMN_ENTRY, COLUMN_NAME, COLUMN_TYPE, COLUMN_PROGRAM, COLUMN_TITLE, COLUMN_CALLSIGN, COLUMN_SHIP_TYPE,
              COLUMN_TONNAGE, COLUMN_GRT, COLUMN_FLAG, COLUMN_OWNER, COLUMN_REMARKS, COLUMNS };
/* clang-format on */
enum { ALT_COLUMNS = 5, ALT_NAME = 3 };

/* What the files beside the list say of an entry. */
struct further {
    struct further *next; /* owned: of the same entry, in the order of the file */
    char text[];
};
struct ofac {
    struct map remarks, names; /* hash of an entry -> owned struct further */
};

/* "-0- " means nothing. */
static const char *known_text(const char *text)
{
    return strcmp(text, "-0-") == 0 ? "" : text;
}

static const char *known_field(const struct list_reader *r, enum column column)
{
    return known_text(list_row_field(r, (size_t)column));
}

/* --- recognising --- */

static bool is_number(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

static bool is_ofac(const struct list_head *head)
{
    static const char *const types[] = {"-0-", "individual", "entity", "vessel",
                                        "aircraft"};
    struct csv csv;
    bool is_it = false;
    csv_init(&csv, head->text, head->n, ',');
    if (csv_next(&csv) == 1 && csv.count == COLUMNS &&
        is_number(csv.fields[COLUMN_ENTRY].text))
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            is_it = is_it || text_equal_fold(csv.fields[COLUMN_TYPE].text, types[i]);
    csv_finish(&csv);
    return is_it;
}

/* --- the files beside it --- */

static uint64_t further_key(const char *entry)
{
    return hash_text(entry, 0) | 1;
}

static int add_further(struct map *map, const char *entry, const char *text)
{
    size_t n = strlen(text) + 1;
    struct further *made = malloc(sizeof *made + n);
    if (made == NULL)
        return ERR_NOMEM;
    made->next = NULL;
    memcpy(made->text, text, n);
    struct further *last = map_get(map, further_key(entry));
    while (last != NULL && last->next != NULL)
        last = last->next;
    if (last != NULL) {
        last->next = made;
        return 0;
    }
    int rc = map_set(map, further_key(entry), made);
    if (rc != 0)
        free(made);
    return rc;
}

static void free_further(struct map *map)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(map, &cursor, &key, &value))
        for (struct further *at = value, *next; at != NULL; at = next) {
            next = at->next;
            free(at);
        }
    map_finish(map);
}

/* The texts of a column, by the entry in the first one. */
static int read_beside(const struct buf *text, size_t columns, size_t column,
                       struct map *map)
{
    struct csv csv;
    int rc = 0, next;
    if (text == NULL)
        return 0;
    csv_init(&csv, buf_text(text), text->length, ',');
    while ((next = csv_next(&csv)) > 0 && rc == 0)
        if (csv.count >= columns && is_number(csv.fields[0].text))
            rc =
                add_further(map, csv.fields[0].text, known_text(csv.fields[column].text));
    csv_finish(&csv);
    return next < 0 ? next : rc;
}

static int begin_ofac(struct list_reader *r)
{
    struct ofac *own = calloc(1, sizeof *own);
    if (own == NULL)
        return ERR_NOMEM;
    map_init(&own->remarks);
    map_init(&own->names);
    r->own = own;
    r->columns = COLUMNS;
    int rc = read_beside(r->comments, 2, 1, &own->remarks);
    return rc != 0 ? rc : read_beside(r->others, ALT_COLUMNS - 1, ALT_NAME, &own->names);
}

static void finish_ofac(struct list_reader *r)
{
    struct ofac *own = r->own;
    if (own == NULL)
        return;
    free_further(&own->remarks);
    free_further(&own->names);
    free(own);
}

/* --- remarks --- */

static void take_imo(struct list_reader *r, const char *text)
{
    list_draft_imo(r, text);
}

static void take_mmsi(struct list_reader *r, const char *text)
{
    list_draft_mmsi(r, text);
}

static void take_owner(struct list_reader *r, const char *text)
{
    list_draft_add(r, &r->draft.ship.owners, text);
}

/* a.k.a. 'NAME' */
static void take_name(struct list_reader *r, const char *text)
{
    char name[256];
    text += *text == '\'' || *text == '"';
    text_copy(name, sizeof name, text);
    size_t n = strlen(name);
    while (n > 0 && (name[n - 1] == '\'' || name[n - 1] == '"' || name[n - 1] == '.'))
        name[--n] = '\0';
    list_draft_add(r, &r->draft.ship.aliases, name);
}

/* clang-format off */
static const struct {
    const char *begin;
    void (*take)(struct list_reader *r, const char *text);
} remarks[] = {
    {"Vessel Registration Identification IMO", take_imo},
    {"IMO ",      take_imo},
    {"MMSI ",     take_mmsi},
    {"Linked To:", take_owner},
    {"LinkedTo:", take_owner}, /* where the row ended between the words */
    {"a.k.a. ",   take_name},
    {"f.k.a. ",   take_name},
    {"n.k.a. ",   take_name},
};
/* clang-format on */

static void take_remark(struct list_reader *r, const char *text)
{
    text += strspn(text, " ");
    if (strncmp(text, "alt. ", 5) == 0)
        text += 5;
    for (size_t i = 0; i < sizeof remarks / sizeof remarks[0]; i++) {
        size_t n = strlen(remarks[i].begin);
        if (strncmp(text, remarks[i].begin, n) != 0)
            continue;
        remarks[i].take(r, text + n + strspn(text + n, " :"));
        return;
    }
}

/* The remarks stand between ';'; the last one ends with '.'. */
static void take_remarks(struct list_reader *r, char *text)
{
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == ';'))
        n--;
    if (n > 0 && text[n - 1] == '.')
        n--;
    text[n] = '\0';
    for (char *at = text; at != NULL;) {
        char *end = strchr(at, ';');
        if (end != NULL)
            *end = '\0';
        take_remark(r, at);
        at = end != NULL ? end + 1 : NULL;
    }
}

/* --- rows --- */

static int read_remarks(struct list_reader *r, const char *entry)
{
    const struct ofac *own = r->own;
    struct buf all = {0};
    int rc = buf_add_text(&all, known_field(r, COLUMN_REMARKS));
    const struct further *more = map_get(&own->remarks, further_key(entry));
    for (; more != NULL && rc == 0; more = more->next)
        rc = buf_add_text(&all, more->text);
    if (rc == 0 && all.length != 0)
        take_remarks(r, all.data);
    buf_finish(&all);
    return rc;
}

static int read_ofac_ship(struct list_reader *r, const char *text, size_t n)
{
    const struct ofac *own = r->own;
    struct list_ship *ship = &r->draft.ship;
    (void)text;
    (void)n;
    if (r->csv.count < COLUMNS) {
        list_row_leave(r, "it has not the twelve columns of OFAC's lists");
        return 0;
    }
    if (!text_equal_fold(known_field(r, COLUMN_TYPE), "vessel"))
        return 0;
    const char *entry = known_field(r, COLUMN_ENTRY);
    list_draft_begin(r);
    list_draft_set(r, &ship->entry, entry);
    list_draft_set(r, &ship->name, known_field(r, COLUMN_NAME));
    list_draft_split(r, &ship->programs, known_field(r, COLUMN_PROGRAM), "[]");
    list_draft_set(r, &ship->callsign, known_field(r, COLUMN_CALLSIGN));
    list_draft_set(r, &ship->flag, known_field(r, COLUMN_FLAG));
    list_draft_add(r, &ship->owners, known_field(r, COLUMN_OWNER));
    int rc = read_remarks(r, entry);
    const struct further *name = map_get(&own->names, further_key(entry));
    for (; name != NULL; name = name->next)
        list_draft_add(r, &ship->aliases, name->text);
    return rc != 0 ? rc : list_draft_end(r);
}

const struct list_kind list_ofac_kind = {
    .format = LIST_OFAC,
    .name = "ofac",
    .looks = "OFAC's SDN.CSV or CONS_PRIM.CSV: twelve columns without a header",
    .recognise = is_ofac,
    .begin = begin_ofac,
    .row = read_ofac_ship,
    .finish = finish_ofac};
