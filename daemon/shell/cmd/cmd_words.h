/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a command line: a table of options, and what is left. */
#ifndef LOOKOUT_CMD_WORDS_H
#define LOOKOUT_CMD_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* One option; --help and -h are every command's. */
struct cmd_option {
    const char *name;     /* "since" for --since */
    const char *argument; /* what it takes, for people; NULL: nothing */
    const char **value;   /* where its argument goes, borrowed from argv */
    size_t *count;        /* NULL: the last one given counts; else value[(*count)++] */
    bool *is_given;       /* of an option without argument */
    char letter;          /* 'c' for -c; 0: none */
};
/* What was typed. */
struct cmd_words {
    const char *command, *help; /* borrowed */
    char **argv;                /* borrowed; argv[0] is the command */
    int argc;
};

enum { CMD_GO_ON = -1 };

/* Reads the options, wherever they stand before "--"; the other words are moved to the
 * front, argv[1] to argv[argc - 1]. CMD_GO_ON; or CMD_DONE after the help that was asked
 * for; or CMD_USAGE with the reason on stderr. */
int cmd_words_read(struct cmd_words *words, const struct cmd_option *options, size_t n);
/* Says what is wrong and where help is; CMD_USAGE. */
int cmd_words_refuse(const struct cmd_words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Refuses words where there are none to be: CMD_GO_ON or CMD_USAGE. */
int cmd_words_none(const struct cmd_words *words);
/* "; did you mean --since?" into text; empty when no name is near. */
void cmd_words_nearest(const char *word, const char *before, const char *const *names,
                       size_t n, char *text, size_t size);

#endif
