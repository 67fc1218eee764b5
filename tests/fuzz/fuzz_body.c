/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a changing request, from strangers: a mute and an acknowledgement. What is
 * accepted keeps what the form promises. */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/api/view.h"
#include "daemon/shell/conf/conf_int.h"
#include "lookout/api/mute_form.h"
#include "lookout/base/time.h"
#include "lookout/run/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char yaml[] = "feeds: [{id: shore, udp: '127.0.0.1:10110'}]\n"
                           "rules: [{id: box, when: gap, after: 6h}]\n";

/* An engine with one rule and one feed, whose event time is 2024-03-25T18:04:00Z. */
static const struct mute_form_world *make_world(void)
{
    static struct mute_form_world world;
    static struct pipeline pipeline;
    char gazetteer[1024];
    const char *root = getenv("LOOKOUT_ROOT");
    if (world.engine != NULL)
        return &world;
    snprintf(gazetteer, sizeof gazetteer, "%s/tests/data/conf/ports.csv",
             root != NULL ? root : ".");
    const struct conf_context context = {
        .host = "host", .gazetteer = gazetteer, .credentials_directory = "/nonexistent"};
    const struct conf_source source = {
        .file = "/nonexistent/c.yaml", .text = yaml, .bytes = sizeof yaml - 1};
    struct conf *conf = NULL;
    struct conf_report report;
    struct err err;
    if (conf_load_text(&source, &context, &conf, &report) != 0 ||
        pipeline_init(&pipeline, conf, &err) != 0 ||
        engine_tick(pipeline.engine, INT64_C(1711389840000)) != 0)
        abort();
    conf_report_finish(&report);
    world = (struct mute_form_world){pipeline.engine, conf, "local"};
    return &world;
}

static void check_mute(const json_t *body)
{
    const struct mute_form_world *w = make_world();
    struct mute_form form;
    struct err err = {0};
    int rc = mute_form_read(body, w, &form, &err);
    if (rc != 0) {
        if (err.text[0] == '\0')
            abort();
        return;
    }
    const struct store_mute *m = &form.mute;
    if (m->until_ms <= mute_form_now(w->engine) || m->why[0] == '\0' ||
        (m->vessel == 0 && m->rule == NULL && m->zone == NULL && m->feed == NULL))
        abort();
    json_t *o = mute_form_json(m, mute_form_now(w->engine));
    if (o == NULL || json_object_get(o, "id") == NULL)
        abort();
    json_decref(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *body = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    if (body == NULL)
        return 0;
    check_mute(body);
    const char *verdict = json_string_value(json_object_get(body, "verdict"));
    if (view_record_body_fault(body) == NULL &&
        (!json_is_object(body) || (verdict != NULL && !store_batch_is_verdict(verdict))))
        abort();
    json_decref(body);
    return 0;
}
