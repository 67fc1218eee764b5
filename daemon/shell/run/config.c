/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the configuration, with values from the environment. */
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
#include "lookout/water/water_shore.h"

/* "FILE:LINE:COL: warning: ..." */
static bool is_warning(const char *line)
{
    const char *warning = strstr(line, ": warning: "), *error = strstr(line, ": error: ");
    return warning != NULL && (error == NULL || warning < error);
}

static void keep_error(const struct conf_report *report, int rc, struct err *err)
{
    for (size_t i = 0; i < report->count; i++)
        if (!is_warning(report->lines[i])) {
            err_set(err, rc, "%s", report->lines[i]);
            return;
        }
    err_set(err, rc, "%s", err_text(rc));
}

static void print_report(const char *file, const struct conf_report *report, int rc)
{
    const char *on_error = log_prefix(LOG_LEVEL_ERROR);
    for (size_t i = 0; i < report->count; i++)
        fprintf(stderr, "%s%s\n",
                is_warning(report->lines[i]) ? log_prefix(LOG_LEVEL_WARNING) : on_error,
                report->lines[i]);
    /* only for people; programs count the faults themselves */
    if (report->errors > 0 && isatty(STDERR_FILENO) == 1)
        fprintf(stderr, "%s: %zu error%s\n", file, report->errors,
                report->errors > 1 ? "s" : "");
    else if (report->errors == 0 && rc != 0)
        fprintf(stderr, "%s%s: %s\n", on_error, file, err_text(rc));
}

/* A command with the installed file uses the service's state directory. */
static const char *find_state(const char *file)
{
    static const char folder[] = LOOKOUT_SYSCONFDIR "/lookoutd/";
    const char *given = getenv("STATE_DIRECTORY");
    if (given != NULL)
        return given;
    char *full = realpath(file, NULL);
    bool is_installed = full != NULL && strncmp(full, folder, sizeof folder - 1) == 0;
    free(full);
    return is_installed ? "/var/lib/lookoutd" : NULL;
}

int config_load(const char *file, const struct config_options *options,
                struct conf **ret_conf, struct err *err)
{
    char host[256] = "";
    struct conf_report report = {0};
    struct conf_context context = {
        .host = host,
        .state_directory = find_state(file),
        .credentials_directory = options->credentials != NULL
                                     ? options->credentials
                                     : getenv("CREDENTIALS_DIRECTORY"),
        .without_secrets = options->without_secrets,
        .keeps_lists = options->keeps_lists,
    };
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    int rc = options->again != NULL
                 ? conf_load_again(options->again, &context, ret_conf, &report)
                 : conf_load(file, &context, ret_conf, &report);
    if (!options->is_quiet || report.errors > 0)
        print_report(file, &report, rc);
    rc = rc == 0 || rc == ERR_NOMEM ? rc : ERR_INVALID;
    if (rc != 0)
        keep_error(&report, rc, err);
    conf_report_finish(&report);
#ifdef __GLIBC__
    /* While documents are read they take more memory than their result: 1,000 zones leave
     * 10 MB to give back. */
    if (!options->is_reload)
        malloc_trim(0);
#endif
    return rc;
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

static bool take_shore(struct conf *conf, const struct water_fields_options *options)
{
    struct err err = {0};
    int rc = water_shore_read(&conf->engine, options->old, &err);
    if (rc != 0)
        log_warning("run", NULL,
                    "no distances from the shore: %s; rules with offshore tell nothing "
                    "outside their zones",
                    err.text);
    return rc != ERR_NOMEM;
}

void config_tell_water(const struct conf *conf, const struct water_fields_counts *counts)
{
    if (counts->fields > 0)
        log_info("run", NULL,
                 "distances over water: sets=%zu made=%zu cached=%zu kept=%zu bytes=%zu",
                 counts->fields, counts->made, counts->cached, counts->shared,
                 counts->bytes);
    if (counts->not_kept > 0)
        log_warning("run", NULL, "%s/water: %zu distance fields could not be written",
                    conf->state, counts->not_kept);
}

bool config_water(struct conf *conf, const struct water_fields_options *options)
{
    struct water_fields_counts counts = {0};
    struct err err = {0};
    int rc = water_fields_make(&conf->engine, options, &counts, &err);
    bool is_later = options->later != NULL && *options->later != NULL;
    if (rc == 0 && is_later && options->is_writing)
        log_info("run", NULL,
                 "distances over water are being read or made: sets=%zu; a forecast that "
                 "needs one waits for it",
                 counts.fields);
    else if (rc == 0 && options->is_writing)
        config_tell_water(conf, &counts);
    if (rc != 0 && rc != ERR_LIMIT)
        log_warning("run", NULL,
                    "no distances over water: %s; routes are forecast by the declared "
                    "destination alone, and for silent vessels only straight distances "
                    "are used",
                    err.text);
    return rc != ERR_NOMEM && take_shore(conf, options);
}
