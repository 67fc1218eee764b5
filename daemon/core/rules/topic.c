/* SPDX-License-Identifier: Apache-2.0 */
/* The topic under which an alert is published. */
#include "lookout/rules/topic.h"

#include <string.h>

#include "lookout/rules/template.h"

enum { TOPIC_BYTES_MAX = 1024 };

/* The fields of a topic, and where a body's template has their values. */
static const struct {
    const char *name, *field;
} fields[] = {
    {"{rule}", "{rule}"},         {"{type}", "{type}"},   {"{mmsi}", "{mmsi}"},
    {"{severity}", "{severity}"}, {"{site}", "{source}"},
};

/* The place of the field that begins here; -1: none does. */
static int find_topic_field(const char *at)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strncmp(at, fields[i].name, strlen(fields[i].name)) == 0)
            return (int)i;
    return -1;
}

/* A value cannot add a level to the topic, or stand for several topics. */
static int add_topic_value(struct buf *out, const struct buf *value)
{
    int rc = 0;
    for (size_t i = 0; i < value->length && rc == 0; i++)
        if (strchr("/+#", value->data[i]) == NULL && (unsigned char)value->data[i] >= ' ')
            rc = buf_add_char(out, value->data[i]);
    return rc;
}

int topic_fill(const char *topic, const struct json_t *event, struct buf *out)
{
    struct buf value = {0};
    int rc = 0;
    for (const char *at = topic; *at != '\0' && rc == 0;) {
        int field = find_topic_field(at);
        if (field < 0) {
            rc = buf_add_char(out, *at++);
            continue;
        }
        buf_clear(&value);
        rc = template_fill(fields[field].field, TEMPLATE_PLAIN, &event, 1, false, &value);
        if (rc == 0)
            rc = add_topic_value(out, &value);
        at += strlen(fields[field].name);
    }
    buf_finish(&value);
    return rc;
}

const char *topic_fault(const char *topic)
{
    if (topic[0] == '\0')
        return "the topic is empty";
    if (strlen(topic) > TOPIC_BYTES_MAX)
        return "the topic is longer than 1024 bytes";
    for (const char *at = topic; *at != '\0'; at++) {
        int field = find_topic_field(at);
        if (field >= 0)
            at += strlen(fields[field].name) - 1;
        else if ((unsigned char)*at <= ' ' || strchr("+#{}\x7f", *at) != NULL)
            return "the topic holds '+', '#', a blank, or a brace that is not of {rule}, "
                   "{type}, {mmsi}, {severity} or {site}";
    }
    return NULL;
}
