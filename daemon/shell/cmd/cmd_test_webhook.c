/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd test-webhook: sends a test alert with the code that delivers alerts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "cmd_state.h"
#include "lookout/delivery/delivery.h"
#include "lookout/sys/clock.h"

/* Send to one webhook; true when it accepted the alert. */
static bool try_one(const struct conf *conf, const struct conf_webhook *webhook)
{
    struct alert alert = {0};
    struct buf text = {0};
    int rc = engine_test_alert(&conf->engine, clock_wall_ms(), &alert);
    if (rc == 0)
        rc = delivery_try(webhook, &alert, &text);
    printf("%s: %s, %s\n", webhook->id, rc == 0 ? "delivered" : "failed",
           text.length > 0 ? buf_text(&text) : err_text(rc));
    fflush(stdout);
    buf_finish(&text);
    alert_finish(&alert);
    return rc == 0;
}

static const struct conf_webhook *webhook_find(const struct conf *conf, const char *id)
{
    for (size_t i = 0; i < conf->webhook_count; i++)
        if (strcmp(conf->webhooks[i].id, id) == 0)
            return &conf->webhooks[i];
    return NULL;
}

static int try_named(const struct conf *conf, char *const *ids, size_t count)
{
    int status = CMD_DONE;
    for (size_t i = 0; i < count; i++)
        if (webhook_find(conf, ids[i]) == NULL) {
            fprintf(stderr, "lookoutd test-webhook: there is no webhook '%s' (", ids[i]);
            for (size_t k = 0; k < conf->webhook_count; k++)
                fprintf(stderr, "%s%s", k > 0 ? ", " : "", conf->webhooks[k].id);
            fprintf(stderr, ")\n");
            status = CMD_USAGE;
        }
    for (size_t i = 0; i < count && status != CMD_USAGE; i++)
        if (!try_one(conf, webhook_find(conf, ids[i])))
            status = CMD_FAILED;
    return status;
}

static int try_all(const struct conf *conf)
{
    int status = CMD_DONE;
    if (conf->webhook_count == 0) {
        fprintf(stderr, "lookoutd test-webhook: the configuration has no webhooks\n");
        return CMD_USAGE;
    }
    for (size_t i = 0; i < conf->webhook_count; i++)
        if (!try_one(conf, &conf->webhooks[i]))
            status = CMD_FAILED;
    return status;
}

int cmd_test_webhook(const struct cmd_args *args)
{
    struct conf *conf = NULL;
    int status = cmd_state_conf(args, true, &conf);
    if (status != CMD_DONE)
        return status;
    status = args->word_count > 0 ? try_named(conf, args->words, args->word_count)
                                  : try_all(conf);
    conf_destroy(conf);
    return status;
}
