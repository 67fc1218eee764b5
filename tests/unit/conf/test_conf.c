/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the configuration as a value: the contract's example, the defaults,
 * the words, and what a reload keeps. */
#include "lib/conf_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/conf/conf_int.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/rules/route.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/track/vessel.h"
#include "lookout/track/vessel_type.h"

/* --- the example of the contract, word by word but for its last three dots ---
 */

static void check_example_feeds(const struct conf *conf)
{
    assert_int_equal(conf->feed_count, 4);
    const struct conf_feed *shore = &conf->feeds[0], *partner = &conf->feeds[1];
    const struct conf_feed *uplink = &conf->feeds[2], *mast = &conf->feeds[3];
    assert_int_equal(shore->transport, CONF_FEED_UDP);
    assert_string_equal(shore->address, "127.0.0.1");
    assert_int_equal(shore->port, 10110);
    assert_int_equal(shore->from_count, 1);
    assert_int_equal(shore->from[0].family, 4);
    assert_int_equal(shore->from[0].prefix, 8);
    assert_int_equal(shore->from[0].bytes[0], 127);
    assert_int_equal(shore->silent_after_ms, 600000);
    assert_int_equal(shore->lateness_ms, 0);
    assert_int_equal(partner->transport, CONF_FEED_TCP);
    assert_string_equal(partner->address, "ais.example.org");
    assert_int_equal(partner->port, 4001);
    assert_int_equal(partner->idle_timeout_ms, 120000);
    assert_int_equal(uplink->transport, CONF_FEED_LISTEN);
    assert_int_equal(uplink->max_clients, 16);
    assert_int_equal(mast->transport, CONF_FEED_SERIAL);
    assert_string_equal(mast->address, "/dev/ttyUSB0");
    assert_int_equal(mast->baud, 38400);
}

/* Returns the value that the rule's settings hold for the key of that name. */
static const void *setting(const struct rule *rule, const char *name)
{
    for (const struct key *key = rule->kind->keys; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0)
            return rule_setting(rule, key);
        for (const struct key *k = key->sub; k != NULL && k->name != NULL; k++)
            if (strcmp(k->name, name) == 0)
                return rule_setting(rule, k);
    }
    fail_msg("%s has no key %s", rule->kind->name, name);
    return NULL;
}

static int64_t duration(const struct rule *rule, const char *name)
{
    return *(const int64_t *)setting(rule, name);
}

static void check_example_rules(const struct engine_conf *e)
{
    assert_int_equal(e->rule_count, 8);
    assert_string_equal(e->rules[0].id, "arms-route");
    const struct route *route = *(struct route *const *)setting(&e->rules[0], "route");
    assert_string_equal(route->text, "$dprk >> CNSHD >> $far-east");
    assert_int_equal(route->step_count, 3);
    assert_int_equal(duration(&e->rules[0], "within"), 30 * DAY_MS);
    assert_int_equal(duration(&e->rules[0], "leg"), 10 * DAY_MS);
    assert_int_equal(e->rules[0].severity[0], SEVERITY_WARNING);
    const struct rule *box = &e->rules[1];
    const struct rule_zones *zones = setting(box, "zones");
    assert_int_equal(zones->count, 1);
    assert_int_equal(zones->items[0], zone_set_find(e->zones, "yeosu-box"));
    assert_int_equal(duration(box, "within"), 3 * HOUR_MS);
    assert_near(*(const double *)setting(box, "or"), 12 * NM_M, 1e-6);
    assert_int_equal(duration(box, "dwell"), 2 * HOUR_MS);
    assert_true(box->vessels.is_watched_only);
    assert_int_equal(box->events, 0xF); /* enter, exit, approach, dwell; not lost */
    const struct rule_zones *gates = setting(&e->rules[2], "gates");
    assert_int_equal(gates->count, 1);
    assert_int_equal(e->rules[2].repeat_ms, 12 * HOUR_MS);
    const struct rule_ports *ports = setting(&e->rules[3], "ports");
    assert_string_equal(ports->text, "$dprk");
    assert_int_equal(*(const uint8_t *)setting(&e->rules[3], "min_confidence"), 2);
    assert_true(port_set_has(ports->set, ports_find(e->ports, "KPNAM")));
    assert_false(port_set_has(ports->set, ports_find(e->ports, "CNSHD")));
    ports = setting(&e->rules[4], "to");
    assert_string_equal(ports->text, "RU*, CN*");
    assert_int_equal(duration(&e->rules[6], "again_after"), 7 * DAY_MS);
    assert_int_equal(duration(&e->rules[7], "after"), 6 * HOUR_MS);
    assert_int_equal(duration(&e->rules[7], "moored"), 24 * HOUR_MS);
}

static void check_example_webhook(const struct conf_webhook *w)
{
    assert_string_equal(w->id, "desk");
    assert_string_equal(w->url, "https://desk.example.org/lookout");
    assert_int_equal(w->secret_count, 1);
    assert_int_equal(w->secrets[0].length, 32);
    assert_memory_equal(w->secrets[0].text, SECRET_BYTES, 32);
    assert_string_equal(w->authorization, "Bearer t0ken");
    assert_int_equal(w->headers.count, 1);
    assert_string_equal(w->headers.items[0].name, "X-Site");
    assert_string_equal(w->headers.items[0].value, "yeosu");
    assert_int_equal(w->rule_count, 2);
    assert_int_equal(w->min_severity, SEVERITY_WARNING);
    assert_true(w->ordered);
    assert_int_equal(w->in_flight, 8);
    assert_int_equal(w->timeout_ms, 15000);
    assert_int_equal(w->retry.wait_count, 9);
    assert_int_equal(w->retry.waits_ms[8], 10 * HOUR_MS);
    assert_int_equal(w->retry.retry_for_ms, 76 * HOUR_MS);
    assert_false(w->allow_private);
    assert_true(conf_webhook_wants(w, "arms-route", SEVERITY_WARNING));
    assert_false(conf_webhook_wants(w, "arms-route", SEVERITY_INFO));
    assert_false(conf_webhook_wants(w, "strait", SEVERITY_CRITICAL));
    assert_true(conf_webhook_wants(w, "", SEVERITY_INFO));
}

static void test_example(void **state)
{
    char *text =
        test_read_file(test_root_path("tests/data/conf/example/contract.yaml"), NULL);
    assert_non_null(text);
    struct conf *conf = conf_fixture_good(text);
    char path[100];
    snprintf(path, sizeof path, "%s/state", conf_fixture_dir.path);
    assert_string_equal(conf->state, path);
    assert_string_equal(conf->engine.site, "yeosu-watch");
    assert_string_equal(conf->engine.link, "https://map.example.org/{mmsi}");
    assert_string_equal(conf->engine.timezone.name, "Asia/Seoul");
    assert_int_equal(conf->log, CONF_LOG_INFO);
    assert_int_equal(conf->retain.tracks_ms, 30 * DAY_MS);
    assert_int_equal(conf->retain.alerts_ms, 400 * DAY_MS);
    check_example_feeds(conf);
    check_example_rules(&conf->engine);
    check_example_webhook(&conf->webhooks[0]);
    const struct port *shidao =
        ports_get(conf->engine.ports, ports_find(conf->engine.ports, "CNSHD"));
    assert_near(shidao->entry_m, 8000, 1e-6);
    const struct port *nampo =
        ports_get(conf->engine.ports, ports_find(conf->engine.ports, "KPNAM"));
    assert_non_null(nampo->area);
    assert_int_equal(watch_count(conf->engine.watch), 2);
    assert_int_equal(conf->engine.mute_count, 1);
    assert_int_equal(conf->engine.mutes[0].vessel, 440000001);
    /* date -u -d 2027-01-31 +%s */
    assert_int_equal(conf->engine.mutes[0].until_ms, INT64_C(1801353600000));
    assert_string_equal(conf->api.address, "127.0.0.1");
    assert_int_equal(conf->api.port, 8047);
    conf_destroy(conf);
    char *lines = conf_fixture_lines(text, 0);
    assert_has(lines, "watch.csv:3:1: warning: the row is left out: imo '1234'");
    free(lines);
    free(text);
}

/* --- parts --- */

static void test_defaults(void **state)
{
    struct conf *conf = conf_fixture_good("log: warning\n");
    assert_string_equal(conf->engine.site, "host.example");
    assert_non_null(conf->engine.ports);
    assert_non_null(conf->engine.zones);
    assert_non_null(conf->engine.watch);
    assert_null(conf->engine.link);
    assert_int_equal(conf->engine.timezone.count, 0);
    assert_null(conf->api.address);
    assert_int_equal(conf->log, CONF_LOG_WARNING);
    conf_destroy(conf);
}

static void test_state_directory(void **state)
{
    char gazetteer[100];
    snprintf(gazetteer, sizeof gazetteer, "%s/ports.csv", conf_fixture_dir.path);
    struct conf_context context = {
        .host = "h", .gazetteer = gazetteer, .state_directory = "/var/lib/a:/var/lib/b"};
    struct conf_source source = {.file = "x.yaml", .text = "log: info\n", .bytes = 10};
    struct conf *conf = NULL;
    struct conf_report report;
    assert_int_equal(conf_load_text(&source, &context, &conf, &report), 0);
    assert_string_equal(conf->state, "/var/lib/a");
    conf_report_finish(&report);
    conf_destroy(conf);
    source.text = "state: /x/y\n";
    source.bytes = strlen(source.text);
    assert_int_equal(conf_load_text(&source, &context, &conf, &report), 0);
    assert_string_equal(conf->state, "/x/y");
    conf_report_finish(&report);
    conf_destroy(conf);
    context.state_directory = NULL;
    source.text = "log: info\n";
    source.bytes = strlen(source.text);
    assert_int_equal(conf_load_text(&source, &context, &conf, &report), 0);
    assert_int_equal(conf->state[0], '/');
    assert_string_equal(conf->state + strlen(conf->state) - 6, "/state");
    conf_report_finish(&report);
    conf_destroy(conf);
}

static void test_recording(void **state)
{
    struct conf *conf = conf_fixture_good(
        "feeds:\n"
        "  - {id: a, file: sub/tape.nmea, pace: 60x, start: 2024-03-25, follow: true}\n"
        "  - {id: b, file: \"-\", pace: real, format: jsonl}\n"
        "  - {id: c, file: /abs/tape.csv, columns: {mmsi: MMSI_NO, lat: \"Lat deg\"},"
        "\n     fields: {mmsi: ship.id, lat: position.1}}\n");
    char path[100];
    snprintf(path, sizeof path, "%s/sub/tape.nmea", conf_fixture_dir.path);
    assert_string_equal(conf->feeds[0].address, path);
    assert_near(conf->feeds[0].pace, 60, 0);
    assert_true(conf->feeds[0].follow);
    /* date -u -d 2024-03-25 +%s */
    assert_int_equal(conf->feeds[0].start_ms, INT64_C(1711324800000));
    assert_string_equal(conf->feeds[1].address, "-");
    assert_near(conf->feeds[1].pace, 1, 0);
    assert_int_equal(conf->feeds[1].format, INPUT_JSONL);
    assert_int_equal(conf->feeds[1].start_ms, TIME_NONE);
    assert_string_equal(conf->feeds[2].address, "/abs/tape.csv");
    assert_string_equal(conf->feeds[2].columns, "mmsi=MMSI_NO;lat=Lat deg");
    assert_string_equal(conf->feeds[2].fields, "mmsi=ship.id;lat=position.1");
    assert_near(conf->feeds[2].pace, 0, 0);
    conf_destroy(conf);
}

static void test_addresses(void **state)
{
    struct conf *conf = conf_fixture_good(
        "feeds:\n"
        "  - {id: a, udp: \"[::1]:10110\", from: [\"fd00::/8\", \"::1\", 10.1.2.3]}\n"
        "  - {id: b, tcp: \"[2001:db8::1]:4001\"}\n"
        "  - {id: c, tcp: \"my_host-1.example.org.:1\"}\n");
    assert_string_equal(conf->feeds[0].address, "::1");
    assert_int_equal(conf->feeds[0].from[0].family, 6);
    assert_int_equal(conf->feeds[0].from[0].prefix, 8);
    assert_int_equal(conf->feeds[0].from[1].prefix, 128);
    assert_int_equal(conf->feeds[0].from[2].family, 4);
    assert_int_equal(conf->feeds[0].from[2].prefix, 32);
    assert_string_equal(conf->feeds[1].address, "2001:db8::1");
    assert_int_equal(conf->feeds[1].port, 4001);
    conf_destroy(conf);
}

static void test_watch_lists(void **state)
{
    tempdir_write(
        &conf_fixture_dir, "list.csv",
        "\xEF\xBB\xBFMMSI;IMO;Name;Remark\r\n"
        "445000001;IMO 9999993;\"EXAMPLE; TRADER\";\"two\r\nlines \"\"q\"\"\"\r\n"
        "445000002;;EXAMPLE TWO;\r\n"
        "445000002;;;\r\n"
        "0;0;EXAMPLE THREE;\r\n"
        "\r\n"
        "445000004;9074729");
    static const char text[] =
        "vessels:\n"
        "  - {id: v1, imo: 9999993, tags: [un1718]}\n"
        "vessel_lists:\n"
        "  - {file: list.csv, tags: [desk, un1718], columns: {note: remark}%s}\n";
    char filled[300];
    snprintf(filled, sizeof filled, text, "");
    struct conf *conf = conf_fixture_good(filled);
    assert_int_equal(watch_count(conf->engine.watch),
                     3); /* a row with a name alone is left out */
    conf_destroy(conf);
    snprintf(filled, sizeof filled, text, ", names: true");
    conf = conf_fixture_good(filled);
    const struct watch *w = conf->engine.watch;
    assert_int_equal(watch_count(w), 4);
    const struct watch_entry *first = watch_entry(w, 0);
    assert_string_equal(first->id, "v1");
    assert_string_equal(first->name, "EXAMPLE; TRADER");
    assert_int_equal(first->mmsi, 445000001);
    assert_int_equal(first->tag_count, 2);
    assert_string_equal(first->tags[0], "un1718");
    assert_string_equal(first->tags[1], "desk");
    assert_has(first->note, "\"q\"");
    assert_string_equal(watch_entry(w, 1)->name, "EXAMPLE TWO");
    assert_int_equal(watch_entry(w, 2)->mmsi, 0);
    assert_string_equal(watch_entry(w, 2)->name, "EXAMPLE THREE");
    assert_int_equal(watch_entry(w, 3)->imo, 9074729);
    conf_destroy(conf);
}

/* --- words --- */

static char *described(const struct conf *conf)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    conf_describe(conf, out);
    fclose(out);
    return text;
}

static void test_describe(void **state)
{
    tempdir_write_mode(&conf_fixture_dir, "desk-url",
                       "https://desk.example.org:8443/hook/SECRETPATH?k=SECRETKEY", 0600);
    char *text =
        test_read_file(test_root_path("tests/data/conf/example/contract.yaml"), NULL);
    struct conf *conf = conf_fixture_good(text);
    char *words = described(conf);
    assert_has(words, "partner: tcp ais.example.org:4001");
    assert_has(words, "watched vessels: 2");
    assert_has(words, "zones: 1 area, 1 gate");

    assert_has(words, "    yeosu-box: area, lat 34.0000 to 34.6000, lon 127.5000 to "
                      "128.5000; its middle is ");
    assert_has(words, "    korea-strait: gate, lat 34.0000 to 35.0000, lon 129.0000 to "
                      "130.0000; its middle is ");
    assert_has(words, "arms-route: route");
    assert_has(words, "a call at Shidao CNSHD");
    assert_has(words, "approach within 3h or 12nm; dwell 2h");
    assert_has(words, "vessel 440000001, rule strait, until 2027-01-31T00:00:00Z: ferry");
    assert_has(words, "signed with 1 secret, authorization Bearer");
    assert_null(strstr(words, "t0ken"));
    assert_null(strstr(words, "MDEy"));
    assert_null(strstr(words, "/lookout\n"));
    free(words);
    conf_destroy(conf);
    free(text);
    conf = conf_fixture_good("webhooks: [{id: h, url: {credential: desk-url}}]\n");
    words = described(conf);
    assert_has(words, "https://desk.example.org:8443/...");
    assert_null(strstr(words, "SECRET"));
    free(words);
    conf_destroy(conf);
}

static void test_corridor_words(void **state)
{
    (void)state;
    tempdir_write(&conf_fixture_dir, "cable.geojson",
                  "{\"type\":\"Feature\",\"properties\":{\"id\":\"cable\",\"width\":"
                  "\"2nm\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
                  "[[24,59],[25,59]]}}");
    struct conf *conf = conf_fixture_good("zones: [cable.geojson]\n");
    char *words = described(conf);
    assert_has(words, "zones: 1 area, 0 gates");
    /* at 59 N one degree of latitude is 111395 m long, one of longitude 57475 m */
    assert_has(words,
               "    cable: corridor of 2nm to each side of its line, lat 58.9667 to "
               "59.0333, lon 23.9356 to 25.0644; its middle is ");
    free(words);
    conf_destroy(conf);
}

static void test_filter_words(void **state)
{
    struct conf *conf = conf_fixture_good(
        "rules:\n"
        "  - {id: a, when: gap, vessels: {types: [cargo, tanker], min_length: 50m,\n"
        "     flags: [KP, CN], not: {types: [fishing], flags: [KR]}}}\n");
    char *words = described(conf);
    assert_has(words, "vessels: cargo or tanker (or of unknown type), at least 50m long "
                      "(or of unknown length), flag KP or CN; but not: fishing, flag KR");
    const struct vessel_filter *f = &conf->engine.rules[0].vessels;
    assert_int_equal(f->type_mask, 1u << VESSEL_CARGO | 1u << VESSEL_TANKER);
    assert_near(f->min_length_m, 50, 0);
    assert_non_null(f->except);
    assert_int_equal(f->except->type_mask, 1u << VESSEL_FISHING);
    free(words);
    conf_destroy(conf);
}

/* --- definitions: what a reload keeps --- */

static uint64_t rule_definition(const char *rule)
{
    char text[600];
    snprintf(text, sizeof text,
             "zones: [zones.geojson]\nports: {groups: {g: [RUVVO, RUNJK]}}\n"
             "rules:\n  - {%s}\n",
             rule);
    struct conf *conf = conf_fixture_good(text);
    uint64_t definition = conf->engine.rules[0].definition;
    conf_destroy(conf);
    return definition;
}

static void test_definition(void **state)
{
    uint64_t calls = rule_definition("id: a, when: port_call, ports: [$g]");
    assert_true(calls == rule_definition("when: port_call, ports: [\"$g\"], id: a"));
    assert_true(calls ==
                rule_definition("id: b, when: port_call, ports: [RUNJK, RUVVO]"));
    assert_true(calls == rule_definition("id: a, when: port_call, ports: [$g], severity: "
                                         "critical, repeat: 1h"));
    assert_true(calls != rule_definition("id: a, when: port_call, ports: [RUVVO]"));
    assert_true(calls != rule_definition("id: a, when: port_call"));
    assert_true(calls != rule_definition("id: a, when: port_call, ports: [$g], "
                                         "min_confidence: 3"));
    assert_true(calls != rule_definition("id: a, when: port_call, ports: [$g], "
                                         "vessels: {min_length: 50m}"));
    assert_true(calls != rule_definition("id: a, when: port_call, ports: [$g], "
                                         "vessels: {not: {min_length: 50m}}"));
    assert_true(calls !=
                rule_definition("id: a, when: port_call, ports: [$g], events: [arrive]"));
    uint64_t zone = rule_definition("id: a, when: zone, zones: [yeosu-box]");
    assert_true(zone != rule_definition("id: a, when: zone, zones: [yeosu-box], "
                                        "approach: {or: 5nm}"));
    uint64_t route = rule_definition("id: a, when: route, route: \"KPNAM >> $g\"");
    assert_true(route != rule_definition("id: a, when: route, route: \"KPNAM > $g\""));
    assert_true(route != rule_definition("id: a, when: route, route: \"KPNAM >> $g\", "
                                         "leg: 9d"));
    tempdir_write(&conf_fixture_dir, "zones.geojson",
                  "{\"type\": \"Feature\", \"properties\": {\"id\": \"yeosu-box\"}, "
                  "\"geometry\": {\"type\": \"Polygon\", \"coordinates\": [[[127.5, 34], "
                  "[128.5, 34], [128.5, 34.7], [127.5, 34]]]}}");
    assert_true(zone != rule_definition("id: a, when: zone, zones: [yeosu-box]"));
    assert_true(route == rule_definition("id: a, when: route, route: \"KPNAM >> $g\""));
}

static void test_feed_and_webhook_definition(void **state)
{
    static const char text[] =
        "feeds: [{id: a, udp: \"127.0.0.1:%d\", lateness: %ds}]\n" HOOK
        "secret: {file: s}, timeout: %ds}\n";
    struct conf *conf[4];
    static const int ports[] = {1, 1, 2, 1}, late[] = {0, 0, 0, 1}, out[] = {9, 9, 9, 8};
    for (int i = 0; i < 4; i++) {
        char filled[300];
        snprintf(filled, sizeof filled, text, ports[i], late[i], out[i]);
        tempdir_write_mode(
            &conf_fixture_dir, "s",
            i == 2 ? "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz" : SECRET_TEXT, 0600);
        conf[i] = conf_fixture_good(filled);
    }
    assert_true(conf[0]->feeds[0].definition == conf[1]->feeds[0].definition);
    assert_true(conf[0]->feeds[0].definition != conf[2]->feeds[0].definition);
    assert_true(conf[0]->feeds[0].definition != conf[3]->feeds[0].definition);
    assert_true(conf[0]->webhooks[0].definition == conf[1]->webhooks[0].definition);
    assert_true(conf[0]->webhooks[0].definition != conf[2]->webhooks[0].definition);
    assert_true(conf[0]->webhooks[0].definition != conf[3]->webhooks[0].definition);
    for (int i = 0; i < 4; i++)
        conf_destroy(conf[i]);
}

TEST_MAIN(NULL, NULL, CONF_TEST(test_example), CONF_TEST(test_defaults),
          CONF_TEST(test_state_directory), CONF_TEST(test_recording),
          CONF_TEST(test_addresses), CONF_TEST(test_watch_lists),
          CONF_TEST(test_describe), CONF_TEST(test_corridor_words),
          CONF_TEST(test_filter_words), CONF_TEST(test_definition),
          CONF_TEST(test_feed_and_webhook_definition))
