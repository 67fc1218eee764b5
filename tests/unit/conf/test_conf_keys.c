/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests config/lookoutd.yaml, the annotated example. It loads without a fault
 * as it stands and with all lines uncommented; it has every row of every table; and
 * what the example and the tables call the default is the default. */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/conf/conf_int.h"
#include "daemon/shell/conf/conf_rules.h"
#include "lib/tempdir.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"

enum { ROWS_MAX = 400 };
struct rows {
    const void *items[ROWS_MAX];
    size_t count;
};

static bool has_row(const struct rows *rows, const void *row)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i] == row)
            return true;
    return false;
}

static void see_row(void *context, const void *row)
{
    struct rows *rows = context;
    if (has_row(rows, row))
        return;
    assert_true(rows->count < ROWS_MAX);
    rows->items[rows->count++] = row;
}

/* --- variants of the text --- */

enum variant {
    AS_IT_STANDS,
    UNCOMMENTED, /* lines "#x" lose their '#' */
    RECORDINGS   /* the lines "#~" replace the live feeds */
};

static bool is_setting(const char *line)
{
    return line[0] == '#' && (line[1] == ' ' ? line[2] == ' ' : line[1] > ' ') &&
           line[1] != '~' && line[1] != '#';
}

static char *make_variant(const char *text, enum variant variant)
{
    struct buf out = {0};
    bool is_skipping = false;
    while (*text != '\0') {
        size_t n = strcspn(text, "\n") + 1;
        const char *line = text;
        if (variant == RECORDINGS && strncmp(line, "feeds:", 6) == 0)
            is_skipping = true;
        if (strncmp(line, "ports:", 6) == 0)
            is_skipping = false;
        if (variant == RECORDINGS && strncmp(line, "#~", 2) == 0)
            assert_int_equal(buf_add(&out, line + 2, n - 2), 0);
        else if (variant == UNCOMMENTED && is_setting(line))
            assert_int_equal(buf_add(&out, line + 1, n - 1), 0);
        else if (!is_skipping)
            assert_int_equal(buf_add(&out, line, n), 0);
        text += n;
    }
    return buf_take(&out);
}

/* Writes a feature for each id in the example's lists of that key. */
static void add_features(struct buf *out, const char *example, const struct key *key)
{
    static const char area[] = "{\"type\": \"Polygon\", \"coordinates\": [[[127.5, 34], "
                               "[128.5, 34], [128.5, 34.6], [127.5, 34]]]}";
    static const char gate[] =
        "{\"type\": \"LineString\", \"coordinates\": [[129, 35], [130, 34]]}";
    char begin[80];
    snprintf(begin, sizeof begin, "    %s: [", key->name);
    for (const char *at = example; (at = strstr(at, begin)) != NULL;) {
        char id[64], quoted[80];
        int n = 0;
        at += strlen(begin);
        for (; sscanf(at, "%63[a-z0-9-]%n", id, &n) == 1;
             at += n, at += strspn(at, ", ")) {
            snprintf(quoted, sizeof quoted, "\"%s\"", id);
            if (strstr(buf_text(out), quoted) != NULL)
                continue;
            assert_int_equal(buf_printf(out,
                                        "%s{\"type\": \"Feature\", \"properties\": "
                                        "{\"id\": %s}, \"geometry\": %s}",
                                        strchr(buf_text(out), '}') != NULL ? ", " : "",
                                        quoted, key->type == KEY_GATES ? gate : area),
                             0);
        }
    }
}

/* Writes the areas and gates that the example's rules name. */
static void make_zones(const struct tempdir *dir, const char *example)
{
    struct buf text = {0};
    assert_int_equal(
        buf_add_text(&text, "{\"type\": \"FeatureCollection\", \"features\": ["), 0);
    for (size_t i = 0; rule_kinds[i] != NULL; i++)
        for (const struct key *key = rule_kinds[i]->keys; key->name != NULL; key++)
            if (key->type == KEY_ZONES || key->type == KEY_GATES)
                add_features(&text, example, key);
    assert_int_equal(buf_add_text(&text, "]}"), 0);
    tempdir_write(dir, "zones.geojson", buf_text(&text));
    buf_finish(&text);
}

/* Writes the files that the uncommented settings name. */
static void make_files(const struct tempdir *dir, const char *example)
{
    static const char secret[] = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n";
    tempdir_copy(dir, "ports.csv", test_root_path("config/ports.csv"));
    tempdir_write(dir, "nampo.geojson",
                  "{\"type\": \"Polygon\", \"coordinates\": [[[125.3, 38.6], [125.5, "
                  "38.6], [125.5, 38.8], [125.3, 38.6]]]}");
    make_zones(dir, example);
    tempdir_write(dir, "recording.nmea", "");
    tempdir_write(dir, "watch.csv", "imo,caption\n9074729,EXAMPLE TWO\n");
    tempdir_write(dir, "sdn.csv",
                  "1,\"A\",\"vessel\",\"DPRK4\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"IMO "
                  "9999993.\"\r\n");
    tempdir_copy(dir, "maritime.csv", test_root_path("tests/data/list/maritime.csv"));
    tempdir_copy(dir, "UK-Sanctions-List.csv",
                 test_root_path("tests/data/list/UK-Sanctions-List.csv"));
    tempdir_write_mode(dir, "desk.secret", secret, 0600);
    tempdir_write_mode(dir, "siem-secret", secret, 0600);
    tempdir_write_mode(dir, "siem-secret-old", secret, 0600);
    tempdir_write_mode(dir, "mail-password", secret, 0600);
    tempdir_write_mode(dir, "opsgenie-key", "key\n", 0600);
    tempdir_write_mode(dir, "servicenow-login", "dTpw\n", 0600);
    tempdir_write_mode(dir, "matrix-url", "https://matrix.example.org/hook/1\n", 0600);
    tempdir_write_mode(dir, "ntfy-token", "token\n", 0600);
    tempdir_write_mode(dir, "pager-url", "https://pager.example.org/x\n", 0600);
    tempdir_write_mode(dir, "siem-url", "https://siem.example.org/hook/1\n", 0600);
    tempdir_write_mode(dir, "siem.token", "token\n", 0600);
    tempdir_write_mode(dir, "siem-token", "token\n", 0600);
    tempdir_write_mode(dir, "any-hello", "hello\n", 0600);
    tempdir_write_mode(dir, "aisstream-key", "0123456789abcdef\n", 0600);
    tempdir_write_mode(dir, "bus", "secret\n", 0600);
    tempdir_write_mode(dir, "anna-token", "anna-anna-anna-anna-1\n", 0600);
    tempdir_write_mode(dir, "wall.token", "wall-wall-wall-wall-1\n", 0600);
    tempdir_write_mode(dir, "ca.pem", "", 0600);
    tempdir_write_mode(dir, "client.pem", "", 0600);
    tempdir_write_mode(dir, "client.key", "", 0600);
}

static struct conf *load_variant(const struct tempdir *dir, const char *text,
                                 struct rows *rows)
{
    char gazetteer[256];
    snprintf(gazetteer, sizeof gazetteer, "%s", test_root_path("config/ports.csv"));
    const struct conf_context context = {
        .host = "host", .gazetteer = gazetteer, .credentials_directory = dir->path};
    const struct conf_source source = {.file = tempdir_path(dir, "lookoutd.yaml"),
                                       .text = text,
                                       .bytes = strlen(text),
                                       .on_key = see_row,
                                       .on_key_context = rows};
    struct conf *conf = NULL;
    struct conf_report report;
    int code = conf_load_text(&source, &context, &conf, &report);
    for (size_t i = 0; i < report.count; i++)
        print_error("%s\n", report.lines[i]);
    assert_int_equal(code, 0);
    assert_int_equal(report.count, 0);
    conf_report_finish(&report);
    return conf;
}

/* --- the tables --- */

static size_t missing;

static void need_keys(const struct rows *rows, const struct key *keys, const char *under)
{
    for (; keys->name != NULL; keys++) {
        char path[200];
        snprintf(path, sizeof path, "%s.%s", under, keys->name);
        if (!has_row(rows, keys)) {
            print_error("config/lookoutd.yaml lacks %s\n", path);
            missing++;
        }
        assert_non_null(keys->doc);
        assert_true(keys->type != KEY_OWN || keys->accepts != NULL);
        if (keys->sub != NULL)
            need_keys(rows, keys->sub, path);
    }
}

static void need_rule_keys(const struct rows *rows)
{
    for (size_t i = 0; rule_kinds[i] != NULL; i++)
        for (const struct key *key = rule_kinds[i]->keys;
             key != NULL && key->name != NULL; key++)
            if (!has_row(rows, key)) {
                print_error("config/lookoutd.yaml lacks %s.%s\n", rule_kinds[i]->name,
                            key->name);
                missing++;
            }
}

/* The kinds in README's table, and those in the example's comment on `when`. */
static void need_kind_names(const char *example)
{
    char *readme = test_read_file(test_root_path("README.md"), NULL);
    const char *when = strstr(example, "\n# when ");
    const char *required = when != NULL ? strstr(when, "(required)") : NULL;
    assert_non_null(readme);
    assert_non_null(required);
    for (size_t i = 0; rule_kinds[i] != NULL; i++) {
        char row[64], word[64];
        snprintf(row, sizeof row, "\n| `%s` | ", rule_kinds[i]->name);
        snprintf(word, sizeof word, " %s ", rule_kinds[i]->name);
        const char *at = strstr(when, word);
        bool is_in_table = strstr(readme, row) != NULL;
        bool is_in_comment = at != NULL && at < required;
        if (!is_in_table)
            print_error("README.md's table of kinds lacks %s\n", rule_kinds[i]->name);
        if (!is_in_comment)
            print_error("config/lookoutd.yaml's comment on `when` lacks %s\n",
                        rule_kinds[i]->name);
        missing += !is_in_table || !is_in_comment;
    }
    free(readme);
}

static void test_every_key(void **state)
{
    static struct rows rows;
    struct tempdir dir;
    char *text = test_read_file(test_root_path("config/lookoutd.yaml"), NULL);
    assert_non_null(text);
    tempdir_make(&dir);
    make_files(&dir, text);
    for (int i = AS_IT_STANDS; i <= RECORDINGS; i++) {
        char *variant = make_variant(text, (enum variant)i);
        struct conf *conf = load_variant(&dir, variant, &rows);
        assert_int_equal(conf->feed_count, i == UNCOMMENTED ? 10 : 1);
        conf_destroy(conf);
        free(variant);
    }
    need_keys(&rows, conf_root_keys, "");
    need_rule_keys(&rows);
    need_kind_names(text);
    assert_int_equal(missing, 0);
    tempdir_remove(&dir);
    free(text);
}

/* --- defaults --- */

static struct conf *load_text(const char *text)
{
    char gazetteer[256];
    snprintf(gazetteer, sizeof gazetteer, "%s",
             test_root_path("tests/data/conf/ports.csv"));
    const struct conf_context context = {.host = "host", .gazetteer = gazetteer};
    const struct conf_source source = {
        .file = "x.yaml", .text = text, .bytes = strlen(text)};
    struct conf *conf = NULL;
    struct conf_report report;
    int code = conf_load_text(&source, &context, &conf, &report);
    for (size_t i = 0; i < report.count && code != 0; i++)
        print_error("%s\n", report.lines[i]);
    assert_int_equal(code, 0);
    conf_report_finish(&report);
    return conf;
}

/* --- a kind's keys --- */

struct made_up {
    double course_deg;
    uint16_t fixes;
    uint32_t side;
    bool is_loud;
    char *note;
};
static const char *const sides[] = {"port", "starboard", NULL};
/* clang-format off */
static const struct key made_up_keys[] = {
    {.name = "course", .type = KEY_NUMBER,  KEY_AT(made_up, course_deg)},
    {.name = "fixes",  .type = KEY_INTEGER, KEY_AT(made_up, fixes)},
    {.name = "side",   .type = KEY_WORD,    KEY_AT(made_up, side), .words = sides},
    {.name = "loud",   .type = KEY_FLAG,    KEY_AT(made_up, is_loud), .left_out = "quiet vessels"},
    {.name = "note",   .type = KEY_TEXT,    KEY_AT(made_up, note)},
    {0},
};
/* clang-format on */

/* Returns the definition of a rule of a kind that does not exist. */
static uint64_t make_up_rule(const char *note, uint16_t fixes, const struct conf *conf,
                             struct buf *ret_words)
{
    static const struct rule_hooks hooks = {0};
    static const struct rule_kind kind = {.name = "made_up",
                                          .doc = "nothing",
                                          .leaves_out = "all that is real",
                                          .keys = made_up_keys,
                                          .settings_bytes = sizeof(struct made_up),
                                          .hooks = &hooks};
    struct rule rule;
    assert_int_equal(rule_init(&rule, &kind), 0);
    struct made_up *settings = rule.settings;
    rule.id = strdup("m");
    *settings = (struct made_up){.course_deg = 90.5,
                                 .fixes = fixes,
                                 .side = 1,
                                 .note = note != NULL ? strdup(note) : NULL};
    buf_clear(ret_words);
    assert_int_equal(conf_rule_words_describe(&rule, &conf->engine, ret_words), 0);
    uint64_t definition = 0;
    assert_int_equal(conf_rule_words_definition(&rule, &conf->engine, &definition), 0);
    rule_finish(&rule);
    return definition;
}

/* All keys of a rule are part of its definition. The definition changes when a key
 * changes, and does not depend on where in memory a text lies. */
static void test_types(void **state)
{
    (void)state;
    struct buf words = {0};
    struct conf *conf = load_text("site: x\n");
    uint64_t definition = make_up_rule("eastbound", 300, conf, &words);
    if (strstr(buf_text(&words), "every vessel; course 90.5; fixes 300; side starboard; "
                                 "loud false; note 'eastbound'\n") == NULL)
        fail_msg("%s", buf_text(&words));
    assert_non_null(
        strstr(buf_text(&words), "\n      left out: all that is real; quiet vessels\n"));
    assert_true(make_up_rule("eastbound", 300, conf, &words) == definition);
    assert_true(make_up_rule("eastbound", 301, conf, &words) != definition);
    assert_true(make_up_rule("westbound", 300, conf, &words) != definition);
    assert_true(make_up_rule(NULL, 300, conf, &words) != definition);
    assert_null(strstr(buf_text(&words), "note"));
    buf_finish(&words);
    conf_destroy(conf);
}

/* Makes "{stop: {begin: 0.5kn, ...}, ...}" from what the tables call the defaults. */
static void write_initials(const struct key *keys, struct buf *out)
{
    assert_int_equal(buf_add_char(out, '{'), 0);
    const char *separator = "";
    for (; keys->name != NULL; keys++) {
        if (keys->sub == NULL && keys->initial == NULL)
            continue;
        assert_int_equal(buf_printf(out, "%s%s: ", separator, keys->name), 0);
        if (keys->sub != NULL)
            write_initials(keys->sub, out);
        else
            assert_int_equal(buf_add_text(out, keys->initial), 0);
        separator = ", ";
    }
    assert_int_equal(buf_add_char(out, '}'), 0);
}

static void test_defaults_of_numbers(void **state)
{
    static const char *const sections[] = {"retain", "detect", "limits"};
    struct buf text = {0};
    for (size_t i = 0; i < CONF_COUNT(sections); i++) {
        assert_int_equal(buf_printf(&text, "%s: ", sections[i]), 0);
        write_initials(conf_keys_find(conf_root_keys, sections[i])->sub, &text);
        assert_int_equal(buf_add_char(&text, '\n'), 0);
    }
    struct conf *written = load_text(buf_text(&text)), *bare = load_text("log: info\n");
    assert_memory_equal(&written->engine.track, &bare->engine.track,
                        sizeof bare->engine.track);
    assert_memory_equal(&written->engine.call, &bare->engine.call,
                        sizeof bare->engine.call);
    assert_memory_equal(&written->engine.limits, &bare->engine.limits,
                        sizeof bare->engine.limits);
    assert_memory_equal(&written->retain, &bare->retain, sizeof bare->retain);
    assert_int_equal(written->engine.vessels_max, bare->engine.vessels_max);
    assert_int_equal(written->database_mb, bare->database_mb);
    conf_destroy(written);
    conf_destroy(bare);
    buf_finish(&text);
}

static const char *bare_lists =
    "feeds:\n"
    "  - {id: a, udp: \"127.0.0.1:1\"}\n"
    "  - {id: b, udp: \"127.0.0.1:2\", lateness: 0s, silent_after: 10min, format: auto}\n"
    "  - {id: c, listen: \"127.0.0.1:3\"}\n"
    "  - {id: d, listen: \"127.0.0.1:4\", idle_timeout: 120s, max_clients: 16}\n"
    "  - {id: e, serial: /dev/a}\n"
    "  - {id: f, serial: /dev/b, baud: 38400}\n"
    "webhooks:\n"
    "  - {id: a, url: \"http://127.0.0.1/\"}\n"
    "  - {id: b, url: \"http://127.0.0.1/\", format: cloudevents, min_severity: info,\n"
    "     order: vessel, in_flight: 8, timeout: 15s, retry_for: 76h,\n"
    "     retry: [5s, 30s, 2min, 5min, 15min, 1h, 2h, 5h, 10h], allow_private: false}\n"
    "rules:\n"
    "  - {id: a, when: gap, vessels: watched}\n"
    "  - {id: b, when: gap, vessels: watched, after: 6h, moored: 24h, at_start: "
    "watched,\n"
    "     events: [start, end], severity: warning}\n"
    "  - {id: c, when: distress}\n"
    "  - {id: d, when: distress, tests: true, again_after: 6h, again_beyond: 2nm,\n"
    "     nearby: 200nm, seen_within: 2h, events: [hear], severity: critical}\n";

/* The contract's defaults mean the same left out and written out. */
static void test_defaults_of_lists(void **state)
{
    struct conf *conf = load_text(bare_lists);
    for (size_t i = 0; i < conf->feed_count; i += 2) {
        const struct conf_feed *a = &conf->feeds[i], *b = &conf->feeds[i + 1];
        assert_int_equal(a->lateness_ms, b->lateness_ms);
        assert_int_equal(a->silent_after_ms, b->silent_after_ms);
        assert_int_equal(a->idle_timeout_ms, b->idle_timeout_ms);
        assert_int_equal(a->max_clients, b->max_clients);
        assert_int_equal(a->baud, b->baud);
        assert_int_equal(a->format, b->format);
    }
    const struct conf_webhook *a = &conf->webhooks[0], *b = &conf->webhooks[1];
    assert_int_equal(a->retry.wait_count, b->retry.wait_count);
    assert_memory_equal(a->retry.waits_ms, b->retry.waits_ms,
                        b->retry.wait_count * sizeof b->retry.waits_ms[0]);
    assert_int_equal(a->retry.retry_for_ms, b->retry.retry_for_ms);
    assert_int_equal(a->timeout_ms, b->timeout_ms);
    assert_int_equal(a->in_flight, b->in_flight);
    assert_int_equal(a->ordered, b->ordered);
    assert_int_equal(a->format, b->format);
    assert_int_equal(a->min_severity, b->min_severity);
    assert_int_equal(a->allow_private, b->allow_private);
    for (size_t i = 0; i < conf->engine.rule_count; i += 2) {
        const struct rule *c = &conf->engine.rules[i], *d = &conf->engine.rules[i + 1];
        assert_int_equal(c->kind == d->kind ? c->kind->event_count : 0,
                         c->kind->event_count);
        /* The definition is a hash of kind, filter, events and settings. */
        assert_int_equal(c->definition, d->definition);
        assert_memory_equal(c->severity, d->severity, c->kind->event_count);
    }
    conf_destroy(conf);
}

/* Each key has its words, bounds and texts. */
static void check_table(const struct key *keys)
{
    for (; keys->name != NULL; keys++) {
        struct buf accepts = {0};
        assert_int_equal(conf_accepts_key(keys, &accepts), 0);
        assert_true(accepts.length > 0);
        buf_finish(&accepts);
        if (keys->type >= KEY_DURATION && keys->type <= KEY_INTEGER)
            assert_true(keys->least < keys->most);
        if (keys->type == KEY_WORD || keys->type == KEY_WORDS)
            assert_non_null(keys->words);
        if (keys->type == KEY_OWN || keys->type == KEY_LIST)
            assert_true(keys->read != NULL || keys->sub != NULL);
        for (const struct key *other = keys + 1; other->name != NULL; other++)
            assert_string_not_equal(keys->name, other->name);
        if (keys->sub != NULL)
            check_table(keys->sub);
    }
}

static void test_tables(void **state)
{
    check_table(conf_root_keys);
    for (size_t i = 0; rule_kinds[i] != NULL; i++)
        for (const struct key *key = rule_kinds[i]->keys;
             key != NULL && key->name != NULL; key++) {
            struct buf accepts = {0};
            assert_int_equal(conf_accepts_key(key, &accepts), 0);
            assert_true(accepts.length > 0);
            buf_finish(&accepts);
        }
}

TEST_MAIN(NULL, NULL, TEST(test_every_key), TEST(test_defaults_of_numbers),
          TEST(test_defaults_of_lists), TEST(test_tables), TEST(test_types))
