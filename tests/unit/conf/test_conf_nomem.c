/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation of the project's own code fails while a configuration is read:
 * nothing crashes, and ERR_NOMEM is returned. Allocations of libraries succeed; the
 * address of the caller tells them apart. The test does not run under a sanitizer,
 * which has its own allocator. */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/conf/conf_int.h"
#include "lib/tempdir.h"

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *memory);
extern char __executable_start, etext;

static bool is_counting;
static uint64_t allocations, fail_at;
static int64_t live; /* of all callers */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_OWN_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_OWN_ALLOCATOR 1
#endif
#endif

#ifndef HAS_OWN_ALLOCATOR
static bool must_fail(const void *caller)
{
    const char *from = caller;
    if (!is_counting || from < &__executable_start || from >= &etext)
        return false;
    return ++allocations == fail_at;
}

static void *counted(void *memory)
{
    live += memory != NULL;
    return memory;
}

void *malloc(size_t n)
{
    return must_fail(__builtin_return_address(0)) ? NULL : counted(__libc_malloc(n));
}

void *calloc(size_t count, size_t size)
{
    return must_fail(__builtin_return_address(0)) ? NULL
                                                  : counted(__libc_calloc(count, size));
}

void *realloc(void *memory, size_t n)
{
    if (must_fail(__builtin_return_address(0)))
        return NULL;
    return memory == NULL ? counted(__libc_malloc(n)) : __libc_realloc(memory, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return must_fail(__builtin_return_address(0))
               ? NULL
               : counted(__libc_memalign(alignment, n));
}

void free(void *memory)
{
    live -= memory != NULL;
    __libc_free(memory);
}
#endif

/* Runs once; returns the code, and whether the failing allocation was reached. */
static int run(const char *text, const char *file, const char *gazetteer,
               struct conf_report *report)
{
    const struct conf_context context = {.host = "host", .gazetteer = gazetteer};
    const struct conf_source source = {.file = file, .text = text, .bytes = strlen(text)};
    struct conf *conf = NULL;
    allocations = 0;
    is_counting = true;
    int code = conf_load_text(&source, &context, &conf, report);
    is_counting = false;
    assert_int_equal(code == 0, conf != NULL);
    conf_destroy(conf);
    return code;
}

static const char good[] =
    "site: a\n"
    "timezone: Europe/Oslo\n"
    "feeds: [{id: a, udp: \"127.0.0.1:1\", from: [\"10.0.0.0/8\"], format: csv,\n"
    "         columns: {mmsi: ID, lat: LAT}, fields: {mmsi: a.b}},\n"
    "        {id: b, websocket: \"wss://a.example/x\", subscribe: {file: s}, headers: "
    "{A: b}},\n"
    "        {id: c, aisstream: {file: s}, boxes: [[1, 2, 3, 4]], mmsi: [431000001], "
    "types: "
    "[PositionReport]}]\n"
    "ports:\n"
    "  define: [{locode: CNSHD, name: S, lat: 36.88, lon: 122.43}]\n"
    "  groups: {dprk: [\"KP*\"], both: [\"$dprk\", RUVVO]}\n"
    "  same: [[RUVVO, RUNJK]]\n"
    "vessels: [{id: v, imo: 9999993, tags: [a, b]}, {name: X, tags: [b, c]}]\n"
    "vessel_lists: [{file: list.csv, tags: [d]}]\n"
    "zones: [zones.geojson]\n"
    "rules:\n"
    "  - {id: r, when: route, route: \"$dprk >> @box >> RUVVO\"}\n"
    "  - {id: z, when: zone, zones: [box], vessels: {flags: [KP], not: {tags: [a]}}}\n"
    "  - {id: p, when: port_call, ports: [\"$both\"]}\n"
    "mutes: [{rule: r, until: 2027-01-31, why: x}]\n"
    "webhooks:\n"
    "  - {id: h, url: \"https://desk.example.org/\", secret: {file: s}, headers: {A: "
    "b},\n"
    "     authorization: {file: s}, rules: [r]}\n";
static const char bad[] =
    "sites: a\n"
    "ports: {groups: {x: [ZZZZZ], y: [\"$x\"]}}\n"
    "zones: [missing]\n"
    "rules: [{id: r, when: route, route: \"$x >> Q\"}, {id: z, when: zone, zones: [q]}]\n"
    "webhooks: [{id: h, url: x, rules: [q]}]\n";

static void fail_each(const char *text, int expected)
{
    struct tempdir dir;
    char gazetteer[300], file[100];
    struct conf_report report;
    tempdir_make(&dir);
    tempdir_write(&dir, "list.csv", "imo,name\n9074729,TWO\n1,BAD\n");
    tempdir_write_mode(&dir, "s", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\n", 0600);
    tempdir_write(
        &dir, "zones.geojson",
        "{\"type\": \"Feature\", \"properties\": {\"id\": \"box\"}, \"geometry\": "
        "{\"type\": \"Polygon\", \"coordinates\": [[[127.5, 34], [128.5, 34], "
        "[128.5, 34.6], [127.5, 34]]]}}");
    snprintf(gazetteer, sizeof gazetteer, "%s",
             test_root_path("tests/data/conf/ports.csv"));
    snprintf(file, sizeof file, "%s/config.yaml", dir.path);
    fail_at = 0;
    int code = run(text, file, gazetteer, &report);
    for (size_t i = 0; i < report.count && code != expected; i++)
        print_error("%s\n", report.lines[i]);
    assert_int_equal(code, expected);
    uint64_t all = allocations;
    conf_report_finish(&report);
    print_message("%llu allocations\n", (unsigned long long)all);
    assert_true(all > 100);
    for (uint64_t n = 1; n <= all; n++) {
        int64_t before = live;
        fail_at = n;
        code = run(text, file, gazetteer, &report);
        conf_report_finish(&report);
        if (live != before)
            fail_msg("allocation %llu: %lld more are left", (unsigned long long)n,
                     (long long)(live - before));
        /* The allocations that only word a hint or look for a suggestion may fail
         * without an error. */
        if (code != ERR_NOMEM && code != expected)
            fail_msg("allocation %llu: %d", (unsigned long long)n, code);
    }
    tempdir_remove(&dir);
}

static void test_good(void **state)
{
#ifdef HAS_OWN_ALLOCATOR
    test_skip("the sanitizer has an allocator of its own");
#endif
    fail_each(good, 0);
}

static void test_bad(void **state)
{
#ifdef HAS_OWN_ALLOCATOR
    test_skip("the sanitizer has an allocator of its own");
#endif
    fail_each(bad, ERR_INVALID);
}

TEST_MAIN(NULL, NULL, TEST(test_good), TEST(test_bad))
