/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd ports: looks up the gazetteer, and finds the places that it lacks. */
#include "cmd_ports.h"

#include "ports_missed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/conf/gazetteer.h"
#include "lookout/voyage/ports.h"

/* The gazetteer, and how ports are shown. */
struct looking {
    const struct ports *ports; /* borrowed */
    bool with_places;
};

/* The other codes of the port, and all codes of ports that are the same. */
static void print_codes(const struct ports *ports, uint32_t index)
{
    const struct port *p = ports_get(ports, index);
    const char *blank = "";
    for (size_t k = 0; k < p->code_count; k++, blank = " ")
        printf("%s%s", blank, p->codes[k]);
    for (uint32_t i = p->next_same; i != index; i = ports_get(ports, i)->next_same) {
        const struct port *other = ports_get(ports, i);
        printf("%s%s", blank, other->locode);
        blank = " ";
        for (size_t k = 0; k < other->code_count; k++)
            printf(" %s", other->codes[k]);
    }
}

static void print_places(const struct port *p)
{
    for (size_t i = 0; i < p->place_count; i++) {
        char radius[UNITS_TEXT_BYTES];
        struct geo_point at = geo_to_point(p->places[i].pos);
        printf("\t%.4f,%.4f\t%s\n", at.lat, at.lon,
               units_format_distance(p->places[i].entry_m, radius));
    }
}

static void print_port(const struct looking *l, uint32_t index)
{
    const struct ports *ports = l->ports;
    const struct port *p = ports_get(ports, index);
    char radius[UNITS_TEXT_BYTES] = "area";
    if (p->area == NULL)
        units_format_distance(p->entry_m, radius);
    struct geo_point at = geo_to_point(p->pos);
    printf("%s\t%s\t%.4f,%.4f", p->locode, p->name, at.lat, at.lon);
    if (p->place_count != 0)
        printf(" +%zu", p->place_count);
    printf("\t%s\t%s\t", radius, p->source);
    print_codes(ports, index);
    putchar('\n');
    if (l->with_places)
        print_places(p);
}

/* Print the ports of a country or another pattern; 1 when there are none. */
static int print_pattern(const struct looking *l, const char *query)
{
    const struct ports *ports = l->ports;
    struct port_set *set = NULL;
    struct err err = {0};
    if (port_set_create(ports, &query, 1, &set, &err) != 0) {
        fprintf(stderr, "lookoutd ports: %s\n", err.text);
        return 1;
    }
    for (uint32_t i = port_set_next(set, 0); i != PORT_NONE;
         i = port_set_next(set, i + 1))
        print_port(l, i);
    port_set_destroy(set);
    return 0;
}

/* 0, or 1 when nothing was found. */
static int print_found(const struct looking *l, const char *query)
{
    const struct ports *ports = l->ports;
    if (strchr(query, '*') != NULL)
        return print_pattern(l, query);
    size_t room = ports_count(ports);
    uint32_t *found = calloc(room + 1, sizeof *found);
    if (found == NULL) {
        fputs("lookoutd ports: out of memory\n", stderr);
        return 1;
    }
    size_t n = ports_search(ports, query, found, room);
    for (size_t i = 0; i < n; i++)
        print_port(l, found[i]);
    if (n == 0)
        fprintf(stderr, "lookoutd ports: no port matches '%s'\n", query);
    free(found);
    return n == 0 ? 1 : 0;
}

static void on_ports_fault(void *context, const char *path, int line, int col,
                           const char *text)
{
    (void)context;
    fprintf(stderr, "%s:%d:%d: error: %s\n", path, line, col, text);
}

struct ports *cmd_ports_load(const struct cmd_args *args)
{
    struct err err = {0};
    struct ports *ports = NULL;
    struct ports_builder *b = ports_builder_create();
    int rc = b != NULL ? gazetteer_read(b, NULL, on_ports_fault, NULL, &err)
                       : err_set(&err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = ports_assemble(b, &ports, &err);
    if (rc != 0)
        fprintf(stderr, "lookoutd %s: %s\n", args->command, err.text);
    ports_builder_destroy(b);
    return ports;
}

/* CMD_FAILED when a query found nothing. */
static int look_up(const struct looking *l, const struct cmd_args *args)
{
    int missing = 0;
    for (size_t i = 0; i < args->word_count; i++)
        missing += print_found(l, args->words[i]);
    for (uint32_t i = 0; args->word_count == 0 && i < ports_count(l->ports); i++)
        print_port(l, i);
    return missing != 0 ? CMD_FAILED : CMD_DONE;
}

static int read_for(const struct cmd_args *args, int64_t *ret_ms)
{
    const char *text = args->listen_for;
    if (text != NULL && !args->is_missed)
        return cmd_refuse(args, "--for goes with --missed");
    if (text != NULL &&
        (units_parse_duration(text, strlen(text), ret_ms) != 0 || *ret_ms <= 0))
        return cmd_refuse(args, "--for '%s': it takes a duration like 6h", text);
    if (args->is_missed && args->word_count == 0)
        return cmd_refuse(args, "--missed: no INPUT is given");
    return CMD_DONE;
}

int cmd_ports(const struct cmd_args *args)
{
    struct looking l = {.with_places = args->with_places};
    int64_t for_ms = 6 * HOUR_MS;
    int status = read_for(args, &for_ms);
    if (status != CMD_DONE)
        return status;
    struct ports *ports = cmd_ports_load(args);
    if (ports == NULL)
        return CMD_FAILED;
    l.ports = ports;
    status = args->is_missed
                 ? ports_missed_print(ports, for_ms, (int)args->word_count, args->words)
                 : look_up(&l, args);
    ports_destroy(ports);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("lookoutd ports: the output could not be written\n", stderr);
        return CMD_FAILED;
    }
    return status;
}
