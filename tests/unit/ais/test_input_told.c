/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs of every form and what is told of them: tests/data/input. A file has cases:
 *
 *     == title
 *     @columns mmsi=SHIP;sog=v      and @fields, @live, @start, @escapes (\r \t \xEF)
 *     lines of the input
 *     -> what inputrun_say says of it
 *
 * Lines that begin with "#:" are remarks. The expected lines were written by hand from
 * the sources that the remarks name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/inputrun.h"
#include "lib/testlib.h"

#define TEXT_BYTES 8192
#define LINE_BYTES 4096

struct told_case {
    char title[LINE_BYTES], columns[LINE_BYTES], fields[LINE_BYTES];
    char text[TEXT_BYTES], told[INPUTRUN_SAID_BYTES];
    struct input_conf conf;
    bool has_escapes;
    int line; /* of its title */
};

static void add_line(char *ret, size_t size, const char *line)
{
    size_t n = strlen(ret);
    assert_true(n + strlen(line) + 2 < size);
    snprintf(ret + n, size - n, "%s\n", line);
}

/* "\r", "\t" and "\xEF" as the bytes they stand for; "\c" takes the line end away. */
static void read_escapes(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0';) {
        if (at[0] != '\\') {
            *to++ = *at++;
        } else if (at[1] == 'x') {
            char hex[3] = {at[2], at[3], '\0'};
            *to++ = (char)strtoul(hex, NULL, 16);
            at += 4;
        } else {
            if (at[1] != 'c')
                *to++ = at[1] == 'r' ? '\r' : '\t';
            at += at[1] == 'c' ? 3 : 2;
        }
    }
    *to = '\0';
}

static void set_option(struct told_case *c, const char *option)
{
    if (strncmp(option, "@columns ", 9) == 0)
        snprintf(c->columns, sizeof c->columns, "%s", option + 9);
    else if (strncmp(option, "@fields ", 8) == 0)
        snprintf(c->fields, sizeof c->fields, "%s", option + 8);
    else if (strcmp(option, "@live") == 0)
        c->conf.is_live = true;
    else if (strcmp(option, "@start") == 0)
        c->conf.start_ms = INPUTRUN_START;
    else if (strcmp(option, "@escapes") == 0)
        c->has_escapes = true;
    else
        fail_msg("%s: no such option", option);
}

static void run_case(struct told_case *c)
{
    if (c->title[0] == '\0')
        return;
    assert_true(c->told[0] != '\0');
    if (c->has_escapes)
        read_escapes(c->text);
    if (c->columns[0] != '\0')
        c->conf.columns = c->columns;
    if (c->fields[0] != '\0')
        c->conf.fields = c->fields;
    print_message("line %d: %s\n", c->line, c->title);
    inputrun_expect(&c->conf, c->text, c->told);
}

static void run_file(const char *path)
{
    static struct told_case c;
    static char line[LINE_BYTES];
    FILE *file = fopen(path, "r");
    int number = 0, count = 0;
    assert_non_null(file);
    memset(&c, 0, sizeof c);
    while (fgets(line, sizeof line, file) != NULL) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "#:", 2) == 0)
            continue;
        if (strncmp(line, "== ", 3) == 0) {
            run_case(&c);
            memset(&c, 0, sizeof c);
            c.conf = inputrun_tape();
            c.line = number;
            count++;
            snprintf(c.title, sizeof c.title, "%s", line + 3);
        } else if (line[0] == '@') {
            set_option(&c, line);
        } else if (strncmp(line, "-> ", 3) == 0) {
            add_line(c.told, sizeof c.told, line + 3);
        } else if (c.told[0] == '\0') {
            add_line(c.text, sizeof c.text, line);
        }
    }
    run_case(&c);
    fclose(file);
    assert_true(count >= 20);
}

static void test_services(void **state)
{
    (void)state;
    run_file("tests/data/input/services.txt");
}

static void test_json(void **state)
{
    (void)state;
    run_file("tests/data/input/json.txt");
}

static void test_tables(void **state)
{
    (void)state;
    run_file("tests/data/input/tables.txt");
}

static void test_times(void **state)
{
    (void)state;
    run_file("tests/data/input/times.txt");
}

TEST_MAIN(NULL, NULL, TEST(test_services), TEST(test_json), TEST(test_tables),
          TEST(test_times))
