/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd lists: says what was read of lists of ships, of a configuration and of files
 * beside it. */
#include <stdio.h>

#include "cmd.h"
#include "lookout/conf/conf.h"
#include "lookout/run/config.h"

static int print_lists(const struct conf *conf, bool is_json)
{
    int rc = 0;
    for (size_t i = 0; i < conf->list_count && rc == 0; i++) {
        if (is_json)
            rc = conf_list_words_json(conf, &conf->lists[i], stdout);
        else
            conf_list_words_print(&conf->lists[i], stdout);
    }
    return rc;
}

static int print_configured(const struct cmd_args *args)
{
    const struct config_options how = {
        .is_quiet = true, .without_secrets = true, .keeps_lists = true};
    struct conf *conf = NULL;
    int rc = config_load(args->config, &how, &conf, NULL);
    if (rc == 0)
        rc = print_lists(conf, args->is_json);
    conf_destroy(conf);
    return rc;
}

static int print_files(const struct cmd_args *args)
{
    struct conf_report report = {0};
    struct conf *conf = NULL;
    int rc = conf_lists_load(args->words, args->word_count, &conf, &report);
    for (size_t i = 0; i < report.count; i++)
        fprintf(stderr, "%s\n", report.lines[i]);
    conf_report_finish(&report);
    if (rc == 0)
        rc = print_lists(conf, args->is_json);
    conf_destroy(conf);
    return rc;
}

int cmd_lists(const struct cmd_args *args)
{
    if (args->config == NULL && args->word_count == 0)
        return cmd_refuse(args, "a configuration (-c FILE) or a list is needed");
    int rc = args->config != NULL ? print_configured(args) : 0;
    if (rc == 0 && args->word_count != 0)
        rc = print_files(args);
    if (rc == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        rc = ERR_IO;
    return cmd_exit_of(rc);
}
