/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the table of reviewed names: each fault is told with its line, and
 * every shipped name means the port for which it was written. */
#include <stdlib.h>
#include <string.h>

#include "lib/ports_fixture.h"
#include "lookout/base/buf.h"
#include "lookout/base/csv.h"

static void on_fault(void *context, int line, int col, const char *text)
{
    assert_int_equal(buf_printf(context, "%d:%d %.20s;", line, col, text), 0);
}

static void test_faults(void **state)
{
    static const struct {
        const char *text;
        int rc;
        const char *faults;
    } rows[] = {
        /* clang-format off */
        {"name,locode\nVVO,RUVVO\n", 0, ""},
        {"\xEF\xBB\xBF# x\r\nname,locode\r\n\r\nVVO,ruvvo\r\n", 0, ""},
        {"", ERR_SYNTAX, "1:1 no header (name,loco;"},
        {"locode,name\nRUVVO,VVO\n", ERR_SYNTAX, "1:1 the header is not na;"},
        {"name,locode\nVVO\n", ERR_SYNTAX, "2:1 the row has 1 fields;"},
        {"name,locode\nVVO,RUVVO,x\n", ERR_SYNTAX, "2:1 the row has 3 fields;"},
        {"name,locode\nVvo,RUVVO\nA B,RUVVO\n,RUVVO\n", ERR_INVALID,
         "2:1 'Vvo' is not a name ;3:1 'A B' is not a name ;4:1 '' is not a name in ;"},
        {"name,locode\nVVO,RUVV\nX,\n", ERR_INVALID, "2:5 'RUVV' is not a UN/L;3:3 '' is not a UN/LOCOD;"},
        {"name,locode\nVVO,RUVVO\nNOK,RUNJK\nVVO,RUNJK\n", ERR_EXISTS, "4:1 VVO is already in li;"},
        {"name,locode\n\"VVO,RUVVO\n", ERR_SYNTAX, "2:1 a quote is not close;"},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ports_builder *b = ports_builder_create();
        struct buf faults = {0};
        int rc = destination_table_read(b, rows[i].text, strlen(rows[i].text), on_fault,
                                        &faults);
        if (rc != rows[i].rc || strcmp(buf_text(&faults), rows[i].faults) != 0)
            fail_msg("row %zu: %d '%s', wanted %d '%s'", i, rc, buf_text(&faults),
                     rows[i].rc, rows[i].faults);
        buf_finish(&faults);
        ports_builder_destroy(b);
    }
}

static void test_shipped(void **state)
{
    struct ports *ports = fixture_shipped_ports();
    size_t n = 0, count = 0;
    char *text = test_read_file(test_root_path("config/destinations.csv"), &n);
    assert_non_null(text);
    struct csv csv;
    csv_init(&csv, text, n, ',');
    csv.has_remarks = true;
    while (csv_next(&csv) == 1) {
        const char *name = csv.fields[0].text, *code = csv.fields[1].text;
        if (csv.line < 10 && strcmp(name, "name") == 0)
            continue;
        uint32_t port = ports_find(ports, code);
        if (port == PORT_NONE)
            fail_msg("line %d: no port %s", csv.line, code);
        /* A name that is also another port's code is doubtful: GAETA, in Gabon. */
        if (ports_find(ports, name) == PORT_NONE &&
            !ports_are_same(ports, port, destination_resolve(ports, name)))
            fail_msg("line %d: %s does not mean %s", csv.line, name, code);
        count++;
    }
    assert_true(count > 400);
    csv_finish(&csv);
    free(text);
    ports_destroy(ports);
}

/* A name whose port the gazetteer lacks means nothing, and is no fault. */
static void test_smaller_gazetteer(void **state)
{
    struct ports *ports = fixture_ports("RUVVO,Vladivostok,43.1,131.9,,,\n");
    assert_int_equal(destination_resolve(ports, "VLADIK"), 0);
    assert_int_equal(destination_resolve(ports, "PUSAN"), PORT_NONE);
    ports_destroy(ports);
}

TEST_MAIN(NULL, NULL, TEST(test_faults), TEST(test_shipped), TEST(test_smaller_gazetteer))
