/* SPDX-License-Identifier: Apache-2.0 */
/* What an MQTT broker may say, in pieces as long as the first byte says, and byte by
 * byte: the messages, the acknowledgements and the end are the same. The first byte's top
 * bit: the client only publishes. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "lookout/base/hash.h"
#include "lookout/net/mqtt.h"

struct heard {
    struct mqtt *mqtt;
    uint64_t hash;
    int rc;
};

static void note_bytes(struct heard *heard, const void *bytes, size_t n)
{
    heard->hash = hash_bytes(bytes, n, heard->hash + 1);
}

static void on_write(void *context, const void *bytes, size_t n)
{
    note_bytes(context, bytes, n);
}

static void on_ready(void *context, uint8_t granted_qos)
{
    note_bytes(context, &granted_qos, 1);
}

static void on_message(void *context, const struct mqtt_message *m)
{
    struct heard *heard = context;
    if (m->topic_bytes == 0 || m->topic_bytes + m->payload_bytes > MQTT_PACKET_BYTES_MAX)
        abort();
    note_bytes(heard, m->topic, m->topic_bytes);
    note_bytes(heard, m->payload, m->payload_bytes);
    if (m->id != 0 && mqtt_acknowledge(heard->mqtt, m->id, 0) != 0)
        abort();
}

static void on_acked(void *context, uint16_t id)
{
    if (id == 0)
        abort();
    note_bytes(context, &id, sizeof id);
}

static struct heard run_pieces(const uint8_t *data, size_t size, size_t piece,
                               bool publishes)
{
    char first[] = "ais/#", second[] = "a/+";
    char *const topics[] = {first, second};
    const struct mqtt_conf conf = {.client_id = "id",
                                   .keepalive_s = 60,
                                   .topics = topics,
                                   .topic_count = publishes ? 0 : 2,
                                   .qos = 1};
    struct heard heard = {0};
    const struct mqtt_sink sink = {on_write, on_ready, on_message, on_acked, &heard};
    heard.mqtt = mqtt_create(&conf, &sink);
    if (heard.mqtt == NULL || mqtt_begin(heard.mqtt, 0) != 0)
        abort();
    for (size_t at = 0; at < size && heard.rc == 0; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        struct err err = {0};
        heard.rc = mqtt_feed(heard.mqtt, data + at, n, 0, &err);
        if (heard.rc != 0 && err.text[0] == '\0')
            abort();
    }
    mqtt_destroy(heard.mqtt);
    return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { PUBLISHES = 0x80 };
    if (size < 1)
        return 0;
    bool publishes = (data[0] & PUBLISHES) != 0;
    size_t piece = 1 + (data[0] & ~(unsigned)PUBLISHES);
    struct heard one = run_pieces(data + 1, size - 1, piece, publishes);
    struct heard other = run_pieces(data + 1, size - 1, 1, publishes);
    if (one.rc != other.rc || one.hash != other.hash)
        abort();
    return 0;
}
