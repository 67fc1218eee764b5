/* SPDX-License-Identifier: Apache-2.0 */
/* A feed of aisstream.io: its keys, and the subscription they make
 * (aisstream.io/documentation). There the corners of a box are latitude, longitude; in
 * the configuration, as everywhere here, a box is west, south, east, north. */
#include "conf_aisstream.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/track/vessel.h"

#define STREAM_HOST "stream.aisstream.io"
#define STREAM_PATH "/v0/stream"
enum { STREAM_PORT = 443, MMSI_LEAST = 1, MMSI_MOST = 999999999 };

const char *const conf_aisstream_types[] = {
    "PositionReport",
    "UnknownMessage",
    "AddressedSafetyMessage",
    "AddressedBinaryMessage",
    "AidsToNavigationReport",
    "AssignedModeCommand",
    "BaseStationReport",
    "BinaryAcknowledge",
    "BinaryBroadcastMessage",
    "ChannelManagement",
    "CoordinatedUTCInquiry",
    "DataLinkManagementMessage",
    "DataLinkManagementMessageData",
    "ExtendedClassBPositionReport",
    "GroupAssignmentCommand",
    "GnssBroadcastBinaryMessage",
    "Interrogation",
    "LongRangeAisBroadcastMessage",
    "MultiSlotBinaryMessage",
    "SafetyBroadcastMessage",
    "ShipStaticData",
    "SingleSlotBinaryMessage",
    "StandardClassBPositionReport",
    "StandardSearchAndRescueAircraftReport",
    "StaticDataReport",
    NULL,
};

/* --- keys --- */

void conf_aisstream_read_key(struct conf_reader *r, const struct conf_node *node,
                             const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    struct conf_secret *secret = &feed->aisstream.key;
    (void)key;
    if (!conf_secret_read(r, node, "not-read", secret))
        return;
    if (!conf_secret_is_header_value(secret->text))
        conf_report_error(r, node, "one line of printable ASCII",
                          "the secret is not an API key");
    conf_memory_set(r, &feed->address, STREAM_HOST);
    conf_memory_set(r, &feed->path, STREAM_PATH);
    feed->port = STREAM_PORT;
    feed->is_tls = true;
}

static bool read_box(struct conf_reader *r, const struct conf_node *node,
                     double ret_box[4])
{
    static const struct key sides[] = {
        {.type = KEY_NUMBER, .least = -180, .most = 180},
        {.type = KEY_NUMBER, .least = -90, .most = 90},
        {.type = KEY_NUMBER, .least = -180, .most = 180},
        {.type = KEY_NUMBER, .least = -90, .most = 90},
    };
    static const struct key box = {.type = KEY_OWN,
                                   .least = 4,
                                   .most = 4,
                                   .accepts = "[west, south, east, north] in degrees"};
    bool is_good = conf_value_is_list(r, node, &box);
    for (size_t i = 0; i < 4 && is_good; i++)
        is_good = conf_value_read(r, node->items[i], &sides[i], &ret_box[i]);
    if (is_good && (ret_box[1] >= ret_box[3] || ret_box[0] == ret_box[2])) {
        conf_accepts_error_value(r, node, &box, "the box is empty");
        is_good = false;
    }
    return is_good;
}

void conf_aisstream_read_boxes(struct conf_reader *r, const struct conf_node *node,
                               const struct key *key, void *base)
{
    struct conf_aisstream *a = &((struct conf_feed *)base)->aisstream;
    if (!conf_value_is_list(r, node, key) ||
        (a->boxes = conf_memory_alloc(r, node->count, sizeof *a->boxes)) == NULL)
        return;
    for (size_t i = 0; i < node->count; i++)
        if (read_box(r, node->items[i], a->boxes[a->box_count]))
            a->box_count++;
}

void conf_aisstream_read_mmsi(struct conf_reader *r, const struct conf_node *node,
                              const struct key *key, void *base)
{
    static const struct key one = {.type = KEY_INTEGER,
                                   .size = sizeof(uint32_t),
                                   .least = MMSI_LEAST,
                                   .most = MMSI_MOST,
                                   .accepts = "an MMSI of nine digits"};
    struct conf_aisstream *a = &((struct conf_feed *)base)->aisstream;
    if (node->kind == CONF_NODE_SCALAR && strcmp(node->text, "watched") == 0) {
        a->is_of_watched = true;
        return;
    }
    if (!conf_value_is_list(r, node, key) ||
        (a->mmsis = conf_memory_alloc(r, node->count, sizeof *a->mmsis)) == NULL)
        return;
    for (size_t i = 0; i < node->count; i++)
        if (conf_value_read(r, node->items[i], &one, &a->mmsis[a->mmsi_count]))
            a->mmsi_count++;
}

/* --- the subscription --- */

/* The MMSIs of the watched vessels; more than aisstream takes are none. */
static void take_watched(struct conf_reader *r, const struct conf_node *node,
                         struct conf_aisstream *a)
{
    const struct watch *watch = r->conf->engine.watch;
    size_t total = 0;
    a->mmsis = conf_memory_alloc(r, CONF_AISSTREAM_MMSI_MAX, sizeof *a->mmsis);
    for (size_t i = 0; a->mmsis != NULL && watch != NULL && i < watch_count(watch); i++) {
        const struct watch_entry *entry = watch_entry(watch, i);
        if (entry->mmsi == 0)
            continue;
        if (total < CONF_AISSTREAM_MMSI_MAX)
            a->mmsis[total] = entry->mmsi;
        total++;
    }
    a->mmsi_count = total <= CONF_AISSTREAM_MMSI_MAX ? total : 0;
    if (a->mmsis != NULL && a->mmsi_count == 0)
        conf_report_warning(r, node,
                            "%zu watched vessels have an MMSI, and aisstream takes 1 to "
                            "%d: it is asked for all ships of the boxes",
                            total, CONF_AISSTREAM_MMSI_MAX);
}

static int add_box(json_t *boxes, double west, double south, double east, double north)
{
    return json_array_append_new(boxes,
                                 json_pack("[[f,f],[f,f]]", south, west, north, east));
}

static int add_boxes(json_t *boxes, const struct conf_aisstream *a)
{
    int rc = a->box_count == 0 ? add_box(boxes, -180, -90, 180, 90) : 0;
    for (size_t i = 0; i < a->box_count && rc == 0; i++) {
        const double *b = a->boxes[i];
        if (b[0] < b[2]) {
            rc = add_box(boxes, b[0], b[1], b[2], b[3]);
            continue;
        }
        if (b[0] < 180)
            rc = add_box(boxes, b[0], b[1], 180, b[3]);
        if (b[2] > -180 && rc == 0)
            rc = add_box(boxes, -180, b[1], b[2], b[3]);
    }
    return rc;
}

static int add_filters(json_t *root, const struct conf_aisstream *a)
{
    int rc = 0;
    if (a->mmsi_count > 0) {
        json_t *list = json_array();
        for (size_t i = 0; i < a->mmsi_count && rc == 0; i++) {
            char text[16];
            snprintf(text, sizeof text, "%09u", (unsigned)a->mmsis[i]);
            rc = json_array_append_new(list, json_string(text));
        }
        if (json_object_set_new(root, "FiltersShipMMSI", list) != 0)
            rc = -1;
    }
    if (a->types != 0 && rc == 0) {
        json_t *list = json_array();
        for (size_t i = 0; conf_aisstream_types[i] != NULL && rc == 0; i++)
            if (a->types >> i & 1)
                rc = json_array_append_new(list, json_string(conf_aisstream_types[i]));
        if (json_object_set_new(root, "FilterMessageTypes", list) != 0)
            rc = -1;
    }
    return rc;
}

/* Owned; NULL: out of memory. */
static char *write_subscription(const struct conf_aisstream *a)
{
    enum { DIGITS = 10 }; /* as many as a place needs */
    json_t *root = json_object(), *boxes = json_array();
    char *text = NULL;
    int rc = add_boxes(boxes, a);
    if (json_object_set_new(root, "APIKey", json_string(a->key.text)) == 0 &&
        json_object_set_new(root, "BoundingBoxes", boxes) == 0 && rc == 0 &&
        add_filters(root, a) == 0)
        text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(root);
    return text;
}

/* Two connections of one account at a time are refused by turns. */
static void warn_of_same_key(struct conf_reader *r, const struct conf_node *node,
                             size_t index)
{
    const struct conf_feed *feeds = r->conf->feeds;
    const char *key = feeds[index].aisstream.key.text;
    for (size_t i = 0; i < index && !r->context->without_secrets; i++)
        if (feeds[i].aisstream.key.text != NULL &&
            strcmp(feeds[i].aisstream.key.text, key) == 0) {
            conf_report_warning(r, node,
                                "has the API key of the feed in line %d: aisstream "
                                "refuses further connections of one account; give one "
                                "feed all boxes",
                                feeds[i].line);
            return;
        }
}

void conf_aisstream_complete(struct conf_reader *r, const struct conf_node *node,
                             size_t index)
{
    struct conf_feed *feed = &r->conf->feeds[index];
    struct conf_aisstream *a = &feed->aisstream;
    if (a->key.text == NULL)
        return;
    warn_of_same_key(r, node->items[index], index);
    if (a->is_of_watched)
        take_watched(r, conf_yaml_node_get(node->items[index], "mmsi"), a);
    feed->subscribe.text = write_subscription(a);
    if (feed->subscribe.text == NULL) {
        conf_report_nomem(r);
        return;
    }
    feed->subscribe.length = strlen(feed->subscribe.text);
    feed->definition =
        hash_bytes(feed->subscribe.text, feed->subscribe.length, feed->definition);
}

/* --- words --- */

/* "2 boxes, 3 ships, PositionReport" */
void conf_aisstream_describe(const struct conf_feed *feed, FILE *out)
{
    const struct conf_aisstream *a = &feed->aisstream;
    if (a->box_count == 0)
        fputs("the world", out);
    else
        fprintf(out, "%zu box%s", a->box_count, a->box_count > 1 ? "es" : "");
    if (a->mmsi_count > 0)
        fprintf(out, ", %zu ship%s", a->mmsi_count, a->mmsi_count > 1 ? "s" : "");
    for (size_t i = 0; conf_aisstream_types[i] != NULL; i++)
        if (a->types >> i & 1)
            fprintf(out, ", %s", conf_aisstream_types[i]);
}

void conf_aisstream_finish(struct conf_aisstream *a)
{
    free(a->boxes);
    free(a->mmsis);
    memset(a, 0, sizeof *a);
}
