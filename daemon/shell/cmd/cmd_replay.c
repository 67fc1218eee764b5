/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd replay: recordings through the configured rules. */
#include "cmd.h"

#include <string.h>

#include "cmd_words.h"
#include "lookout/base/timefmt.h"
#include "lookout/run/replay.h"

static const char help[] =
    "usage: lookoutd replay -c FILE [options] INPUT...\n"
    "\n"
    "Recordings through the rules of a configuration, merged by event time; alerts go to "
    "stdout as\n"
    "JSON lines, a summary to stderr. INPUT is a path or - ; .gz and .zst are read as "
    "they are.\n"
    "\n"
    "  -c FILE          the configuration; its feeds are not opened\n"
    "  --start TIME     event time of lines before the first one with a time of its own "
    "(RFC 3339)\n"
    "  --format F       auto, nmea, jsonl or csv instead of recognising it\n"
    "  --alerts FILE    alerts to FILE instead of stdout\n"
    "  --state DIR      keep what was learned in the database of DIR, so that `run` "
    "starts warm; its\n"
    "                   alerts are marked history\n"
    "  --deliver        post the alerts to the configured webhooks and wait until all "
    "are settled\n";

static int read_format(const struct cmd_words *words, const char *word,
                       enum input_format *ret_format)
{
    static const char *const names[] = {"auto", "nmea", "jsonl", "csv"};
    char near[64];
    for (int i = 0; i < 4; i++) {
        if (strcmp(word, names[i]) == 0) {
            *ret_format = (enum input_format)i;
            return CMD_GO_ON;
        }
    }
    cmd_words_nearest(word, "", names, 4, near, sizeof near);
    return cmd_words_refuse(words, "--format '%s': it takes auto, nmea, jsonl or csv%s",
                            word, near);
}

static int check_words(const struct cmd_words *words, const struct replay_options *r)
{
    int standard_inputs = 0;
    for (int i = 1; i < words->argc; i++)
        standard_inputs += strcmp(words->argv[i], "-") == 0;
    if (r->file == NULL)
        return cmd_words_refuse(words, "which configuration? (-c FILE)");
    if (words->argc <= 1)
        return cmd_words_refuse(words, "no INPUT is given");
    if (standard_inputs > 1)
        return cmd_words_refuse(words, "standard input (-) can be read once only");
    return CMD_GO_ON;
}

int cmd_replay(int argc, char **argv)
{
    struct replay_options r = {.start_ms = TIME_NONE};
    const char *start = NULL, *format = "auto";
    const struct cmd_option options[] = {
        {.name = "config", .letter = 'c', .argument = "FILE", .value = &r.file},
        {.name = "start", .argument = "TIME", .value = &start},
        {.name = "format", .argument = "F", .value = &format},
        {.name = "alerts", .argument = "FILE", .value = &r.alerts_file},
        {.name = "state", .argument = "DIR", .value = &r.state},
        {.name = "deliver", .is_given = &r.is_delivering},
    };
    struct cmd_words words = {"replay", help, argv, argc};
    int status = cmd_words_read(&words, options, sizeof options / sizeof options[0]);
    if (status == CMD_GO_ON)
        status = read_format(&words, format, &r.format);
    if (status == CMD_GO_ON && start != NULL &&
        time_parse(start, strlen(start), &r.start_ms) != 0)
        status = cmd_words_refuse(
            &words, "--start '%s': it takes a time like 2024-03-24T00:00:00Z", start);
    if (status == CMD_GO_ON)
        status = check_words(&words, &r);
    if (status != CMD_GO_ON)
        return status;
    r.inputs = argv + 1;
    r.input_count = (size_t)words.argc - 1;
    return (int)cmd_exit_of(replay_run(&r));
}
