/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind draught: a vessel declares another draught than before. In port that is
 * loading; at sea, or over a silence, it may be a transfer from ship to ship.
 *
 * Draught is typed by hand, often a day late. So a change counts as one in port for 24 h
 * after the departure, and from the arrival on. Fuel burnt makes 0.2 m to 0.5 m in an
 * ocean crossing, less than what is told. */
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "last_call_int.h"
#include "lookout/ais/report.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/time.h"
#include "lookout/rules/rule_run.h"
#include "lookout/track/held.h"
#include "lookout/voyage/stop.h"

enum where { WHERE_SEA, WHERE_PORT, WHERE_SILENCE };
static const char *const wheres[] = {"sea", "port", "silence", NULL};
enum { WHERE_ALL = 1 << WHERE_SEA | 1 << WHERE_PORT | 1 << WHERE_SILENCE };

#define TYPED_MS (24 * HOUR_MS) /* a change after the departure is typed late */
#define SILENT_MS (6 * HOUR_MS) /* a silence in which a ship may be loaded */
#define DRAUGHT_OR_MORE_DM 255  /* "25.5 m or more" (ITU-R M.1371-5, message 5) */

struct settings {
    double by_m;
    uint32_t where; /* bit i for wheres[i] */
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "by",    .type = KEY_DISTANCE, KEY_AT(settings, by_m), .least = 0.1, .most = 25, .initial = "1m", .doc = "the least difference; it is also 10 % of the greater draught"},
    {.name = "where", .type = KEY_WORDS,    KEY_AT(settings, where), .words = wheres, .otherwise = "all", .doc = "sea: no port call lay between the two draughts; port: a port call lay between, or the change was declared within 24 h after one; silence: no report for 6 h or more lay between"},
    {0},
};
/* clang-format on */

static void set_defaults(void *settings)
{
    ((struct settings *)settings)->where = WHERE_ALL;
}

/* --- what is kept --- */

struct silence {
    int64_t from_ms, to_ms; /* to_ms 0: none */
};
struct draught_state {
    struct held held; /* in 0.1 m */
    struct last_call call;
    struct silence silences[2]; /* the last two, the newest first */
};

static struct draught_state *keep_draught(struct rule_look *look)
{
    struct draught_state *s = rule_state_of_ship(look);
    if (s == NULL && look->is_covered && (s = calloc(1, sizeof *s)) != NULL) {
        last_call_init(&s->call);
        *look->state = s;
    }
    return s;
}

static void forget_draught(void *state)
{
    struct draught_state *s = state;
    held_finish(&s->held);
    free(s);
}

/* --- what is told --- */

struct draught_told {
    const struct held_change *change;
    uint32_t to_dm;
    enum where where;
    uint32_t port;     /* where the ship is or called last; PORT_NONE: not known */
    int64_t silent_ms; /* 0: no silence lay between */
};

static double metres_of(uint32_t dm)
{
    return dm / 10.0;
}

static void say_draught(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const struct draught_told *told = f->detail;
    const struct held_change *c = told->change;
    say_text(w, " declares a draught of %.1f m since ", metres_of(told->to_dm));
    say_time(w, c->since_ms);
    say_text(w, "; from ");
    say_time(w, c->from_since_ms);
    say_text(w, " on it declared %.1f m. ", metres_of(c->from_number));
    if (told->where == WHERE_PORT)
        say_text(w, "The change counts as made in port");
    else if (told->where == WHERE_SEA)
        say_text(w, "No port call lay between");
    else
        say_text(w, "No port call was seen in between");
    if (told->port != PORT_NONE) {
        say_text(w, told->where == WHERE_PORT ? ": " : ", the last was at ");
        say_port(w, ports_get(look->world->ports, told->port));
    }
    if (told->silent_ms != 0) {
        say_text(w, "; it was silent for ");
        say_span(w, told->silent_ms);
    }
    say_text(w, ".");
}

static const struct body_field draught_fields[] = {
    {.name = "from_m", .type = BODY_NUMBER},
    {.name = "to_m", .type = BODY_NUMBER},
    {.name = "from_since", .type = BODY_TIME},
    {.name = "where", .type = BODY_TEXT, .words = wheres},
    {.name = "since_port", .type = BODY_PORT, .is_optional = true},
    {.name = "silent_h", .type = BODY_NUMBER, .is_optional = true},
    {0},
};
static const struct body_field draught_field = {
    .name = "draught", .type = BODY_OBJECT, .fields = draught_fields};

static json_t *make_draught(const struct rule_look *look, const struct finding *f)
{
    const struct draught_told *told = f->detail;
    json_t *o = json_object();
    body_put(o, "from_m", body_rounded(metres_of(told->change->from_number), 0.1));
    body_put(o, "to_m", body_rounded(metres_of(told->to_dm), 0.1));
    body_put(o, "from_since", body_time(told->change->from_since_ms));
    body_put_text(o, "where", wheres[told->where]);
    if (told->port != PORT_NONE)
        body_put(o, "since_port", body_port(ports_get(look->world->ports, told->port)));
    if (told->silent_ms != 0)
        body_put(o, "silent_h",
                 body_rounded((double)told->silent_ms / (double)HOUR_MS, 0.01));
    return o;
}

static const struct rule_member members[] = {{&draught_field, make_draught, NULL}, {0}};

/* clang-format off */
static const struct rule_event events[] = {
    {"change", "draught.changed", SEVERITY_WARNING, .say = say_draught, .members = members},
};
/* clang-format on */

/* --- where it changed --- */

/* A stop in a port that has not lasted long enough for a call yet. */
static bool is_arriving(const struct rule_look *look)
{
    const struct track_fix *fix = &look->subject->track->last;
    return look->subject->call->current.port != PORT_NONE && (fix->has & FIX_SOG) != 0 &&
           stop_is_slow(look->world->call, fix->sog_dkn / 10.0);
}

static bool is_in_port(const struct rule_look *look, const struct last_call *call,
                       const struct held_change *change, int64_t held_ms)
{
    return is_arriving(look) ||
           last_call_is_between(call, change->from_since_ms, change->since_ms) ||
           last_call_is_between(call, held_ms - TYPED_MS, held_ms);
}

/* The longest silence between the first messages of both. */
static int64_t find_silence(const struct draught_state *s,
                            const struct held_change *change)
{
    int64_t longest_ms = 0;
    for (int i = 0; i < 2; i++) {
        const struct silence *it = &s->silences[i];
        int64_t ms = it->to_ms - it->from_ms;
        /* Static data may come before the position that ends the silence. */
        bool is_between = it->to_ms > change->from_since_ms &&
                          it->from_ms + SILENT_MS <= change->since_ms;
        if (it->to_ms != 0 && is_between && ms > longest_ms)
            longest_ms = ms;
    }
    return longest_ms;
}

static int tell_draught(struct rule_look *look, const struct draught_state *s,
                        const struct held_change *change, int64_t held_ms)
{
    const struct settings *settings = look->rule->settings;
    const struct call *call = &look->subject->call->current;
    struct draught_told told = {.change = change, .to_dm = held_number(&s->held)};
    told.silent_ms = find_silence(s, change);
    told.where = told.silent_ms != 0 ? WHERE_SILENCE : WHERE_SEA;
    if (is_in_port(look, &s->call, change, held_ms))
        told.where = WHERE_PORT;
    told.port = is_arriving(look) ? call->port : s->call.port;
    struct finding f = {
        .time_ms = held_ms,
        .evidence_ms = change->from_last_ms,
        .pos = look->subject->track->last.pos,
        .detail = &told,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%lld", (long long)change->since_ms);
    return (settings->where >> told.where & 1u) != 0 ? rule_raise(look, &f) : 0;
}

/* --- hooks --- */

static bool is_greater_step(const struct settings *settings, uint32_t from_dm,
                            uint32_t to_dm)
{
    uint32_t greater = from_dm > to_dm ? from_dm : to_dm;
    uint32_t by_dm = greater - (from_dm > to_dm ? to_dm : from_dm);
    /* Whole tenths: a hundredth of one is no difference. */
    return metres_of(by_dm) >= settings->by_m - 0.001 && by_dm * 10 >= greater;
}

static int on_draught(struct rule_look *look, const struct rule_static *event)
{
    const struct report *report = event->report;
    struct held_change change;
    if ((report->has & HAS_DRAUGHT) == 0 || report->draught_dm == DRAUGHT_OR_MORE_DM ||
        !look->is_covered)
        return 0;
    struct draught_state *s = keep_draught(look);
    if (s == NULL)
        return ERR_NOMEM;
    const struct held_value value = {.form = HELD_NUMBER, .number = report->draught_dm};
    int rc = held_hear(&s->held, &value, report->time_ms, &change);
    /* A ship that loads and unloads comes back to the draughts it had; so do two ships
     * that send under one MMSI by turns. */
    bool is_new = rc == 0 && (change.step == HELD_CHANGED ||
                              (change.step == HELD_AGAIN && !look->subject->is_split));
    return is_new && is_greater_step(look->rule->settings, change.from_number,
                                     held_number(&s->held))
               ? tell_draught(look, s, &change, report->time_ms)
               : rc;
}

static int on_port_call(struct rule_look *look, const struct call_output *event)
{
    struct draught_state *s = keep_draught(look);
    if (s != NULL)
        last_call_take(&s->call, event);
    return s == NULL && look->is_covered ? ERR_NOMEM : 0;
}

static int on_long_silence(struct rule_look *look, const struct track_fix *before)
{
    struct draught_state *s = *look->state;
    int64_t now_ms = look->subject->track->last.time_ms;
    if (s == NULL || now_ms - before->time_ms - look->subject->silence_ms < SILENT_MS)
        return 0;
    s->silences[1] = s->silences[0];
    s->silences[0] = (struct silence){before->time_ms, now_ms};
    return 0;
}

static int64_t least_draught_silence_ms(const struct rule *rule)
{
    (void)rule;
    return SILENT_MS;
}

static void save_draught(const struct rule_look *look, struct wire_writer *out)
{
    const struct draught_state *s = *look->state;
    held_save(&s->held, out);
    last_call_save(&s->call, look->world->ports, out);
    for (int i = 0; i < 2; i++) {
        wire_put_i64(out, s->silences[i].from_ms);
        wire_put_i64(out, s->silences[i].to_ms);
    }
}

static int load_draught(struct rule_look *look, struct wire_reader *in)
{
    struct draught_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ERR_NOMEM;
    *look->state = s;
    int rc = held_load(&s->held, in);
    if (rc != 0)
        return rc;
    last_call_load(&s->call, look->world->ports, in);
    for (int i = 0; i < 2; i++) {
        s->silences[i].from_ms = wire_get_time(in);
        s->silences[i].to_ms = wire_get_time(in);
    }
    return in->failed ? ERR_CORRUPT : 0;
}

static const struct rule_hooks hooks = {
    .goes_on = true,
    .silence_least_ms = least_draught_silence_ms,
    .on_silence = on_long_silence,
    .on_call = on_port_call,
    .on_static = on_draught,
    .save = save_draught,
    .load = load_draught,
    .forget = forget_draught,
};

const struct rule_kind kind_draught = {
    .name = "draught",
    .doc = "a vessel declares another draught than before",
    .leaves_out = "a draught that is not sent in two messages at least 10 minutes apart; "
                  "25.5 m, which may be more",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .set_defaults = set_defaults,
    .hooks = &hooks,
};
