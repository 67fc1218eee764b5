/* SPDX-License-Identifier: Apache-2.0 */
/* feeds: the sources of AIS data. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_aisstream.h"
#include "conf_int.h"
#include "conf_mqtt.h"
#include "conf_peer.h"
#include "lookout/base/hash.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

static conf_read udp_read, tcp_read, listen_read, read_file_key, websocket_read,
    from_read, pace_read, columns_read, fields_read, subscribe_read, feed_headers_read;
static const char *baud_fault(const void *member);

/* clang-format off */
static const char *const format_words[] = {"auto", "nmea", "jsonl", "csv", NULL}; /* enum input_format */
static const char *const transport_words[] = {"udp", "tcp", "listen", "serial", "file", "websocket", "aisstream", "mqtt"}; /* enum conf_transport */
#define TRANSPORTS "udp, tcp, listen, serial, file, websocket, aisstream, mqtt"

#define FEED(member) KEY_AT(conf_feed, member)
const struct key conf_feed_keys[] = {
    {.name = "id",           .type = KEY_ID, FEED(id), .is_required = true, .is_unique = true, .doc = "the feed's name in alerts, metrics and messages"},
    {.name = "udp",          .type = KEY_OWN, .read = udp_read, .accepts = CONF_ADDRESS_ACCEPTS, .doc = "receive datagrams at this address"},
    {.name = "tcp",          .type = KEY_OWN, .read = tcp_read, .accepts = CONF_HOST_ACCEPTS, .doc = "connect to this address; after a failure, connect again with growing waits. A gpsd at it (port 2947) is asked for its reports"},
    {.name = "listen",       .type = KEY_OWN, .read = listen_read, .accepts = CONF_ADDRESS_ACCEPTS, .doc = "accept senders over TCP at this address"},
    {.name = "serial",       .type = KEY_PATH, FEED(address), .accepts = "a device, such as /dev/ttyUSB0", .doc = "read this serial device"},
    {.name = "file",         .type = KEY_OWN, .read = read_file_key, .accepts = "a path, or \"-\" for stdin", .doc = "play this recording"},
    {.name = "websocket",    .type = KEY_OWN, .read = websocket_read, .accepts = "a URL such as \"wss://ais.example.org/stream\"", .doc = "connect to this WebSocket; each message, text or binary, is read as `format` says. ws:// is not encrypted"},
    {.name = "aisstream",    .type = KEY_OWN, .read = conf_aisstream_read_key, .sub = conf_secret_keys, .accepts = "{file: PATH} or {credential: NAME} of an API key", .schema = "%", .doc = "connect to aisstream.io with this API key; boxes, mmsi and types say what it is asked for"},
    {.name = "mqtt",         .type = KEY_OWN, .read = conf_mqtt_read_feed, .accepts = "a URL of an MQTT broker: mqtt, mqtts, ws or wss, such as \"mqtts://broker.example.org:8883\"", .doc = "connect to this MQTT broker and subscribe to `topics`; each message is read as `format` says. Where a payload names no ship, nine digits of its topic do. mqtt:// and ws:// are not encrypted"},
    {.name = "topics",       .type = KEY_TEXTS, KEY_LIST_AT(conf_feed, mqtt.topics, mqtt.topic_count), .least = 1, .most = 64, .check = conf_mqtt_filter_fault, .accepts = "a list of topic filters, such as [\"ais/#\", \"vessels/+/location\"]", .doc = "mqtt: what is subscribed to (required)"},
    {.name = "qos",          .type = KEY_INTEGER, FEED(mqtt.qos), .least = 0, .most = 1, .initial = "0", .doc = "mqtt: 1: the broker keeps messages while the daemon is away, and none is lost when it is killed"},
    CONF_MQTT_KEYS(conf_feed, mqtt, "mqtt: "),
    {.name = "tls",          .type = KEY_FLAG, FEED(is_tls), .initial = "false", .doc = "tcp: speak TLS, 1.2 at least; the server's certificate and name are verified, and nothing switches that off"},
    {.name = "subscribe",    .type = KEY_OWN, .read = subscribe_read, .sub = conf_secret_keys, .accepts = "a text, {file: PATH} or {credential: NAME}", .schema = "{\"anyOf\": [{\"type\": \"string\"}, %]}", .doc = "websocket: what is sent at once after opening"},
    {.name = "headers",      CONF_PEER_HEADERS, .read = feed_headers_read, .doc = "websocket, mqtt over ws: further HTTP headers of the request"},
    {.name = "boxes",        .type = KEY_OWN, .read = conf_aisstream_read_boxes, .least = 1, .most = CONF_AISSTREAM_BOXES_MAX, .accepts = "a list of boxes [west, south, east, north] in degrees, such as [[124, 32, 132, 40]]; west may be more than east", .otherwise = "the world", .schema = "{\"type\": \"array\", \"items\": {\"type\": \"array\", \"minItems\": 4, \"maxItems\": 4, \"items\": {\"type\": \"number\"}}}", .doc = "aisstream: only ships in these boxes; one over 180 degrees is asked for as two"},
    {.name = "mmsi",         .type = KEY_OWN, .read = conf_aisstream_read_mmsi, .least = 1, .most = CONF_AISSTREAM_MMSI_MAX, .accepts = "a list of 1 to 50 MMSIs, or watched", .otherwise = "all", .schema = "{\"anyOf\": [{\"const\": \"watched\"}, {\"type\": \"array\", \"items\": {\"type\": \"integer\"}}]}", .doc = "aisstream: only ships of these MMSIs; watched: those of the watched vessels, while they are at most 50"},
    {.name = "types",        .type = KEY_WORDS, FEED(aisstream.types), .words = conf_aisstream_types, .otherwise = "all", .doc = "aisstream: only messages of these types"},
    CONF_PEER_TLS_KEYS(conf_feed, tls, "tcp with tls, websocket, aisstream, mqtt: "),
    {.name = "from",         .type = KEY_OWN, .read = from_read, .least = 1, .accepts = "a list of addresses or networks, such as [\"127.0.0.0/8\"]", .otherwise = "everyone", .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}", .doc = "udp, listen: the senders that are accepted"},
    {.name = "idle_timeout", .type = KEY_DURATION, FEED(idle_timeout_ms), .least = SECOND_MS, .most = DAY_MS, .initial = "120s", .doc = "a connection that is silent for this time is closed; aisstream: one without messages; mqtt: the broker is asked for a sign of life after half of it"},
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
#define SOCKET (1u << CONF_FEED_WEBSOCKET)
#define STREAM (1u << CONF_FEED_AISSTREAM)
#define MQTT   (1u << CONF_FEED_MQTT)
static const struct {
    const char *key;
    unsigned transports;
    const char *words;
} only_with[] = {
    {"from",         UDP | LISTEN,                "udp, listen"},
    {"idle_timeout", TCP | LISTEN | SOCKET | STREAM | MQTT, "tcp, listen, websocket, aisstream, mqtt"},
    {"tls",          TCP,                         "tcp"},
    {"ca_file",     TCP | SOCKET | STREAM | MQTT, "tcp, websocket, aisstream, mqtt"},
    {"client_cert", TCP | SOCKET | STREAM | MQTT, "tcp, websocket, aisstream, mqtt"},
    {"client_key",  TCP | SOCKET | STREAM | MQTT, "tcp, websocket, aisstream, mqtt"},
    {"headers",      SOCKET | MQTT,               "websocket, mqtt"},
    {"topics",       MQTT,                        "mqtt"},
    {"qos",          MQTT,                        "mqtt"},
    {"user",         MQTT,                        "mqtt"},
    {"password",     MQTT,                        "mqtt"},
    {"client_id",    MQTT,                        "mqtt"},
    {"keepalive",    MQTT,                        "mqtt"},
    {"subscribe",    SOCKET,                      "websocket"},
    {"boxes",        STREAM,                      "aisstream"},
    {"mmsi",         STREAM,                      "aisstream"},
    {"types",        STREAM,                      "aisstream"},
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
        conf_memory_set(r, &feed->address, "-");
    } else if (access(feed->address, R_OK) != 0) {
        conf_report_warning(r, node, "the recording %s cannot be read: %s",
                            text_quote(node->text, quoted), strerror(errno));
    }
}

static void websocket_read(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key, void *base)
{
    static const struct conf_scheme schemes[] = {
        {"wss", 443, true}, {"ws", 80, false}, {0}};
    struct conf_feed *feed = base;
    struct conf_url url;
    const char *text = NULL;
    if (!conf_value_text(r, node, key, &text))
        return;
    const char *fault = conf_peer_parse_url(text, schemes, &url);
    if (fault != NULL) {
        conf_accepts_error_value(r, node, key, "%s", fault);
        return;
    }
    conf_memory_set(r, &feed->address, url.host);
    feed->port = url.port;
    feed->is_tls = url.scheme->is_tls;
    conf_peer_set_path(r, &url, &feed->path);
    conf_address_judge(r, node, url.host);
    if (!feed->is_tls && !conf_address_is_loopback(url.host))
        conf_report_warning(r, node,
                            "plain ws to %s: anyone on the network path can read and "
                            "change the reports",
                            url.host);
}

static void subscribe_read(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    const char *text = NULL;
    if (node->kind == CONF_NODE_MAPPING) {
        (void)conf_secret_read(r, node, "not-read", &feed->subscribe);
    } else if (conf_value_text(r, node, key, &text)) {
        feed->subscribe.text = conf_memory_copy(r, text);
        feed->subscribe.length = strlen(text);
    }
}

static void feed_headers_read(struct conf_reader *r, const struct conf_node *node,
                              const struct key *key, void *base)
{
    static const char *const reserved[] = {"connection",
                                           "content-length",
                                           "expect",
                                           "host",
                                           "sec-websocket-accept",
                                           "sec-websocket-extensions",
                                           "sec-websocket-key",
                                           "sec-websocket-protocol",
                                           "sec-websocket-version",
                                           "te",
                                           "trailer",
                                           "transfer-encoding",
                                           "upgrade",
                                           NULL};
    struct conf_feed *feed = base;
    conf_peer_read_headers(r, node, key, reserved, &feed->headers);
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

/* The feed's texts; each is owned, and some are secret. */
static const size_t feed_texts[] = {
    offsetof(struct conf_feed, id),
    offsetof(struct conf_feed, address),
    offsetof(struct conf_feed, columns),
    offsetof(struct conf_feed, fields),
    offsetof(struct conf_feed, path),
    offsetof(struct conf_feed, tls.ca_file),
    offsetof(struct conf_feed, tls.client_cert),
    offsetof(struct conf_feed, tls.client_key),
    offsetof(struct conf_feed, subscribe.text),
    offsetof(struct conf_feed, aisstream.key.text),
    offsetof(struct conf_feed, mqtt.user),
    offsetof(struct conf_feed, mqtt.password.text),
    offsetof(struct conf_feed, mqtt.client_id),
};

static char **feed_text_at(struct conf_feed *feed, size_t i)
{
    return (char **)(void *)((char *)feed + feed_texts[i]);
}

void conf_feed_finish(struct conf_feed *feed)
{
    for (size_t i = 0; i < CONF_COUNT(feed_texts); i++) {
        char *text = *feed_text_at(feed, i);
        conf_memory_wipe_free(text, text != NULL ? strlen(text) : 0);
    }
    free(feed->from);
    conf_peer_finish_headers(&feed->headers);
    conf_aisstream_finish(&feed->aisstream);
    conf_memory_texts_free(feed->mqtt.topics, feed->mqtt.topic_count);
    memset(feed, 0, sizeof *feed);
}

int conf_feed_copy(const struct conf_feed *from, struct conf_feed *ret_to)
{
    struct conf_feed source = *from, to = *from;
    int rc = 0;
    to.from = NULL;
    to.headers = (struct conf_headers){0};
    to.aisstream = (struct conf_aisstream){.key.length = from->aisstream.key.length};
    for (size_t i = 0; i < CONF_COUNT(feed_texts); i++)
        *feed_text_at(&to, i) = NULL;
    to.mqtt.topics = NULL;
    to.mqtt.topic_count = 0;
    for (size_t i = 0; i < CONF_COUNT(feed_texts) && rc == 0; i++) {
        const char *text = *feed_text_at(&source, i);
        if (text != NULL && (*feed_text_at(&to, i) = strdup(text)) == NULL)
            rc = ERR_NOMEM;
    }
    if (from->from_count > 0 && rc == 0) {
        to.from = malloc(from->from_count * sizeof *to.from);
        if (to.from != NULL)
            memcpy(to.from, from->from, from->from_count * sizeof *to.from);
        rc = to.from != NULL ? 0 : ERR_NOMEM;
    }
    if (rc == 0)
        rc = conf_peer_copy_headers(&from->headers, &to.headers);
    if (rc == 0)
        rc = conf_mqtt_copy_topics(&from->mqtt, &to.mqtt);
    if (rc == 0)
        *ret_to = to;
    else
        conf_feed_finish(&to);
    return rc;
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
            conf_report_error_key(r, item, "one of " TRANSPORTS,
                                  "a feed has one transport, and this one has %s too",
                                  first->key);
            return false;
        }
        first = item;
        *ret_transport = (enum conf_transport)i;
    }
    if (first == NULL)
        conf_report_error(r, node, "one of " TRANSPORTS, "the feed has no transport");
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

/* Certificates without TLS. */
static void check_tls(struct conf_reader *r, const struct conf_node *node,
                      const struct conf_feed *feed)
{
    static const char *const keys[] = {"ca_file", "client_cert", "client_key"};
    conf_peer_check_tls(r, node, &feed->tls);
    for (size_t i = 0; i < CONF_COUNT(keys); i++) {
        const struct conf_node *item = conf_yaml_node_get(node, keys[i]);
        if (item != NULL && feed->address != NULL && !feed->is_tls)
            conf_report_error_key(r, item,
                                  feed->transport == CONF_FEED_TCP ? "tls: true"
                                  : feed->transport == CONF_FEED_MQTT
                                      ? "an mqtts or wss URL"
                                      : "a wss URL",
                                  "certificates are of TLS, and this feed has none");
    }
}

/* A hash of the text of the feed and of its secrets. */
static uint64_t feed_definition(const struct conf_node *node,
                                const struct conf_feed *feed)
{
    uint64_t h = conf_yaml_hash_node(node);
    if (feed->subscribe.text != NULL)
        h = hash_bytes(feed->subscribe.text, feed->subscribe.length, h);
    if (feed->mqtt.password.text != NULL)
        h = hash_bytes(feed->mqtt.password.text, feed->mqtt.password.length, h);
    for (size_t i = 0; i < feed->headers.count; i++)
        h = hash_text(feed->headers.items[i].value, h);
    return h;
}

void conf_feed_read(struct conf_reader *r, const struct conf_node *node,
                    const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    feed->start_ms = TIME_NONE;
    feed->line = node->line;
    if (conf_keys_read(r, node, key->sub, feed) &&
        transport_of(r, node, &feed->transport)) {
        check_only_with(r, node, feed->transport);
        if (feed->transport == CONF_FEED_TCP || feed->transport == CONF_FEED_WEBSOCKET ||
            feed->transport == CONF_FEED_AISSTREAM || feed->transport == CONF_FEED_MQTT)
            check_tls(r, node, feed);
        if (feed->transport == CONF_FEED_MQTT)
            conf_mqtt_check_feed(r, node, feed);
    }
    feed->definition = feed_definition(node, feed);
}

/* --- all feeds --- */

static bool is_same_source(const struct conf_feed *a, const struct conf_feed *b)
{
    return a->address != NULL && b->address != NULL && a->transport == b->transport &&
           a->transport != CONF_FEED_AISSTREAM && a->transport != CONF_FEED_MQTT &&
           a->port == b->port && strcmp(a->address, b->address) == 0 &&
           (a->path == NULL || b->path == NULL || strcmp(a->path, b->path) == 0);
}

void conf_feed_check_all(struct conf_reader *r, const struct conf_node *node)
{
    struct conf *conf = r->conf;
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
        if (feed->transport == CONF_FEED_AISSTREAM)
            conf_aisstream_complete(r, node, i);
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
