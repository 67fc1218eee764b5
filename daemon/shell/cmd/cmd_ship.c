/* SPDX-License-Identifier: Apache-2.0 */
/* Finds one vessel by name or call sign; several are told, and none is chosen. */
#include "cmd_ship.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_state.h"
#include "lookout/base/text.h"
#include "lookout/base/units.h"
#include "lookout/engine/engine_vessel.h"
#include "lookout/run/pipeline.h"

enum { SAID_MOST = 5 };

struct ships {
    const struct engine *engine;
    char upper[128], pattern[128]; /* what is looked for */
    uint32_t whole, part;          /* the last one found; by her whole name, by a part */
    size_t whole_count, part_count;
    struct buf said; /* those of the better kind, in words */
};

static int say_ship(struct ships *s, const struct engine_vessel *v)
{
    char imo[24] = "";
    if (v->imo != 0)
        snprintf(imo, sizeof imo, ", IMO %u", (unsigned)v->imo);
    return buf_printf(&s->said, "  %09u  %s%s\n", (unsigned)v->mmsi, v->name, imo);
}

static int match_ship(struct ships *s, uint32_t mmsi)
{
    struct engine_vessel v;
    char name[128], callsign[32];
    if (!engine_vessel_look(s->engine, mmsi, &v))
        return 0;
    text_copy(name, sizeof name, v.name);
    text_copy(callsign, sizeof callsign, v.callsign);
    text_upper(name);
    text_upper(callsign);
    if (strcmp(name, s->upper) == 0 || strcmp(callsign, s->upper) == 0) {
        if (s->whole_count++ == 0)
            buf_clear(&s->said);
        s->whole = mmsi;
        return s->whole_count <= SAID_MOST ? say_ship(s, &v) : 0;
    }
    if (name[0] == '\0' || !text_match(s->pattern, name))
        return 0;
    s->part = mmsi;
    s->part_count++;
    return s->whole_count == 0 && s->part_count <= SAID_MOST ? say_ship(s, &v) : 0;
}

static int match_all(struct ships *s)
{
    size_t n = engine_vessels(s->engine, NULL, 0);
    uint32_t *mmsi = calloc(n + 1, sizeof *mmsi);
    int rc = mmsi != NULL ? 0 : ERR_NOMEM;
    n = rc == 0 ? engine_vessels(s->engine, mmsi, n) : 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = match_ship(s, mmsi[i]);
    free(mmsi);
    return rc;
}

static int settle_ship(const struct ships *s, const char *text, uint32_t *ret_number,
                       struct err *err)
{
    char quoted[TEXT_QUOTE_BYTES];
    size_t count = s->whole_count != 0 ? s->whole_count : s->part_count;
    *ret_number = s->whole_count != 0 ? s->whole : s->part;
    if (count == 1)
        return 0;
    text_quote(text, quoted);
    if (count == 0)
        return err_set(err, ERR_NOT_FOUND,
                       "no vessel of the name or call sign %s is known", quoted);
    return err_set(err, ERR_INVALID,
                   "%s means %zu vessels; name one by her MMSI:", quoted, count);
}

static int look_for(struct ships *s, struct conf *conf, const char *directory,
                    struct err *err)
{
    struct pipeline p;
    size_t refused = 0;
    int rc = pipeline_init(&p, conf, err);
    if (rc != 0)
        return rc;
    rc = pipeline_load(&p, directory, &refused, err);
    s->engine = p.engine;
    if (rc == 0)
        rc = match_all(s);
    pipeline_finish(&p);
    return rc;
}

int cmd_ship_find(const struct cmd_args *args, const char *directory, const char *text,
                  uint32_t *ret_number)
{
    struct conf *conf = NULL;
    struct err err = {0};
    struct ships s = {0};
    int64_t number = 0;
    if (units_parse_int(text, strlen(text), 1, 999999999, &number) == 0) {
        *ret_number = (uint32_t)number;
        return CMD_DONE;
    }
    int status = cmd_state_known(args, &conf);
    if (status != CMD_DONE)
        return status;
    text_copy(s.upper, sizeof s.upper, text);
    text_upper(s.upper);
    snprintf(s.pattern, sizeof s.pattern, "*%.120s*", s.upper);
    int rc = conf != NULL ? look_for(&s, conf, directory, &err)
                          : err_set(&err, ERR_NOT_FOUND,
                                    "to find a vessel by name, the configuration is "
                                    "needed: -c FILE");
    if (rc == 0)
        rc = settle_ship(&s, text, ret_number, &err);
    if (rc != 0)
        fprintf(stderr, "lookoutd %s: %s\n%s", args->command,
                err.text[0] != '\0' ? err.text : err_text(rc),
                rc == ERR_INVALID ? buf_text(&s.said) : "");
    buf_finish(&s.said);
    conf_destroy(conf);
    return rc == 0 ? CMD_DONE : CMD_FAILED;
}
