/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of what lies in files about water: the grid, and a cached field (whose hash is
 * put right, so that what lies behind it is reached). First byte: which. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/base/hash.h"
#include "lookout/geo/water.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A grid with a few cells of water at the south-west corner. */
static struct water *small_grid(void)
{
    static struct water *water;
    static uint8_t bytes[16 + 1600 * 8];
    size_t n = 0;
    if (water != NULL)
        return water;
    static const uint8_t head[] = {'L', 'K',  'W', 'A',  'T', 'E', 'R',
                                   '1', 0xc0, 12,  0x90, 28,  10};
    memcpy(bytes, head, sizeof head);
    n = sizeof head;
    for (int row = 0; row < 1600; row++) {
        /* no land, 3 of water, 3597 of land; no closed steps */
        static const uint8_t wet[] = {0, 3, 0x8d, 28, 0}, dry[] = {0x90, 28, 0};
        const uint8_t *line = row < 4 ? wet : dry;
        size_t length = row < 4 ? sizeof wet : sizeof dry;
        memcpy(bytes + n, line, length);
        n += length;
    }
    if (water_create(bytes, n, &water, NULL) != 0)
        abort();
    return water;
}

static void load_field(const uint8_t *data, size_t size)
{
    const struct geo_pos source = {-799500000, -1799500000};
    const struct water *water = small_grid();
    struct water_field *field = NULL;
    struct buf bytes = {0};
    if (buf_add(&bytes, data, size) != 0)
        abort();
    uint64_t sum = hash_bytes(data, size, 0);
    for (int i = 0; i < 8; i++)
        if (buf_add_char(&bytes, (char)(sum >> (8 * i))) != 0)
            abort();
    const struct water_ends ends = {.sources = &source, .count = 1, .limit_m = 1e6};
    if (water_field_load(water, &ends, bytes.data, bytes.length, &field) == 0) {
        struct geo_pos near = {-798500000, -1798500000};
        (void)water_field_distance_m(field, near);
        (void)water_field_nearest(field, near);
    }
    water_field_release(field);
    buf_finish(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct water *water = NULL;
    if (size == 0)
        return 0;
    if ((data[0] & 1) != 0)
        load_field(data + 1, size - 1);
    else if (water_create(data + 1, size - 1, &water, NULL) == 0)
        (void)water_is_wet(water, (struct geo_pos){0, 0});
    water_release(water);
    return 0;
}
