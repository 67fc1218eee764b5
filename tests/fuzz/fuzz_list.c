/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of ships from arbitrary bytes. The first byte is the format ('0' auto, '1' csv,
 * ...), the second the size of the chunks; bytes of 1 end the files that OFAC puts beside
 * its list. However the bytes are cut, the same ships are left, each with a key. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/list/list.h"
#include "lookout/track/vessel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    enum list_format format;
    struct buf comments, aliases, text;
};

/* The bytes up to a byte of 1, or none when there is no such byte. */
static void take_part(struct buf *part, const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size != 0 ? memchr(*data, 1, *size) : NULL;
    if (end == NULL)
        return;
    size_t n = (size_t)(end - *data);
    if (buf_add(part, *data, n) != 0)
        abort();
    *data += n + 1;
    *size -= n + 1;
}

static struct list *read_chunks(const struct input *in, size_t chunk)
{
    struct list_options options = {.format = in->format, .has_names = chunk % 2 == 0};
    struct list_trouble trouble;
    struct list_reader *r = list_reader_create(&options);
    bool is_done = false;
    int rc = 0;
    if (r == NULL)
        abort();
    list_reader_beside(r, &in->comments, &in->aliases);
    for (int pass = 0; !is_done && rc == 0; pass++) {
        for (size_t at = 0; at < in->text.length && rc == 0; at += chunk) {
            size_t left = in->text.length - at;
            rc = list_reader_feed(r, in->text.data + at, left < chunk ? left : chunk,
                                  &trouble);
        }
        if (rc == 0)
            rc = list_reader_end(r, &is_done, &trouble);
        if (pass > 3 || (rc == ERR_INVALID && trouble.text[0] == '\0'))
            abort();
    }
    struct list *list = rc == 0 ? list_reader_take(r) : NULL;
    list_reader_destroy(r);
    return list;
}

static void check_ships(const struct list *list, bool has_names)
{
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const struct list_ship *ship = &list->ships[i];
        if (ship->imo != 0 && !vessel_imo_is_valid(ship->imo))
            abort();
        for (size_t k = 0; k < ship->mmsi_count; k++)
            if (!vessel_is_ship(ship->mmsis[k]))
                abort();
        if (ship->imo == 0 && ship->mmsi_count == 0 &&
            (ship->name == NULL || (ship->callsign == NULL && !has_names)))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.format = LIST_AUTO};
    if (size < 2)
        return 0;
    in.format = (enum list_format)(data[0] % LIST_FORMATS);
    size_t chunk = (size_t)data[1] * 2 + 2;
    data += 2;
    size -= 2;
    take_part(&in.comments, &data, &size);
    take_part(&in.aliases, &data, &size);
    if (size != 0 && buf_add(&in.text, data, size) != 0)
        abort();
    struct list *whole = read_chunks(&in, in.text.length + 2 - in.text.length % 2);
    struct list *cut = read_chunks(&in, chunk);
    check_ships(whole, true);
    check_ships(cut, true);
    if ((whole == NULL) != (cut == NULL) || (whole != NULL && whole->count != cut->count))
        abort();
    list_release(whole);
    list_release(cut);
    buf_finish(&in.comments);
    buf_finish(&in.aliases);
    buf_finish(&in.text);
    return 0;
}
