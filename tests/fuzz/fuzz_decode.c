/* SPDX-License-Identifier: Apache-2.0 */
/* An armored payload to bits, message, report and JSON. The first byte is the number of
 * fill bits, a line end begins the next part. What must hold beside not crashing: JSON
 * that a parser takes, and nothing read behind the last bit (the same message before
 * other garbage says the same). */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/ais/ais.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int fill_bits_with(struct ais_bits *bits, const uint8_t *data, size_t size,
                          int garbage)
{
    memset(bits, garbage, sizeof *bits);
    ais_bits_clear(bits);
    const char *at = (const char *)data + 1;
    const char *end = (const char *)data + size;
    while (at < end) {
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        const char *stop = eol != NULL ? eol : end;
        int status = armor_add(at, (size_t)(stop - at), data[0] % 8u, bits);
        if (status != 0)
            return status;
        at = stop + 1;
    }
    if (bits->count % 8 != 0) {
        unsigned mask = 0xffu >> bits->count % 8;
        uint8_t *last = &bits->bytes[bits->count / 8];
        *last = (uint8_t)((*last & ~mask) | ((unsigned)garbage & mask));
    }
    memset(bits->bytes + (bits->count + 7) / 8, garbage,
           sizeof bits->bytes - (bits->count + 7) / 8);
    return 0;
}

struct saying {
    int status, report_status;
    struct report report;
    struct buf scaled, unscaled;
};

static void say(const struct ais_bits *bits, struct saying *s)
{
    struct ais_message m;
    s->status = ais_decode(bits, &m);
    if (s->status != 0)
        return;
    s->report_status = report_from_message(&m, &s->report);
    struct ais_message bare;
    struct report report;
    if (ais_open(bits, &bare) != 0 ||
        report_from_message(&bare, &report) != s->report_status ||
        memcmp(&report, &s->report, sizeof report) != 0)
        abort();
    if (ais_message_json(&m, NULL, true, &s->scaled) != 0 ||
        ais_message_json(&m, &s->report, false, &s->unscaled) != 0)
        abort();
}

static void check_json(const struct buf *b)
{
    if (b->length == 0)
        return;
    json_error_t error;
    json_t *value = json_loadb(b->data, b->length, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        fprintf(stderr, "%s: %s\n", error.text, b->data);
        abort();
    }
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    static struct ais_bits bits[2];
    struct saying said[2];
    memset(said, 0, sizeof said);
    if (fill_bits_with(&bits[0], data, size, 0) == 0 &&
        fill_bits_with(&bits[1], data, size, 0xff) == 0) {
        say(&bits[0], &said[0]);
        say(&bits[1], &said[1]);
        if (said[0].status != said[1].status ||
            memcmp(&said[0].report, &said[1].report, sizeof said[0].report) != 0 ||
            strcmp(buf_text(&said[0].scaled), buf_text(&said[1].scaled)) != 0 ||
            strcmp(buf_text(&said[0].unscaled), buf_text(&said[1].unscaled)) != 0)
            abort();
        check_json(&said[0].scaled);
        check_json(&said[0].unscaled);
    }
    for (int i = 0; i < 2; i++) {
        buf_finish(&said[i].scaled);
        buf_finish(&said[i].unscaled);
    }
    return 0;
}
