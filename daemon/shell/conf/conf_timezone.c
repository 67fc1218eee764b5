/* SPDX-License-Identifier: Apache-2.0 */
/* timezone: a name of the system's time zone database. The core knows no local time; it
 * gets a table of offsets, which the C library gives. */
#define _DEFAULT_SOURCE /* tm_gmtoff, tm_zone */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf_int.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/sys/datafile.h"

#define ZONEINFO "/usr/share/zoneinfo"
enum { OFFSETS_MAX = 400 }; /* Asia/Hebron, the most, has 302 */

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

/* Find the names of tzdata.zi ("Z Europe/Oslo ..." and "L target name") in place; the
 * text is changed. */
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
    char quoted[TEXT_QUOTE_BYTES];
    const char *names[1000];
    struct buf text = {0};
    const char *near = NULL;
    if (datafile_read(ZONEINFO "/tzdata.zi", &text, NULL) == 0 && text.length > 0)
        near =
            text_nearest(name, names, known_names(text.data, names, CONF_COUNT(names)));
    conf_accepts_error_value(r, node, key, "there is no time zone %s%s%s%s",
                             text_quote(name, quoted),
                             near != NULL ? ", did you mean '" : "",
                             near != NULL ? near : "", near != NULL ? "'?" : "");
    buf_finish(&text);
}

/* --- offsets by the C library --- */

/* The C library has one local time for the process, set by $TZ: this lock gives it to one
 * load at a time. No other part of lookoutd or its libraries uses local time (times are
 * UTC), so no thread can see the zone that is set meanwhile. $TZ is replaced, never
 * removed: a thread that reads other variables at that moment finds them unchanged. */
static pthread_mutex_t local_time = PTHREAD_MUTEX_INITIALIZER;

/* the step of the search for changes: two changes of one zone since 1970 are at least six
 * days apart (America/Boa_Vista, October 2000) */
enum { STEP_S = 3 * 86400 };
static const int64_t first_s = 0, last_s = INT64_C(4102444800); /* 1970, 2100 */

static bool is_alike(const struct tm *a, const struct tm *b)
{
    return a->tm_gmtoff == b->tm_gmtoff && strcmp(a->tm_zone, b->tm_zone) == 0;
}

static struct tm local_time_at(int64_t seconds)
{
    struct tm tm = {0};
    time_t t = (time_t)seconds;
    localtime_r(&t, &tm);
    return tm;
}

/* The first second of the offset at `high`; the offset at `low` differs. */
static int64_t find_change(int64_t low, int64_t high)
{
    const struct tm after = local_time_at(high);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        const struct tm tm = local_time_at(middle);
        if (is_alike(&tm, &after))
            high = middle;
        else
            low = middle;
    }
    return high;
}

static void add_offset(struct engine_timezone *zone, int64_t begin_ms,
                       const struct tm *tm)
{
    zone->begin_ms[zone->count] = begin_ms;
    zone->offset_s[zone->count] = (int32_t)tm->tm_gmtoff;
    text_copy(zone->abbreviation[zone->count], sizeof zone->abbreviation[0], tm->tm_zone);
    zone->count++;
}

static void list_offsets(struct engine_timezone *zone)
{
    struct tm before = local_time_at(first_s);
    add_offset(zone, TIME_NONE, &before);
    for (int64_t t = first_s + STEP_S; t < last_s && zone->count < OFFSETS_MAX;
         t += STEP_S) {
        const struct tm tm = local_time_at(t);
        if (is_alike(&tm, &before))
            continue;
        add_offset(zone, find_change(t - STEP_S, t) * SECOND_MS, &tm);
        before = tm;
    }
}

static void set_zone(const char *value)
{
    if (setenv("TZ", value, 1) == 0)
        tzset();
}

/* Fill the table of that zone; false when out of memory. */
static bool find_offsets(const char *path, struct engine_timezone *zone)
{
    char value[sizeof ZONEINFO + sizeof zone->name + 2];
    zone->begin_ms = calloc(OFFSETS_MAX, sizeof *zone->begin_ms);
    zone->offset_s = calloc(OFFSETS_MAX, sizeof *zone->offset_s);
    zone->abbreviation = calloc(OFFSETS_MAX, sizeof *zone->abbreviation);
    if (zone->begin_ms == NULL || zone->offset_s == NULL || zone->abbreviation == NULL)
        return false;
    snprintf(value, sizeof value, ":%s", path);
    pthread_mutex_lock(&local_time);
    const char *given = getenv("TZ");
    char *old = strdup(given != NULL ? given : ":/etc/localtime"); /* what none means */
    if (old != NULL) {
        set_zone(value);
        list_offsets(zone);
        set_zone(old);
    }
    pthread_mutex_unlock(&local_time);
    free(old);
    return old != NULL;
}

/* The C library reads an unknown name as UTC, so the file is checked first. */
static bool is_zone_file(const char *path)
{
    char magic[4] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool is_zone = fread(magic, 1, sizeof magic, file) == sizeof magic &&
                   memcmp(magic, "TZif", sizeof magic) == 0;
    fclose(file);
    return is_zone;
}

void conf_timezone_read(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base)
{
    struct engine_timezone *zone = &((struct conf *)base)->engine.timezone;
    char path[sizeof ZONEINFO + sizeof zone->name + 1];
    const char *name = NULL;
    if (!conf_value_text(r, node, key, &name))
        return;
    snprintf(path, sizeof path, ZONEINFO "/%.*s", (int)sizeof zone->name, name);
    if (!name_is_well_formed(name) || !is_zone_file(path)) {
        report_unknown(r, node, key, name);
        return;
    }
    text_copy(zone->name, sizeof zone->name, name);
    if (!find_offsets(path, zone))
        conf_report_nomem(r);
}
