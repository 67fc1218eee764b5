/* SPDX-License-Identifier: Apache-2.0 */
/* The sub-commands: each has one file, and one row in cmd_table.c. */
#ifndef LOOKOUT_CMD_H
#define LOOKOUT_CMD_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses. */
enum cmd_exit { CMD_DONE = 0, CMD_FAILED = 1, CMD_USAGE = 2 };

/* The command line: a member for each option of any command, and the words that are not
 * options. Texts are borrowed from argv; NULL or false: not given. */
struct cmd_args {
    const char *command;
    const char *config, *state, *credentials, *since, *rule, *port, *webhook;
    const char *start, *format, *columns, *alerts, *summary, *listen_for, *wait;
    const char *address, *secret, *fail, *delay;
    const char *svg, *png;
    const char *from, *to, *own, *max, *stay;
    const char *note, *verdict, *by, *until, *why, *end;
    bool is_once, is_connecting, is_without_secrets, is_delivering, is_unscaled, is_json,
        is_csv;
    bool is_pending, is_dead, is_following, is_watching, is_missed, with_places, is_text;
    bool is_unacknowledged, is_case, is_undone, is_list;
    const char **vessels; /* owned by cmd_main, as are words */
    size_t vessel_count;
    char **words;
    size_t word_count;
};

/* An option's row. */
/* CMD_PLACE: an optional directory. It may be left out as the last word and before
 * another option; then it is "", which stands for the directory that the configuration
 * names. */
enum cmd_kind { CMD_FLAG, CMD_TEXT, CMD_LIST, CMD_PLACE };
struct cmd_option {
    const char *name;   /* "since" for --since; NULL ends the table */
    char letter;        /* 'c' for -c; 0: none */
    enum cmd_kind kind; /* a flag takes no argument; the last text counts */
    size_t at;          /* offset of its member in struct cmd_args */
    const char *argument, *help;
};

/* A command's row. */
struct cmd {
    const char *name;
    int (*run)(const struct cmd_args *args); /* an enum cmd_exit */
    const char *line;                        /* what it does, for the list of commands */
    const char *synopsis;                    /* what may follow its name */
    const char *about; /* the help; a line that begins with a blank is not wrapped */
    const char *fails; /* what exit status 1 means */
    const struct cmd_option *options;
    bool needs_config, takes_words;
};
extern const struct cmd cmd_table[];
extern const size_t cmd_table_count;

/* argv[0] is the name of a command, argc counts it. */
int cmd_main(int argc, char **argv);

/* The exit status for a result whose reason was printed. */
int cmd_exit_of(int rc);
/* Print the fault and how to get help; returns CMD_USAGE. */
int cmd_refuse(const struct cmd_args *args, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Write "; did you mean --since?" into text; empty when no name is near. */
void cmd_nearest(const char *word, const char *before, const char *const *names, size_t n,
                 char *text, size_t size);

int cmd_run(const struct cmd_args *args);
int cmd_check(const struct cmd_args *args);
int cmd_replay(const struct cmd_args *args);
int cmd_decode(const struct cmd_args *args);
int cmd_listen(const struct cmd_args *args);
int cmd_vessels(const struct cmd_args *args);
/* Append to an array the MMSIs, present and former, of the vessels that args->vessels
 * mean. */
struct json_t;
int cmd_vessels_find(const struct cmd_args *args, struct json_t *found);
int cmd_export(const struct cmd_args *args);
int cmd_calls(const struct cmd_args *args);
int cmd_alerts(const struct cmd_args *args);
int cmd_status(const struct cmd_args *args);
int cmd_acknowledge(const struct cmd_args *args);
int cmd_mute(const struct cmd_args *args);
int cmd_redeliver(const struct cmd_args *args);
int cmd_test_webhook(const struct cmd_args *args);
int cmd_ports(const struct cmd_args *args);
int cmd_reach(const struct cmd_args *args);
int cmd_zones(const struct cmd_args *args);
int cmd_lists(const struct cmd_args *args);

#endif
