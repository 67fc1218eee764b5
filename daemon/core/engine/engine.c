/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: its lifetime, reports and time. */
#include "engine_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"

/* Areas that rules watch, ascending: what a forecast looks for ahead. */
static int list_zones(struct engine *e)
{
    size_t count = zone_set_count(e->conf.zones);
    e->zones_watched = calloc(count + 1, sizeof *e->zones_watched);
    if (e->zones_watched == NULL)
        return ERR_NOMEM;
    size_t n = 0;
    for (uint32_t z = 0; z < count; z++) {
        bool is_watched = false;
        for (size_t i = 0; i < e->conf.rule_count; i++) {
            const struct rule *rule = &e->conf.rules[i];
            const struct rule_hooks *hooks = rule->kind->hooks;
            is_watched = is_watched ||
                         (hooks->watches_area != NULL && hooks->watches_area(rule, z));
        }
        if (is_watched && zone_set_info(e->conf.zones, z)->shape == ZONE_AREA)
            e->zones_watched[n++] = z;
    }
    e->world.zones_watched_count = n;
    return 0;
}

/* Which rules are asked at which fixes, and which have timers. */
static int list_rules(struct engine *e)
{
    e->rule_words = e->conf.rule_count / 64 + 1;
    e->asks_covered = calloc(e->rule_words, sizeof *e->asks_covered);
    e->asks_keeping = calloc(e->rule_words, sizeof *e->asks_keeping);
    e->timed = calloc(e->rule_words, sizeof *e->timed);
    if (e->asks_covered == NULL || e->asks_keeping == NULL || e->timed == NULL)
        return ERR_NOMEM;
    e->deadline_least_ms = INT64_MAX / 2; /* lest a difference overflows */
    e->silence_least_ms = INT64_MAX;
    for (uint32_t i = 0; i < e->conf.rule_count; i++) {
        const struct rule *rule = &e->conf.rules[i];
        const struct rule_hooks *hooks = rule->kind->hooks;
        unsigned asks = RULE_ASKS_COVERED | RULE_ASKS_KEEPING;
        if (hooks->on_fix == NULL)
            asks = 0;
        else if (hooks->asks != NULL)
            asks = hooks->asks(rule);
        uint64_t bit = UINT64_C(1) << (i % 64);
        e->asks_covered[i / 64] |= (asks & RULE_ASKS_COVERED) != 0 ? bit : 0;
        e->asks_keeping[i / 64] |= (asks & RULE_ASKS_KEEPING) != 0 ? bit : 0;
        e->timed[i / 64] |= hooks->deadline != NULL ? bit : 0;
        e->asks_slow = e->asks_slow || hooks->on_slow != NULL || hooks->on_meet != NULL;
        e->asks_static = e->asks_static || hooks->on_static != NULL;
        e->asks_identity = e->asks_identity || hooks->on_identity != NULL;
        if (hooks->deadline_least_ms != NULL &&
            hooks->deadline_least_ms(rule) < e->deadline_least_ms)
            e->deadline_least_ms = hooks->deadline_least_ms(rule);
        int64_t silence_ms =
            hooks->silence_least_ms != NULL ? hooks->silence_least_ms(rule) : INT64_MAX;
        if (silence_ms < e->silence_least_ms)
            e->silence_least_ms = silence_ms;
    }
    return 0;
}

static int set_world(struct engine *e)
{
    e->alert.site = e->conf.site;
    e->alert.link = e->conf.link;
    e->alert.timezone = &e->conf.timezone;
    e->world.ports = e->conf.ports;
    e->world.zones = e->conf.zones;
    e->world.limits = &e->conf.limits;
    e->world.track = &e->conf.track;
    e->world.call = &e->conf.call;
    e->world.water = e->conf.water;
    e->world.reach = (struct reach_world){e->conf.ports, e->conf.water, &e->conf.reach,
                                          &e->conf.reach_ports};
    e->world.shore = e->conf.shore;
    e->guarded = calloc(watch_count_joined(e->conf.watch) + 1, sizeof *e->guarded);
    int rc = e->guarded != NULL ? list_zones(e) : ERR_NOMEM;
    e->world.zones_watched = e->zones_watched;
    if (rc == 0)
        rc = list_rules(e);
    meet_grid_init(&e->grid, e->conf.limits.slow_tick_ms);
    return rc == 0 && e->asks_slow
               ? ports_index_widen(e->conf.ports, e->conf.limits.slow_port_m)
               : rc;
}

int engine_create(struct engine_conf *conf, const struct engine_sink *sink,
                  struct engine **ret_engine, struct err *err)
{
    struct engine *e = calloc(1, sizeof *e);
    if (e == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the engine");
    e->conf = *conf;
    e->sink = *sink;
    e->now_ms = TIME_NONE;
    e->outage_epoch = 1;
    map_init(&e->ships);
    map_init(&e->cells);
    map_init(&e->devices);
    map_init(&e->holders);
    heap_init(&e->timers);
    heap_init(&e->ages);
    heap_init(&e->open);
    for (size_t i = 0; i < SHIP_MARKS; i++)
        map_init(&e->marks[i]);
    int rc = set_world(e);
    if (rc != 0) {
        memset(&e->conf, 0, sizeof e->conf);
        engine_destroy(e);
        return err_set(err, rc, "no memory for the engine");
    }
    memset(conf, 0, sizeof *conf);
    *ret_engine = e;
    return 0;
}

void engine_destroy(struct engine *e)
{
    if (e == NULL)
        return;
    ship_destroy_all(e);
    device_destroy_all(e);
    heap_finish(&e->ages);
    heap_finish(&e->open);
    for (size_t i = 0; i < SHIP_MARKS; i++)
        map_finish(&e->marks[i]);
    free(e->strangers.items);
    free(e->guarded);
    free(e->news);
    ship_watch_finish(e);
    map_finish(&e->ships);
    map_finish(&e->cells);
    map_finish(&e->holders);
    meet_grid_finish(&e->grid);
    heap_finish(&e->timers);
    free(e->forgotten);
    free(e->changes.items);
    free(e->zones_watched);
    free(e->asks_covered);
    free(e->asks_keeping);
    free(e->timed);
    engine_mute_finish(&e->added);
    engine_conf_finish(&e->conf);
    free(e);
}

const struct engine_conf *engine_conf(const struct engine *e)
{
    return &e->conf;
}

int engine_report(struct engine *e, const struct report *r)
{
    int rc = engine_tick(e, r->time_ms);
    if (rc != 0)
        return rc;
    e->counts.reports++;
    silence_heard(e, r->source, r->time_ms);
    if (report_is_distress(r->mmsi))
        return device_report(e, r);
    if (!vessel_is_ship(r->mmsi)) {
        e->counts.not_a_ship++;
        return 0;
    }
    struct ship *s = ship_find(e, r->mmsi);
    if (s == NULL) {
        s = ship_obtain(e, r->mmsi);
        if (s == NULL)
            return ERR_NOMEM;
        rc = ship_forget_list(e, s, e->now_ms);
    }
    if (rc == 0 && engine_clock_is_held(e, s))
        rc = engine_time_before(e, s, r->time_ms);
    engine_clock_note_ship(e, s, r->source, r->time_ms);
    /* A ship's silence is that of its fixes: static data may come by a later feed. */
    if ((r->has & HAS_POSITION) != 0)
        s->lag_ms = e->now_ms > r->time_ms ? e->now_ms - r->time_ms : 0;
    if (rc == 0 && (r->has & ~(uint32_t)REPORT_MOTION) != 0)
        rc = ship_fix_static(e, s, r);
    if (rc == 0 && (r->has & HAS_POSITION) != 0)
        rc = ship_fix(e, s, r);
    return rc;
}

/* The clock of an engine that has not heard anything yet starts with the first report or
 * tick. */
int engine_tick(struct engine *e, int64_t now_ms)
{
    if (e->now_ms != TIME_NONE && now_ms < e->now_ms)
        return 0;
    return engine_time_advance(e, now_ms);
}

int64_t engine_deadline(const struct engine *e)
{
    const struct heap_node *node = heap_first(&e->timers);
    if (e->news_count != 0 && e->now_ms != TIME_NONE)
        return e->now_ms;
    return node != NULL ? node->due_ms : INT64_MAX;
}

int64_t engine_now(const struct engine *e)
{
    return e->now_ms;
}

const struct engine_counts *engine_counts(const struct engine *e)
{
    return &e->counts;
}

const char *engine_forgot_name(enum engine_forgot why)
{
    static const char *const names[ENGINE_FORGOT_REASONS] = {"stranger", "known", "open"};
    return names[why];
}

size_t engine_vessel_count(const struct engine *e)
{
    return e->ships.count;
}

static int compare_mmsi(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

size_t engine_vessels(const struct engine *e, uint32_t *ret_mmsi, size_t room)
{
    size_t n = 0, cursor = 0;
    const struct ship *s;
    while (n < room && (s = ship_next(e, &cursor)) != NULL)
        ret_mmsi[n++] = s->mmsi;
    if (n > 1)
        qsort(ret_mmsi, n, sizeof *ret_mmsi, compare_mmsi);
    return e->ships.count;
}

int engine_feed_alert(const struct engine_conf *conf, bool is_silent, const char *feed,
                      int64_t since_ms, int64_t now_ms, struct alert *ret_alert)
{
    struct alert_context context = {conf->site, conf->link, &conf->timezone};
    return alert_make_feed(&context, is_silent, feed, since_ms, now_ms, ret_alert);
}

int engine_summary_alert(const struct engine_conf *conf, int64_t from_ms, int64_t to_ms,
                         struct json_t *facts, struct alert *ret_alert)
{
    struct alert_context context = {conf->site, conf->link, &conf->timezone};
    return alert_make_summary(&context, from_ms, to_ms, facts, ret_alert);
}

int engine_trouble_alert(const struct engine_conf *conf, const char *what,
                         const char *text, int64_t now_ms, struct alert *ret_alert)
{
    struct alert_context context = {conf->site, conf->link, &conf->timezone};
    return alert_make_trouble(&context, what, text, now_ms, ret_alert);
}

int engine_test_alert(const struct engine_conf *conf, int64_t now_ms,
                      struct alert *ret_alert)
{
    struct alert_context context = {conf->site, conf->link, &conf->timezone};
    return alert_make_test(&context, now_ms, ret_alert);
}
