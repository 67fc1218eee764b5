/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the whole shipped gazetteer. A ship at any place of a port, or at any
 * position that the sources give for a known code, calls at that port; and each port
 * lies by the land of its country. The positions of the sources come from the reference
 * data beside the tree; without them those tests are skipped. */
#include "lib/ports_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/voyage/call.h"

static struct ports *ports;

static int load(void **state)
{
    ports = fixture_shipped_ports();
    return 0;
}

static int unload(void **state)
{
    ports_destroy(ports);
    return 0;
}

/* A ship lies moored for six hours at her declared port; returns the port of her call. */
static uint32_t moored_at(struct geo_pos pos, uint32_t declared)
{
    struct call_conf conf = call_conf_default();
    struct call_state s;
    call_state_init(&s);
    struct track_fix fix = {.pos = pos, .nav_status = 5, .has = FIX_SOG | FIX_NAV_STATUS};
    for (int k = 0; k < 7; k++) {
        struct call_output out[CALL_OUTPUTS_MAX];
        fix.time_ms = k * HOUR_MS;
        (void)call_fix_step(&s, &conf, ports, &fix, declared, 0, out);
    }
    return s.current.confidence >= 2 ? s.current.port : PORT_NONE;
}

static bool calls_at(uint32_t port, struct geo_pos pos)
{
    return ports_are_same(ports, moored_at(pos, port), port);
}

static void test_every_place_is_in_its_port(void **state)
{
    size_t places = 0, faults = 0;
    for (uint32_t i = 0; i < ports_count(ports); i++) {
        const struct port *p = ports_get(ports, i);
        faults += !calls_at(i, p->pos);
        for (size_t k = 0; k < p->place_count; k++) {
            /* A ship in the area of another port is in that port, whatever she
             * declares. */
            uint32_t at = ports_index_at(ports, p->places[k].pos, i);
            if (at != PORT_NONE && ports_get(ports, at)->area != NULL)
                continue;
            places++;
            if (calls_at(i, p->places[k].pos))
                continue;
            print_error("%s: its place %zu is in another port\n", p->locode, k);
            faults++;
        }
    }
    assert_int_equal(faults, 0);
    assert_true(places > 10000);
}

/* --- the sources --- */

/* Returns the n-th field of a line of CSV, unquoted; "" where there are fewer. */
static void field_of(const char *line, int n, char field[256])
{
    size_t k = 0;
    bool is_quoted = false;
    for (; *line != '\0' && *line != '\n' && *line != '\r' && n >= 0; line++) {
        if (*line == '"')
            is_quoted = !is_quoted;
        else if (*line == ',' && !is_quoted)
            n--;
        else if (n == 0 && k < 255)
            field[k++] = *line;
    }
    field[k] = '\0';
}

/* Returns the row of a table that begins so; NULL for none. */
static const char *row_of(const char *table, const char *begin)
{
    char start[280];
    snprintf(start, sizeof start, "\n%s,", begin);
    const char *row = strstr(table, start);
    return row != NULL ? row + 1 : NULL;
}

static char *read_table(const char *path)
{
    char *text = test_read_file(path, NULL);
    assert_non_null(text);
    return text;
}

/* Tells whether a note of the gazetteer or a reviewed row calls the position wrong. */
static bool is_reviewed_away(const char *gazetteer, const char *reviewed,
                             const char *locode, const struct port *p)
{
    char key[272], note[256] = "";
    const char *row = row_of(gazetteer, p->locode);
    if (row != NULL)
        field_of(row, 7, note);
    snprintf(key, sizeof key, "unlocode,%s", locode);
    return strstr(note, "UN/LOCODE") != NULL || row_of(reviewed, key) != NULL ||
           p->area != NULL;
}

/* A ship at UNECE's position of a known code, which declares that code, has called
 * there. The exceptions were reviewed one by one. */
static void test_every_unece_position_is_held(void **state)
{
    const char *path = test_data_path("reference/unlocode-ports-not-geocoded.csv");
    if (path == NULL)
        test_skip(TEST_NO_DATA);
    char *text = read_table(path);
    char *gazetteer = read_table(test_root_path("config/ports.csv"));
    char *reviewed = read_table(test_root_path("config/ports-reviewed.csv"));
    size_t known = 0, away = 0, faults = 0;
    for (const char *line = strchr(text, '\n'); line != NULL && line[1] != '\0';
         line = strchr(line + 1, '\n')) {
        char locode[256], lat[256], lon[256];
        field_of(line + 1, 0, locode);
        field_of(line + 1, 4, lat);
        field_of(line + 1, 5, lon);
        uint32_t port = ports_find(ports, locode);
        if (port == PORT_NONE)
            continue;
        known++;
        if (calls_at(port, fixture_pos(strtod(lat, NULL), strtod(lon, NULL))))
            continue;
        if (is_reviewed_away(gazetteer, reviewed, locode, ports_get(ports, port))) {
            print_message("by review: %s at %s %s, %s\n", locode, lat, lon,
                          ports_get(ports, port)->locode);
            away++;
            continue;
        }
        print_error("%s at %s %s: no call at %s\n", locode, lat, lon,
                    ports_get(ports, port)->locode);
        faults++;
    }
    print_message("UNECE positions of known codes: %zu, of them wrong by review: %zu\n",
                  known, away);
    assert_int_equal(faults, 0);
    assert_true(known >= 8500);
    assert_true(away * 100 <= known);
    free(text);
    free(gazetteer);
    free(reviewed);
}

/* Global Fishing Watch's cells, in which ships lay. The maker of the table measures by
 * label and lists each omission with its reason. */
static void test_anchorage_cells_are_held(void **state)
{
    const char *path = test_data_path("reference/gfw-anchorage-overrides.csv");
    if (path == NULL)
        test_skip(TEST_NO_DATA);
    char *text = read_table(path);
    size_t cells = 0, held = 0;
    for (const char *line = strchr(text, '\n'); line != NULL && line[1] != '\0';
         line = strchr(line + 1, '\n')) {
        char lat[256], lon[256];
        field_of(line + 1, 1, lat);
        field_of(line + 1, 2, lon);
        cells++;
        held += ports_index_at(ports, fixture_pos(strtod(lat, NULL), strtod(lon, NULL)),
                               PORT_NONE) != PORT_NONE;
    }
    print_message("anchorage cells: %zu, in a port: %zu\n", cells, held);
    assert_int_equal(cells, 60410);
    assert_true(held * 100 >= cells * 91);
    free(text);
}

/* --- the land --- */

/* tests/data/ports-land.csv has the country whose land the maker of the table found by
 * each position, in Natural Earth. It lacks the rows that were moved or added by hand. */
static void test_every_port_is_by_its_land(void **state)
{
    char *land = read_table(test_root_path("tests/data/ports-land.csv"));
    char *reviewed = read_table(test_root_path("config/ports-reviewed.csv"));
    size_t faults = 0, off = 0;
    for (uint32_t i = 0; i < ports_count(ports); i++) {
        const struct port *p = ports_get(ports, i);
        const char *row = row_of(land, p->locode);
        char lat[256] = "", lon[256] = "", flag[256] = "", key[64];
        if (row != NULL) {
            field_of(row, 1, lat);
            field_of(row, 2, lon);
            field_of(row, 3, flag);
        }
        struct geo_pos pos = fixture_pos(strtod(lat, NULL), strtod(lon, NULL));
        bool is_there = row != NULL && geo_distance_m(pos, p->pos) < 1000;
        snprintf(key, sizeof key, "land,%s", p->locode);
        if (is_there && memcmp(flag, p->locode, 2) == 0)
            continue;
        if (is_there && row_of(reviewed, key) != NULL) {
            off++;
            continue;
        }
        print_error("%s %s: %s\n", p->locode, p->name,
                    is_there ? "off its country's land, and no reviewed row says why"
                             : "not where the table of the land has it");
        faults++;
    }
    assert_int_equal(faults, 0);
    assert_true(off < 120);
    free(land);
    free(reviewed);
}

/* A code's country is the one whose flag flies there. Flags: Natural Earth and ISO
 * 3166. */
static void test_overseas_places_fly_their_own_flag(void **state)
{
    static const struct {
        const char *code, *port;
    } rows[] = {
        {"GBANO", "VGRAD"}, {"GBPPO", "GGSPT"}, {"GBTNR", "JESTH"},
        {"GBPSM", "IMDGS"}, {"NLSAB", "BQSAB"}, {"CLCRH", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t port = ports_find(ports, rows[i].code);
        if (rows[i].port == NULL)
            assert_int_equal(port, PORT_NONE);
        else
            assert_string_equal(ports_get(ports, port)->locode, rows[i].port);
    }
    static const char *const patterns[] = {"GB*", "NL*", "FR*"};
    static const char *const islands[] = {"VGRAD", "GGSPT", "JESTH", "IMDGS", "BQKRA",
                                          "CWWIL", "GPPTP", "MQFDF", "REPDG", "YTDZA"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct port_set *set = NULL;
        assert_int_equal(port_set_create(ports, &patterns[i], 1, &set, NULL), 0);
        for (size_t k = 0; k < sizeof islands / sizeof islands[0]; k++) {
            uint32_t port = ports_find(ports, islands[k]);
            assert_int_not_equal(port, PORT_NONE);
            assert_false(port_set_has(set, port));
        }
        port_set_destroy(set);
    }
}

/* Docks and roads of large ports, from public charts and the ports' own pages; codes by
 * UN/LOCODE. */
static void test_docks_of_great_ports(void **state)
{
    static const struct {
        double lat, lon;
        const char *locode;
    } rows[] = {
        /* clang-format off */
        {51.345,  4.285, "BEANR"}, /* Delwaide dock */
        {49.015, -123.160, "CAVAN"}, /* Roberts Bank, Deltaport */
        {30.626, 122.065, "CNSGH"}, /* Yangshan */
        {51.200,  3.810, "BEGNE"}, /* Zelzate */
        {29.320, -94.620, "USGLS"}, /* Galveston roads */
        {29.683, -94.995, "USHOU"}, /* Barbours Cut */
        {29.612, -95.005, "USHOU"}, /* Bayport */
        {51.957,  4.020, "NLRTM"}, /* Maasvlakte */
        { 1.250, 103.630, "SGKEP"}, /* Tuas */
        {33.745, -118.230, "USLAX"}, /* Long Beach */
        {40.670, -74.150, "USNYC"}, /* Port Elizabeth */
        {37.955,  23.580, "GRPIR"}, /* Perama */
        {22.340, 114.120, "HKHKG"}, /* Kwai Chung */
        {35.600, 139.780, "JPTYO"}, /* Oi */
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(fixture_at(ports, rows[i].lat, rows[i].lon, NULL),
                            rows[i].locode);
}

TEST_MAIN(load, unload, TEST(test_every_place_is_in_its_port),
          TEST(test_every_unece_position_is_held), TEST(test_anchorage_cells_are_held),
          TEST(test_every_port_is_by_its_land),
          TEST(test_overseas_places_fly_their_own_flag), TEST(test_docks_of_great_ports))
