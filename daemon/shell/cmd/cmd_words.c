/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the words of a command line by a table. Unlike getopt it knows what is near to
 * a word it does not know, and help is given wherever it is asked for. */
#include "cmd_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "lookout/base/err.h"
#include "lookout/base/text.h"

enum { OPTIONS_MAX = 16 };

enum cmd_exit cmd_exit_of(int rc)
{
    if (rc == 0)
        return CMD_DONE;
    return rc == ERR_INVALID ? CMD_USAGE : CMD_FAILED;
}

int cmd_words_refuse(const struct cmd_words *words, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "lookoutd %s: ", words->command);
    vfprintf(stderr, format, list);
    fprintf(stderr, "\ntry: lookoutd %s --help\n", words->command);
    va_end(list);
    return CMD_USAGE;
}

int cmd_words_none(const struct cmd_words *words)
{
    if (words->argc <= 1)
        return CMD_GO_ON;
    return cmd_words_refuse(words, "'%s' is one word too many", words->argv[1]);
}

void cmd_words_nearest(const char *word, const char *before, const char *const *names,
                       size_t n, char *text, size_t size)
{
    const char *nearest = text_nearest(word, names, n);
    text[0] = '\0';
    if (nearest != NULL)
        snprintf(text, size, "; did you mean %s%s?", before, nearest);
}

static bool asks_for_help(const struct cmd_words *words)
{
    for (int i = 1; i < words->argc && strcmp(words->argv[i], "--") != 0; i++)
        if (strcmp(words->argv[i], "--help") == 0 || strcmp(words->argv[i], "-h") == 0)
            return true;
    return false;
}

static int unknown(const struct cmd_words *words, const char *word,
                   const struct cmd_option *options, size_t n)
{
    const char *names[OPTIONS_MAX + 1];
    size_t bare = strcspn(word, "=");
    char name[64], near[128];
    for (size_t i = 0; i < n; i++)
        names[i] = options[i].name;
    names[n] = "help";
    snprintf(name, sizeof name, "%.*s", (int)(bare < 60 ? bare : 60), word);
    cmd_words_nearest(name + strspn(name, "-"), "--", names, n + 1, near, sizeof near);
    return cmd_words_refuse(words, "there is no option '%s'%s", name, near);
}

/* The option a word names, and its argument where it stands in the same word. */
static const struct cmd_option *find(const char *word, const struct cmd_option *options,
                                     size_t n, const char **ret_argument)
{
    *ret_argument = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct cmd_option *o = &options[i];
        size_t length = strlen(o->name);
        if (word[1] != '-') {
            if (o->letter == 0 || word[1] != o->letter)
                continue;
            *ret_argument = word[2] != '\0' ? word + 2 : NULL;
            return o;
        }
        if (strncmp(word + 2, o->name, length) != 0 ||
            (word[2 + length] != '\0' && word[2 + length] != '='))
            continue;
        *ret_argument = word[2 + length] == '=' ? word + 3 + length : NULL;
        return o;
    }
    return NULL;
}

static int take(const struct cmd_words *words, int *at, const struct cmd_option *options,
                size_t n)
{
    const char *word = words->argv[*at], *argument;
    const struct cmd_option *o = find(word, options, n, &argument);
    if (o == NULL)
        return unknown(words, word, options, n);
    if (o->argument == NULL) {
        if (argument != NULL)
            return cmd_words_refuse(words, "--%s takes no argument", o->name);
        *o->is_given = true;
        return CMD_GO_ON;
    }
    if (argument == NULL && *at + 1 < words->argc)
        argument = words->argv[++*at];
    if (argument == NULL || argument[0] == '\0')
        return cmd_words_refuse(words, "%.*s needs %s", (int)strcspn(word, "="), word,
                                o->argument);
    o->value[o->count != NULL ? (*o->count)++ : 0] = argument;
    return CMD_GO_ON;
}

int cmd_words_read(struct cmd_words *words, const struct cmd_option *options, size_t n)
{
    int kept = 1;
    if (asks_for_help(words))
        return fputs(words->help, stdout) < 0 ? CMD_FAILED : CMD_DONE;
    for (int i = 1, is_over = 0; i < words->argc; i++) {
        char *word = words->argv[i];
        if (is_over || word[0] != '-' || word[1] == '\0') {
            words->argv[kept++] = word;
        } else if (strcmp(word, "--") == 0) {
            is_over = 1;
        } else {
            int status = take(words, &i, options, n);
            if (status != CMD_GO_ON)
                return status;
        }
    }
    words->argc = kept;
    return CMD_GO_ON;
}
