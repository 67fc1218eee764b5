/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of ships as they are published. The files of tests/data/list are written by hand
 * in the form of the real ones, all ships invented; what is expected is read off them
 * after the contract. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tempdir.h"
#include "lib/testlib.h"
#include "lookout/list/list.h"

/* What the reader says of rows: "LINE: text;". */
static void keep_fault(void *context, int line, const char *text)
{
    assert_int_equal(buf_printf(context, "%d: %s;", line, text), 0);
}

static void add_texts(struct buf *out, const char *name, const struct list_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        assert_int_equal(buf_printf(out, "%s%s", i == 0 ? name : "+", texts->items[i]),
                         0);
}

static void add_text(struct buf *out, const char *name, const char *text)
{
    if (text != NULL)
        assert_int_equal(buf_printf(out, "%s%s", name, text), 0);
}

/* A ship: "entry|name imo mmsi+mmsi c:callsign f:flag p:programs o:owners a:aliases". */
static void add_ship(struct buf *out, const struct list_ship *ship)
{
    add_text(out, "", ship->entry);
    add_text(out, "|", ship->name);
    if (ship->imo != 0)
        assert_int_equal(buf_printf(out, " %u", ship->imo), 0);
    for (size_t i = 0; i < ship->mmsi_count; i++)
        assert_int_equal(buf_printf(out, "%s%u", i == 0 ? " " : "+", ship->mmsis[i]), 0);
    add_text(out, " c:", ship->callsign);
    add_text(out, " f:", ship->flag);
    add_texts(out, " p:", &ship->programs);
    add_texts(out, " o:", &ship->owners);
    add_texts(out, " a:", &ship->aliases);
    add_texts(out, " t:", &ship->topics);
    assert_int_equal(buf_add_char(out, '\n'), 0);
}

static char *ships_of(const struct list *list)
{
    struct buf out = {0};
    for (size_t i = 0; i < list->count; i++)
        add_ship(&out, &list->ships[i]);
    return buf_take(&out);
}

static struct list *read_file(const char *name, struct list_options options,
                              struct buf *faults)
{
    char path[200];
    struct list *list = NULL;
    struct list_trouble trouble;
    snprintf(path, sizeof path, "tests/data/list/%s", name);
    options.on_fault = keep_fault;
    options.context = faults;
    assert_int_equal(list_file_read(test_root_path(path), &options, &list, &trouble), 0);
    return list;
}

static void expect_file(const char *name, enum list_format format, const char *published,
                        const char *ships, const char *faults)
{
    struct buf said = {0};
    struct list *list = read_file(name, (struct list_options){0}, &said);
    char *got = ships_of(list);
    assert_int_equal(list->format, format);
    assert_string_equal(list->published, published);
    assert_string_equal(got, ships);
    assert_string_equal(buf_text(&said), faults);
    assert_int_equal(strlen(list->sha256), 64);
    assert_false(list->is_cut);
    free(got);
    buf_finish(&said);
    list_release(list);
}

/* --- each format --- */

#define OMM "OCEAN EXAMPLE MARITIME MANAGEMENT COMPANY"

static void test_ofac(void **state)
{
    expect_file("SDN.CSV", LIST_OFAC, "",
                "1001|EXAMPLE TRADER 9999993 445000001+445000002 c:HMXX f:Democratic "
                "People's Republic of Korea p:DPRK4 o:" OMM
                " a:EXAMPLE STAR+OLD EXAMPLE+EXAMPLE FURTHER+EXAMPLE FORMER\n"
                "1002|EXAMPLE CRUDE 9999981 f:Panama p:IRAN+IFSR o:EXAMPLE TANKER COMPANY"
                "+EXAMPLE NATIONAL TANKER COMPANY\n"
                "1003|EXAMPLE WRONG 572000001 p:IRAN\n"
                "1005|EXAMPLE SIGN c:YKXX f:Syria p:SYRIA\n"
                "1006|EXAMPLE TWICE 9999979 445000006 p:DPRK3\n"
                "1006|EXAMPLE TWICE 9999967 445000006 p:DPRK3\n"
                "1007|EXAMPLE LONG 9999955 445000007 p:DPRK2 o:" OMM "\n",
                "5: imo '543400' is left out: it is not " LIST_IMO_ACCEPTS ";");
}

static void test_uk(void **state)
{
    expect_file("UK-Sanctions-List.csv", LIST_UK, "2026-09-11",
                "RUS0002|EXAMPLE SEA 9999943 f:Gabon p:The Russia (Sanctions) (EU Exit) "
                "Regulations 2019 o:EXAMPLE SHIPPING, LTD a:EXAMPLE OCEAN\n"
                "DPR0001|EXAMPLE TRADER 9999993 p:The Democratic People's Republic of "
                "Korea (Sanctions) (EU Exit) Regulations 2019\n",
                "");
}

static void test_opensanctions(void **state)
{
    expect_file("maritime.csv", LIST_OPENSANCTIONS, "",
                "example-vessel-1|EXAMPLE TRADER 9999993 445000001+445000009 f:kp "
                "p:us_ofac_sdn+un_1718_vessels a:EXAMPLE STAR+EXAMPLE, LUCKY t:sanction\n"
                "example-vessel-2|EXAMPLE SHADOW 9999931 626000001 f:ga "
                "p:ua_war_sanctions t:mare.shadow+poi\n"
                "example-vessel-2|EXAMPLE SHADOW 9999929 626000001 f:ga "
                "p:ua_war_sanctions t:mare.shadow+poi\n"
                "example-vessel-4|EXAMPLE DETAINED 9999917 f:gr p:eq_mou_detention "
                "t:mare.detained\n",
                "");
}

/* The owner stands before the vessel, its name behind it: three passes find both. */
static void test_ftm(void **state)
{
    expect_file("entities.ftm.json", LIST_FTM, "2026-09-11T06:10:00Z",
                "vessel-1|EXAMPLE TRADER 9999993 445000001 c:HMXX f:kp "
                "p:us_ofac_sdn+un_1718_vessels o:" OMM
                " a:Example Trader II+EXAMPLE STAR t:sanction\n"
                "vessel-2|EXAMPLE SHADOW 9999931 626000001 p:ua_war_sanctions "
                "o:Jane Example t:mare.shadow\n"
                "vessel-2|EXAMPLE SHADOW 9999929 626000001 p:ua_war_sanctions "
                "o:Jane Example t:mare.shadow\n",
                "");
}

static void test_csv(void **state)
{
    expect_file("own.csv", LIST_CSV, "",
                "e1|EXAMPLE TRADER 9999993 445000001+445000002 c:HMXX p:P1+P2 o:OCEAN "
                "EXAMPLE MARITIME MANAGEMENT CO., LTD\n"
                "e2|EXAMPLE WRONG 572000001\n",
                "3: imo '9999994' is left out: it is not " LIST_IMO_ACCEPTS ";"
                "4: the row is left out: imo '9999994' is not " LIST_IMO_ACCEPTS ";");
}

/* A name alone is a key where the list says so. */
static void test_names(void **state)
{
    struct buf said = {0};
    struct list *list =
        read_file("SDN.CSV", (struct list_options){.has_names = true}, &said);
    char *ships = ships_of(list);
    assert_non_null(strstr(ships, "1004|EXAMPLE NAMELESS KEY p:CUBA\n"));
    assert_int_equal(list->left_out[LIST_LEFT_KEYLESS], 0);
    free(ships);
    list_release(list);
    list = read_file("SDN.CSV", (struct list_options){0}, &said);
    assert_int_equal(list->left_out[LIST_LEFT_KEYLESS], 1);
    assert_int_equal(list->wrong_numbers, 1);
    list_release(list);
    buf_finish(&said);
}

/* sha256sum tests/data/list/maritime.csv */
static void test_sha256(void **state)
{
    struct buf said = {0};
    char together[LIST_SHA256_BYTES];
    struct list *list = read_file("maritime.csv", (struct list_options){0}, &said);
    assert_string_equal(
        list->sha256, "c4658a14c1b7f5d6f9cef8268a7cb5376045b91f7c19f035070314c42055a61c");
    assert_string_equal(list->together, list->sha256);
    list_release(list);
    list = read_file("SDN.CSV", (struct list_options){0}, &said);
    assert_string_not_equal(list->together, list->sha256);
    assert_int_equal(
        list_file_digest(test_root_path("tests/data/list/SDN.CSV"), LIST_OFAC, together),
        0);
    assert_string_equal(list->together, together);
    list_release(list);
    buf_finish(&said);
}

/* --- bytes --- */

/* Read a text in chunks of `chunk` bytes; NULL with the trouble. */
static struct list *read_text(const char *text, size_t n, size_t chunk,
                              struct list_options options, struct list_trouble *trouble)
{
    struct list_reader *r = list_reader_create(&options);
    bool is_done = false;
    int rc = 0;
    assert_non_null(r);
    while (!is_done && rc == 0) {
        for (size_t at = 0; at < n && rc == 0; at += chunk)
            rc = list_reader_feed(r, text + at, n - at < chunk ? n - at : chunk, trouble);
        if (rc == 0)
            rc = list_reader_end(r, &is_done, trouble);
    }
    assert_true(rc == 0 || rc == ERR_INVALID);
    struct list *list = rc == 0 ? list_reader_take(r) : NULL;
    list_reader_destroy(r);
    return list;
}

/* However the bytes are cut, the same ships and the same faults. */
static void test_any_chunks(void **state)
{
    static const char *const names[] = {"SDN.CSV", "UK-Sanctions-List.csv",
                                        "maritime.csv", "entities.ftm.json", "own.csv"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[100];
        size_t n = 0;
        struct list_trouble trouble;
        snprintf(path, sizeof path, "tests/data/list/%s", names[i]);
        char *text = test_read_file(test_root_path(path), &n);
        assert_non_null(text);
        struct buf whole = {0};
        struct list_options options = {.on_fault = keep_fault, .context = &whole};
        struct list *list = read_text(text, n, n, options, &trouble);
        char *ships = ships_of(list);
        list_release(list);
        for (size_t chunk = 1; chunk < 200; chunk += chunk < 20 ? 1 : 37) {
            struct buf said = {0};
            options.context = &said;
            list = read_text(text, n, chunk, options, &trouble);
            char *again = ships_of(list);
            assert_string_equal(again, ships);
            assert_string_equal(buf_text(&said), buf_text(&whole));
            free(again);
            list_release(list);
            buf_finish(&said);
        }
        free(ships);
        free(text);
        buf_finish(&whole);
    }
}

static void expect_trouble(const char *text, enum list_format format,
                           const char *expected, const char *accepted)
{
    struct list_trouble trouble = {.text = ""};
    assert_null(read_text(text, strlen(text), 7, (struct list_options){.format = format},
                          &trouble));
    assert_string_equal(trouble.text, expected);
    assert_non_null(trouble.accepted);
    assert_non_null(strstr(trouble.accepted, accepted));
}

static void test_refused(void **state)
{
    expect_trouble("<?xml version=\"1.0\"?><sdnList/>", LIST_AUTO,
                   "is OFAC's list as XML", "SDN.CSV");
    expect_trouble("\n <Sanctions xmlns=\"x\"/>", LIST_AUTO,
                   "is OFAC's advanced list as XML", "SDN.CSV");
    expect_trouble("\xEF\xBB\xBF<Designations/>", LIST_AUTO,
                   "is the UK Sanctions List as XML", "UK-Sanctions-List.csv");
    expect_trouble("<CONSOLIDATED_LIST/>", LIST_AUTO,
                   "is the UN's consolidated list, which holds no ships",
                   "un_1718_vessels");
    expect_trouble("<export><sanctionEntity/></export>", LIST_AUTO,
                   "is the EU's consolidated list, which holds no ships", "maritime.csv");
    expect_trouble("<export xmlns=\"http://eu.europa.ec/fpi/fsd/export\"/>", LIST_AUTO,
                   "is the EU's consolidated list, which holds no ships", "maritime.csv");
    expect_trouble("<html></html>", LIST_AUTO, "is XML", "SDN.CSV");
    expect_trouble("a,b\n1,2\n", LIST_OFAC, "is not of the format ofac",
                   "twelve columns");
    expect_trouble("a,b\n1,2\n", LIST_UK, "is not of the format uk", "Unique ID");
    expect_trouble("a,b\n1,2\n", LIST_OPENSANCTIONS, "is not of the format opensanctions",
                   "caption");
    expect_trouble("a,b\n1,2\n", LIST_FTM, "is not of the format ftm", "JSON");
    expect_trouble("a,b\n1,2\n", LIST_AUTO,
                   "the list has no column that identifies a vessel", "imo");
    expect_trouble("", LIST_AUTO, "the file has no header", "header");
}

/* Where a file was cut, its last row is too short, its quote open, its JSON no object. */
static void test_cut(void **state)
{
    static const struct {
        const char *text;
        bool is_cut;
        size_t ships;
    } cases[] = {
        {"imo,name,mmsi\n9999993,A,445000001\n9999981,B,445000002\n", false, 2},
        {"imo,name,mmsi\n9999993,A,445000001\n9999981,B,445000002", false, 2},
        {"imo,name,mmsi\n9999993,A,445000001\n9999981,B", true, 2},
        {"imo,name,mmsi\n9999993,A,445000001\n9999981,\"B", true, 1},
        {"{\"id\":\"a\",\"schema\":\"Vessel\",\"properties\":{\"imoNumber\":[\"9999993\"]"
         "}"
         "}\n{\"id\":\"b\",\"schema\":\"Vessel\",\"prope",
         true, 1},
        {"1,\"A\",\"vessel\",\"P\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"IMO 9999993.\"\n"
         "2,\"B\",\"vessel\",\"P\",-0- ,-0-",
         true, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct list_trouble trouble;
        struct list *list = read_text(cases[i].text, strlen(cases[i].text), 5,
                                      (struct list_options){0}, &trouble);
        assert_non_null(list);
        assert_int_equal(list->is_cut, cases[i].is_cut);
        assert_int_equal(list->count, cases[i].ships);
        list_release(list);
    }
}

/* A quote that nobody closes costs its own line, at the end of the file and before a
 * megabyte of rows. */
static void test_open_quote(void **state)
{
    struct buf text = {0}, said = {0};
    struct list_trouble trouble;
    struct list_options options = {.on_fault = keep_fault, .context = &said};
    assert_int_equal(buf_add_text(&text, "mmsi,name\n445000001,\"OPEN\n"), 0);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(buf_printf(&text, "%u,SHIP\n", 445100000 + i), 0);
    struct list *list = read_text(text.data, text.length, 1 << 16, options, &trouble);
    assert_int_equal(list->count, 100000);
    assert_string_equal(buf_text(&said),
                        "2: the row is left out: a quote is not closed;");
    assert_int_equal(list->left_out[LIST_LEFT_FAULTY], 1);
    assert_false(list->is_cut);
    list_release(list);
    buf_finish(&said);
    buf_finish(&text);
}

static void test_nul(void **state)
{
    static const char text[] = "imo\0,name\n";
    struct list_trouble trouble;
    assert_null(read_text(text, sizeof text - 1, 3, (struct list_options){0}, &trouble));
    assert_string_equal(trouble.text, "it holds a NUL byte: it is not text");
}

/* --- files --- */

static void expect_file_trouble(const char *path, const char *expected)
{
    struct list *list = NULL;
    struct list_trouble trouble;
    assert_int_equal(list_file_read(path, &(struct list_options){0}, &list, &trouble),
                     ERR_INVALID);
    assert_null(list);
    assert_non_null(strstr(trouble.text, expected));
}

static void test_files_in_trouble(void **state)
{
    struct tempdir dir;
    tempdir_make(&dir);
    expect_file_trouble(tempdir_path(&dir, "none.csv"), "No such file or directory");
    expect_file_trouble(dir.path, "is not a regular file");
    tempdir_write(&dir, "x.xml", "<sdnList/>");
    expect_file_trouble(tempdir_path(&dir, "x.xml"), "x.xml' is OFAC's list as XML");
    tempdir_remove(&dir);
}

/* Without the files beside it OFAC's list says less, and what goes on there is cut. */
static void test_ofac_alone(void **state)
{
    struct tempdir dir;
    struct list *list = NULL;
    struct list_trouble trouble;
    tempdir_make(&dir);
    tempdir_copy(&dir, "sdn.csv", test_root_path("tests/data/list/SDN.CSV"));
    assert_int_equal(list_file_read(tempdir_path(&dir, "sdn.csv"),
                                    &(struct list_options){0}, &list, &trouble),
                     0);
    assert_int_equal(list->count, 7);
    assert_int_equal(list->ships[0].aliases.count, 2);
    assert_int_equal(list->ships[6].mmsi_count, 0);
    list_release(list);
    tempdir_remove(&dir);
}

/* Several hold a list; the last one frees it (the sanitizer sees to that). */
static void test_holders(void **state)
{
    struct list_trouble trouble;
    struct list *list =
        read_text("imo\n9999993\n", 12, 12, (struct list_options){0}, &trouble);
    assert_ptr_equal(list_hold(list), list);
    list_release(list);
    assert_int_equal(list->ships[0].imo, 9999993);
    list_release(list);
    list_release(NULL);
}

static void test_names_of_formats(void **state)
{
    static const char *const names[LIST_FORMATS] = {"auto", "csv",           "ofac",
                                                    "uk",   "opensanctions", "ftm"};
    for (int i = 0; i < LIST_FORMATS; i++)
        assert_string_equal(list_format_name((enum list_format)i), names[i]);
}

TEST_MAIN(NULL, NULL, TEST(test_ofac), TEST(test_uk), TEST(test_opensanctions),
          TEST(test_ftm), TEST(test_csv), TEST(test_names), TEST(test_sha256),
          TEST(test_any_chunks), TEST(test_refused), TEST(test_cut),
          TEST(test_open_quote), TEST(test_nul), TEST(test_files_in_trouble),
          TEST(test_ofac_alone), TEST(test_holders), TEST(test_names_of_formats))
