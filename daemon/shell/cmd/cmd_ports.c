/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd ports: looks up the gazetteer. */
#include "cmd.h"
#include "cmd_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/units.h"
#include "lookout/conf/gazetteer.h"
#include "lookout/voyage/ports.h"

static const char help[] =
    "usage: lookoutd ports [QUERY...]\n"
    "\n"
    "Look up the gazetteer of ports. QUERY is a UN/LOCODE (RUVVO), a country (\"KP*\") "
    "or\n"
    "a part of a name; without one all ports are printed.\n"
    "\n"
    "One port a line, tab-separated: code, name, latitude and longitude in degrees,\n"
    "entry radius (\"area\" where a polygon bounds the port), source of the position, "
    "and\n"
    "the other codes that are the same port.\n"
    "\n"
    "Exit status: 0 found, 1 a query found nothing, 2 wrong usage.\n";

/* Other codes of the port, and all codes of the ports that are one with it. */
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

static void print_port(const struct ports *ports, uint32_t index)
{
    const struct port *p = ports_get(ports, index);
    char radius[UNITS_TEXT_BYTES] = "area";
    if (p->area == NULL)
        units_format_distance(p->entry_m, radius);
    struct geo_point at = geo_to_point(p->pos);
    printf("%s\t%s\t%.4f,%.4f\t%s\t%s\t", p->locode, p->name, at.lat, at.lon, radius,
           p->source);
    print_codes(ports, index);
    putchar('\n');
}

/* A country or any other pattern; 1 when it names nothing. */
static int print_pattern(const struct ports *ports, const char *query)
{
    struct port_set *set = NULL;
    struct err err = {0};
    if (port_set_create(ports, &query, 1, &set, &err) != 0) {
        fprintf(stderr, "lookoutd ports: %s\n", err.text);
        return 1;
    }
    for (uint32_t i = port_set_next(set, 0); i != PORT_NONE;
         i = port_set_next(set, i + 1))
        print_port(ports, i);
    port_set_destroy(set);
    return 0;
}

/* 0, or 1 when nothing was found. */
static int print_found(const struct ports *ports, const char *query)
{
    if (strchr(query, '*') != NULL)
        return print_pattern(ports, query);
    size_t room = ports_count(ports);
    uint32_t *found = calloc(room + 1, sizeof *found);
    if (found == NULL) {
        fputs("lookoutd ports: out of memory\n", stderr);
        return 1;
    }
    size_t n = ports_search(ports, query, found, room);
    for (size_t i = 0; i < n; i++)
        print_port(ports, found[i]);
    if (n == 0)
        fprintf(stderr, "lookoutd ports: no port matches '%s'\n", query);
    free(found);
    return n == 0 ? 1 : 0;
}

static void on_fault(void *context, const char *path, int line, int col, const char *text)
{
    (void)context;
    fprintf(stderr, "%s:%d:%d: error: %s\n", path, line, col, text);
}

static struct ports *load(void)
{
    struct err err = {0};
    struct ports *ports = NULL;
    struct ports_builder *b = ports_builder_create();
    int rc = b != NULL ? gazetteer_read(b, NULL, on_fault, NULL, &err)
                       : err_set(&err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = ports_builder_build(b, &ports, &err);
    if (rc != 0)
        fprintf(stderr, "lookoutd ports: %s\n", err.text);
    ports_builder_destroy(b);
    return ports;
}

int cmd_ports(int argc, char **argv)
{
    struct cmd_words words = {"ports", help, argv, argc};
    int status = cmd_words_read(&words, NULL, 0);
    if (status != CMD_GO_ON)
        return status;
    struct ports *ports = load();
    if (ports == NULL)
        return CMD_FAILED;
    int missing = 0;
    for (int i = 1; i < words.argc; i++)
        missing += print_found(ports, argv[i]);
    for (uint32_t i = 0; words.argc <= 1 && i < ports_count(ports); i++)
        print_port(ports, i);
    ports_destroy(ports);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("lookoutd ports: the output could not be written\n", stderr);
        return CMD_FAILED;
    }
    return missing != 0 ? CMD_FAILED : CMD_DONE;
}
