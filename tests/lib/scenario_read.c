/* SPDX-License-Identifier: Apache-2.0 */
/* The scenario language: file to movements and expectations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "scenario_int.h"
#include "testlib.h"

char *scenario_word(char **rest)
{
    char *at = *rest;
    while (*at == ' ' || *at == '\t')
        at++;
    if (*at == '\0')
        return NULL;
    char *word = at;
    if (*at == '"') {
        word++;
        at = strchr(word, '"');
        if (at == NULL)
            return NULL;
    } else {
        while (*at != '\0' && *at != ' ' && *at != '\t')
            at++;
    }
    if (*at != '\0')
        *at++ = '\0';
    *rest = at;
    return word;
}

void scenario_add_line(struct scenario *s, int64_t time_ms, const char *text)
{
    if (s->line_count == s->line_room) {
        s->line_room = s->line_room != 0 ? 2 * s->line_room : 1024;
        s->lines = realloc(s->lines, s->line_room * sizeof *s->lines);
        if (s->lines == NULL)
            abort();
    }
    struct scenario_line made = {time_ms, s->line_count, strdup(text)};
    if (made.text == NULL)
        abort();
    s->lines[s->line_count++] = made;
}

static struct scenario_ship *find_ship(struct scenario *s, const char *key)
{
    for (size_t i = 0; i < s->ship_count; i++)
        if (strcmp(s->ships[i].key, key) == 0)
            return &s->ships[i];
    return NULL;
}

static int add_ship(struct scenario *s, char *rest)
{
    const char *key = scenario_word(&rest);
    if (key == NULL || s->ship_count == SCENARIO_SHIPS || find_ship(s, key) != NULL)
        return 1;
    struct scenario_ship *ship = &s->ships[s->ship_count++];
    memset(ship, 0, sizeof *ship);
    text_copy(ship->key, sizeof ship->key, key);
    ship->type = 70;
    ship->length_m = 90;
    ship->clock_ms = s->start_ms;
    if (scenario_set_members(ship, rest) != 0)
        return 1;
    return ship->mmsi != 0 ? 0 : 1;
}

/* TIME[~TOLERANCE] TYPE SHIP [member=value ...] */
static int add_expected(struct scenario *s, char *rest, int line)
{
    if (s->expected_count == SCENARIO_EXPECTED)
        return 1;
    struct scenario_expected *e = &s->expected[s->expected_count++];
    memset(e, 0, sizeof *e);
    e->line = line;
    char *time = scenario_word(&rest);
    char *tilde = time != NULL ? strchr(time, '~') : NULL;
    if (tilde != NULL) {
        *tilde = '\0';
        if (units_parse_duration(tilde + 1, strlen(tilde + 1), &e->tolerance_ms) != 0)
            return 1;
    }
    const char *type = scenario_word(&rest), *ship = scenario_word(&rest);
    if (time == NULL || type == NULL || ship == NULL ||
        time_parse(time, strlen(time), &e->time_ms) != 0 ||
        (strcmp(ship, "-") != 0 && find_ship(s, ship) == NULL))
        return 1;
    text_copy(e->type, sizeof e->type, type);
    text_copy(e->ship, sizeof e->ship, ship);
    e->members = strdup(rest);
    return e->members != NULL ? 0 : 1;
}

enum block { BLOCK_NONE, BLOCK_CONFIG, BLOCK_ZONES, BLOCK_EXPECT };

static int statement(struct scenario *s, char *text, int line, enum block *block)
{
    char *rest = text;
    char *word = scenario_word(&rest);
    if (strcmp(word, "config") == 0) {
        *block = BLOCK_CONFIG;
    } else if (strcmp(word, "zones") == 0) {
        *block = BLOCK_ZONES;
        s->has_zones = true;
    } else if (strcmp(word, "expect") == 0) {
        *block = BLOCK_EXPECT;
        s->has_expected = true;
    } else if (strcmp(word, "start") == 0) {
        word = scenario_word(&rest);
        return word != NULL && time_parse(word, strlen(word), &s->start_ms) == 0 ? 0 : 1;
    } else if (strcmp(word, "every") == 0) {
        word = scenario_word(&rest);
        return word != NULL && units_parse_duration(word, strlen(word), &s->every_ms) == 0
                   ? 0
                   : 1;
    } else if (strcmp(word, "twice") == 0) {
        word = scenario_word(&rest);
        return word != NULL && units_parse_duration(word, strlen(word), &s->twice_ms) == 0
                   ? 0
                   : 1;
    } else if (strcmp(word, "ship") == 0) {
        return add_ship(s, rest);
    } else if (strcmp(word, "raw") == 0) {
        int64_t time_ms;
        const char *time = scenario_word(&rest), *raw = scenario_word(&rest);
        if (time == NULL || raw == NULL || time_parse(time, strlen(time), &time_ms) != 0)
            return 1;
        char copy[1024];
        snprintf(copy, sizeof copy, "%s\r\n", raw);
        scenario_add_line(s, time_ms, copy);
    } else {
        struct scenario_ship *ship = find_ship(s, word);
        char *verb = scenario_word(&rest);
        return ship == NULL || verb == NULL ? 1 : scenario_act(s, ship, verb, rest, line);
    }
    return 0;
}

static int take_line(struct scenario *s, char *text, int line, enum block *block)
{
    if (*block != BLOCK_NONE && strcmp(text, "end") == 0) {
        *block = BLOCK_NONE;
        return 0;
    }
    if (*block == BLOCK_CONFIG || *block == BLOCK_ZONES) {
        struct buf *to = *block == BLOCK_CONFIG ? &s->config : &s->zones;
        return buf_printf(to, "%s\n", text) != 0;
    }
    char *hash = strchr(text, '#');
    if (hash != NULL && (hash == text || hash[-1] == ' '))
        *hash = '\0';
    if (text[strspn(text, " \t")] == '\0')
        return 0;
    return *block == BLOCK_EXPECT ? add_expected(s, text, line)
                                  : statement(s, text, line, block);
}

static int compare_lines(const void *a, const void *b)
{
    const struct scenario_line *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

struct scenario *scenario_read(const char *path)
{
    char *text = test_read_file(path, NULL);
    struct scenario *s = calloc(1, sizeof *s);
    enum block block = BLOCK_NONE;
    int line = 0, bad = text == NULL || s == NULL;
    if (bad) {
        fprintf(stderr, "%s cannot be read\n", path);
        free(text);
        free(s);
        return NULL;
    }
    s->path = strdup(path);
    s->every_ms = 10 * MINUTE_MS;
    for (char *at = text; *at != '\0' && !bad;) {
        char *end = at + strcspn(at, "\n");
        bool is_last = *end == '\0';
        *end = '\0';
        line++;
        bad = take_line(s, at, line, &block);
        if (bad)
            fprintf(stderr, "%s:%d: cannot be read\n", path, line);
        at = is_last ? end : end + 1;
    }
    free(text);
    if (!bad && (block != BLOCK_NONE || !s->has_expected || s->line_count == 0)) {
        fprintf(stderr, "%s: a block is open, nothing is expected or nothing happens\n",
                path);
        bad = 1;
    }
    if (bad) {
        scenario_free(s);
        return NULL;
    }
    qsort(s->lines, s->line_count, sizeof *s->lines, compare_lines);
    return s;
}

void scenario_free(struct scenario *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->line_count; i++)
        free(s->lines[i].text);
    for (size_t i = 0; i < s->expected_count; i++)
        free(s->expected[i].members);
    free(s->lines);
    buf_finish(&s->config);
    buf_finish(&s->zones);
    free(s->path);
    free(s);
}
