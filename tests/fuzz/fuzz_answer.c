/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from strangers over HTTP: a receiver's Retry-After, and the bodies that
 * `listen` shows; and the formats over any JSON that might stand in the outbox. */
#include <stdlib.h>
#include <string.h>

#include "../../daemon/cmd/listen_say.h"
#include "lookout/delivery.h"
#include "lookout/retry.h"
#include "lookout/timefmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct listen_note note = {.is_signed = true};
    const char *text = (const char *)data;
    const char *content_type;
    struct buf out = {0};
    int64_t wait = retry_after_parse(text, size, INT64_C(1711389840000));
    if (wait < -1 || wait > DAY_MS)
        abort();
    if (listen_say(text, size, &note, &out) != 0)
        abort();
    for (size_t i = 0; i < out.length; i++)
        if ((unsigned char)out.data[i] < 0x20 && out.data[i] != '\n')
            abort(); /* nothing that moves the cursor */
    buf_clear(&out);
    if (listen_say_json(text, size, &out) != 0)
        abort();
    for (int format = CONF_FORMAT_CLOUDEVENTS; format <= CONF_FORMAT_TEAMS; format++) {
        buf_clear(&out);
        int rc = delivery_body((enum conf_format)format, text, size, &out, &content_type);
        if (rc != 0 && rc != ERR_SYNTAX)
            abort();
    }
    buf_finish(&out);
    return 0;
}
