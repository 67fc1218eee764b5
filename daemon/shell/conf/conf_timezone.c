/* SPDX-License-Identifier: Apache-2.0 */
/* timezone: a name of the system's time zone database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "lookout/base/text.h"
#include "lookout/sys/datafile.h"

#define ZONEINFO "/usr/share/zoneinfo"

static bool name_is_well_formed(const char *name)
{
    if (*name == '\0' || *name == '/' || *name == '.' || strstr(name, "..") != NULL ||
        strlen(name) >= sizeof((struct engine_timezone *)0)->name)
        return false;
    for (const char *s = name; *s != '\0'; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
              (*s >= '0' && *s <= '9') || strchr("_+-/", *s) != NULL))
            return false;
    return true;
}

/* Names of tzdata.zi ("Z Europe/Oslo ..." and "L target name") in place; the text is
 * changed. */
static size_t known_names(char *text, const char **ret_names, size_t room)
{
    size_t count = 0;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line != NULL && count < room;
         line = strtok_r(NULL, "\n", &save)) {
        char *name = NULL;
        if (strncmp(line, "Z ", 2) == 0)
            name = line + 2;
        else if (strncmp(line, "L ", 2) == 0 && (name = strchr(line + 2, ' ')) != NULL)
            name++;
        if (name == NULL)
            continue;
        name[strcspn(name, " ")] = '\0';
        ret_names[count++] = name;
    }
    return count;
}

static void report_unknown(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key, const char *name)
{
    char quoted[CONF_QUOTE_BYTES];
    const char *names[1000];
    struct buf text = {0};
    const char *near = NULL;
    if (file_read(ZONEINFO "/tzdata.zi", &text, NULL) == 0 && text.length > 0)
        near =
            text_nearest(name, names, known_names(text.data, names, CONF_COUNT(names)));
    conf_error_value(r, node, key, "there is no time zone %s%s%s%s",
                     conf_quote(name, quoted), near != NULL ? ", did you mean '" : "",
                     near != NULL ? near : "", near != NULL ? "'?" : "");
    buf_finish(&text);
}

void conf_timezone_read(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base)
{
    struct conf *conf = base;
    struct engine_timezone *zone = &conf->engine.timezone;
    const char *name = NULL;
    char path[sizeof ZONEINFO + sizeof zone->name + 1];
    struct buf bytes = {0};
    if (!conf_text(r, node, key, &name))
        return;
    if (!name_is_well_formed(name)) {
        report_unknown(r, node, key, name);
        return;
    }
    snprintf(path, sizeof path, ZONEINFO "/%s", name);
    text_copy(zone->name, sizeof zone->name, name);
    int code = file_read(path, &bytes, NULL);
    if (code == 0)
        code =
            conf_tzif_read((const unsigned char *)buf_text(&bytes), bytes.length, zone);
    if (code == ERR_NOMEM)
        conf_reader_nomem(r);
    else if (code == ERR_CORRUPT && bytes.length >= 4 &&
             memcmp(bytes.data, "TZif", 4) == 0)
        conf_error_value(r, node, key, "the time zone file %s is damaged", path);
    else if (code != 0)
        report_unknown(r, node, key, name);
    buf_finish(&bytes);
}
