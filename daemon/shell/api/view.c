/* SPDX-License-Identifier: Apache-2.0 */
/* The overview of the daemon, and the page's session. */
#include "view.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "live.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"

void view_set_time(json_t *o, const char *name, int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    if (time_ms != TIME_NONE)
        json_object_set_new(o, name, json_string(time_format(time_ms, text)));
}

int view_dump(struct buf *out, const json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10));
    buf_clear(out);
    int rc = text != NULL ? buf_add_text(out, text) : ERR_NOMEM;
    free(text);
    return rc;
}

/* What the page needs of the configuration. */
static void set_page(json_t *o, const struct conf_api *api,
                     const struct engine_conf *conf)
{
    if (conf->timezone.name[0] != '\0')
        json_object_set_new(o, "timezone", json_string(conf->timezone.name));
    if (api->has_view)
        json_object_set_new(o, "view",
                            json_pack("[f,f,f,f]", api->view[0], api->view[1],
                                      api->view[2], api->view[3]));
    if (api->tiles_url == NULL)
        return;
    json_t *tiles = json_pack("{s:s,s:i}", "url", api->tiles_url, "max_zoom",
                              (int)api->tiles_max_zoom);
    if (api->tiles_attribution != NULL)
        json_object_set_new(tiles, "attribution", json_string(api->tiles_attribution));
    json_object_set_new(o, "tiles", tiles);
}

static json_t *open_json(const struct request *q)
{
    const struct live *l = q->api->live;
    json_t *o = json_object();
    for (unsigned s = SEVERITIES; s-- > 0;)
        json_object_set_new(o, severity_name((enum severity)s),
                            json_integer(l != NULL ? (json_int_t)l->marks.open[s] : 0));
    return o;
}

int view_overview(struct request *q)
{
    struct api_look look;
    if (!api_look(q->api, &look))
        return ERR_INVALID;
    const struct engine_conf *conf = engine_conf(look.engine);
    json_t *o = json_object(), *feeds = json_array();
    json_object_set_new(o, "version", json_string(LOOKOUT_VERSION));
    json_object_set_new(o, "site", json_string(conf->site));
    view_set_time(o, "time", engine_now(look.engine));
    json_object_set_new(o, "live", json_boolean(look.is_live));
    view_set_time(o, "started_at", look.started_ms);
    json_object_set_new(o, "user", json_string(q->guest.id));
    json_object_set_new(o, "may",
                        json_string(q->guest.may_acknowledge ? "acknowledge" : "read"));
    json_object_set_new(o, "vessels",
                        json_integer((json_int_t)engine_vessel_count(look.engine)));
    int rc = q->api->sink.feeds(q->api->sink.context, feeds);
    json_object_set_new(o, "feeds", feeds);
    json_object_set_new(o, "unacknowledged", open_json(q));
    set_page(o, &look.conf->api, conf);
    if (rc == 0)
        return reply_json(q, o);
    json_decref(o);
    return rc;
}

extern const char openapi_bytes[], openapi_end[];

int view_openapi(struct request *q)
{
    int rc =
        buf_add(&q->reply.body, openapi_bytes, (size_t)(openapi_end - openapi_bytes));
    return rc != 0 ? rc : reply_body(q, "application/json");
}

/* --- the session --- */

static int answer_session(struct request *q)
{
    json_t *o = json_object();
    json_object_set_new(o, "user", json_string(q->guest.id));
    json_object_set_new(o, "may",
                        json_string(q->guest.may_acknowledge ? "acknowledge" : "read"));
    return reply_json(q, o);
}

int view_session_begin(struct request *q)
{
    struct api_look look;
    struct door_knock knock;
    json_t *body = json_loadb(q->body.data != NULL ? q->body.data : "", q->body.length,
                              JSON_REJECT_DUPLICATES, NULL);
    const char *token = json_string_value(json_object_get(body, "token"));
    if (!api_look(q->api, &look) || token == NULL || json_object_size(body) != 1) {
        json_decref(body);
        return reply_problem(q, MHD_HTTP_BAD_REQUEST, "the body is {\"token\": TOKEN}");
    }
    request_knock(q, &knock);
    enum door_verdict verdict =
        door_begin(q->api->door, &look.conf->api, token, &knock, &q->guest);
    json_decref(body);
    if (verdict == DOOR_BARRED) {
        q->reply.retry_s = 60;
        return reply_problem(q, MHD_HTTP_TOO_MANY_REQUESTS,
                             "too many wrong tokens came from this address; wait a "
                             "minute");
    }
    if (verdict == DOOR_CLOSED)
        return reply_problem(q, MHD_HTTP_UNAUTHORIZED, "no such token");
    reply_set_cookie(q, q->guest.renewed);
    return answer_session(q);
}

int view_session_end(struct request *q)
{
    struct api_look look;
    struct door_knock knock;
    if (!api_look(q->api, &look))
        return ERR_INVALID;
    request_knock(q, &knock);
    door_end(q->api->door, &look.conf->api, &knock);
    q->guest.renewed[0] = '\0';
    reply_set_cookie(q, "");
    q->reply.status = MHD_HTTP_OK;
    return reply_json(q, json_object());
}
