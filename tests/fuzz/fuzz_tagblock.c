/* SPDX-License-Identifier: Apache-2.0 */
/* One line as a tag block, a sentence, a suffix, $PGHP and a time. */
#include <stdlib.h>
#include <string.h>

#include "daemon/core/ais/sentence_int.h"
#include "daemon/core/ais/tagblock_int.h"
#include "daemon/core/ais/timestamp_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const char *at, size_t n, const char *text, size_t size)
{
    if (at != NULL && (at < text || at + n > text + size))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct tagblock tag;
    struct sentence s;
    struct sentence_suffix suffix;
    struct sentence_pghp pghp;
    int64_t t = 0;
    if (text == NULL || size == 0) {
        free(text);
        return 0;
    }
    memcpy(text, data, size);
    tagblock_clear(&tag);
    bool is_sound = false;
    size_t n = text[0] == '\\' ? tagblock_length(text, size, &is_sound) : 0;
    if (n > size)
        abort();
    if (n != 0 && is_sound)
        tagblock_read(text, n, &tag);
    /* Sums are hard to hit by chance: read it as if it were sound, too. */
    if (n > 5)
        tagblock_read(text, n, &tag);
    check_inside(tag.station, tag.station_n, text, size);
    enum timestamp_order order = TIMESTAMP_ORDER_UNKNOWN;
    enum timestamp_result result;
    sentence_suffix_read(text, size, &order, &suffix);
    check_inside(suffix.station, suffix.station_n, text, size);
    if (timestamp_parse_prefix(text, size, &order, &result, &t) > size)
        abort();
    (void)timestamp_parse(text, size, 0, &order, &t);
    /* A sentence is read where one begins. */
    text[0] = text[0] != '$' ? '!' : '$';
    enum sentence_kind kind = sentence_read(text, text + size, true, &s);
    if (s.end <= text || s.end > text + size)
        abort();
    check_inside(s.suffix, s.suffix_n, text, size);
    if (kind == SENTENCE_AIS) {
        check_inside(s.payload, s.payload_n, text, size);
        if (s.part < 1 || s.part > s.total || s.total > SENTENCE_PARTS_MAX || s.fill > 5)
            abort();
    }
    (void)sentence_clock_read(text, size, &t);
    if (sentence_pghp_read(text, size, &pghp))
        check_inside(pghp.station, pghp.station_n, text, size);
    free(text);
    return 0;
}
