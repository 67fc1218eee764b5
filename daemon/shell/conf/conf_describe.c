/* SPDX-License-Identifier: Apache-2.0 */
/* Describes what would be watched, for `check`. It prints no secrets, and of a URL only
 * the host. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "conf_aisstream.h"
#include "conf_int.h"
#include "conf_rules.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/geo/geo.h"
#include "lookout/geo/zone.h"
#include "lookout/track/vessel.h"
#include "lookout/voyage/ports.h"

static void describe_feed(const struct conf_feed *feed, FILE *out)
{
    char text[UNITS_TEXT_BYTES];
    const char *host = feed->address;
    bool is_v6 = strchr(host, ':') != NULL;
    fprintf(out, "    %s: %s ", feed->id, conf_feed_transport_name(feed->transport));
    if (feed->transport == CONF_FEED_SERIAL) {
        fprintf(out, "%s at %u baud", host, (unsigned)feed->baud);
    } else if (feed->transport == CONF_FEED_AISSTREAM) {
        conf_aisstream_describe(feed, out);
    } else if (feed->transport != CONF_FEED_FILE) {
        if (feed->path != NULL)
            fputs(feed->is_tls ? "wss://" : "ws://", out);
        else if (feed->transport == CONF_FEED_MQTT)
            fputs(feed->is_tls ? "mqtts://" : "mqtt://", out);
        fprintf(out, is_v6 ? "[%s]:%u" : "%s:%u", host, (unsigned)feed->port);
        if (feed->path != NULL && strcmp(feed->path, "/") != 0)
            fputs("/...", out);
        if (feed->transport == CONF_FEED_TCP && feed->is_tls)
            fputs(" with TLS", out);
        if (feed->subscribe.text != NULL)
            fputs(", subscribed", out);
        for (size_t i = 0; i < feed->mqtt.topic_count; i++)
            fprintf(out, "%s%s", i == 0 ? ", topics " : ", ", feed->mqtt.topics[i]);
        if (feed->mqtt.qos > 0)
            fputs(", QoS 1", out);
    } else {
        fputs(strcmp(host, "-") == 0 ? "stdin" : host, out);
        if (feed->pace > 0)
            fprintf(out, ", pace %gx", feed->pace);
        if (feed->follow)
            fputs(", followed", out);
    }
    if (feed->from_count > 0)
        fprintf(out, ", from %zu network%s", feed->from_count,
                feed->from_count > 1 ? "s" : "");
    if (feed->lateness_ms > 0)
        fprintf(out, ", lateness %s", units_format_duration(feed->lateness_ms, text));
    if (feed->transport != CONF_FEED_FILE)
        fprintf(out, ", silent after %s",
                units_format_duration(feed->silent_after_ms, text));
    fputc('\n', out);
}

/* "https://desk.example.org/...": host and port, but not the path, which may be a secret.
 */
static void describe_url(const char *url, FILE *out)
{
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    size_t n = (size_t)(host - url) + strcspn(host, "/?#");
    bool has_more = url[n] != '\0' && strcmp(url + n, "/") != 0;
    fprintf(out, "%.*s%s", (int)n, url, has_more ? "/..." : "");
}

/* "alerts of one rule, zone go together: 10s after the first, then every 5min" */
static void describe_group(const struct conf_group *group, FILE *out)
{
    static const char *const names[] = {"rule",   "zone", "port",
                                        "vessel", "type", "severity"};
    char wait[UNITS_TEXT_BYTES], interval[UNITS_TEXT_BYTES];
    bool is_first = true;
    fputs(group->by != 0 ? "      alerts of one " : "      alerts", out);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (group->by & 1u << i) {
            fprintf(out, "%s%s", is_first ? "" : " and ", names[i]);
            is_first = false;
        }
    fprintf(out, " go together: %s after the first, then every %s\n",
            units_format_duration(group->wait_ms, wait),
            units_format_duration(group->interval_ms, interval));
}

static void describe_request(const struct conf_webhook *webhook, FILE *out)
{
    static const char *const formats[] = {"cloudevents", "json", "slack", "teams"};
    if (webhook->body != NULL)
        fprintf(out, ", a body of its own (%s), ", webhook->content_type);
    else
        fprintf(out, ", %s, ", formats[webhook->format]);
    if (webhook->secret_count == 0)
        fputs("not signed", out);
    else
        fprintf(out, "signed with %zu secret%s", webhook->secret_count,
                webhook->secret_count > 1 ? "s" : "");
    if (webhook->authorization != NULL)
        fprintf(out, ", authorization %.*s", (int)strcspn(webhook->authorization, " "),
                webhook->authorization);
}

static void describe_webhook(const struct conf_webhook *webhook, FILE *out)
{
    char text[UNITS_TEXT_BYTES];
    fprintf(out, "    %s: ", webhook->id);
    if (webhook->sender == CONF_SENDER_MAIL)
        fprintf(out, "mail to %s by ", webhook->mail.to);
    describe_url(webhook->url, out);
    if (webhook->sender == CONF_SENDER_MAIL)
        fputs(", over TLS", out);
    else
        describe_request(webhook, out);
    if (webhook->sender == CONF_SENDER_MQTT)
        fprintf(out, ", topic %s%s", webhook->mqtt.topic,
                webhook->mqtt.is_retained ? ", retained" : "");
    fputs("\n      alerts of ", out);
    for (size_t i = 0; i < webhook->rule_count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", webhook->rules[i]);
    fprintf(out, "%s, %s and above; ", webhook->rule_count == 0 ? "every rule" : "",
            severity_name(webhook->min_severity));
    fprintf(out, "%s, %u at a time; ",
            webhook->ordered ? "in order for each vessel" : "in no order",
            (unsigned)webhook->in_flight);
    fprintf(out, "given up after %s\n",
            units_format_duration(webhook->retry.retry_for_ms, text));
    if (webhook->group.is_on)
        describe_group(&webhook->group, out);
}

/* The port nearest to a place. It shows the user when coordinates were swapped. */
static uint32_t find_nearest_port(const struct ports *ports, struct geo_pos pos)
{
    uint32_t nearest = PORT_NONE;
    double least_m = HUGE_VAL;
    for (uint32_t i = 0; i < ports_count(ports); i++) {
        struct geo_pos at = ports_get(ports, i)->pos;
        double distance_m = geo_distance_m(pos, at);
        if (distance_m < least_m) {
            least_m = distance_m;
            nearest = i;
        }
    }
    return nearest;
}

/* "area", "gate", "corridor of 2nm to each side of its line" */
static void describe_shape(const struct zone_info *zone, FILE *out)
{
    char width[UNITS_TEXT_BYTES];
    if (zone->width_m > 0)
        fprintf(out, "corridor of %s to each side of its line",
                units_format_distance(zone->width_m, width));
    else
        fputs(zone->shape == ZONE_GATE ? "gate" : "area", out);
}

/* "yeosu-box: area, 34..34.6 N 127.5..128.5 E; nearest port Yeosu KRYOS, 20 km" */
static void describe_zone(const struct zone_info *zone, const struct ports *ports,
                          FILE *out)
{
    double width = zone->high.lon - zone->low.lon + (zone->antimeridian ? 360 : 0);
    const struct geo_point middle = {(zone->low.lat + zone->high.lat) / 2,
                                     geo_fold_lon(zone->low.lon + width / 2)};
    struct geo_pos pos = geo_to_pos(middle);
    uint32_t port = find_nearest_port(ports, pos);
    fprintf(out, "    %s: ", zone->id);
    describe_shape(zone, out);
    fprintf(out, ", lat %.4f to %.4f, lon %.4f to %.4f", zone->low.lat, zone->high.lat,
            zone->low.lon, zone->high.lon);
    if (port != PORT_NONE)
        fprintf(out, "; its middle is %.0f km from %s %s",
                geo_distance_m(pos, ports_get(ports, port)->pos) / 1000,
                ports_get(ports, port)->name, ports_get(ports, port)->locode);
    fputc('\n', out);
}

static void describe_zones(const struct zone_set *zones, const struct ports *ports,
                           FILE *out)
{
    enum { ZONES_SHOWN = 100 };
    size_t areas = 0, gates = 0;
    for (uint32_t i = 0; i < zone_set_count(zones); i++)
        ++*(zone_set_info(zones, i)->shape == ZONE_GATE ? &gates : &areas);
    fprintf(out, "zones: %zu area%s, %zu gate%s\n", areas, areas != 1 ? "s" : "", gates,
            gates != 1 ? "s" : "");
    for (uint32_t i = 0; i < zone_set_count(zones) && i < ZONES_SHOWN; i++)
        describe_zone(zone_set_info(zones, i), ports, out);
    if (zone_set_count(zones) > ZONES_SHOWN)
        fprintf(out, "    and %zu more: see `lookoutd zones`\n",
                zone_set_count(zones) - ZONES_SHOWN);
}

int conf_describe_rule(const struct rule *rule, const struct engine_conf *engine,
                       struct buf *out)
{
    return conf_rule_words_describe(rule, engine, out);
}

static void describe_rules(const struct conf *conf, FILE *out)
{
    struct buf text = {0};
    fprintf(out, "rules: %zu\n", conf->engine.rule_count);
    for (size_t i = 0; i < conf->engine.rule_count; i++) {
        buf_clear(&text);
        if (conf_rule_words_describe(&conf->engine.rules[i], &conf->engine, &text) == 0)
            fputs(buf_text(&text), out);
    }
    buf_finish(&text);
}

static void describe_mutes(const struct engine_conf *engine, FILE *out)
{
    char until[TIME_TEXT_BYTES];
    fprintf(out, "mutes: %zu\n", engine->mute_count);
    for (size_t i = 0; i < engine->mute_count; i++) {
        const struct engine_mute *mute = &engine->mutes[i];
        fputs("    ", out);
        if (mute->vessel != 0)
            fprintf(out, "vessel %u", (unsigned)mute->vessel);
        else
            fputs("every vessel", out);
        fprintf(out, ", %s%s, %s%s", mute->rule != NULL ? "rule " : "every rule",
                mute->rule != NULL ? mute->rule : "",
                mute->until_ms == TIME_NONE ? "for ever" : "until ",
                mute->until_ms == TIME_NONE ? "" : time_format(mute->until_ms, until));
        fprintf(out, "%s%s\n", mute->why[0] != '\0' ? ": " : "", mute->why);
    }
}

/* 12 bytes a fix: measured by tests/bench/bench_fixes.c. */
static void describe_fixes(const struct conf *conf, FILE *out)
{
    enum { BYTES = 12, SHIPS = 1000, EVERY_MIN = 5 };
    char text[UNITS_TEXT_BYTES];
    double mb_a_day =
        (double)SHIPS * BYTES * (double)(DAY_MS / (EVERY_MIN * MINUTE_MS)) / 1e6;
    if (conf->retain.fixes_ms == 0)
        return;
    fprintf(out,
            "fixes: all are kept for %s; each %d ships that are heard every %d min take "
            "some %.1f MB a day, %.0f MB in all; of limits.database_mb, %u, fixes are "
            "the first to go\n",
            units_format_duration(conf->retain.fixes_ms, text), SHIPS, EVERY_MIN,
            mb_a_day, mb_a_day * (double)conf->retain.fixes_ms / (double)DAY_MS,
            (unsigned)conf->database_mb);
}

void conf_describe(const struct conf *conf, FILE *out)
{
    const struct engine_conf *engine = &conf->engine;
    fprintf(out, "site %s, state in %s\n", engine->site, conf->state);
    fprintf(out, "feeds: %zu\n", conf->feed_count);
    for (size_t i = 0; i < conf->feed_count; i++)
        describe_feed(&conf->feeds[i], out);
    fprintf(out, "ports: %zu\n", ports_count(engine->ports));
    describe_zones(engine->zones, engine->ports, out);
    fprintf(out, "watched vessels: %zu\n", watch_count(engine->watch));
    if (conf->list_count > 0)
        fprintf(out, "lists: %zu\n", conf->list_count);
    for (size_t i = 0; i < conf->list_count; i++) {
        fputs("    ", out);
        conf_list_words_print(&conf->lists[i], out);
    }
    describe_rules(conf, out);
    if (engine->mute_count > 0)
        describe_mutes(engine, out);
    fprintf(out, "webhooks: %zu\n", conf->webhook_count);
    for (size_t i = 0; i < conf->webhook_count; i++)
        describe_webhook(&conf->webhooks[i], out);
    if (conf->relay_count > 0)
        fprintf(out, "relays: %zu\n", conf->relay_count);
    for (size_t i = 0; i < conf->relay_count; i++)
        conf_relay_describe(&conf->relays[i], out);
    describe_fixes(conf, out);
    conf_api_describe(&conf->api, out);
}
