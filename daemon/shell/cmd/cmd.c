/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the command line by the table of commands and options, prints their help, and
 * suggests words that are near to an unknown one. */
#include "cmd.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/err.h"
#include "lookout/base/text.h"

enum { OPTIONS_MAX = 16, HELP_COLUMNS = 88, LONG_BASE = 256 };

int cmd_exit_of(int rc)
{
    if (rc == 0)
        return CMD_DONE;
    return rc == ERR_INVALID ? CMD_USAGE : CMD_FAILED;
}

int cmd_refuse(const struct cmd_args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "lookoutd %s: ", args->command);
    vfprintf(stderr, format, list);
    fprintf(stderr, "\ntry: lookoutd %s --help\n", args->command);
    va_end(list);
    return CMD_USAGE;
}

void cmd_nearest(const char *word, const char *before, const char *const *names, size_t n,
                 char *text, size_t size)
{
    const char *nearest = text_nearest(word, names, n);
    text[0] = '\0';
    if (nearest != NULL)
        snprintf(text, size, "; did you mean %s%s?", before, nearest);
}

/* --- help --- */

/* Print a paragraph from the column `at` on; further lines are indented by `indent`. */
static void print_wrapped(const char *text, size_t n, size_t at, size_t indent)
{
    for (size_t i = 0; i < n;) {
        size_t word = strcspn(text + i, " \n");
        if (at > indent && at + 1 + word > HELP_COLUMNS) {
            printf("\n%*s", (int)indent, "");
            at = indent;
        } else if (i > 0) {
            putchar(' ');
            at++;
        }
        printf("%.*s", (int)word, text + i);
        at += word;
        i += word + 1;
    }
    putchar('\n');
}

static void print_about(const char *text)
{
    for (;;) {
        size_t n = strcspn(text, "\n");
        if (text[0] == ' ' || n == 0)
            printf("%.*s\n", (int)n, text);
        else
            print_wrapped(text, n, 0, 0);
        if (text[n] == '\0')
            return;
        text += n + 1;
    }
}

static int print_help(const struct cmd *cmd)
{
    char names[64];
    printf("usage: lookoutd %s %s\n\n", cmd->name, cmd->synopsis);
    print_about(cmd->about);
    putchar('\n');
    for (const struct cmd_option *o = cmd->options; o->name != NULL; o++) {
        char letter[8] = "";
        if (o->letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(names, sizeof names, "  %s--%s%s%s", letter, o->name,
                 o->argument != NULL ? " " : "", o->argument != NULL ? o->argument : "");
        printf("%-24s  ", names);
        print_wrapped(o->help, strlen(o->help),
                      strlen(names) > 24 ? strlen(names) + 2 : 26, 26);
    }
    printf("%sExit status: 0 done; 1 %s; 2 wrong usage or configuration.\n",
           cmd->options->name != NULL ? "\n" : "", cmd->fails);
    return CMD_DONE;
}

/* --- options --- */

static int refuse_unknown(const struct cmd_args *args, const struct cmd *cmd,
                          const char *word)
{
    const char *names[OPTIONS_MAX + 1];
    char name[64], near[128];
    size_t n = 0, bare = strcspn(word, "=");
    for (; cmd->options[n].name != NULL; n++)
        names[n] = cmd->options[n].name;
    names[n++] = "help";
    snprintf(name, sizeof name, "%.*s", (int)(bare < 60 ? bare : 60), word);
    cmd_nearest(name + strspn(name, "-"), "--", names, n, near, sizeof near);
    return cmd_refuse(args, "there is no option '%s'%s", name, near);
}

/* The form for getopt_long: long options numbered from LONG_BASE, the letters after '-'
 * (every word in its order) and ':' (a missing argument is reported apart). */
static void make_table(const struct cmd *cmd, struct option *longs, char *letters)
{
    size_t n = 0;
    *letters++ = '-';
    *letters++ = ':';
    for (; cmd->options[n].name != NULL; n++) {
        const struct cmd_option *o = &cmd->options[n];
        longs[n] = (struct option){.name = o->name,
                                   .has_arg = o->kind == CMD_FLAG ? no_argument
                                                                  : required_argument,
                                   .val = LONG_BASE + (int)n};
        if (o->letter == 0)
            continue;
        *letters++ = o->letter;
        *letters++ = ':';
    }
    longs[n] = (struct option){0};
    *letters = '\0';
}

static const struct cmd_option *find_option(const struct cmd *cmd, int code)
{
    if (code >= LONG_BASE)
        return &cmd->options[code - LONG_BASE];
    if (code == 0) /* short for several */
        return NULL;
    for (const struct cmd_option *o = cmd->options; o->name != NULL; o++)
        if (code == o->letter)
            return o;
    return NULL;
}

static void keep_option(struct cmd_args *args, const struct cmd_option *o)
{
    void *member = (char *)args + o->at;
    if (o->kind == CMD_FLAG)
        *(bool *)member = true;
    else if (o->kind == CMD_TEXT || o->kind == CMD_PLACE)
        *(const char **)member = optarg;
    else
        args->vessels[args->vessel_count++] = optarg;
}

static int take_option(struct cmd_args *args, const struct cmd *cmd, int code,
                       const char *word)
{
    const struct cmd_option *o =
        find_option(cmd, code == '?' || code == ':' ? optopt : code);
    if (code == 1) {
        args->words[args->word_count++] = optarg;
        return CMD_DONE;
    }
    if (o == NULL)
        return refuse_unknown(args, cmd, word);
    if (code == '?')
        return cmd_refuse(args, "--%s takes no argument", o->name);
    if (o->kind == CMD_PLACE && strchr(word, '=') == NULL &&
        (code == ':' || optarg[0] == '-')) {
        optind -= code != ':';
        *(const char **)(void *)((char *)args + o->at) = "";
        return CMD_DONE;
    }
    if (code == ':' || (o->kind != CMD_FLAG && optarg[0] == '\0'))
        return cmd_refuse(args, "%.*s needs %s",
                          word[1] == '-' ? (int)strcspn(word, "=") : 2, word,
                          o->argument);
    keep_option(args, o);
    return CMD_DONE;
}

static int read_args(struct cmd_args *args, const struct cmd *cmd, int argc, char **argv)
{
    struct option longs[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 3];
    int code, status = CMD_DONE;
    make_table(cmd, longs, letters);
    opterr = 0;
    for (optind = 0; status == CMD_DONE;) {
        const char *word = argv[optind > 0 ? optind : 1];
        code = getopt_long(argc, argv, letters, longs, NULL);
        if (code == -1)
            break;
        status = take_option(args, cmd, code, word);
    }
    for (; optind < argc && status == CMD_DONE; optind++)
        args->words[args->word_count++] = argv[optind];
    if (status == CMD_DONE && args->word_count > 0 && !cmd->takes_words)
        status = cmd_refuse(args, "the word '%s' is not expected", args->words[0]);
    if (status == CMD_DONE && cmd->needs_config && args->config == NULL)
        status =
            cmd_refuse(args, "the option -c FILE is missing: it names the configuration");
    return status;
}

static const struct cmd *find_command(const char *name)
{
    for (size_t i = 0; i < cmd_table_count; i++)
        if (strcmp(name, cmd_table[i].name) == 0)
            return &cmd_table[i];
    return NULL;
}

/* --- the whole line --- */

static void print_commands(FILE *out)
{
    fputs("usage: lookoutd COMMAND [options]\n\n", out);
    for (size_t i = 0; i < cmd_table_count; i++)
        fprintf(out, "  %-13s %s\n", cmd_table[i].name, cmd_table[i].line);
    fputs("\nCOMMAND --help prints the options of a command; --version prints the "
          "version.\n"
          "Exit status: 0 done, 1 failed at run time, 2 wrong usage or configuration.\n",
          out);
}

static bool has_word(int argc, char **argv, const char *word)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

static int refuse_command(const char *name)
{
    const char *names[32];
    char near[64];
    size_t n = 0;
    for (; n < cmd_table_count && n < 32; n++)
        names[n] = cmd_table[n].name;
    cmd_nearest(name, "", names, n, near, sizeof near);
    fprintf(stderr, "lookoutd: there is no command '%s'%s\ntry: lookoutd --help\n", name,
            near);
    return CMD_USAGE;
}

static int run_command(const struct cmd *cmd, int argc, char **argv)
{
    struct cmd_args args = {.command = cmd->name};
    args.vessels = calloc((size_t)argc, sizeof *args.vessels);
    args.words = calloc((size_t)argc, sizeof *args.words);
    int status = CMD_FAILED;
    if (args.vessels != NULL && args.words != NULL)
        status = read_args(&args, cmd, argc, argv);
    if (status == CMD_DONE)
        status = cmd->run(&args);
    free(args.vessels);
    free(args.words);
    return status;
}

int cmd_main(int argc, char **argv)
{
    if (argc < 1) {
        print_commands(stderr);
        return CMD_USAGE;
    }
    if (has_word(argc, argv, "--version")) {
        puts("lookoutd " LOOKOUT_VERSION);
        return CMD_DONE;
    }
    bool is_help = strcmp(argv[0], "help") == 0;
    bool asks = is_help || has_word(argc, argv, "--help") || has_word(argc, argv, "-h");
    const struct cmd *cmd = find_command(argv[is_help && argc > 1 ? 1 : 0]);
    if (cmd != NULL)
        return asks ? print_help(cmd) : run_command(cmd, argc, argv);
    if (!asks)
        return refuse_command(argv[0]);
    print_commands(stdout);
    return CMD_DONE;
}
