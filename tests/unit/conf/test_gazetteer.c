/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the shipped config/ports.csv and config/port-areas.geojson, and that
 * they agree with the sources they were made from. */
#include "lib/ports_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/conf/gazetteer.h"

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

/* The files are found in the way the program finds them. */
static void test_loads_as_shipped(void **state)
{
    struct ports_builder *b = ports_builder_create();
    struct ports *p = NULL;
    struct err err = {0};
    assert_int_equal(gazetteer_read(b, NULL, NULL, NULL, &err), 0);
    assert_int_equal(ports_assemble(b, &p, NULL), 0);
    assert_int_equal(ports_count(p), ports_count(ports));
    ports_destroy(p);
    assert_int_equal(gazetteer_read(b, "/nonexistent/ports.csv", NULL, NULL, &err),
                     ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "/nonexistent/ports.csv"));
    assert_int_equal(gazetteer_read(b, test_root_path("LICENSE"), NULL, NULL, &err),
                     ERR_SYNTAX);
    assert_true(err.line >= 1);
    ports_builder_destroy(b);
}

/* Positions: those of the World Port Index (NGA Pub. 150) and of UN/LOCODE for Shidao. */
static void test_ports_of_the_story(void **state)
{
    static const struct {
        const char *locode, *name;
        double lat, lon;
        bool has_area;
    } rows[] = {
        {"KPNAM", "Nampo", 38.7167, 125.4000, true},
        {"KPCHO", "Chongjin", 41.7667, 129.8167, true},
        {"KPRJN", "Rajin", 42.2333, 130.3000, true},
        {"KPWON", "Wonsan", 39.1667, 127.4500, true},
        {"KPHAE", "Haeju", 38.0000, 125.7000, true},
        {"KPSGN", "Songnim", 38.7333, 125.6167, true},
        {"CNSHD", "Shidao", 36.8800, 122.4300, true},
        {"KRYOS", "Yeosu", 34.7333, 127.7500, true},
        {"KRPUS", "Busan", 35.1000, 129.0333, true},
        {"RUVVO", "Vladivostok", 43.1089, 131.8883, true},
        {"RUNJK", "Nakhodka", 42.8000, 132.8833, true},
        {"RUVYP", "Vostochny", 42.7500, 133.0833, true},
        {"CNDDZ", "Dandong", 39.8167, 124.1500, false},
        {"CNDAL", "Dalian", 38.9167, 121.6667, false},
        {"CNYTG", "Yantai", 37.5500, 121.4500, false},
        {"CNWEG", "Weihai", 37.5000, 122.1000, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t k = ports_find(ports, rows[i].locode);
        assert_int_not_equal(k, PORT_NONE);
        const struct port *p = ports_get(ports, k);
        struct geo_pos want = fixture_pos(rows[i].lat, rows[i].lon);
        assert_string_equal(p->name, rows[i].name);
        assert_true(geo_distance_exact_m(p->pos, want) < 100);
        assert_int_equal(p->area != NULL, rows[i].has_area);
        /* each port contains its own quay */
        assert_string_equal(fixture_at(ports, rows[i].lat, rows[i].lon, NULL),
                            rows[i].locode);
    }
    /* Sonbong is administered with Rajin as Rason: World Port Index 60520 */
    assert_string_equal(fixture_at(ports, 42.3333, 130.4, NULL), "KPRJN");
}

static void test_places_of_the_story(void **state)
{
    static const struct {
        double lat, lon;
        const char *locode;
    } rows[] = {
        {38.68, 125.05, "KPNAM"}, /* above the barrage's lock */
        {38.60, 125.10, "KPNAM"}, /* the estuary */
        {38.66, 124.88, "KPNAM"}, /* anchored seaward of the barrage */
        {38.72, 125.40, "KPNAM"}, /* the quay */
        {38.73, 125.61, "KPSGN"}, /* above the barrage on the Taedong */
        {36.83, 122.45, "CNSHD"}, /* Shidao's roads */
        {35.07, 128.80, "KRPUS"}, /* Busan's new port */
        {35.05, 129.08, "KRPUS"}, /* Busan's roads */
        {43.06, 131.86, "RUVVO"}, /* anchored in Amur bay */
        {42.75, 133.05, "RUVYP"}, /* Wrangel bay */
        {42.80, 132.90, "RUNJK"}, /* Nakhodka bay */
        {38.30, 124.50, ""},      /* the Yellow Sea */
        {34.20, 127.90, ""},      /* off Yeosu, on the way past it */
        {34.90, 129.40, ""},      /* the western channel of the Korea Strait */
        {36.75, 122.70, ""},      /* round the tip of Shandong */
        /* a ship that declared RULED lay at Bronka; others lay at Riga, at Rotterdam,
         * and at the anchorage of Rabaul (tracks of the reference data) */
        {59.937, 29.697, "RULED"},
        {57.038, 24.078, "LVRIX"},
        {51.879, 4.409, "NLRTM"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(fixture_at(ports, rows[i].lat, rows[i].lon, NULL),
                            rows[i].locode);
}

static void test_shipped_same_groups(void **state)
{
    static const char *const groups[][5] = {
        {"RULED", "RUBRK", "RUKDT", "RUBNK"},
        {"NLRTM", "NLSCI", "NLVLA"},
        {"CNTSN", "CNTXG"},
        {"CRMOB", "CRPMN"},
        {"CNDAL", "CNDLC", "CNDAG"},
        {"CNWEG", "CNWEI"},
        {"CNYTG", "CNYNT"},
        {"CNDDZ", "CNDDG"},
    };
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        uint32_t first = ports_find(ports, groups[g][0]);
        assert_int_not_equal(first, PORT_NONE);
        for (size_t i = 1; groups[g][i] != NULL; i++)
            assert_true(ports_are_same(ports, first, ports_find(ports, groups[g][i])));
    }
    assert_string_equal(ports_get(ports, ports_find(ports, "RULED"))->locode, "RULED");
}

/* --- against the sources --- */

/* Copies the n-th field of a CSV line, unquoted, into `field`; false when the line has
 * fewer. */
static bool csv_field(const char *line, int n, char field[256])
{
    size_t k = 0;
    bool is_quoted = false;
    for (; *line != '\0' && *line != '\n' && n >= 0; line++) {
        if (*line == '"')
            is_quoted = !is_quoted;
        else if (*line == ',' && !is_quoted)
            n--;
        else if (n == 0 && k < 255)
            field[k++] = *line;
    }
    field[k] = '\0';
    return n <= 0;
}

static int column_of(const char *header, const char *name)
{
    char field[256];
    for (int i = 0; csv_field(header, i, field); i++)
        if (strcmp(field, name) == 0)
            return i;
    return -1;
}

struct source {
    const char *file, *code, *lat, *lon;
};

/* Returns the note in a code's row of config/ports.csv. */
static bool has_reason(const char *gazetteer, const char *locode)
{
    char start[8], note[256];
    snprintf(start, sizeof start, "\n%s,", locode);
    const char *row = strstr(gazetteer, start);
    return row != NULL && csv_field(row + 1, 7, note) && note[0] != '\0';
}

/* Counts the rows of the source whose code is a port here, and the faults: positions
 * farther than 25 km apart without a reason. */
static void compare_source(const struct source *s, const char *gazetteer,
                           size_t *ret_seen, size_t *ret_faults)
{
    char *text = test_read_file(test_data_path(s->file), NULL);
    assert_non_null(text);
    const char *header = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
    int code = column_of(header, s->code), lat = column_of(header, s->lat),
        lon = column_of(header, s->lon);
    assert_true(code >= 0 && lat >= 0 && lon >= 0);
    *ret_seen = *ret_faults = 0;
    for (const char *line = strchr(text, '\n'); line != NULL && line[1] != '\0';
         line = strchr(line + 1, '\n')) {
        char locode[256], y[256], x[256];
        if (!csv_field(line + 1, code, locode) || !csv_field(line + 1, lat, y) ||
            !csv_field(line + 1, lon, x))
            continue;
        uint32_t port = ports_find(ports, locode);
        if (port == PORT_NONE)
            continue;
        const struct port *p = ports_get(ports, port);
        struct geo_pos pos = fixture_pos(strtod(y, NULL), strtod(x, NULL));
        ++*ret_seen;
        if (geo_distance_exact_m(p->pos, pos) <= 25000 ||
            has_reason(gazetteer, p->locode))
            continue;
        print_error("%s %s: %s has it %.0f km off, and no note says why\n", p->locode,
                    p->name, s->file, geo_distance_exact_m(p->pos, pos) / 1000);
        ++*ret_faults;
    }
    free(text);
}

static void test_sources_agree_or_a_note_says_why(void **state)
{
    static const struct source sources[] = {
        {"reference/wpi-pub150.csv", "UN/LOCODE", "Latitude", "Longitude"},
        {"reference/unlocode-ports-not-geocoded.csv", "locode", "lat", "lon"},
    };
    if (test_data_path(sources[0].file) == NULL)
        test_skip(TEST_NO_DATA);
    char *gazetteer = test_read_file(test_root_path("config/ports.csv"), NULL);
    assert_non_null(gazetteer);
    size_t seen = 0, faults = 0;
    compare_source(&sources[0], gazetteer, &seen, &faults);
    assert_true(seen >= 3300);
    assert_int_equal(faults, 0);
    compare_source(&sources[1], gazetteer, &seen, &faults);
    assert_true(seen >= 8500);
    assert_int_equal(faults, 0);
    free(gazetteer);
}

/* The circles of two countries meet at borders, but no port lies inside the area of
 * another. */
static void test_areas_hold_only_their_own(void **state)
{
    size_t areas = 0;
    for (uint32_t i = 0; i < ports_count(ports); i++) {
        const struct port *p = ports_get(ports, i);
        if (p->area == NULL)
            continue;
        areas++;
        for (uint32_t k = 0; k < ports_count(ports); k++)
            assert_int_equal(zone_set_contains(p->area, 0, ports_get(ports, k)->pos),
                             k == i);
    }
    assert_int_equal(areas, 12);
}

/* Other tables (UN/LOCODE, older World Port Index, sea-ports) place the ports of the
 * story, some berths and some anchorages elsewhere. Those positions lie in the same
 * port. */
static void test_other_positions_of_the_story(void **state)
{
    static const struct {
        double lat, lon;
        const char *locode;
    } rows[] = {
        /* clang-format off */
        {38.6800, 125.0000, "KPNAM"}, /* locks of the West Sea Barrage */
        {38.6000, 125.1000, "KPNAM"},
        {38.7300, 125.4100, "KPNAM"},
        {41.7832, 129.8207, "KPCHO"},
        {41.7670, 129.7234, "KPCHO"},
        {42.2167, 130.2833, "KPRJN"},
        {42.3333, 130.4000, "KPRJN"}, /* Sonbong */
        {39.1726, 127.4284, "KPWON"},
        {39.1539, 127.4460, "KPWON"},
        {38.0401, 125.7140, "KPHAE"},
        {38.7667, 125.5833, "KPSGN"},
        {36.8667, 122.4333, "CNSHD"},
        {34.7500, 127.7167, "KRYOS"},
        {35.1333, 129.0500, "KRPUS"},
        {35.0700, 128.8000, "KRPUS"}, /* the new port */
        {43.1151, 131.8856, "RUVVO"},
        {43.1737, 132.0065, "RUVVO"},
        {42.8246, 132.8926, "RUNJK"},
        {42.7667, 133.0500, "RUVYP"},
        {38.9140, 121.6147, "CNDAL"},
        {37.4638, 121.4479, "CNYTG"},
        {37.5200, 122.1200, "CNWEG"},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(fixture_at(ports, rows[i].lat, rows[i].lon, NULL),
                            rows[i].locode);
}

TEST_MAIN(load, unload, TEST(test_loads_as_shipped), TEST(test_ports_of_the_story),
          TEST(test_other_positions_of_the_story), TEST(test_places_of_the_story),
          TEST(test_shipped_same_groups), TEST(test_sources_agree_or_a_note_says_why),
          TEST(test_areas_hold_only_their_own))
