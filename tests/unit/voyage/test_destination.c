/* SPDX-License-Identifier: Apache-2.0 */
/* This file resolves declared destinations, as ships write them, with the shipped
 * gazetteer. The strings follow IMO SN.1/Circ.244 and the habits of crews; those marked
 * "seen" came from real ships. NULL: the text must not resolve. */
#include "lib/ports_fixture.h"

#include <stdio.h>
#include <string.h>

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

static const struct {
    const char *text;
    const char *locode;
} rows[] = {
    /* clang-format off */
    /* SN.1/Circ.244: XX XXX>YY YYY */
    {"KR PUS>RU VVO",        "RUVVO"},
    {"KRPUS>RUVVO",          "RUVVO"},
    {"NL RTM>DE HAM",        "DEHAM"},
    {"NLRTM >DEHAM",         "DEHAM"},
    {"KPNAM>CNSHD",          "CNSHD"},
    {"CNSHD>>RUVVO",         "RUVVO"},
    {"CNSHD->RUVVO",         "RUVVO"},
    {"CNSHD=>RUVVO",         "RUVVO"},
    {"CNSHD > RU VVO",       "RUVVO"},
    {"NL RTM>BE ANR>GB FXT", "GBFXT"},
    {"NL RTM>?? ???",        NULL},
    {"NLRTM>",               NULL},
    {"===BUSAN",             "KRPUS"},
    {"?? ???",               NULL},
    /* codes, with and without signs between */
    {"RUVVO",                "RUVVO"},
    {"RU VVO",               "RUVVO"},
    {"RU-VVO",               "RUVVO"},
    {"RU/VVO",               "RUVVO"},
    {"RU.VVO",               "RUVVO"},
    {"RU_VVO",               "RUVVO"},
    {"ruvvo",                "RUVVO"},
    {"  RU VVO  ",           "RUVVO"},
    {"PG/RAB",               "PGRAB"}, /* seen */
    {"PGRAB",                "PGRAB"},
    {"LVRIX@@@@@@@@@@@@@",   "LVRIX"}, /* seen */
    {"LVRIX",                "LVRIX"},
    {"RULED",                "RULED"},
    {"GBTEE@@@@BK",          "GBTEE"}, /* seen */
    {"GBTEE",                "GBTEE"},
    {"CNSHA",                "CNSGH"}, /* a code that ships use besides the index's */
    {"SGSIN",                "SGKEP"},
    {"NLVLA",                "NLVLA"},
    {"CNDLC",                "CNDAL"},
    {"RUVVO ANCH",           "RUVVO"},
    {"RU VVO ANCHORAGE",     "RUVVO"},
    {"CN SHD ROADS",         "CNSHD"},
    {"RUVVX",                NULL},
    {"ZZZZZ",                NULL},
    {"XX XXX",               NULL},
    {"KPNAN",                NULL}, /* not in UN/LOCODE; Nampo is KPNAM */
    {"DEHAM HAMBURG",        "DEHAM"},
    {"HAMBURG DEHAM",        "DEHAM"},
    {"DEHAM/HAMBURG",        "DEHAM"},
    {"DEHAM ROTTERDAM",      NULL},
    {"USHOU/USNYC",          NULL},
    /* TO, VIA, ETA */
    {"RULED VIA NOK",        "RULED"}, /* seen: NOK is the Kiel canal */
    {"ROTTERDAM VIA KIEL",   "NLRTM"},
    {"ROTTERDAM/VIA KIEL",   "NLRTM"},
    {"VIA KIEL",             NULL},
    {"BUSAN TO VLADIVOSTOK", "RUVVO"},
    {"TO ROTTERDAM",         "NLRTM"},
    {"DEST: VLADIVOSTOK",    "RUVVO"},
    {"DESTINATION BUSAN",    "KRPUS"},
    {"DEST",                 NULL},
    {"MOSCOW",               NULL},    /* the one in Iowa is the only port of that name */
    {"BALI",                 NULL},    /* an old name of Tan-Shui, and an island */
    {"STAR",                 NULL},
    {"FREEDOM",              NULL},
    {"KRPUS TO RUVVO",       "RUVVO"},
    {"ON THE WAY TO",        NULL},
    {"BUSAN ETA 0512",       "KRPUS"},
    {"BUSAN ETA 05/12 0600", "KRPUS"},
    {"BUSAN FROM ULSAN",     NULL},
    /* names and aliases */
    {"VLADIVOSTOK",          "RUVVO"},
    {"VLADIVOSTOCK",         "RUVVO"},
    {"VLADIK",               "RUVVO"},
    {"VLADIVOSTOK RUSSIA",   "RUVVO"},
    {"VLADIVOSTOK,RUSSIA",   "RUVVO"},
    {"RUSSIA VLADIVOSTOK",   "RUVVO"},
    {"NAKHODKA",             "RUNJK"},
    {"VOSTOCHNY",            "RUVYP"},
    {"VOSTOCHNYY",           "RUVYP"},
    {"SLAVYANKA",            "RUSKA"},
    {"ST PETERSBURG",        "RULED"}, /* Florida's is no port of call */
    {"ST.PETERSBURG",        "RULED"},
    {"ST. PETERSBURG",       "RULED"},
    {"ST PETERSBURG FL",     "USPIE"},
    {"SPB",                  "RULED"},
    {"S.PETERSBURG",         NULL},
    {"SAINT PETERSBURG",     "RULED"},
    {"SANKT-PETERBURG",      "RULED"},
    {"BRONKA",               "RUBRK"},
    {"RULED BRONKA",         "RULED"},
    {"UST-LUGA",             "RUULU"},
    {"UST LUGA",             "RUULU"},
    {"ROTTERDAM",            "NLRTM"},
    {"ROTTERDAM NL",         "NLRTM"},
    {"ROTTERDAM MAASVLAKTE", "NLRTM"},
    {"ROTTERDAM/MAASVLAKTE", "NLRTM"},
    {"MAASVLAKTE",           "NLRTM"},
    {"BUSAN",                "KRPUS"},
    {"PUSAN",                "KRPUS"},
    {"BUSAN KOREA",          "KRPUS"},
    {"BUSAN, S.KOREA",       "KRPUS"},
    {"BUSAN SOUTH KOREA",    "KRPUS"},
    {"KR BUSAN",             "KRPUS"},
    {"BUSAN NEW PORT",       "KRPUS"},
    {"BUSAN ANCH",           "KRPUS"},
    {"BUSAN P/S",            "KRPUS"},
    {"BUSAN PS",             "KRPUS"},
    {"BUSAN PILOT",          "KRPUS"},
    {"PORT OF BUSAN",        "KRPUS"},
    {"BUSAN PORT",           "KRPUS"},
    {"BUSAN JAPAN",          NULL},
    {"YOSU",                 "KRYOS"},
    {"YEOSU",                "KRYOS"},
    {"KR YEOSU",             "KRYOS"},
    {"INCHEON",              "KRINC"},
    {"NAMPO",                "KPNAM"},
    {"NAMPHO",               "KPNAM"},
    {"NAMPO DPRK",           "KPNAM"},
    {"CHONGJIN",             "KPCHO"},
    {"RAJIN",                "KPRJN"},
    {"SHIDAO",               "CNSHD"},
    {"SHIDAO CHINA",         "CNSHD"},
    {"SHIDAO,CHINA",         "CNSHD"},
    {"SHIDAO/CHINA",         "CNSHD"},
    {"NAMPO/DPRK",           "KPNAM"},
    {"BUSAN/S.KOREA",        "KRPUS"},
    {"BUSAN/JAPAN",          NULL},
    {"ANCHORAGE",            NULL},    /* where the ship lies, not where it goes */
    {"ANCHORAGE AK",         "USANC"},
    {"US ANC",               "USANC"},
    {"DALIAN",               "CNDAL"},
    {"WEIHAI",               "CNWEG"},
    {"YANTAI",               "CNYTG"},
    {"TIANJIN",              "CNTXG"},
    {"XINGANG",              "CNTXG"},
    {"HONGKONG",             "HKHKG"},
    {"HONG KONG",            "HKHKG"},
    {"CAPETOWN",             "ZACPT"},
    {"CAPE TOWN",            "ZACPT"},
    {"NEW YORK",             "USNYC"},
    {"PORT KLANG",           "MYPKG"},
    {"PT.KELANG",            "MYPKG"},
    {"HO CHI MINH",          "VNSGN"},
    {"LE HAVRE",             "FRLEH"},
    {"COPENHAGEN",           "DKCPH"},
    {"HAMBURG",              "DEHAM"},
    {"ANTWERPEN",            "BEANR"},
    {"GIBRALTAR",            "GIGIB"},
    {"GENOVA",               "ITGOA"},
    {"ALEXANDRIA",           "EGALY"},
    {"TRIPOLI",              NULL},    /* in Lebanon and in Libya */
    {"TRIPOLI LEBANON",      "LBKYE"},
    {"TRIPOLI LIBYA",        "LYTIP"},
    {"NEWPORT",              NULL},
    {"PORTLAND",             NULL},
    {"PORTLAND OR",          NULL},    /* "or" leaves the port undecided */
    {"MANZANILLO",           NULL},
    {"MANZANILLO MEXICO",    "MXZLO"},
    {"CARTAGENA",            NULL},
    {"CARTAGENA SPAIN",      "ESCAR"},
    {"CARTAGENA CO",         "COCTG"},
    {"GEORGETOWN GUYANA",    "GYGEO"},
    {"SAVANNAH GA",          "USSAV"},
    {"VICTORIA",             NULL},
    {"VANCOUVER",            NULL},    /* British Columbia and Washington */
    {"VANCOUVER CANADA",     "CAVAN"},
    {"VANCOUVER WA",         "USVAN"},
    {"BREST",                "FRBES"},
    /* one typo */
    {"VLADIVOSTK",           "RUVVO"},
    {"VLADIVSTOK",           "RUVVO"},
    {"VLADIVOSOTK",          "RUVVO"},
    {"ROTERDAM",             "NLRTM"},
    {"ROTTERDAN",            "NLRTM"},
    {"HAMBRUG",              "DEHAM"},
    {"INCEHON",              "KRINC"},
    {"NAKHOTKA",             "RUNJK"},
    {"NAMPP",                NULL},    /* too short for a guess */
    {"BUSEN",                NULL},
    {"VLADIVOSKT",           NULL},    /* two typos */
    {"MONTEVIDEMAWEI",       NULL},    /* seen */
    /* no port is meant */
    {"FOR ORDERS",           NULL},
    {"CAPETOWN FOR ORDERS",  NULL},    /* seen */
    {"FOR ORDER",            NULL},
    {"ORDERS",               NULL},
    {"SINGAPORE FOR ORDERS", NULL},
    {"SINGAPORE OPL",        NULL},
    {"OFF FUJAIRAH",         NULL},
    {"FUJAIRAH STS",         NULL},
    {"HAPPY NEW YEAR!",      NULL},    /* seen */
    {"MERRY CHRISTMAS",      NULL},
    {"GOOD WATCH",           NULL},
    {"ARMED GUARDS ONBOARD", NULL},
    {"FISHING",              NULL},
    {"FISHING GROUND",       NULL},
    {"HIGH SEAS",            NULL},
    {"NORTH SEA",            NULL},
    {"AT SEA",               NULL},
    {"OFFSHORE",             NULL},
    {"SUEZ CANAL",           NULL},
    {"TBN",                  NULL},
    {"TBA",                  NULL},
    {"N/A",                  NULL},
    {"NIL",                  NULL},
    {"NONE",                 NULL},
    {"UNKNOWN",              NULL},
    {"CHINA",                NULL},
    {"KOREA",                NULL},
    {"RUSSIA",               NULL},
    {"JAPAN SEA",            NULL},
    {"KP",                   NULL},
    {"0",                    NULL},
    {"12345",                NULL},
    {"01",                   NULL},
    {"-",                    NULL},
    {".",                    NULL},
    {"",                     NULL},
    {"   ",                  NULL},
    {"@@@@@@@@@@@@@@@@@@@@", NULL},
    {"@RUVVO",               NULL},
    {">",                    NULL},
    {">>>>",                 NULL},
    /* both ways: the next one is not named */
    {"FIHEL<>EETLL",         NULL},
    {"HELSINKI<>TALLINN",    NULL},
    {"HELSINKI-TALLINN",     NULL},
    {"BUSAN/ULSAN",          NULL},
    {"ROTTERDAM OR ANTWERP", NULL},
    {"ROTTERDAM & ANTWERP",  NULL},
    /* clang-format on */
};

static void test_table(void **state)
{
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t port = destination_resolve(ports, rows[i].text);
        const char *got = port != PORT_NONE ? ports_get(ports, port)->locode : "none";
        const char *want = rows[i].locode != NULL ? rows[i].locode : "none";
        if (strcmp(got, want) == 0)
            continue;
        print_error("'%s' means %s, not %s\n", rows[i].text, want, got);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(destination_resolve(ports, NULL), PORT_NONE);
}

/* Every code of the gazetteer resolves, in the four ways a code is written. A code that
 * is also the name of another port is the only exception. */
static void test_every_code_resolves(void **state)
{
    size_t doubtful = 0;
    for (uint32_t i = 0; i < ports_count(ports); i++) {
        const char *c = ports_get(ports, i)->locode;
        char forms[4][16];
        snprintf(forms[0], sizeof forms[0], "%s", c);
        snprintf(forms[1], sizeof forms[1], "%.2s %s", c, c + 2);
        snprintf(forms[2], sizeof forms[2], "%.2s/%s", c, c + 2);
        snprintf(forms[3], sizeof forms[3], "XX XXX>%s", c);
        for (int k = 0; k < 4; k++) {
            uint32_t port = destination_resolve(ports, forms[k]);
            doubtful += port == PORT_NONE;
            if (port != PORT_NONE)
                assert_true(ports_are_same(ports, port, i));
        }
    }
    assert_int_equal(doubtful, 2 * 4); /* CAMAS CANNE GAETA TRANA */
}

/* A name alone never means a port that does not have this name, whatever else it
 * resembles. */
static void test_names_mean_their_bearers(void **state)
{
    for (uint32_t i = 0; i < ports_count(ports); i++) {
        const struct port *p = ports_get(ports, i);
        uint32_t port = destination_resolve(ports, p->name);
        if (port == PORT_NONE || port == i || ports_are_same(ports, port, i))
            continue;
        /* Another port has the same name beyond doubt, so the name must be in the
         * reviewed table: at least its country or its index row is then another one. */
        const struct port *q = ports_get(ports, port);
        assert_true(strcmp(p->source, "UN/LOCODE") == 0 ||
                    memcmp(p->locode, q->locode, 2) != 0);
    }
}

/* Bytes beyond ASCII, long texts and many words neither crash nor resolve. */
static void test_odd_texts(void **state)
{
    char text[300];
    memset(text, 'A', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(destination_resolve(ports, text), PORT_NONE);
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        text[i] = ' ';
    assert_int_equal(destination_resolve(ports, text), PORT_NONE);
    text[40] = '\0';
    assert_int_equal(destination_resolve(ports, text), PORT_NONE);
    assert_int_equal(destination_resolve(ports, "\xC5LESUND"), PORT_NONE);
    assert_int_equal(destination_resolve(ports, "BUSAN\xFF"), PORT_NONE);
    struct test_random r = {20240325};
    print_message("seed %llu\n", (unsigned long long)r.state);
    for (int i = 0; i < 20000; i++) {
        size_t n = (size_t)test_random_below(&r, 24);
        for (size_t k = 0; k < n; k++)
            text[k] = (char)(0x20 + test_random_below(&r, 64));
        text[n] = '\0';
        uint32_t port = destination_resolve(ports, text);
        assert_true(port == PORT_NONE || port < ports_count(ports));
    }
}

TEST_MAIN(load, unload, TEST(test_table), TEST(test_every_code_resolves),
          TEST(test_names_mean_their_bearers), TEST(test_odd_texts))
