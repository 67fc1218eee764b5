/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the gazetteer: look-ups, the port at a position, definitions that
 * replace rows, codes that are one port. Distances were worked out by hand: one degree
 * of latitude on the sphere of mean radius is 6371008.8 m * pi / 180 = 111195.08 m, so
 * 10 km are 0.089932 degrees. */
#include "lib/ports_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char square[] =
    "{\"type\":\"Polygon\",\"coordinates\":[[[10,50],[10.2,50],[10.2,50.2],[10,50.2],"
    "[10,50]]]}";

static struct zone_set *make_area(void)
{
    struct zone_set *area = NULL;
    assert_int_equal(zone_set_read_area(square, strlen(square), &area, NULL), 0);
    return area;
}

static void test_find(void **state)
{
    struct ports *p = fixture_ports("RUVVO,Vladivostok,43.1,131.9,,RUFIP ruvms,\n"
                                    "KRYOS,Yeosu,34.7,127.75,8,,Yosu; Reisu\n");
    static const char *const yes[] = {"RUVVO", "ruvvo", "RU VVO", "RUFIP", "RUVMS"};
    static const char *const no[] = {"",       "RU",     "RUVV",   "RUVVO ", "RU  VVO",
                                     " RUVVO", "RUVVOX", "RUV VO", "KRPUS",  "12345"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_int_equal(ports_find(p, yes[i]), 1);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_int_equal(ports_find(p, no[i]), PORT_NONE);
    const struct port *yeosu = ports_get(p, ports_find(p, "KRYOS"));
    assert_string_equal(yeosu->name, "Yeosu");
    assert_int_equal(yeosu->name_count, 2);
    assert_string_equal(yeosu->names[1], "Reisu");
    assert_near(yeosu->entry_m, 8000, 0);
    assert_near(yeosu->exit_m, 10000, 0);
    assert_near(ports_get(p, 1)->entry_m, 10000, 0);
    assert_near(ports_get(p, 1)->exit_m, 12000, 0);
    ports_destroy(p);
}

static void test_search_order(void **state)
{
    struct ports *p = fixture_ports("AABBB,Port Moin,1,1,,,\n"
                                    "AAMOI,Xa,2,2,,,\n"
                                    "BBCCC,Moin,3,3,,,\n"
                                    "BBDDD,Moines,4,4,,,\n"
                                    "BBEEE,Desmoines,5,5,,,\n"
                                    "BBFFF,Other,6,6,,,Puerto Moin\n"
                                    "BBGGG,Nothing,7,7,,,\n");
    uint32_t found[8];
    assert_int_equal(ports_search(p, "moin", found, 8), 5);
    static const char *const order[] = {"BBCCC", "BBDDD", "AABBB", "BBFFF", "BBEEE"};
    for (int i = 0; i < 5; i++)
        assert_string_equal(ports_get(p, found[i])->locode, order[i]);
    assert_int_equal(ports_search(p, "moin", found, 2), 2);
    assert_int_equal(ports_search(p, "bb eee", found, 8), 1);
    assert_int_equal(ports_search(p, "zz", found, 8), 0);
    assert_int_equal(ports_search(p, "", found, 8), 0);
    ports_destroy(p);
}

static void test_entry_and_exit(void **state)
{
    struct ports *p = fixture_ports("AAAAA,A,10,20,,,\nBBBBB,B,-30,179.99,5,,\n");
    assert_string_equal(fixture_at(p, 10.08993, 20, NULL), "AAAAA");
    assert_string_equal(fixture_at(p, 10.08994, 20, NULL), "");
    uint32_t a = ports_find(p, "AAAAA");
    assert_true(ports_within_entry(p, a, fixture_pos(10.08993, 20)));
    assert_false(ports_within_entry(p, a, fixture_pos(10.08994, 20)));
    /* 12 km: 0.107918 degrees */
    assert_true(ports_within_exit(p, a, fixture_pos(10.10791, 20)));
    assert_false(ports_within_exit(p, a, fixture_pos(10.10792, 20)));
    assert_near(ports_distance_m(p, a, fixture_pos(11, 20)), 111195.08, 0.5);
    /* over the antimeridian: 0.02 degrees at 30 S are 1926 m */
    assert_string_equal(fixture_at(p, -30, -179.99, NULL), "BBBBB");
    assert_string_equal(fixture_at(p, -30, 180, NULL), "BBBBB");
    assert_string_equal(fixture_at(p, -30, -180, NULL), "BBBBB");
    /* 5 km at 30 S are 0.051922 degrees of longitude */
    assert_string_equal(fixture_at(p, -30, -179.9581, NULL), "BBBBB");
    assert_string_equal(fixture_at(p, -30, -179.9580, NULL), "");
    ports_destroy(p);
}

/* Exactly the entry distance is inside; exactly the exit distance is not yet outside.
 * In the unit of positions, 11 mm, 10 km are 0.08993204 degrees. */
static void test_exactly_the_distance(void **state)
{
    struct geo_pos middle = fixture_pos(10, 20), edge = fixture_pos(10.05, 20.05);
    double edge_m = geo_distance_m(middle, edge);
    struct ports_builder *b = ports_builder_create();
    assert_int_equal(
        ports_builder_define(b, "AAAAA", "A", middle, edge_m, edge_m, NULL, NULL), 0);
    struct ports *p = fixture_assemble(b);
    assert_string_equal(fixture_at(p, 10.05, 20.05, NULL), "AAAAA");
    assert_true(ports_within_entry(p, 0, edge));
    assert_true(ports_within_exit(p, 0, edge));
    assert_string_equal(fixture_at(p, 10.0500001, 20.05, NULL), "");
    assert_false(ports_within_exit(p, 0, fixture_pos(10.0500001, 20.05)));
    ports_destroy(p);
    p = fixture_ports("AAAAA,A,10,20,,,\n");
    assert_string_equal(fixture_at(p, 10.0899320, 20, NULL), "AAAAA");
    assert_string_equal(fixture_at(p, 10.0899321, 20, NULL), "");
    ports_destroy(p);
}

static void test_antimeridian_and_pole(void **state)
{
    struct ports *p = fixture_ports("AAAAA,At 180,0,180,,,\nAAPOL,Pole,89.95,0,,,\n"
                                    "AASOU,South,-90,0,,,\n");
    assert_string_equal(fixture_at(p, 0, 179.95, NULL), "AAAAA");
    assert_string_equal(fixture_at(p, 0, -179.95, NULL), "AAAAA");
    assert_string_equal(fixture_at(p, 0, 180, NULL), "AAAAA");
    /* 0.05 + 0.03 degrees over the pole are 8.9 km, 0.05 + 0.05 are 11.1 km */
    assert_string_equal(fixture_at(p, 89.97, 180, NULL), "AAPOL");
    assert_string_equal(fixture_at(p, 89.97, -90, NULL), "AAPOL");
    assert_string_equal(fixture_at(p, 89.95, 180, NULL), "");
    assert_string_equal(fixture_at(p, 90, 77, NULL), "AAPOL");
    assert_string_equal(fixture_at(p, -90, 120, NULL), "AASOU");
    assert_string_equal(fixture_at(p, -89.92, 120, NULL), "AASOU");
    assert_string_equal(fixture_at(p, -89.90, 120, NULL), "");
    ports_destroy(p);
}

/* Nampo and Songnim are 19 km apart; Najin and Sonbong 14. */
static void test_nearest_and_declared(void **state)
{
    struct ports *p = fixture_ports("AAAAA,A,0,0,,,\nAABBB,B,0.1,0,,,\n"
                                    "AAFAR,Far,0.3,0,50,,\n");
    assert_string_equal(fixture_at(p, 0.04, 0, NULL), "AAAAA");
    assert_string_equal(fixture_at(p, 0.06, 0, NULL), "AABBB");
    assert_string_equal(fixture_at(p, 0.04, 0, "AABBB"), "AABBB");
    /* out of its entry distance, a declared port wins nothing */
    assert_string_equal(fixture_at(p, 0.005, 0, "AABBB"), "AAAAA");
    /* also holds the place, but is 33 km from the nearest */
    assert_string_equal(fixture_at(p, 0.005, 0, "AAFAR"), "AAAAA");
    assert_string_equal(fixture_at(p, 0.13, 0, "AAFAR"), "AAFAR");
    assert_string_equal(fixture_at(p, 0.13, 0, NULL), "AABBB");
    ports_destroy(p);
    /* 25 km are 0.224830 degrees: ports just within and just beyond it */
    p = fixture_ports("AAAAA,A,0,0,50,,\nAABBB,B,0.2248,0,50,,\n"
                      "AACCC,C,-0.2249,0,50,,\n");
    assert_string_equal(fixture_at(p, 0.01, 0, "AABBB"), "AABBB");
    assert_string_equal(fixture_at(p, -0.01, 0, "AACCC"), "AAAAA");
    ports_destroy(p);
}

static void test_areas(void **state)
{
    struct ports_builder *b = ports_builder_create();
    static const char rows[] = "locode,name,lat,lon\nAAAAA,A,50.1,10.1\n"
                               "AABBB,B,50.05,10.01\nAACCC,C,50.1,10.25\n";
    assert_int_equal(ports_csv_read(b, rows, sizeof rows - 1, NULL, NULL), 0);
    assert_int_equal(
        ports_builder_define(b, "AAAAA", NULL, PORTS_POS_NONE, -1, -1, make_area(), NULL),
        0);
    struct ports *p = fixture_assemble(b);
    const struct port *a = ports_get(p, ports_find(p, "AAAAA"));
    assert_string_equal(a->name, "A");
    assert_near(a->entry_m, 0, 0);
    assert_near(a->exit_m, 1000, 0);
    /* on top of B, but inside A's area */
    assert_string_equal(fixture_at(p, 50.05, 10.01, NULL), "AAAAA");
    assert_string_equal(fixture_at(p, 50.05, 10.01, "AABBB"), "AAAAA");
    assert_string_equal(fixture_at(p, 50.05, 9.99, NULL), "AABBB");
    assert_string_equal(fixture_at(p, 50.1, 10.19, "AACCC"), "AAAAA");
    assert_string_equal(fixture_at(p, 50.1, 10.21, NULL), "AACCC");
    uint32_t i = ports_find(p, "AAAAA");
    assert_near(ports_distance_m(p, i, fixture_pos(50.19, 10.01)), 0, 0);
    assert_false(ports_within_entry(p, i, fixture_pos(50.205, 10.1)));
    /* the edge is at 50.2: 1 km beyond is 50.20899 */
    assert_true(ports_within_exit(p, i, fixture_pos(50.2089, 10.1)));
    assert_false(ports_within_exit(p, i, fixture_pos(50.2091, 10.1)));
    ports_destroy(p);
}

static void test_definitions(void **state)
{
    struct ports_builder *b = ports_builder_create();
    static const char rows[] = "locode,name,lat,lon,entry_km,codes,source\n"
                               "AAAAA,A,1,1,5,AAXXX AAYYY,WPI 1\nAABBB,B,2,2,,,WPI 2\n";
    struct geo_pos here = fixture_pos(3, 3);
    struct err err = {0};
    struct ports *p = NULL;
    ports_builder_distances(b, 7000, 9500, 500);
    /* before the CSV, and one code of A becomes a port of its own */
    assert_int_equal(ports_builder_define(b, "aa xxx", "X", here, 4000, -1, NULL, NULL),
                     0);
    assert_int_equal(
        ports_builder_define(b, "AABBB", "New B", here, -1, 20000, NULL, NULL), 0);
    assert_int_equal(ports_builder_define(b, "AABBB", "B", here, -1, -1, NULL, &err),
                     ERR_EXISTS);
    assert_int_equal(ports_builder_define(b, "AAB", "B", here, -1, -1, NULL, &err),
                     ERR_INVALID);
    assert_non_null(strstr(err.text, "UN/LOCODE"));
    assert_int_equal(
        ports_builder_define(b, "AACCC", "C", here, 5000, 4000, make_area(), NULL), 0);
    assert_int_equal(ports_builder_define(b, "AADDD", "D", here, 5000, 4000, NULL, &err),
                     ERR_RANGE);
    assert_int_equal(ports_csv_read(b, rows, sizeof rows - 1, NULL, NULL), 0);
    assert_int_equal(ports_assemble(b, &p, &err), 0);
    assert_int_equal(ports_count(p), 4);
    const struct port *a = ports_get(p, ports_find(p, "AAYYY"));
    assert_string_equal(a->locode, "AAAAA");
    assert_int_equal(a->code_count, 1);
    assert_string_equal(a->source, "WPI 1");
    assert_near(a->entry_m, 5000, 0);
    assert_near(a->exit_m, 7500, 0);
    const struct port *x = ports_get(p, ports_find(p, "AAXXX"));
    assert_string_equal(x->name, "X");
    assert_string_equal(x->source, "configuration");
    assert_near(x->entry_m, 4000, 0);
    const struct port *bb = ports_get(p, ports_find(p, "AABBB"));
    assert_string_equal(bb->name, "New B");
    assert_int_equal(bb->pos.lat_e7, 30000000);
    assert_near(bb->entry_m, 7000, 0);
    assert_near(bb->exit_m, 20000, 0);
    ports_destroy(p);
    ports_builder_destroy(b);
}

/* --- what shows only when all is known --- */

struct troubles {
    char text[8][ERR_TEXT_BYTES];
    enum ports_about about[8];
    size_t item[8], element[8];
    size_t count;
};

static void on_trouble(void *context, enum ports_about about, size_t item, size_t element,
                       const char *text)
{
    struct troubles *t = context;
    assert_true(t->count < 8);
    t->about[t->count] = about;
    t->item[t->count] = item;
    t->element[t->count] = element;
    snprintf(t->text[t->count++], ERR_TEXT_BYTES, "%s", text);
}

static void test_every_trouble_is_told(void **state)
{
    static struct troubles t;
    struct ports_builder *b = ports_builder_create();
    static const char rows[] = "locode,name,lat,lon\nRUVVO,Vladivostok,43.1,131.9\n";
    static const char areas[] = "{\"type\":\"Feature\",\"properties\":{\"locode\":"
                                "\"AAZZZ\"},\"geometry\":{\"type\":\"Polygon\","
                                "\"coordinates\":[[[1,1],[2,1],[2,2],[1,1]]]}}";
    static const char *const far_east[] = {"RUVVO", "RUVVX", "$nort"};
    static const char *const loop_a[] = {"$loop-b"}, *const loop_b[] = {"RUVVO", "$loop"};
    static const char *const north[] = {"RU*", "KP*", "moon!"};
    static const char *const same[] = {"JPYOK", "JPKWS"};
    struct err err = {0};
    struct ports *p = NULL;
    assert_int_equal(ports_csv_read(b, rows, sizeof rows - 1, NULL, NULL), 0);
    assert_int_equal(ports_areas_read(b, areas, sizeof areas - 1, NULL, NULL), 0);
    assert_int_equal(
        ports_builder_define(b, "AAAAA", "A", PORTS_POS_NONE, -1, -1, NULL, NULL), 0);
    assert_int_equal(ports_builder_group(b, "far-east", far_east, 3, NULL), 0);
    assert_int_equal(ports_builder_group(b, "loop", loop_a, 1, NULL), 0);
    assert_int_equal(ports_builder_group(b, "loop-b", loop_b, 2, NULL), 0);
    assert_int_equal(ports_builder_group(b, "north", north, 3, NULL), 0);
    assert_int_equal(ports_builder_group(b, "north", north, 3, NULL), ERR_EXISTS);
    assert_int_equal(ports_builder_group(b, "no rth", north, 3, NULL), ERR_INVALID);
    assert_int_equal(ports_builder_same(b, same, 2, NULL), 0);
    assert_int_equal(ports_builder_same(b, same, 1, NULL), ERR_INVALID);
    ports_builder_on_trouble(b, on_trouble, &t);
    assert_int_equal(ports_assemble(b, &p, &err), ERR_INVALID);
    assert_null(p);
    static const struct {
        enum ports_about about;
        size_t item, element;
        const char *part;
    } want[] = {
        {PORTS_ABOUT_DEFINE, 0, 0, "AAAAA is not in the gazetteer"},
        {PORTS_ABOUT_AREA, 0, 0, "area of AAZZZ"},
        {PORTS_ABOUT_SAME, 0, 0, "none of JPYOK ... JPKWS"},
        {PORTS_ABOUT_GROUP, 0, 1, "did you mean RUVVO (Vladivostok)?"},
        {PORTS_ABOUT_GROUP, 0, 2, "did you mean '$north'?"},
        {PORTS_ABOUT_GROUP, 2, 1, "group '$loop' contains itself"},
        {PORTS_ABOUT_GROUP, 3, 1, "no port of country KP"},
        {PORTS_ABOUT_GROUP, 3, 2, "'moon!' is not a port pattern"},
    };
    assert_int_equal(t.count, sizeof want / sizeof want[0]);
    for (size_t i = 0; i < t.count; i++) {
        assert_int_equal(t.about[i], want[i].about);
        assert_int_equal(t.item[i], want[i].item);
        assert_int_equal(t.element[i], want[i].element);
        assert_non_null(strstr(t.text[i], want[i].part));
    }
    assert_string_equal(err.text, t.text[0]);
    ports_builder_destroy(b);
}

/* --- places --- */

/* Distances along a meridian: 111,195.08 m a degree on the sphere of 6,371,008.8 m. */
static void test_places(void **state)
{
    static const char rows[] = "locode,name,lat,lon,entry_km,places\n"
                               "XXAAA,A,10,20,5,10.5 20 2; 10.9 20 ;\n"
                               "XXBBB,B,10.6,20,3,\nXXCCC,C,0,179.99,,0.2 -179.99 4\n";
    struct ports_builder *b = ports_builder_create();
    struct ports *p = NULL;
    assert_int_equal(ports_csv_read(b, rows, sizeof rows - 1, NULL, NULL), 0);
    assert_int_equal(ports_assemble(b, &p, NULL), 0);
    const struct port *a = ports_get(p, 0);
    assert_int_equal(a->place_count, 2);
    assert_near(a->places[0].entry_m, 2000, 0);
    assert_near(a->places[0].exit_m, 4000, 0);
    assert_near(a->places[1].entry_m, 10000, 0); /* the default */
    assert_near(a->places[1].exit_m, 12000, 0);
    assert_string_equal(fixture_at(p, 10.04, 20, NULL), "XXAAA");
    assert_string_equal(fixture_at(p, 10.3, 20, NULL), "");
    assert_string_equal(fixture_at(p, 10.517, 20, NULL), "XXAAA"); /* 1.9 km */
    assert_string_equal(fixture_at(p, 10.519, 20, NULL), "");      /* 2.1 km */
    assert_string_equal(fixture_at(p, 0.23, 179.999, NULL), "XXCCC");
    assert_false(ports_within_entry(p, 0, fixture_pos(10.519, 20)));
    assert_true(ports_within_exit(p, 0, fixture_pos(10.535, 20)));
    assert_false(ports_within_exit(p, 0, fixture_pos(10.537, 20)));
    /* the nearest place is meant */
    assert_near(ports_distance_m(p, 0, fixture_pos(10.7, 20)), 22239.0, 0.5);
    assert_near(ports_distance_m(p, 0, fixture_pos(10.8, 20)), 11119.5, 0.5);
    ports_destroy(p);
    /* where places overlap, the nearer port has her, or the declared one */
    static const char close[] = "locode,name,lat,lon,places\nXXAAA,A,10,20,10.3 20\n"
                                "XXBBB,B,10.36,20,\n";
    assert_int_equal(ports_csv_read(b, close, sizeof close - 1, NULL, NULL), 0);
    assert_int_equal(ports_assemble(b, &p, NULL), 0);
    assert_string_equal(fixture_at(p, 10.32, 20, NULL), "XXAAA");
    assert_string_equal(fixture_at(p, 10.34, 20, NULL), "XXBBB");
    assert_string_equal(fixture_at(p, 10.34, 20, "XXAAA"), "XXAAA");
    ports_destroy(p);
    /* a definition with a position replaces all places */
    assert_int_equal(ports_csv_read(b, rows, sizeof rows - 1, NULL, NULL), 0);
    assert_int_equal(
        ports_builder_define(b, "XXAAA", NULL, fixture_pos(11, 20), -1, -1, NULL, NULL),
        0);
    assert_int_equal(
        ports_builder_define(b, "XXCCC", "Sea", PORTS_POS_NONE, -1, -1, NULL, NULL), 0);
    assert_int_equal(ports_assemble(b, &p, NULL), 0);
    assert_int_equal(ports_get(p, 0)->place_count, 0);
    assert_int_equal(ports_get(p, 2)->place_count, 1);
    ports_destroy(p);
    ports_builder_destroy(b);
}

/* --- codes that are one port --- */

static void test_same(void **state)
{
    struct ports_builder *b = ports_builder_create();
    static const char rows[] =
        "locode,name,lat,lon,same\nJPYOK,Yokohama,35.45,139.65,\n"
        "JPKWS,Kawasaki,35.52,139.75,\nJPTYO,Tokyo,35.62,139.8,\n"
        "RUBRK,Bronka,59.93,29.7,RULED\nRUKDT,Kronshtadt,59.98,29.78,ruled\n"
        "RULED,St P,59.93,30.3,\n";
    static const char *const one[] = {"JPYOK", "JPKWS", "JPXXX"};
    static const char *const two[] = {"JPTYO", "JPXXX"};
    struct ports *p = NULL;
    assert_int_equal(ports_csv_read(b, rows, sizeof rows - 1, NULL, NULL), 0);
    assert_int_equal(ports_builder_same(b, one, 3, NULL), 0);
    assert_int_equal(ports_assemble(b, &p, NULL), 0);
    uint32_t yok = ports_find(p, "JPYOK"), kws = ports_find(p, "JPKWS");
    assert_true(ports_are_same(p, yok, kws));
    assert_false(ports_are_same(p, yok, ports_find(p, "JPTYO")));
    assert_false(ports_are_same(p, PORT_NONE, PORT_NONE));
    assert_int_equal(ports_get(p, kws)->same, yok);
    assert_int_equal(ports_get(p, yok)->same, yok);
    /* a code without a row becomes another code of the first */
    assert_int_equal(ports_find(p, "JPXXX"), yok);
    /* the group answers as its first member, whichever is near or asked for */
    assert_string_equal(fixture_at(p, 35.52, 139.75, NULL), "JPYOK");
    assert_true(ports_within_entry(p, yok, fixture_pos(35.53, 139.76)));
    assert_true(ports_within_exit(p, yok, fixture_pos(35.60, 139.77)));
    assert_near(ports_distance_m(p, yok, fixture_pos(35.52, 139.75)), 0, 0.1);
    /* a group of the table has the code named first, whatever the order of codes */
    assert_string_equal(fixture_at(p, 59.98, 29.78, NULL), "RULED");
    assert_true(ports_are_same(p, ports_find(p, "RUBRK"), ports_find(p, "RUKDT")));
    ports_destroy(p);
    /* lists that share a code are one list; the later one names it */
    assert_int_equal(ports_csv_read(b, rows, sizeof rows - 1, NULL, NULL), 0);
    assert_int_equal(ports_builder_same(b, one, 3, NULL), 0);
    assert_int_equal(ports_builder_same(b, two, 2, NULL), 0);
    assert_int_equal(ports_assemble(b, &p, NULL), 0);
    assert_string_equal(fixture_at(p, 35.52, 139.75, NULL), "JPTYO");
    ports_destroy(p);
    ports_builder_destroy(b);
}

/* --- against the plain loop --- */

/* Returns the distance to the nearest of the port's places that hold `pos`; -1 for
 * none. */
static double naive_distance_m(const struct port *p, struct geo_pos pos,
                               struct geo_pos *ret_place)
{
    double best = geo_distance_m(p->pos, pos);
    best = best <= p->entry_m ? best : -1;
    *ret_place = p->pos;
    for (size_t k = 0; k < p->place_count; k++) {
        double d = geo_distance_m(p->places[k].pos, pos);
        if (d > p->places[k].entry_m || (best >= 0 && d >= best))
            continue;
        best = d;
        *ret_place = p->places[k].pos;
    }
    return best;
}

static uint32_t naive_at(const struct ports *p, struct geo_pos pos, uint32_t declared)
{
    uint32_t best = PORT_NONE, meant = PORT_NONE;
    double best_m = 0, meant_m = 0;
    struct geo_pos best_pos = pos, meant_pos = pos;
    for (uint32_t i = 0; i < ports_count(p); i++) {
        struct geo_pos place = pos;
        double d = naive_distance_m(ports_get(p, i), pos, &place);
        if (d < 0)
            continue;
        if (best == PORT_NONE || d < best_m) {
            best = i;
            best_m = d;
            best_pos = place;
        }
        if (ports_are_same(p, i, declared) && (meant == PORT_NONE || d < meant_m)) {
            meant = i;
            meant_m = d;
            meant_pos = place;
        }
    }
    if (meant != PORT_NONE && geo_distance_m(best_pos, meant_pos) <= 25000)
        best = meant;
    return best;
}

/* Ports lie at random over the earth, many at the poles and at 180 degrees, with up to
 * 80 km of entry. */
static struct ports *random_ports(struct test_random *r)
{
    static char rows[128 * 600] = "locode,name,lat,lon,entry_km,places\n";
    struct ports_builder *b = ports_builder_create();
    struct ports *p = NULL;
    size_t n = strlen(rows);
    for (int i = 0; i < 500; i++) {
        double lat = (double)test_random_below(r, 180001) / 1000 - 90;
        double lon = (double)test_random_below(r, 360001) / 1000 - 180;
        if (i % 5 == 0)
            lat = i % 2 == 0 ? 88 + lat / 60 : -88.5 + lat / 60;
        if (i % 5 == 1)
            lon = i % 2 == 0 ? 179.5 + lon / 400 : -179.5 + lon / 400;
        if (i % 5 == 2) {
            lat = 35 + lat / 90;
            lon = 130 + lon / 90;
        }
        double place_lat = lat > 0 ? lat - 0.4 : lat + 0.4;
        double place_lon = lon > 179.3 ? lon - 359.3 : lon + 0.7;
        n += (size_t)snprintf(rows + n, sizeof rows - n,
                              "AA%c%c%c,P,%.3f,%.3f,%u,%.3f %.3f %u\n", 'A' + i / 100,
                              'A' + i / 10 % 10, 'A' + i % 10, lat, lon,
                              (unsigned)test_random_below(r, 80) + 1, place_lat,
                              place_lon, (unsigned)test_random_below(r, 60) + 1);
    }
    assert_int_equal(ports_csv_read(b, rows, n, NULL, NULL), 0);
    p = fixture_assemble(b);
    return p;
}

static void test_against_the_plain_loop(void **state)
{
    struct test_random r = {1718};
    print_message("seed %llu\n", (unsigned long long)r.state);
    struct ports *p = random_ports(&r);
    size_t hits = 0;
    for (int i = 0; i < 100000; i++) {
        const struct port *near = ports_get(p, (uint32_t)test_random_below(&r, 500));
        uint32_t declared = (uint32_t)test_random_below(&r, 500);
        double bearing = (double)test_random_below(&r, 360);
        double away = (double)test_random_below(&r, 90000);
        struct geo_pos pos = geo_destination(near->pos, bearing, away);
        uint32_t want = naive_at(p, pos, declared);
        assert_int_equal(ports_index_at(p, pos, declared), want);
        assert_true(want == PORT_NONE || ports_within_entry(p, want, pos));
        assert_true(want == PORT_NONE || ports_within_exit(p, want, pos));
        hits += want != PORT_NONE;
    }
    assert_true(hits > 30000);
    ports_destroy(p);
}

TEST_MAIN(NULL, NULL, TEST(test_find), TEST(test_search_order), TEST(test_entry_and_exit),
          TEST(test_exactly_the_distance), TEST(test_antimeridian_and_pole),
          TEST(test_nearest_and_declared), TEST(test_areas), TEST(test_definitions),
          TEST(test_every_trouble_is_told), TEST(test_places), TEST(test_same),
          TEST(test_against_the_plain_loop))
