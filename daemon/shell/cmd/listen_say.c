/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that `lookoutd listen` prints for a request's body: CloudEvents one by one or
 * in a batch, flat JSON, and the texts of the formats for chat services. */
#include "listen_say.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"

enum { LINE_BYTES = 4096, OTHER_BYTES = 200 };

static const char *member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* The texts of a card's paragraphs, in order. */
static int say_card_text(const json_t *card, struct buf *out)
{
    size_t i, k;
    json_t *block, *run;
    int rc = 0;
    json_array_foreach(json_object_get(card, "body"), i, block)
    {
        if (rc == 0 && i > 0 && out->length > 0)
            rc = buf_add_char(out, ' ');
        if (rc == 0)
            rc = buf_add_text(out, member_text(block, "text"));
        json_array_foreach(json_object_get(block, "inlines"), k, run)
        {
            if (rc == 0)
                rc = buf_add_text(out, member_text(run, "text"));
        }
    }
    return rc;
}

static int add_say_line(struct buf *out, const char *head, const char *text,
                        const struct listen_note *note)
{
    char line[LINE_BYTES];
    text_clean(text, strlen(text), line, sizeof line);
    return buf_printf(out, "%s%s%s%s\n", head, note->is_signed ? "[signed] " : "",
                      note->is_again ? "(again) " : "", line);
}

static const char *colour_of(const char *severity, const struct listen_note *note)
{
    if (!note->is_coloured)
        return "";
    if (strcmp(severity, "critical") == 0)
        return "\x1b[1;31m";
    return strcmp(severity, "warning") == 0 ? "\x1b[33m" : "";
}

/* A CloudEvent, or a flat one with the members of data in the envelope. */
static int say_event(const json_t *event, const struct listen_note *note, struct buf *out)
{
    const json_t *data = json_object_get(event, "data");
    const char *type = member_text(event, "type");
    char head[160], time[40], severity[16], name[40];
    if (data == NULL)
        data = event;
    if (strncmp(type, "lookoutd.", 9) == 0)
        type += 9;
    /* Cleaned, because a sender may write anything. */
    text_clean(member_text(event, "time"), strlen(member_text(event, "time")), time,
               sizeof time);
    text_clean(member_text(data, "severity"), strlen(member_text(data, "severity")),
               severity, sizeof severity);
    text_clean(type, strlen(type), name, sizeof name);
    const char *colour = colour_of(severity, note);
    snprintf(head, sizeof head, "%-20s  %s%-8s%s  %-16s  ", time, colour, severity,
             colour[0] != '\0' ? "\x1b[0m" : "", name);
    return add_say_line(out, head, member_text(data, "summary"), note);
}

static int say_card(const json_t *message, const struct listen_note *note,
                    struct buf *out)
{
    struct buf text = {0};
    size_t i;
    json_t *attachment;
    int rc = 0;
    json_array_foreach(json_object_get(message, "attachments"), i, attachment)
    {
        if (rc == 0)
            rc = say_card_text(json_object_get(attachment, "content"), &text);
    }
    if (rc == 0)
        rc = add_say_line(out, "teams  ", buf_text(&text), note);
    buf_finish(&text);
    return rc;
}

static int say_other(const char *body, size_t n, const struct listen_note *note,
                     struct buf *out)
{
    char text[OTHER_BYTES], head[64];
    text_clean(body, n, text, sizeof text);
    snprintf(head, sizeof head, "%zu bytes  ", n);
    return add_say_line(out, head, text, note);
}

static bool say_object(const json_t *json, const struct listen_note *note,
                       struct buf *out, int *ret_rc)
{
    if (json_is_string(json_object_get(json, "type")) &&
        (json_is_object(json_object_get(json, "data")) ||
         json_is_string(json_object_get(json, "summary"))))
        *ret_rc = say_event(json, note, out);
    else if (json_is_array(json_object_get(json, "attachments")))
        *ret_rc = say_card(json, note, out);
    else if (json_is_string(json_object_get(json, "text")))
        *ret_rc = add_say_line(out, "slack  ", member_text(json, "text"), note);
    else
        return false;
    return true;
}

int listen_say(const char *body, size_t n, const struct listen_note *note,
               struct buf *out)
{
    json_t *json = json_loadb(body, n, 0, NULL);
    int rc = 0;
    if (json_is_array(json) && json_array_size(json) > 0) {
        size_t i;
        json_t *event;
        json_array_foreach(json, i, event)
        {
            if (rc == 0 && !say_object(event, note, out, &rc))
                rc = add_say_line(out, "", "an event of an unknown kind", note);
        }
    } else if (!say_object(json, note, out, &rc)) {
        rc = say_other(body, n, note, out);
    }
    json_decref(json);
    return rc;
}

static int add_dump(const json_t *json, struct buf *out)
{
    char *text =
        json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    int rc = text == NULL ? ERR_NOMEM : buf_printf(out, "%s\n", text);
    free(text);
    return rc;
}

int listen_say_json(const char *body, size_t n, struct buf *out)
{
    json_t *json = json_loadb(body, n, JSON_DECODE_ANY, NULL);
    int rc = 0;
    if (json == NULL) {
        char text[LINE_BYTES];
        text_clean(body, n, text, sizeof text);
        json = json_string(text);
        rc = json != NULL ? add_dump(json, out) : ERR_NOMEM;
    } else if (json_is_array(json)) {
        size_t i;
        json_t *event;
        json_array_foreach(json, i, event)
        {
            if (rc == 0)
                rc = add_dump(event, out);
        }
    } else if (memchr(body, '\n', n) == NULL && memchr(body, '\r', n) == NULL) {
        rc = buf_add(out, body, n); /* as it came, byte for byte */
        if (rc == 0)
            rc = buf_add_char(out, '\n');
    } else {
        rc = add_dump(json, out);
    }
    json_decref(json);
    return rc;
}
