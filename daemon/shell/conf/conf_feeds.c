/* SPDX-License-Identifier: Apache-2.0 */
/* feeds: where the AIS data come from. */
#include <stdlib.h>
#include <string.h>

#include "conf_address.h"
#include "conf_int.h"
#include "lookout/base/hash.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"

static void udp_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void tcp_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void listen_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void serial_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void file_read_key(struct conf_reader *r, const struct conf_node *node,
                          void *base);
static void from_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void baud_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void pace_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void columns_read(struct conf_reader *r, const struct conf_node *node, void *base);

/* clang-format off */
static const char *const format_words[] = {"auto", "nmea", "jsonl", "csv", NULL}; /* enum input_format */
static const char *const transport_words[] = {"udp", "tcp", "listen", "serial", "file"}; /* enum conf_transport */

#define OTHER .type = CONF_TYPE_OTHER
const struct conf_key conf_feed_keys[] = {
    {"id",           .type = CONF_TYPE_ID, CONF_AT(conf_feed, id), .is_required = true, .doc = "its name in alerts, metrics and messages"},
    {"udp",          OTHER, .read = udp_read,    .accepts = "\"address:port\"", .doc = "receive datagrams at this address"},
    {"tcp",          OTHER, .read = tcp_read,    .accepts = "\"host:port\"", .doc = "connect there; reconnect with backoff and jitter"},
    {"listen",       OTHER, .read = listen_read, .accepts = "\"address:port\"", .doc = "accept senders over TCP at this address"},
    {"serial",       OTHER, .read = serial_read, .accepts = "a device, such as /dev/ttyUSB0", .doc = "read this serial device"},
    {"file",         OTHER, .read = file_read_key, .accepts = "a path, or \"-\" for stdin", .doc = "play this recording"},
    {"from",         OTHER, .read = from_read,   .accepts = "a list of addresses or networks", .initial = "everyone", .doc = "udp, listen: the senders that are heard"},
    {"idle_timeout", .type = CONF_TYPE_DURATION, CONF_AT(conf_feed, idle_timeout_ms), .least = SECOND_MS, .most = DAY_MS, .initial = "120s", .doc = "tcp, listen: a connection silent for so long is closed"},
    {"max_clients",  .type = CONF_TYPE_U32, CONF_AT(conf_feed, max_clients), .least = 1, .most = 1024, .initial = "16", .doc = "listen: senders at a time"},
    {"baud",         OTHER, .read = baud_read,   .accepts = "4800 | 9600 | 19200 | 38400 | 57600 | 115200", .initial = "38400", .doc = "serial: the line's speed"},
    {"pace",         OTHER, .read = pace_read,   .accepts = "max | real | a factor such as 60x", .initial = "max", .doc = "file: how fast it is played"},
    {"follow",       .type = CONF_TYPE_BOOL, CONF_AT(conf_feed, follow), .initial = "false", .doc = "file: wait for more at its end"},
    {"start",        .type = CONF_TYPE_TIME, CONF_AT(conf_feed, start_ms), .doc = "file: time of lines before the first that has one"},
    {"format",       .type = CONF_TYPE_WORD, CONF_AT(conf_feed, format), .words = format_words, .initial = "auto", .doc = "the form of the data"},
    {"columns",      OTHER, .read = columns_read, .accepts = "a mapping of our names to the header's", .doc = "csv: which column is what"},
    {"lateness",     .type = CONF_TYPE_DURATION, CONF_AT(conf_feed, lateness_ms), .least = 0, .most = DAY_MS, .initial = "0s", .doc = "how long to wait for reports that arrive out of order"},
    {"silent_after", .type = CONF_TYPE_DURATION, CONF_AT(conf_feed, silent_after_ms), .least = SECOND_MS, .most = 30 * DAY_MS, .initial = "10min", .doc = "a live feed that brings no AIS message for so long raises feed.silent; a recording never does"},
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

const char *conf_transport_name(enum conf_transport transport)
{
    return transport_words[transport];
}

/* --- keys --- */

static void udp_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_feed *feed = base;
    conf_host_port(r, node, true, &feed->address, &feed->port);
}

static void tcp_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_feed *feed = base;
    conf_host_port(r, node, false, &feed->address, &feed->port);
}

static void listen_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_feed *feed = base;
    if (conf_host_port(r, node, true, &feed->address, &feed->port) &&
        !conf_is_loopback(feed->address))
        conf_warning(r, node, "%s is not loopback: whoever reaches it can send reports%s",
                     feed->address,
                     conf_node_get(node->parent, "from") != NULL
                         ? ", if it bears an address of `from`"
                         : "; narrow it by `from`");
}

static void path_read(struct conf_reader *r, const struct conf_node *node,
                      const char *accepts, struct conf_feed *feed)
{
    const char *text = NULL;
    if (!conf_text(r, node, accepts, &text))
        return;
    if (text[0] == '\0') {
        conf_error(r, node, accepts, "is empty");
        return;
    }
    free(feed->address);
    feed->address = strcmp(text, "-") == 0 ? conf_copy(r, text) : conf_path(r, text);
}

static void serial_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    path_read(r, node, "a device, such as /dev/ttyUSB0", base);
}

static void file_read_key(struct conf_reader *r, const struct conf_node *node, void *base)
{
    path_read(r, node, "a path, or \"-\" for stdin", base);
}

static void from_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_feed *feed = base;
    if (!conf_is_list(r, node, 1, "a list such as [\"127.0.0.0/8\"]"))
        return;
    struct conf_cidr *from = conf_alloc(r, node->count, sizeof *from);
    if (from == NULL)
        return;
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++)
        if (conf_cidr_read(r, node->items[i], &from[count]))
            count++;
    free(feed->from);
    feed->from = from;
    feed->from_count = count;
}

static void baud_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    static const int64_t rates[] = {4800, 9600, 19200, 38400, 57600, 115200};
    const char *accepts = conf_key_find(conf_feed_keys, "baud")->accepts;
    const struct conf_bounds bounds = {rates[0], rates[CONF_COUNT(rates) - 1], accepts};
    struct conf_feed *feed = base;
    char quoted[CONF_QUOTE_BYTES];
    int64_t value = 0;
    if (!conf_int(r, node, &bounds, &value))
        return;
    for (size_t i = 0; i < CONF_COUNT(rates); i++)
        if (rates[i] == value) {
            feed->baud = (uint32_t)value;
            return;
        }
    conf_error(r, node, accepts, "%s is no baud rate in use",
               conf_quote(node->text, quoted));
}

static void pace_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    static const char accepts[] = "max | real | a factor from 0.01x to 1000000x";
    struct conf_feed *feed = base;
    char quoted[CONF_QUOTE_BYTES];
    const char *text = NULL;
    double factor = 0;
    if (!conf_text(r, node, accepts, &text))
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
        conf_error(r, node, accepts, "%s is not a pace", conf_quote(text, quoted));
}

/* "imo=IMO_NO;mmsi=..." as struct input_conf takes it. */
static void columns_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    /* clang-format off */
    static const char *const names[] = { /* struct input_conf */
        "mmsi", "lat", "lon", "time", "sog", "cog", "heading", "status", "imo", "callsign", "name", "type", "length",
        "beam", "to_bow", "to_stern", "to_port", "to_starboard", "draught", "destination", "second", "millisecond",
        "msg_type", "station", "class", "mobile",
    };
    /* clang-format on */
    static const char accepts[] = "a mapping such as {mmsi: MMSI_NO, lat: LATITUDE}";
    struct conf_feed *feed = base;
    struct buf columns = {0};
    int code = 0;
    if (!conf_is_mapping(r, node, accepts))
        return;
    for (size_t i = 0; i < node->count && code == 0; i++) {
        const struct conf_node *item = node->items[i];
        const char *text = NULL;
        size_t known = 0;
        while (known < CONF_COUNT(names) && strcmp(names[known], item->key) != 0)
            known++;
        if (known == CONF_COUNT(names))
            conf_error_unknown_key(r, item, names, CONF_COUNT(names));
        else if (conf_text(r, item, "the header of a column", &text) && text[0] == '\0')
            conf_error(r, item, "the header of a column", "is empty");
        else if (text != NULL && strpbrk(text, ";=") != NULL)
            conf_error(r, item, "the header of a column", "may not hold ';' or '='");
        else if (text != NULL)
            code = buf_printf(&columns, "%s%s=%s", columns.length > 0 ? ";" : "",
                              item->key, text);
    }
    free(feed->columns);
    feed->columns = code == 0 && columns.length > 0 ? buf_take(&columns) : NULL;
    if (code != 0)
        conf_reader_nomem(r);
    buf_finish(&columns);
}

/* --- one feed --- */

void conf_feed_finish(struct conf_feed *feed)
{
    free(feed->id);
    free(feed->address);
    free(feed->from);
    free(feed->columns);
    memset(feed, 0, sizeof *feed);
}

/* Which transport; false when there is not exactly one. */
static bool transport_of(struct conf_reader *r, const struct conf_node *node,
                         enum conf_transport *ret_transport)
{
    const struct conf_node *first = NULL;
    for (unsigned i = 0; i < CONF_COUNT(transport_words); i++) {
        const struct conf_node *item = conf_node_get(node, transport_words[i]);
        if (item == NULL)
            continue;
        if (first != NULL) {
            conf_error_key(r, item, "one of udp, tcp, listen, serial, file",
                           "a feed has one transport, and this one has %s too",
                           first->key);
            return false;
        }
        first = item;
        *ret_transport = (enum conf_transport)i;
    }
    if (first == NULL)
        conf_error(r, node, "one of udp, tcp, listen, serial, file",
                   "the feed has no transport");
    return first != NULL;
}

static void check_only_with(struct conf_reader *r, const struct conf_node *node,
                            enum conf_transport transport)
{
    for (size_t i = 0; i < CONF_COUNT(only_with); i++) {
        const struct conf_node *item = conf_node_get(node, only_with[i].key);
        if (item != NULL && !(only_with[i].transports >> transport & 1))
            conf_error_key(r, item, NULL, "goes with %s only, and this feed is %s",
                           only_with[i].words, transport_words[transport]);
    }
}

static uint64_t feed_definition(const struct conf_feed *feed)
{
    uint64_t pace = 0;
    memcpy(&pace, &feed->pace, sizeof pace);
    uint64_t h = hash_text(feed->id != NULL ? feed->id : "", 0);
    h = hash_text(feed->address != NULL ? feed->address : "", h);
    h = hash_text(feed->columns != NULL ? feed->columns : "", h);
    for (size_t i = 0; i < feed->from_count; i++)
        h = hash_bytes(
            feed->from[i].bytes, sizeof feed->from[i].bytes,
            hash_u64((uint64_t)feed->from[i].family << 8 | feed->from[i].prefix, h));
    const uint64_t rest[] = {feed->transport,
                             feed->port,
                             (uint64_t)feed->idle_timeout_ms,
                             feed->max_clients,
                             feed->baud,
                             pace,
                             feed->follow,
                             (uint64_t)feed->start_ms,
                             feed->format,
                             (uint64_t)feed->lateness_ms,
                             (uint64_t)feed->silent_after_ms};
    for (size_t i = 0; i < CONF_COUNT(rest); i++)
        h = hash_u64(rest[i], h);
    return h;
}

static void feed_read(struct conf_reader *r, const struct conf_node *node,
                      struct conf_feed *feed)
{
    feed->idle_timeout_ms = 120 * SECOND_MS;
    feed->max_clients = 16;
    feed->baud = 38400;
    feed->start_ms = TIME_NONE;
    feed->silent_after_ms = 10 * MINUTE_MS;
    feed->line = node->line;
    if (!conf_read_mapping(r, node, conf_feed_keys, feed))
        return;
    if (transport_of(r, node, &feed->transport))
        check_only_with(r, node, feed->transport);
    feed->definition = feed_definition(feed);
}

/* --- all of them --- */

static bool same_place(const struct conf_feed *a, const struct conf_feed *b)
{
    return a->address != NULL && b->address != NULL && a->transport == b->transport &&
           a->port == b->port && strcmp(a->address, b->address) == 0;
}

static void check_pair(struct conf_reader *r, const struct conf_node *node,
                       const struct conf_feed *earlier, const struct conf_feed *feed)
{
    if (earlier->id != NULL && feed->id != NULL && strcmp(earlier->id, feed->id) == 0)
        conf_error(r, conf_node_get(node, "id"), NULL,
                   "the id is taken by the feed in line %d", earlier->line);
    if (same_place(earlier, feed))
        conf_error(r, node, NULL, "reads the same as the feed in line %d", earlier->line);
}

void conf_feeds_read(struct conf_reader *r, const struct conf_node *node)
{
    struct conf *conf = r->conf;
    if (node == NULL || !conf_is_list(r, node, 1, "a list of feeds"))
        return;
    if (node->count > UINT16_MAX) {
        conf_error(r, node, NULL, "more than %d feeds", UINT16_MAX);
        return;
    }
    conf->feeds = conf_alloc(r, node->count, sizeof *conf->feeds);
    if (conf->feeds == NULL)
        return;
    conf->feed_count = node->count;
    const struct conf_feed *kind = NULL; /* the first with a transport decides */
    for (size_t i = 0; i < node->count; i++) {
        struct conf_feed *feed = &conf->feeds[i];
        feed_read(r, node->items[i], feed);
        for (size_t j = 0; j < i && i < 1000; j++)
            check_pair(r, node->items[i], &conf->feeds[j], feed);
        if (feed->address == NULL)
            continue;
        if (kind == NULL)
            kind = feed;
        else if ((kind->transport == CONF_FEED_FILE) !=
                 (feed->transport == CONF_FEED_FILE))
            conf_error(r, node->items[i], "recordings alone, or live feeds alone",
                       "a daemon is fed by recordings or by live feeds, not both, and "
                       "feed '%s' is %s",
                       kind->id != NULL ? kind->id : "",
                       kind->transport == CONF_FEED_FILE ? "a recording" : "live");
    }
}
