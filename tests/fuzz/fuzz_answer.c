/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from strangers over HTTP: the bodies that `listen` shows; the formats over
 * any JSON that might stand in the outbox; and templates of whatever is written into a
 * configuration. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/cmd/listen_say.h"
#include "lookout/delivery/delivery.h"
#include "lookout/rules/template.h"

/* The bytes as a template: what was checked to give JSON gives JSON. */
static void fill_template(const char *text, size_t size, struct buf *out)
{
    const char alert[] = "{\"id\":\"1\",\"data\":{\"summary\":\"a \\\"b\\\" {c\","
                         "\"vessel\":{\"mmsi\":1,\"tags\":[\"x\",\"y\"]}}}";
    char *template = strndup(text, size), name[TEMPLATE_NAME_BYTES];
    if (template == NULL)
        return;
    json_t *event = json_loads(alert, 0, NULL);
    const json_t *events[] = {event};
    for (int kind = TEMPLATE_PLAIN; kind <= TEMPLATE_XML; kind++) {
        buf_clear(out);
        if (template_check(template, (enum template_kind)kind, name, NULL) != 0)
            continue;
        if (template_fill(template, (enum template_kind)kind, events, 1, false, out) != 0)
            abort();
        if (kind != TEMPLATE_JSON)
            continue;
        json_t *json = json_loadb(buf_text(out), out->length, JSON_DECODE_ANY, NULL);
        if (json == NULL)
            abort();
        json_decref(json);
    }
    json_decref(event);
    free(template);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct listen_note note = {.is_signed = true};
    const char *text = (const char *)data;
    const char *content_type;
    struct buf out = {0};
    if (listen_say(text, size, &note, &out) != 0)
        abort();
    for (size_t i = 0; i < out.length; i++)
        if ((unsigned char)out.data[i] < 0x20 && out.data[i] != '\n')
            abort(); /* nothing that moves the cursor */
    buf_clear(&out);
    if (listen_say_json(text, size, &out) != 0)
        abort();
    for (int format = CONF_FORMAT_CLOUDEVENTS; format <= CONF_FORMAT_TEAMS; format++) {
        const struct delivery_event events[] = {{text, size}, {text, size}};
        struct conf_webhook w = {.format = (enum conf_format)format};
        for (size_t count = 1; count <= 2; count++) {
            buf_clear(&out);
            w.group.is_on = count > 1;
            int rc = delivery_body(&w, events, count, &out, &content_type);
            if (rc != 0 && rc != ERR_SYNTAX)
                abort();
        }
    }
    fill_template(text, size, &out);
    buf_finish(&out);
    return 0;
}
