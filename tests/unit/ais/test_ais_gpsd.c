/* SPDX-License-Identifier: Apache-2.0 */
/* This file compares the decoder's JSON with gpsd's, member by member: with gpsd's own
 * regression files (test/sample.aivdm.js.chk and .ju.chk, BSD-2, read from
 * ../shared/data), and with what Debian's gpsdecode prints for random messages of every
 * type. Where the two differ on purpose, a row of `differences` gives the reason; a row
 * that is not needed fails the test. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/aiscorpus.h"
#include "lib/aislines.h"
#include "lib/testlib.h"
#include "lookout/ais/ais.h"

enum reference { CHK = 1, DEBIAN = 2 }; /* the regression files; gpsdecode 3.22 */

enum how {
    IGNORE,    /* the two values are not compared */
    NEAR_1E6,  /* equal to 0.6 of 1e-6 */
    NEAR_1E4,  /* equal to 0.6 of 1e-4 */
    NEAR_1E1,  /* equal to 0.6 of 0.1 */
    DATA_TAIL, /* equal but for the bits behind the last one */
    RAW_BITS   /* the decoder prints raw bits: "data" instead of this member */
};

static struct difference {
    unsigned in;  /* mask of enum reference */
    int type;     /* 0: every type */
    int dac, fid; /* of type 6 and 8, -1: any */
    const char *key;
    enum how how;
    const char *reason;
    unsigned used;
} differences[] = {
    /* clang-format off */
    {CHK | DEBIAN, 0, -1, -1, "device",      IGNORE,    "gpsd names the tty; we name the station as \"source\"", 0},
    {CHK,          1, -1, -1, "radio",       IGNORE,    "163 bits: gpsd reads the part of the communication state that was sent as a smaller number; a cut field is absent here", 0},
    {CHK,          7, -1, -1, "mmsi3",       IGNORE,    "124 and 128 bits: gpsd makes an MMSI of 20 and 24 bits; a cut field is absent here", 0},
    {CHK | DEBIAN, 26, -1, -1, "radio",      IGNORE,    "gpsd prints 0 always; we print the communication state at the message's end", 0},
    {CHK | DEBIAN, 26, -1, -1, "data",       DATA_TAIL, "gpsd leaves the next field's bits in the last byte", 0},
    {CHK | DEBIAN, 6, -1, -1, NULL,          RAW_BITS,  "sub-messages other than 6/1/30, 6/235/10, 6/250/10, 8/1/11, 8/1/29, 8/1/31 and 8/200/10, and those shorter than their form, are raw bits", 0},
    {DEBIAN,       8, -1, -1, NULL,          RAW_BITS,  "the same", 0},
    {DEBIAN,       0, -1, -1, "lon",         NEAR_1E6,  "3.22 prints six digits, later versions and we seven", 0},
    {DEBIAN,       0, -1, -1, "lat",         NEAR_1E6,  "the same", 0},
    {DEBIAN,       8, 1, 11, "lon",          NEAR_1E4,  "3.22 prints four digits, later versions and we six", 0},
    {DEBIAN,       8, 1, 11, "lat",          NEAR_1E4,  "the same", 0},
    {DEBIAN,       8, 1, 31, "lon",          NEAR_1E4,  "the same", 0},
    {DEBIAN,       8, 1, 31, "lat",          NEAR_1E4,  "the same", 0},
    {DEBIAN,       8, 1, 31, "waterlevel",   IGNORE,    "3.22 subtracts in unsigned arithmetic: 42949664.9 for -8.1", 0},
    {DEBIAN,       27, -1, -1, "lon",        NEAR_1E1,  "3.22 prints one digit, later versions and we four", 0},
    {DEBIAN,       27, -1, -1, "lat",        NEAR_1E1,  "the same", 0},
    {DEBIAN,       27, -1, -1, "status",     IGNORE,    "3.22 prints the word under this name", 0},
    {DEBIAN,       20, -1, -1, "offset2",    IGNORE,    "72 bits: gpsd reads the two spare bits as the begin of the next offset", 0},
    {DEBIAN,       20, -1, -1, "offset3",    IGNORE,    "104 bits: the same", 0},
    {DEBIAN,       20, -1, -1, "offset4",    IGNORE,    "136 bits: the same", 0},
    {DEBIAN,       0, -1, -1, "turn",        IGNORE,    "3.22 drops the sign and the digits and says \"nan\"; later versions and we give a text of two digits and \"n/a\"", 0},
    {DEBIAN,       0, -1, -1, "epfd_text",   IGNORE,    "3.22: \"INVALID EPFD\" for 9-15; later versions and we name them as revision 5 does", 0},
    {DEBIAN,       0, -1, -1, "status_text", IGNORE,    "3.22 spells \"manoeuverability\"", 0},
    /* clang-format on */
};
enum { DIFFERENCES = sizeof differences / sizeof differences[0] };

static unsigned ran; /* mask of enum reference */

struct list {
    json_t *records; /* array, owned */
    bool scaled;
    unsigned refused;
};

static void collect(void *context, const struct ais_bits *bits)
{
    struct list *list = context;
    struct ais_message m;
    if (ais_decode(bits, &m) != 0) {
        list->refused++;
        return;
    }
    struct buf out = {0};
    assert_int_equal(ais_message_json(&m, NULL, list->scaled, &out), 0);
    json_error_t error;
    json_t *record = json_loadb(out.data, out.length, JSON_REJECT_DUPLICATES, &error);
    if (record == NULL)
        fail_msg("not JSON: %s: %s", error.text, out.data);
    json_array_append_new(list->records, record);
    buf_finish(&out);
}

static json_t *load_lines(const char *text)
{
    json_t *records = json_array();
    while (*text != '\0') {
        const char *eol = strchr(text, '\n');
        size_t n = eol != NULL ? (size_t)(eol - text) : strlen(text);
        if (n > 0 && *text == '{')
            json_array_append_new(records, json_loadb(text, n, 0, NULL));
        text += n + (eol != NULL);
    }
    return records;
}

static long long member(const json_t *record, const char *key)
{
    const json_t *value = json_object_get(record, key);
    return json_is_integer(value) ? (long long)json_integer_value(value) : -1;
}

/* The last row that fits is the most specific one. */
static struct difference *find_difference(unsigned reference, const json_t *record,
                                          const char *key)
{
    struct difference *found = NULL;
    long long type = member(record, "type");
    for (size_t i = 0; i < DIFFERENCES; i++) {
        struct difference *d = &differences[i];
        bool is_type = d->type == 0 || d->type == type;
        bool is_sub = d->dac < 0 || (d->dac == member(record, "dac") &&
                                     d->fid == member(record, "fid"));
        bool is_key =
            key == NULL ? d->key == NULL : d->key != NULL && strcmp(d->key, key) == 0;
        if ((d->in & reference) != 0 && is_type && is_sub && is_key)
            found = d;
    }
    return found;
}

static bool is_near(const json_t *a, const json_t *b, double unit)
{
    return json_is_number(a) && json_is_number(b) &&
           fabs(json_number_value(a) - json_number_value(b)) <= 0.6 * unit;
}

/* "bits:hex" of which the bits behind the last may differ. */
static bool is_same_data(const json_t *a, const json_t *b)
{
    const char *x = json_string_value(a), *y = json_string_value(b);
    if (x == NULL || y == NULL || strlen(x) != strlen(y))
        return false;
    unsigned spare = (8 - (unsigned)strtoul(x, NULL, 10) % 8) % 8;
    size_t n = strlen(x);
    if (strncmp(x, y, n - 2) != 0)
        return false;
    return strtoul(x + n - 2, NULL, 16) >> spare == strtoul(y + n - 2, NULL, 16) >> spare;
}

static bool is_same(unsigned reference, const json_t *record, const char *key,
                    const json_t *ours, const json_t *theirs)
{
    if (ours != NULL && theirs != NULL &&
        (json_equal(ours, theirs) || is_near(ours, theirs, 1e-12)))
        return true;
    struct difference *d = find_difference(reference, record, key);
    if (d == NULL)
        return false;
    d->used++;
    switch (d->how) {
    case IGNORE:
        return true;
    case NEAR_1E6:
        return is_near(ours, theirs, 1e-6);
    case NEAR_1E4:
        return is_near(ours, theirs, 1e-4);
    case NEAR_1E1:
        return is_near(ours, theirs, 1e-1);
    case DATA_TAIL:
        return is_same_data(ours, theirs);
    case RAW_BITS:
        return false;
    }
    return false;
}

static unsigned compare(unsigned reference, const json_t *ours, json_t *theirs)
{
    unsigned faults = 0;
    struct difference *raw = find_difference(reference, ours, NULL);
    const char *keys[] = {"type", "repeat", "mmsi", "dac", "fid", "dest_mmsi"};
    if (raw != NULL && json_object_get(ours, "data") != NULL &&
        json_object_get(theirs, "data") == NULL) {
        raw->used++;
        assert_true(json_is_string(json_object_get(ours, "data")));
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
            assert_int_equal(member(ours, keys[i]), member(theirs, keys[i]));
        return 0;
    }
    json_t *all = json_copy(theirs);
    json_object_update_missing(all, (json_t *)(uintptr_t)ours);
    const char *key;
    json_t *value;
    json_object_foreach(all, key, value)
    {
        json_t *a = json_object_get(ours, key), *b = json_object_get(theirs, key);
        if (is_same(reference, ours, key, a, b))
            continue;
        char *x = a != NULL ? json_dumps(a, JSON_ENCODE_ANY) : strdup("absent");
        char *y = b != NULL ? json_dumps(b, JSON_ENCODE_ANY) : strdup("absent");
        print_error("type %lld mmsi %lld %s: ours %s, theirs %s\n", member(ours, "type"),
                    member(ours, "mmsi"), key, x, y);
        free(x);
        free(y);
        faults++;
    }
    json_decref(all);
    return faults;
}

/* --- the regression files --- */

/* gpsd refuses these by their length; the decoder prints what is there. */
static bool is_refused_by_gpsd(const json_t *record)
{
    static const long long mmsis[] = {431200386 /* 24 of 198 bits */,
                                      538734172 /* 25 of 525 bits */};
    for (size_t i = 0; i < sizeof mmsis / sizeof mmsis[0]; i++)
        if (member(record, "mmsi") == mmsis[i])
            return true;
    return false;
}

/* gpsd holds part A of a type 24 back and prints it with part B; here each part stands
 * alone, so that nothing waits. The two together must equal what gpsd prints. */
static unsigned compare_joined(const struct list *ours, json_t *theirs)
{
    json_t *joined = json_object();
    size_t i;
    json_t *record;
    json_array_foreach(ours->records, i, record)
    {
        if (member(record, "type") == 24 &&
            member(record, "mmsi") == member(theirs, "mmsi"))
            json_object_update(joined, record);
    }
    json_object_del(joined, "part");
    unsigned faults = compare(CHK, joined, theirs);
    json_decref(joined);
    return faults;
}

static void check_regression(const char *expected, bool scaled)
{
    size_t n = 0;
    if (test_data_path("corpora/sample.aivdm") == NULL)
        test_skip(TEST_NO_DATA);
    char *sentences = test_read_file(test_data_path("corpora/sample.aivdm"), &n);
    char *wanted = test_read_file(test_data_path(expected), NULL);
    assert_non_null(sentences);
    assert_non_null(wanted);
    struct list ours = {json_array(), scaled, 0};
    aislines_each(sentences, n, collect, &ours);
    json_t *theirs = load_lines(wanted);
    assert_int_equal(json_array_size(theirs), 97);
    ran |= CHK;
    unsigned faults = 0;
    size_t at = 0, i;
    json_t *record;
    json_array_foreach(ours.records, i, record)
    {
        if (member(record, "type") == 24 || is_refused_by_gpsd(record))
            continue;
        json_t *other;
        while ((other = json_array_get(theirs, at)) != NULL &&
               member(other, "type") == 24) {
            faults += compare_joined(&ours, other);
            at++;
        }
        if (other == NULL || member(other, "mmsi") != member(record, "mmsi"))
            fail_msg("record %zu of gpsd is another: mmsi %lld", at,
                     member(record, "mmsi"));
        faults += compare(CHK, record, other);
        at++;
    }
    assert_int_equal(at, 97);
    assert_int_equal(faults, 0);
    assert_int_equal(ours.refused, 0);
    json_decref(ours.records);
    json_decref(theirs);
    free(sentences);
    free(wanted);
}

static void test_regression_scaled(void **state)
{
    check_regression("corpora/sample.aivdm.js.chk", true);
}

static void test_regression_unscaled(void **state)
{
    check_regression("corpora/sample.aivdm.ju.chk", false);
}

/* --- Debian's gpsdecode --- */

static char *read_stream(FILE *f)
{
    size_t size = 0, room = 1 << 20;
    char *text = malloc(room);
    for (;;) {
        size += fread(text + size, 1, room - 1 - size, f);
        if (size < room - 1)
            break;
        room *= 2;
        text = realloc(text, room);
    }
    text[size] = '\0';
    return text;
}

static void check_debian(bool scaled)
{
    if (system("command -v gpsdecode >/dev/null 2>&1") != 0)
        test_skip("no gpsdecode (package gpsd-clients)");
    const uint64_t seed = 20261123;
    print_message("seed %llu\n", (unsigned long long)seed);
    char path[] = "/tmp/lookout-ais-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w+");
    size_t messages = aiscorpus_random(f, seed, 40);
    messages += aiscorpus_edges(f, messages, seed);
    messages += aiscorpus_applications(f, messages, seed);
    fflush(f);
    char command[128];
    snprintf(command, sizeof command, "gpsdecode -s %s -j <%s 2>/dev/null",
             scaled ? "" : "-u", path);
    FILE *pipe = popen(command, "r");
    char *output = read_stream(pipe);
    pclose(pipe);
    rewind(f);
    char *sentences = read_stream(f);
    fclose(f);
    unlink(path);

    struct list ours = {json_array(), scaled, 0};
    aislines_each(sentences, strlen(sentences), collect, &ours);
    json_t *theirs = load_lines(output);
    print_message("%zu messages\n", messages);
    assert_int_equal(json_array_size(ours.records), messages);
    assert_int_equal(json_array_size(theirs), messages);
    ran |= DEBIAN;
    unsigned faults = 0;
    for (size_t i = 0; i < messages && faults < 40; i++)
        faults +=
            compare(DEBIAN, json_array_get(ours.records, i), json_array_get(theirs, i));
    assert_int_equal(faults, 0);
    json_decref(ours.records);
    json_decref(theirs);
    free(output);
    free(sentences);
}

static void test_debian_scaled(void **state)
{
    check_debian(true);
}

static void test_debian_unscaled(void **state)
{
    check_debian(false);
}

/* A difference that no record shows is wrong, or is a repaired defect. This is judged
 * only if all data that may show it are there. */
static void test_every_difference_is_seen(void **state)
{
    if (ran == 0)
        test_skip("nothing was compared");
    unsigned faults = 0;
    for (size_t i = 0; i < DIFFERENCES; i++) {
        if ((differences[i].in & ran) != differences[i].in || differences[i].used != 0)
            continue;
        print_error("not needed: type %d %s: %s\n", differences[i].type,
                    differences[i].key != NULL ? differences[i].key : "",
                    differences[i].reason);
        faults++;
    }
    assert_int_equal(faults, 0);
}

/* The manual describes each. */
static void test_every_difference_is_told(void **state)
{
    char *page = test_read_file(test_root_path("config/man/lookoutd.1"), NULL);
    assert_non_null(page);
    char *section = strstr(page, ".SH DIFFERENCES FROM GPSD");
    assert_non_null(section);
    *strstr(section, ".SH EXIT STATUS") = '\0';
    for (size_t i = 0; i < DIFFERENCES; i++) {
        const char *key = differences[i].key != NULL ? differences[i].key : "raw bits";
        if (strstr(section, key) == NULL)
            fail_msg("lookoutd.1 does not tell of %s", key);
    }
    free(page);
}

TEST_MAIN(NULL, NULL, TEST(test_regression_scaled), TEST(test_regression_unscaled),
          TEST(test_debian_scaled), TEST(test_debian_unscaled),
          TEST(test_every_difference_is_seen), TEST(test_every_difference_is_told))
