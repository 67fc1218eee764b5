/* SPDX-License-Identifier: Apache-2.0 */
/* feeds: the sources of AIS data. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_address.h"
#include "conf_int.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

static conf_read udp_read, tcp_read, listen_read, read_file_key, from_read, pace_read,
    columns_read, fields_read;
static const char *baud_fault(const void *member);

/* clang-format off */
static const char *const format_words[] = {"auto", "nmea", "jsonl", "csv", NULL}; /* enum input_format */
static const char *const transport_words[] = {"udp", "tcp", "listen", "serial", "file"}; /* enum conf_transport */

#define FEED(member) KEY_AT(conf_feed, member)
const struct key conf_feed_keys[] = {
    {.name = "id",           .type = KEY_ID, FEED(id), .is_required = true, .is_unique = true, .doc = "the feed's name in alerts, metrics and messages"},
    {.name = "udp",          .type = KEY_OWN, .read = udp_read, .accepts = CONF_ADDRESS_ACCEPTS, .doc = "receive datagrams at this address"},
    {.name = "tcp",          .type = KEY_OWN, .read = tcp_read, .accepts = CONF_HOST_ACCEPTS, .doc = "connect to this address; after a failure, connect again with growing waits. A gpsd at it (port 2947) is asked for its reports"},
    {.name = "listen",       .type = KEY_OWN, .read = listen_read, .accepts = CONF_ADDRESS_ACCEPTS, .doc = "accept senders over TCP at this address"},
    {.name = "serial",       .type = KEY_PATH, FEED(address), .accepts = "a device, such as /dev/ttyUSB0", .doc = "read this serial device"},
    {.name = "file",         .type = KEY_OWN, .read = read_file_key, .accepts = "a path, or \"-\" for stdin", .doc = "play this recording"},
    {.name = "from",         .type = KEY_OWN, .read = from_read, .least = 1, .accepts = "a list of addresses or networks, such as [\"127.0.0.0/8\"]", .otherwise = "everyone", .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}", .doc = "udp, listen: the senders that are accepted"},
    {.name = "idle_timeout", .type = KEY_DURATION, FEED(idle_timeout_ms), .least = SECOND_MS, .most = DAY_MS, .initial = "120s", .doc = "tcp, listen: a connection that is silent for this time is closed"},
    {.name = "max_clients",  .type = KEY_INTEGER, FEED(max_clients), .least = 1, .most = 1024, .initial = "16", .doc = "listen: how many senders may be connected at a time; no address can take all places from the others, and a sender that brings no report gives up its place"},
    {.name = "baud",         .type = KEY_INTEGER, FEED(baud), .least = 4800, .most = 115200, .check = baud_fault, .accepts = "4800 | 9600 | 19200 | 38400 | 57600 | 115200", .initial = "38400", .schema = "{\"enum\": [4800, 9600, 19200, 38400, 57600, 115200]}", .doc = "serial: the speed of the line"},
    {.name = "pace",         .type = KEY_OWN, .read = pace_read, .accepts = "max | real | a factor from 0.01x to 1000000x, such as 60x", .initial = "max", .doc = "file: the speed of playing"},
    {.name = "follow",       .type = KEY_FLAG, FEED(follow), .initial = "false", .doc = "file: at the end of the file, wait for more data, also over rotation (a rename, or a copy and a cut)"},
    {.name = "start",        .type = KEY_TIME, FEED(start_ms), .doc = "file: the time of the lines before the first line that carries one"},
    {.name = "format",       .type = KEY_WORD, FEED(format), .words = format_words, .initial = "auto", .doc = "the format of the data"},
    {.name = "columns",      .type = KEY_OWN, .read = columns_read, .accepts = "a mapping of our names to the header's, such as {mmsi: MMSI_NO, lat: LATITUDE}", .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}", .doc = "csv: the header of each of our columns; in brackets behind it may stand its unit, or the order of its dates: {time: When (dd/mm/yyyy), sog: Speed (km/h)}"},
    {.name = "fields",       .type = KEY_OWN, .read = fields_read, .accepts = "a mapping of our names to an object's, such as {mmsi: ship.id, lat: position.1}", .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}", .doc = "json: the member of each of our fields; a member within others is named by its path, joined by dots, an item of an array by its number from 0"},
    {.name = "lateness",     .type = KEY_DURATION, FEED(lateness_ms), .least = 0, .most = 30 * DAY_MS, .initial = "0s", .doc = "how late its reports may come: they are sorted within that time, and alerts about silent ships of this feed come later by this time"},
    {.name = "silent_after", .type = KEY_DURATION, FEED(silent_after_ms), .least = SECOND_MS, .most = 30 * DAY_MS, .initial = "10min", .doc = "a live feed without an AIS message for this time raises feed.silent; a recording never does"},
    {0},
};

#define UDP    (1u << CONF_FEED_UDP)
#define TCP    (1u << CONF_FEED_TCP)
#define LISTEN (1u << CONF_FEED_LISTEN)
#define SERIAL (1u << CONF_FEED_SERIAL)
#define RECORD (1u << CONF_FEED_FILE)
static const struct {
    const char *key;
    unsigned transports;
    const char *words;
} only_with[] = {
    {"from",         UDP | LISTEN,                "udp, listen"},
    {"idle_timeout", TCP | LISTEN,                "tcp, listen"},
    {"max_clients",  LISTEN,                      "listen"},
    {"baud",         SERIAL,                      "serial"},
    {"pace",         RECORD,                      "file"},
    {"follow",       RECORD,                      "file"},
    {"start",        RECORD,                      "file"},
};
/* clang-format on */

const char *conf_feed_transport_name(enum conf_transport transport)
{
    return transport_words[transport];
}

/* --- keys --- */

static void udp_read(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    (void)conf_address_read(r, node, key, &feed->address, &feed->port);
}

static void tcp_read(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    if (conf_address_read_host(r, node, key, &feed->address, &feed->port))
        conf_address_judge(r, node, feed->address);
}

static void listen_read(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    if (conf_address_read(r, node, key, &feed->address, &feed->port) &&
        !conf_address_is_loopback(feed->address))
        conf_report_warning(
            r, node, "%s is not loopback: anyone who can reach it can send reports%s",
            feed->address,
            conf_yaml_node_get(node->parent, "from") != NULL
                ? ", from an address of `from`"
                : "; restrict it with `from`");
}

static void read_file_key(struct conf_reader *r, const struct conf_node *node,
                          const struct key *key, void *base)
{
    const struct key as_path = {.type = KEY_PATH, FEED(address), .accepts = key->accepts};
    struct conf_feed *feed = base;
    char quoted[TEXT_QUOTE_BYTES];
    if (!conf_value_read(r, node, &as_path, feed))
        return;
    if (strcmp(node->text, "-") == 0) {
        free(feed->address);
        feed->address = conf_memory_copy(r, "-");
    } else if (access(feed->address, R_OK) != 0) {
        conf_report_warning(r, node, "the recording %s cannot be read: %s",
                            text_quote(node->text, quoted), strerror(errno));
    }
}

static void from_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    if (!conf_value_is_list(r, node, key) ||
        (feed->from = conf_memory_alloc(r, node->count, sizeof *feed->from)) == NULL)
        return;
    for (size_t i = 0; i < node->count; i++)
        if (conf_address_read_cidr(r, node->items[i], &feed->from[feed->from_count]))
            feed->from_count++;
}

static const char *baud_fault(const void *member)
{
    static const uint32_t rates[] = {4800, 9600, 19200, 38400, 57600, 115200};
    for (size_t i = 0; i < CONF_COUNT(rates); i++)
        if (rates[i] == *(const uint32_t *)member)
            return NULL;
    return "is not a usual baud rate";
}

static void pace_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    const char *text = NULL;
    double factor = 0;
    if (!conf_value_text(r, node, key, &text))
        return;
    size_t n = strlen(text);
    if (strcmp(text, "max") == 0)
        feed->pace = 0;
    else if (strcmp(text, "real") == 0)
        feed->pace = 1;
    else if (n > 1 && text[n - 1] == 'x' &&
             units_parse_number(text, n - 1, &factor) == 0 && factor >= 0.01 &&
             factor <= 1e6)
        feed->pace = factor;
    else
        conf_accepts_error_text(r, node, key, "is not a pace");
}

static void columns_read(struct conf_reader *r, const struct conf_node *node,
                         const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    feed->columns = conf_columns_take(r, node, key);
}

static void fields_read(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    feed->fields = conf_columns_take_fields(r, node, key);
}

/* --- one feed --- */

void conf_feed_finish(struct conf_feed *feed)
{
    free(feed->id);
    free(feed->address);
    free(feed->from);
    free(feed->columns);
    free(feed->fields);
    memset(feed, 0, sizeof *feed);
}

/* Find the transport; false when there is not exactly one. */
static bool transport_of(struct conf_reader *r, const struct conf_node *node,
                         enum conf_transport *ret_transport)
{
    const struct conf_node *first = NULL;
    for (unsigned i = 0; i < CONF_COUNT(transport_words); i++) {
        const struct conf_node *item = conf_yaml_node_get(node, transport_words[i]);
        if (item == NULL)
            continue;
        if (first != NULL) {
            conf_report_error_key(r, item, "one of udp, tcp, listen, serial, file",
                                  "a feed has one transport, and this one has %s too",
                                  first->key);
            return false;
        }
        first = item;
        *ret_transport = (enum conf_transport)i;
    }
    if (first == NULL)
        conf_report_error(r, node, "one of udp, tcp, listen, serial, file",
                          "the feed has no transport");
    return first != NULL;
}

static void check_only_with(struct conf_reader *r, const struct conf_node *node,
                            enum conf_transport transport)
{
    for (size_t i = 0; i < CONF_COUNT(only_with); i++) {
        const struct conf_node *item = conf_yaml_node_get(node, only_with[i].key);
        if (item != NULL && !(only_with[i].transports >> transport & 1))
            conf_report_error_key(r, item, NULL, "goes with %s only, and this feed is %s",
                                  only_with[i].words, transport_words[transport]);
    }
}

void conf_feed_read(struct conf_reader *r, const struct conf_node *node,
                    const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    feed->start_ms = TIME_NONE;
    feed->line = node->line;
    feed->definition = conf_yaml_hash_node(node);
    if (conf_keys_read(r, node, key->sub, feed) &&
        transport_of(r, node, &feed->transport))
        check_only_with(r, node, feed->transport);
}

/* --- all feeds --- */

static bool is_same_source(const struct conf_feed *a, const struct conf_feed *b)
{
    return a->address != NULL && b->address != NULL && a->transport == b->transport &&
           a->port == b->port && strcmp(a->address, b->address) == 0;
}

void conf_feed_check_all(struct conf_reader *r, const struct conf_node *node)
{
    const struct conf *conf = r->conf;
    const struct conf_feed *first = NULL; /* that has a transport */
    for (size_t i = 0; i < conf->feed_count; i++) {
        const struct conf_feed *feed = &conf->feeds[i];
        for (size_t j = 0; j < i && i < 1000; j++)
            if (is_same_source(&conf->feeds[j], feed))
                conf_report_error(r, node->items[i], NULL,
                                  "has the same source as the feed in line %d",
                                  conf->feeds[j].line);
        if (feed->address == NULL)
            continue;
        if (first == NULL)
            first = feed;
        bool is_tape = first->transport == CONF_FEED_FILE;
        if (is_tape != (feed->transport == CONF_FEED_FILE))
            conf_report_error(
                r, node->items[i], "only recordings, or only live feeds",
                "a daemon reads recordings or live feeds, not both; feed '%s' is %s",
                first->id != NULL ? first->id : "", is_tape ? "a recording" : "live");
    }
}
