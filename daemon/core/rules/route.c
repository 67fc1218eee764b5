/* SPDX-License-Identifier: Apache-2.0 */
/* Route patterns: from text to steps, and from steps to words. The NFA is in route_run.c.
 */
#include "lookout/rules/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"

enum { ALTERNATIVES_MAX = 64 };

struct parser {
    const char *text;
    size_t at; /* 0-based */
    const struct ports *ports;
    const struct zone_set *zones;
    struct err *err;
};

/* The alternatives of one step while it is read. */
struct alternatives {
    char *patterns[ALTERNATIVES_MAX]; /* owned */
    bool is_dark[ALTERNATIVES_MAX];   /* with "~" */
    size_t pattern_count;
    uint32_t zones[ALTERNATIVES_MAX];
    uint64_t zone_keys[ALTERNATIVES_MAX];
    uint32_t zone_count;
};

static bool is_route_word_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '.' || c == ':';
}

static char skip_route_blanks(struct parser *p)
{
    while (p->text[p->at] == ' ' || p->text[p->at] == '\t' || p->text[p->at] == '\n')
        p->at++;
    return p->text[p->at];
}

/* The number of bytes of the character at s, in valid UTF-8. */
static size_t character_bytes(const char *s)
{
    size_t n = 1;
    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* Report a fault at the cursor. */
static int fail_here(struct parser *p, const char *expected)
{
    char c = p->text[p->at];
    int col = (int)p->at + 1;
    if (c == '\0')
        return err_set_at(p->err, ERR_SYNTAX, 0, col,
                          "the route ends where %s was expected", expected);
    return err_set_at(p->err, ERR_SYNTAX, 0, col, "'%.*s' where %s was expected",
                      (int)character_bytes(p->text + p->at), p->text + p->at, expected);
}

static int fail_parse(struct parser *p, const char *expected)
{
    skip_route_blanks(p);
    return fail_here(p, expected);
}

/* The word at the cursor, copied; NULL when out of memory. */
static char *take_route_word(struct parser *p, bool has_star)
{
    size_t begin = p->at;
    if (p->text[p->at] == '$')
        p->at++;
    while (is_route_word_char(p->text[p->at]))
        p->at++;
    if (has_star && p->text[p->at] == '*')
        p->at++;
    return strndup(p->text + begin, p->at - begin);
}

static int read_zone(struct parser *p, struct alternatives *alt)
{
    int col = (int)p->at + 1;
    p->at++;
    if (!is_route_word_char(p->text[p->at]))
        return fail_here(p, "the id of a zone or gate");
    char *id = take_route_word(p, false);
    if (id == NULL)
        return ERR_NOMEM;
    int64_t zone = zone_set_find(p->zones, id);
    int rc = 0;
    if (zone < 0)
        rc = err_set_at(p->err, ERR_NOT_FOUND, 0, col, "there is no zone or gate '%s'",
                        id);
    else if (alt->zone_count == ALTERNATIVES_MAX)
        rc = err_set_at(p->err, ERR_LIMIT, 0, col, "more than %d zones in one step",
                        ALTERNATIVES_MAX);
    else {
        alt->zone_keys[alt->zone_count] = hash_text(id, 0);
        alt->zones[alt->zone_count++] = (uint32_t)zone;
    }
    free(id);
    return rc;
}

/* Compile one pattern alone, so that a fault has its own column. */
static int check_pattern(struct parser *p, const char *pattern, int col)
{
    struct port_set *set = NULL;
    struct err detail = {0};
    int rc = port_set_create(p->ports, &pattern, 1, &set, &detail);
    port_set_destroy(set);
    if (rc == 0)
        return 0;
    return err_set_at(p->err, rc, 0, col, "%s",
                      detail.text[0] != '\0' ? detail.text : err_text(rc));
}

/* one := [ "~" ] port | "*" | "@" zone-id */
static int read_alternative(struct parser *p, struct alternatives *alt)
{
    char c = skip_route_blanks(p);
    bool is_dark = c == '~';
    if (c == '@')
        return read_zone(p, alt);
    if (is_dark)
        c = p->text[++p->at];
    int col = (int)p->at + 1;
    bool is_port = c == '$' || is_route_word_char(c);
    if (is_dark && !is_port)
        return fail_here(p, "a port (RUVVO), a country (KP*) or a group ($name)");
    if (c != '*' && !is_port)
        return fail_parse(
            p, "a port (RUVVO), a country (KP*), a group ($name), * or @zone, or ~ and a "
               "port");
    if (alt->pattern_count == ALTERNATIVES_MAX)
        return err_set_at(p->err, ERR_LIMIT, 0, col, "more than %d ports in one step",
                          ALTERNATIVES_MAX);
    char *word = take_route_word(p, true);
    if (word == NULL)
        return ERR_NOMEM;
    alt->is_dark[alt->pattern_count] = is_dark;
    alt->patterns[alt->pattern_count++] = word;
    return check_pattern(p, word, col);
}

static void alternatives_finish(struct alternatives *alt)
{
    for (size_t i = 0; i < alt->pattern_count; i++)
        free(alt->patterns[i]);
}

static int store_step(struct parser *p, const struct alternatives *alt,
                      struct route_step *step)
{
    const char *patterns[ALTERNATIVES_MAX], *dark[ALTERNATIVES_MAX];
    size_t dark_count = 0;
    for (size_t i = 0; i < alt->pattern_count; i++) {
        patterns[i] = alt->patterns[i];
        if (alt->is_dark[i])
            dark[dark_count++] = alt->patterns[i];
    }
    if (dark_count != 0) {
        int rc = port_set_create(p->ports, dark, dark_count, &step->dark, p->err);
        if (rc != 0)
            return rc;
    }
    if (alt->pattern_count != 0) {
        int rc =
            port_set_create(p->ports, patterns, alt->pattern_count, &step->ports, p->err);
        if (rc != 0)
            return rc;
    }
    if (alt->zone_count != 0) {
        step->zones = malloc(alt->zone_count * sizeof *step->zones);
        step->zone_keys = malloc(alt->zone_count * sizeof *step->zone_keys);
        if (step->zones == NULL || step->zone_keys == NULL)
            return ERR_NOMEM;
        memcpy(step->zones, alt->zones, alt->zone_count * sizeof *step->zones);
        memcpy(step->zone_keys, alt->zone_keys,
               alt->zone_count * sizeof *step->zone_keys);
        step->zone_count = alt->zone_count;
    }
    return 0;
}

static int read_alternatives(struct parser *p, struct alternatives *alt)
{
    if (skip_route_blanks(p) != '(')
        return read_alternative(p, alt);
    int rc = 0;
    do {
        p->at++;
        rc = read_alternative(p, alt);
    } while (rc == 0 && skip_route_blanks(p) == '|');
    if (rc == 0 && skip_route_blanks(p) != ')')
        return fail_parse(p, "'|' or ')'");
    if (rc == 0)
        p->at++;
    return rc;
}

/* step := one [ "?" ] | "(" one { "|" one } ")" [ "?" ] */
static int read_step(struct parser *p, struct route_step *step)
{
    struct alternatives alt = {0};
    skip_route_blanks(p);
    size_t begin = p->at;
    int rc = read_alternatives(p, &alt);
    size_t end = p->at;
    if (rc == 0 && skip_route_blanks(p) == '?') {
        end = ++p->at;
        step->is_optional = true;
    }
    if (rc == 0)
        rc = store_step(p, &alt, step);
    if (rc == 0) {
        step->text = strndup(p->text + begin, end - begin);
        rc = step->text != NULL ? 0 : ERR_NOMEM;
    }
    alternatives_finish(&alt);
    return rc;
}

static int read_steps(struct parser *p, struct route *route)
{
    bool is_adjacent = false;
    for (;;) {
        if (route->step_count == ROUTE_STEPS_MAX)
            return err_set_at(p->err, ERR_LIMIT, 0, (int)p->at + 1, "more than %d steps",
                              ROUTE_STEPS_MAX);
        struct route_step *step = &route->steps[route->step_count++];
        step->is_adjacent = is_adjacent;
        int rc = read_step(p, step);
        if (rc != 0)
            return rc;
        char c = skip_route_blanks(p);
        if (c == '\0')
            return 0;
        if (c != '>')
            return fail_parse(p, step->is_optional ? "'>', '>>' or the end"
                                                   : "'>', '>>', '?' or the end");
        p->at++;
        is_adjacent = p->text[p->at] != '>';
        if (!is_adjacent)
            p->at++;
    }
}

int route_compile(const struct ports *ports, const struct zone_set *zones,
                  const char *text, struct route **ret_route, struct err *err)
{
    struct route *route = calloc(1, sizeof *route);
    if (route == NULL)
        return ERR_NOMEM;
    struct parser p = {.text = text, .ports = ports, .zones = zones, .err = err};
    route->text = strdup(text);
    int rc = route->text != NULL ? read_steps(&p, route) : ERR_NOMEM;
    bool is_all_optional = true;
    for (uint32_t i = 0; i < route->step_count; i++)
        is_all_optional = is_all_optional && route->steps[i].is_optional;
    if (rc == 0 && is_all_optional)
        rc =
            err_set_at(err, ERR_INVALID, 0, 1,
                       "every step may be left out: at least one must stand without '?'");
    if (rc != 0) {
        route_destroy(route);
        return rc;
    }
    *ret_route = route;
    return 0;
}

void route_destroy(struct route *route)
{
    if (route == NULL)
        return;
    for (uint32_t i = 0; i < route->step_count; i++) {
        port_set_destroy(route->steps[i].ports);
        port_set_destroy(route->steps[i].dark);
        free(route->steps[i].zones);
        free(route->steps[i].zone_keys);
        free(route->steps[i].text);
    }
    free(route->text);
    free(route);
}

bool route_awaits(const struct route *route, const struct route_run *run,
                  uint32_t *ret_first, uint32_t *ret_last)
{
    uint32_t first = (uint32_t)run->step + 1, last = first;
    if (first >= route->step_count)
        return false;
    while (last + 1 < route->step_count && route->steps[last].is_optional)
        last++;
    *ret_first = first;
    *ret_last = last;
    return true;
}

bool route_is_complete(const struct route *route, uint32_t step)
{
    for (uint32_t k = step + 1; k < route->step_count; k++)
        if (!route->steps[k].is_optional)
            return false;
    return true;
}

/* "Nampo KPNAM, Chongjin KPCHO and 7 more" in the written order; of a same-group only the
 * first. */
static int describe_ports(const struct port_set *set, const struct ports *ports,
                          struct buf *out)
{
    enum { TOLD = 4 };
    if (port_set_count(set) == ports_count(ports))
        return buf_add_text(out, "any port");
    size_t heads = 0;
    int rc = 0;
    for (uint32_t i = port_set_next(set, 0); i != PORT_NONE;
         i = port_set_next(set, i + 1))
        heads += ports_get(ports, i)->same == i;
    for (size_t i = 0; i < heads && i < TOLD && rc == 0; i++) {
        const struct port *port = ports_get(ports, port_set_first(set, i));
        const char *between = i + 1 == heads ? " or " : ", ";
        if (i == 0)
            between = "";
        rc = buf_printf(out, "%s%s %s", between, port->name, port->locode);
    }
    if (rc == 0 && heads > TOLD)
        rc = buf_printf(out, " and %zu more", heads - TOLD);
    return rc;
}

static int describe_step(const struct route_step *step, const struct ports *ports,
                         const struct zone_set *zones, struct buf *out)
{
    int rc = 0;
    if (step->ports != NULL) {
        rc = buf_add_text(out, "a call at ");
        if (rc == 0)
            rc = describe_ports(step->ports, ports, out);
    }
    if (rc == 0 && step->dark != NULL) {
        rc = buf_add_text(out, ", or a silence in which it could have called at ");
        if (rc == 0)
            rc = describe_ports(step->dark, ports, out);
    }
    for (uint32_t i = 0; i < step->zone_count && rc == 0; i++) {
        const struct zone_info *zone = zone_set_info(zones, step->zones[i]);
        rc = buf_printf(out, "%s%s %s", i != 0 || step->ports != NULL ? " or " : "",
                        zone->shape == ZONE_GATE ? "crossing gate" : "being in zone",
                        zone->id);
    }
    if (rc == 0 && step->is_optional)
        rc = buf_add_text(out, " (may be left out)");
    return rc;
}

int route_describe(const struct route *route, const struct ports *ports,
                   const struct zone_set *zones, struct buf *out)
{
    int rc = 0;
    for (uint32_t i = 0; i < route->step_count && rc == 0; i++) {
        if (i != 0)
            rc = buf_add_text(out, route->steps[i].is_adjacent
                                       ? "; then, as the next call, "
                                       : "; then, with any other calls between, ");
        if (rc == 0)
            rc = describe_step(&route->steps[i], ports, zones, out);
    }
    return rc;
}
