/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the configuration with what the environment says. */
#include "lookout/run/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "lookout/sys/log.h"
#include "lookout/water/water_fields.h"

/* "FILE:LINE:COL: warning: ..." */
static bool is_warning(const char *line)
{
    const char *warning = strstr(line, ": warning: "), *error = strstr(line, ": error: ");
    return warning != NULL && (error == NULL || warning < error);
}

static void print_report(const char *file, const struct conf_report *report, int rc)
{
    const char *on_error = log_prefix(LOG_LEVEL_ERROR);
    for (size_t i = 0; i < report->count; i++)
        fprintf(stderr, "%s%s\n",
                is_warning(report->lines[i]) ? log_prefix(LOG_LEVEL_WARNING) : on_error,
                report->lines[i]);
    /* For people; programs that read the faults count for themselves. */
    if (report->errors > 0 && isatty(STDERR_FILENO) == 1)
        fprintf(stderr, "%s: %zu error%s\n", file, report->errors,
                report->errors > 1 ? "s" : "");
    else if (report->errors == 0 && rc != 0)
        fprintf(stderr, "%s%s: %s\n", on_error, file, err_text(rc));
}

int config_load(const char *file, const struct config_options *options,
                struct conf **ret_conf)
{
    char host[256] = "";
    struct conf_report report = {0};
    struct conf_context context = {
        .host = host,
        .state_directory = getenv("STATE_DIRECTORY"),
        .credentials_directory = getenv("CREDENTIALS_DIRECTORY"),
        .without_secrets = options->without_secrets,
    };
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    int rc = conf_load(file, &context, ret_conf, &report);
    if (!options->is_quiet || report.errors > 0)
        print_report(file, &report, rc);
    conf_report_finish(&report);
#ifdef __GLIBC__
    /* Documents weigh more as they are read than what is made of them: 1,000 zones leave
     * 10 MB to give back. */
    malloc_trim(0);
#endif
    return rc == 0 || rc == ERR_NOMEM ? rc : ERR_INVALID;
}

void config_note(const char *file, const char *state)
{
    char path[4096];
    char *full = realpath(file, NULL);
    snprintf(path, sizeof path, "%s/%s", state, CONFIG_NOTE);
    FILE *f = full != NULL ? fopen(path, "w") : NULL;
    if (f != NULL) {
        fprintf(f, "%s\n", full);
        fclose(f);
    }
    free(full);
}

bool config_water(struct conf *conf, const struct engine_conf *old, bool is_writing)
{
    struct water_fields_options options = {
        .old = old, .cache = conf->state, .is_writing = is_writing};
    struct water_fields_counts counts = {0};
    struct err err = {0};
    int rc = water_fields_make(&conf->engine, &options, &counts, &err);
    if (rc == 0 && counts.fields > 0 && is_writing)
        log_info("run", NULL,
                 "distances over water: sets=%zu made=%zu cached=%zu kept=%zu bytes=%zu",
                 counts.fields, counts.made, counts.cached, counts.shared, counts.bytes);
    if (rc == 0 && counts.not_kept > 0)
        log_warning("run", NULL, "%s/water: %zu distance fields could not be written",
                    conf->state, counts.not_kept);
    if (rc != 0)
        log_warning("run", NULL,
                    "no distances over water: %s; routes are forecast by the declared "
                    "destination alone",
                    err.text);
    return rc != ERR_NOMEM;
}
