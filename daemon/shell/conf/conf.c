/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as a whole: its first level, the order in which the parts are read,
 * and the checks over several parts. */
#include "lookout/conf/conf.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_int.h"
#include "conf_watched.h"
#include "lookout/base/time.h"
#include "lookout/rules/rule.h"
#include "lookout/sys/datafile.h"
#include "lookout/track/vessel.h"

static conf_read none_read;
static const char *link_fault(const void *text);

/* clang-format off */
static const char *const log_words[] = {"debug", "info", "warning", "error", NULL}; /* enum conf_log */

#define CONF(member) KEY_AT(conf, member)
#define LIST_SCHEMA "{\"type\": \"array\", \"items\": %}"
static const struct key retain_keys[] = {
    {.name = "tracks",   .type = KEY_DURATION, CONF(retain.tracks_ms),   .least = HOUR_MS, .most = 36500.0 * DAY_MS, .initial = "30d",  .doc = "vessels that are not heard for this time are forgotten"},
    {.name = "calls",    .type = KEY_DURATION, CONF(retain.calls_ms),    .least = HOUR_MS, .most = 36500.0 * DAY_MS, .initial = "400d", .doc = "how long port calls are kept"},
    {.name = "voyages",  .type = KEY_DURATION, CONF(retain.voyages_ms),  .least = HOUR_MS, .most = 36500.0 * DAY_MS, .initial = "400d", .doc = "how long voyages are kept"},
    {.name = "fixes",    .type = KEY_DURATION, CONF(retain.fixes_ms),    .least = HOUR_MS, .most = 36500.0 * DAY_MS, .otherwise = "they are not kept", .doc = "how long all believed fixes are kept, for export and for tracks of a time in the API"},
    {.name = "alerts",   .type = KEY_DURATION, CONF(retain.alerts_ms),   .least = HOUR_MS, .most = 36500.0 * DAY_MS, .initial = "400d", .doc = "how long alerts are kept after they are delivered or given up"},
    {0},
};
/* The keys are read in this order: rules name ports, zones and vessels; mutes and
 * webhooks name rules. */
const struct key conf_root_keys[] = {
    {.name = "site",         .type = KEY_TEXT, CONF(engine.site), .least = 1, .most = 128, .otherwise = "the host name", .doc = "the CloudEvents \"source\" of every alert"},
    {.name = "state",        .type = KEY_PATH, CONF(state), .otherwise = "$STATE_DIRECTORY, else ./state", .doc = "the directory of the database"},
    {.name = "log",          .type = KEY_WORD, CONF(log), .words = log_words, .initial = "info", .doc = "the lowest level that is logged"},
    {.name = "timezone",     .type = KEY_OWN, .read = conf_timezone_read, .accepts = "a name of the IANA time zone database, such as Asia/Seoul", .doc = "summaries also show the local time of this zone; all other times stay UTC"},
    {.name = "link",         .type = KEY_TEXT, CONF(engine.link), .check = link_fault, .accepts = "an http or https URL, in it {mmsi}, {imo} and {id} as needed", .doc = "the link of every alert (data.link); {id} is the id of the watched vessel; an unknown value is left empty", .otherwise = "the page, where api.origin names an https URL"},
    {.name = "retain",       .type = KEY_MAPPING, .sub = retain_keys, .doc = "how long vessels, calls, voyages, fixes and alerts are kept"},
    {.name = "feeds",        .type = KEY_LIST, KEY_LIST_AT(conf, feeds, feed_count), .least = 1, .most = UINT16_MAX, .read = conf_feed_read, .sub = conf_feed_keys, .accepts = "a list of feeds", .doc = "the sources of AIS data: live feeds or recordings, not both"},
    {.name = "ports",        .type = KEY_OWN, .read = conf_ports_read, .is_always = true, .sub = conf_ports_keys, .accepts = "a mapping", .schema = "%", .doc = "the gazetteer of ports, and changes to it"},
    {.name = "vessels",      .type = KEY_OWN, .read = conf_vessels_read, .is_always = true, .sub = conf_vessel_keys, .accepts = "a list of vessels", .schema = LIST_SCHEMA, .doc = "the watched vessels; a ship is recognised by IMO number, else by MMSI, else by call sign and name"},
    {.name = "vessel_lists", .type = KEY_OWN, .read = none_read, .sub = conf_list_keys, .accepts = "a list of lists of vessels", .schema = LIST_SCHEMA, .doc = "further watched vessels: lists that authorities and others publish, and CSV files of your own"},
    {.name = "list_owners",  .type = KEY_OWN, .read = none_read, .accepts = "a mapping of owners to tags, such as {\"OCEAN MARITIME MANAGEMENT\": omm}", .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}", .doc = "a ship whose entry in a list names this owner carries the tag; words of the name that stand together are enough, and only letters and digits count"},
    {.name = "zones",        .type = KEY_OWN, .read = conf_zones_read, .is_always = true, .accepts = "a list of GeoJSON files", .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}", .doc = "files with areas and gates; the properties of a feature are id (required), name and kind; with width (\"2nm\") a LineString is a corridor: the area within that distance of it, on both sides"},
    {.name = "rules",        .type = KEY_LIST, KEY_LIST_AT(conf, engine.rules, engine.rule_count), .most = 10000, .read = conf_rules_read, .sub = conf_rule_keys, .accepts = "a list of rules", .doc = "the rules that raise alerts"},
    {.name = "mutes",        .type = KEY_LIST, KEY_LIST_AT(conf, engine.mutes, engine.mute_count), .read = conf_rules_read_mute, .sub = conf_mute_keys, .accepts = "a list of mutes", .doc = "which alerts are stored but not sent"},
    {.name = "webhooks",     .type = KEY_LIST, KEY_LIST_AT(conf, webhooks, webhook_count), .most = CONF_WEBHOOKS_MAX, .read = conf_webhook_read, .sub = conf_webhook_keys, .accepts = "a list of webhooks", .doc = "the receivers of alerts"},
    {.name = "relays",       .type = KEY_LIST, KEY_LIST_AT(conf, relays, relay_count), .most = 64, .read = conf_relay_read, .sub = conf_relay_keys, .accepts = "a list of relays", .doc = "where what is heard of chosen vessels is told on as AIS sentences, for plotters; best effort"},
    {.name = "api",          .type = KEY_MAPPING, .sub = conf_api_keys, .doc = "the HTTP server: monitoring, the page and the query API; without this key it is off"},
    {.name = "detect",       .type = KEY_MAPPING, .sub = conf_detect_keys, .doc = "the thresholds of the detectors"},
    {.name = "limits",       .type = KEY_MAPPING, .sub = conf_limits_keys, .doc = "the bounds of the stores"},
    {0},
};
/* clang-format on */

/* --- single keys --- */

/* vessel_lists: and list_owners: are read together with vessels:. */
static void none_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    (void)r;
    (void)node;
    (void)key;
    (void)base;
}

static const char *link_fault(const void *text)
{
    static const char fault[] = "is not a link";
    static const char *const names[] = {"{mmsi}", "{imo}", "{id}"};
    const char *s = text;
    if (strncmp(s, "http://", 7) != 0 && strncmp(s, "https://", 8) != 0)
        return fault;
    while ((s = strpbrk(s, "{} \"<>\\^`|")) != NULL) {
        size_t i = 0;
        while (i < CONF_COUNT(names) && strncmp(s, names[i], strlen(names[i])) != 0)
            i++;
        if (i == CONF_COUNT(names))
            return fault;
        s += strlen(names[i]);
    }
    return NULL;
}

/* --- defaults --- */

/* What no key says. */
static void set_conf_defaults(struct conf *conf)
{
    conf->engine.track = tracks_conf_default();
    conf->engine.call = call_conf_default();
    conf->engine.limits = zone_state_limits_default();
    conf->engine.reach = reach_conf_default();
}

/* $STATE_DIRECTORY may list several directories, separated by colons: the first is used.
 */
static char *state_default(struct conf_reader *r)
{
    const char *given = r->context->state_directory;
    if (given == NULL || given[0] != '/')
        return conf_memory_path(r, "state");
    char *state = conf_memory_copy(r, given);
    if (state != NULL)
        state[strcspn(state, ":")] = '\0';
    return state;
}

static void fill_defaults(struct conf_reader *r)
{
    struct conf *conf = r->conf;
    const char *host = r->context->host;
    if (conf->engine.site == NULL)
        conf->engine.site =
            conf_memory_copy(r, host != NULL && *host ? host : "lookoutd");
    if (conf->state == NULL)
        conf->state = state_default(r);
    if (conf->engine.link == NULL)
        conf->engine.link = conf_api_link(r);
}

/* --- the whole --- */

static void check_whole(struct conf_reader *r)
{
    const struct conf *conf = r->conf;
    const struct conf_node *root = r->root;
    const struct conf_node *detect = conf_yaml_node_get(root, "detect");
    if (conf->engine.call.stop_begin_kn >= conf->engine.call.stop_end_kn)
        conf_report_error(r, detect != NULL ? detect : root, NULL,
                          "a stop must end at a higher speed than it begins");
    if (conf->engine.track.slow_max_kn > conf->engine.track.max_kn)
        conf_report_error(r, detect != NULL ? detect : root, NULL,
                          "fix.slow_max is more than fix.max");
    if (conf_yaml_node_get(root, "rules") == NULL)
        conf_report_warning(r, root, "there are no rules: nothing raises an alert");
    if (conf_yaml_node_get(root, "webhooks") == NULL)
        conf_report_warning(r, root,
                            "there are no webhooks: alerts are stored, not sent");
    if (conf_yaml_node_get(root, "feeds") == NULL)
        conf_report_warning(r, root,
                            "there are no feeds: `run` has nothing to listen to");
}

static void read_parts(struct conf_reader *r)
{
    if (!conf_keys_read(r, r->root, conf_root_keys, r->conf) || r->code != 0)
        return;
    if (conf_yaml_node_get(r->root, "feeds") != NULL)
        conf_feed_check_all(r, conf_yaml_node_get(r->root, "feeds"));
    if (conf_yaml_node_get(r->root, "api") != NULL)
        conf_api_check(r, conf_yaml_node_get(r->root, "api"));
    fill_defaults(r);
    check_whole(r);
}

/* The absolute directory of a file. */
static char *directory_of(struct conf_reader *r, const char *file)
{
    char cwd[PATH_MAX] = "";
    const char *slash = strrchr(file, '/');
    size_t n = slash != NULL ? (size_t)(slash - file) : 0;
    if (slash == file)
        n = 1;
    if (file[0] != '/' && getcwd(cwd, sizeof cwd) == NULL)
        cwd[0] = '\0';
    size_t size = strlen(cwd) + n + 2;
    char *directory = conf_memory_alloc(r, size, 1);
    if (directory != NULL)
        snprintf(directory, size, "%s%s%.*s", cwd, cwd[0] != '\0' && n > 0 ? "/" : "",
                 (int)n, file);
    return directory;
}

static void reader_finish(struct conf_reader *r)
{
    conf_memory_texts_free(r->tags, r->tag_count);
    free(r->directory);
    buf_finish(&r->faulty_zones);
    conf_report_finish_faults(&r->faults);
}

static void read_root(struct conf_reader *r, const struct conf_source *source)
{
    struct conf_node *root = NULL;
    if (conf_yaml_read(r, source->text, source->bytes, &root) != 0)
        conf_report_nomem(r);
    struct conf_place place = {.file = r->file, .line = 1, .col = 1};
    if (root == NULL && r->faults.errors == 0)
        conf_report_fault_at(r, &place,
                             "the file is empty (accepted: a mapping of keys such as "
                             "feeds, rules, webhooks)");
    r->root = root;
    if (root != NULL && r->code == 0)
        read_parts(r);
    r->root = NULL;
    conf_yaml_node_destroy(root);
}

int conf_end(struct conf_reader *r, struct conf **ret_conf, struct conf_report *report)
{
    int rc = r->code;
    if (rc == 0)
        rc = conf_report_take_faults(&r->faults, report);
    if (rc == 0 && report->errors > 0)
        rc = ERR_INVALID;
    if (rc == 0)
        *ret_conf = r->conf;
    else
        conf_destroy(r->conf);
    return rc;
}

int conf_load_text(const struct conf_source *source, const struct conf_context *context,
                   struct conf **ret_conf, struct conf_report *report)
{
    struct conf_reader r = {.context = context,
                            .file = source->file,
                            .on_key = source->on_key,
                            .on_key_context = source->on_key_context};
    memset(report, 0, sizeof *report);
    r.conf = conf_memory_alloc(&r, 1, sizeof *r.conf);
    r.directory = directory_of(&r, source->file);
    r.text = source->text;
    r.text_bytes = source->bytes;
    if (r.code == 0) {
        set_conf_defaults(r.conf);
        conf_report_first_file(&r.faults, r.file);
        r.conf->file = conf_memory_copy(&r, source->file);
        read_root(&r, source);
    }
    int rc = conf_end(&r, ret_conf, report);
    reader_finish(&r);
    return rc;
}

/* Make a report of one line: the file itself cannot be read. */
static int report_unreadable(const char *file, const struct err *err,
                             struct conf_report *report)
{
    struct conf_faults faults = {0};
    struct conf_reader r = {.file = file};
    struct conf_place place = {.file = file};
    conf_report_fault_at(&r, &place, "%s", err->text);
    faults = r.faults;
    int rc = r.code != 0 ? r.code : conf_report_take_faults(&faults, report);
    conf_report_finish_faults(&faults);
    return rc;
}

int conf_load(const char *file, const struct conf_context *context,
              struct conf **ret_conf, struct conf_report *report)
{
    struct buf text = {0};
    struct err err = {0};
    memset(report, 0, sizeof *report);
    int rc = datafile_read(file, &text, &err);
    if (rc == 0 && text.length > CONF_FILE_BYTES_MAX)
        rc =
            err_set(&err, ERR_LIMIT,
                    "the file is larger than %u MiB: put lists of vessels into CSV files",
                    CONF_FILE_BYTES_MAX >> 20);
    if (rc != 0 && rc != ERR_NOMEM) {
        int reported = report_unreadable(file, &err, report);
        rc = reported != 0 ? reported : ERR_IO;
    }
    if (rc == 0) {
        struct conf_source source = {
            .file = file, .text = buf_text(&text), .bytes = text.length};
        rc = conf_load_text(&source, context, ret_conf, report);
    }
    buf_finish(&text);
    return rc;
}

int conf_load_again(const struct conf *before, const struct conf_context *context,
                    struct conf **ret_conf, struct conf_report *report)
{
    struct conf_source source = {
        .file = before->file, .text = before->text, .bytes = before->text_bytes};
    struct conf_context as_before = *context;
    as_before.before = before;
    return conf_load_text(&source, &as_before, ret_conf, report);
}

void conf_destroy(struct conf *conf)
{
    if (conf == NULL)
        return;
    engine_conf_finish(&conf->engine);
    for (size_t i = 0; i < conf->feed_count; i++)
        conf_feed_finish(&conf->feeds[i]);
    free(conf->feeds);
    for (size_t i = 0; i < conf->webhook_count; i++)
        conf_webhook_finish(&conf->webhooks[i]);
    free(conf->webhooks);
    for (size_t i = 0; i < conf->relay_count; i++)
        conf_relay_finish(&conf->relays[i]);
    free(conf->relays);
    conf_lists_finish(conf);
    free(conf->text);
    free(conf->file);
    free(conf->state);
    conf_api_finish(&conf->api);
    free(conf);
}
