/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd alerts: stored alerts and the state of their deliveries, as JSON lines. */
#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "cmd_grid.h"
#include "cmd_state.h"
#include "lookout/base/time.h"

/* How often --follow asks whether the database changed. */
#define FOLLOW_MS 200

struct listing {
    int64_t last;          /* row last printed */
    struct cmd_grid *grid; /* NULL: JSON lines */
};

static int add_row(struct cmd_grid *g, const char *text)
{
    json_t *row = json_loads(text, 0, NULL);
    json_t *data = json_object_get(json_object_get(row, "event"), "data");
    char time[CMD_GRID_TEXT_BYTES];
    if (row == NULL)
        return ERR_CORRUPT;
    const char *cells[] = {
        cmd_grid_time(json_string_value(json_object_get(row, "time")), time),
        json_string_value(json_object_get(row, "severity")),
        json_string_value(json_object_get(row, "state")),
        json_string_value(json_object_get(data, "summary")),
    };
    int rc = cmd_grid_add(g, cells);
    json_decref(row);
    return rc;
}

static int print_alert_line(void *context, int64_t row_id, const char *json)
{
    struct listing *listing = context;
    listing->last = row_id;
    if (listing->grid != NULL)
        return add_row(listing->grid, json);
    return puts(json) < 0 ? ERR_IO : 0;
}

/* Sleep until the next look; false when nobody reads our output. */
static bool nap_before_poll(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    return poll(&out, 1, FOLLOW_MS) <= 0 || (out.revents & (POLLERR | POLLNVAL)) == 0;
}

static int list_alerts(struct store_reader *r, struct store_filter *filter, bool follows,
                       struct cmd_grid *grid)
{
    int64_t version = store_reader_version(r);
    for (;;) {
        struct listing listing = {.grid = grid};
        int64_t last = store_reader_last_alert(r);
        int rc = query_alerts(r, filter, print_alert_line, &listing);
        if (grid != NULL)
            cmd_grid_print(grid);
        if (rc != 0 || fflush(stdout) != 0) {
            fprintf(stderr, "lookoutd alerts: %s\n", err_text(rc != 0 ? rc : ERR_IO));
            return CMD_FAILED;
        }
        if (!follows)
            return CMD_DONE;
        filter->after = last > filter->after ? last : filter->after;
        filter->after = listing.last > filter->after ? listing.last : filter->after;
        int64_t now = version;
        while (now == version || now < 0) {
            if (!nap_before_poll())
                return CMD_DONE;
            now = store_reader_version(r);
        }
        version = now;
    }
}

int cmd_alerts(const struct cmd_args *args)
{
    static const char *const names[] = {"TIME", "SEVERITY", "STATE", "~SUMMARY"};
    struct cmd_grid grid;
    struct store_reader *r = NULL;
    struct store_filter filter = {.since_ms = TIME_NONE,
                                  .rule = args->rule,
                                  .vessels = args->vessels,
                                  .vessel_count = args->vessel_count,
                                  .pending = args->is_pending,
                                  .dead = args->is_dead,
                                  .unacknowledged = args->is_unacknowledged};
    int status = cmd_state_since(args, &filter.since_ms);
    if (status == CMD_DONE)
        status = cmd_state_open(args, &r);
    if (status != CMD_DONE)
        return status;
    cmd_grid_init(&grid, names, 4);
    status = list_alerts(r, &filter, args->is_following,
                         cmd_grid_is_wanted(args) ? &grid : NULL);
    cmd_grid_finish(&grid);
    store_reader_close(r);
    return status;
}
