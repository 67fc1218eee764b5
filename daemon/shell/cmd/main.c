/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd: picks the sub-command. Knows nothing else. */
#include "cmd.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd_words.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;
} commands[] = {
    /* clang-format off */
    {"run",          cmd_run,          "-c FILE                   the daemon, in the foreground"},
    {"check",        cmd_check,        "-c FILE [--connect]       read the configuration; every fault, then what would be watched"},
    {"replay",       cmd_replay,       "-c FILE INPUT...          recordings through the rules; alerts as JSON lines"},
    {"decode",       cmd_decode,       "[--unscaled] [INPUT...]   AIS messages as JSON lines"},
    {"listen",       cmd_listen,       "[--address A:P] [...]     a webhook receiver for trying things out"},
    {"vessels",      cmd_vessels,      "[X...]                    what is known of vessels"},
    {"calls",        cmd_calls,        "[X...] [--since T]        port calls and voyages on record"},
    {"alerts",       cmd_alerts,       "[--since T] [...]         stored alerts and their delivery"},
    {"redeliver",    cmd_redeliver,    "(ID... | --dead)          put deliveries back in the queue"},
    {"test-webhook", cmd_test_webhook, "-c FILE [ID...]           send a test alert"},
    {"ports",        cmd_ports,        "[QUERY...]                look up the gazetteer"},
    {"zones",        cmd_zones,        "FILE...                   check GeoJSON, a line per zone"},
    /* clang-format on */
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    fputs("usage: lookoutd COMMAND [options]\n\n", out);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-13s %s\n", commands[i].name, commands[i].usage);
    fputs("\n--help with a command says more; --version prints the version.\n"
          "Exit status: 0 done, 1 failed at run time, 2 wrong usage or configuration.\n",
          out);
}

static const struct command *find_command(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

static bool has_word(int argc, char **argv, const char *word)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

static int refuse(const char *name)
{
    const char *names[COMMANDS];
    char near[64];
    for (int i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    cmd_words_nearest(name, "", names, COMMANDS, near, sizeof near);
    fprintf(stderr, "lookoutd: there is no command '%s'%s\ntry: lookoutd --help\n", name,
            near);
    return CMD_USAGE;
}

static int run_command(int argc, char **argv)
{
    static char word_help[] = "--help";
    if (argc < 2) {
        print_help(stderr);
        return CMD_USAGE;
    }
    if (has_word(argc, argv, "--version")) {
        puts("lookoutd " LOOKOUT_VERSION);
        return CMD_DONE;
    }
    bool is_help = strcmp(argv[1], "help") == 0;
    const struct command *command = find_command(argv[is_help && argc > 2 ? 2 : 1]);
    if (command != NULL && is_help)
        return command->run(2, (char *[]){argv[2], word_help, NULL});
    if (command != NULL)
        return command->run(argc - 1, argv + 1);
    if (is_help || has_word(argc, argv, "--help") || has_word(argc, argv, "-h")) {
        print_help(stdout);
        return CMD_DONE;
    }
    return refuse(argv[1]);
}

int main(int argc, char **argv)
{
    int status = run_command(argc, argv);
    /* What was asked for and could not be written is not done. */
    bool is_lost = fflush(stdout) != 0 || ferror(stdout) != 0;
    if (is_lost && status == CMD_DONE) {
        fputs("lookoutd: the output could not be written\n", stderr);
        status = CMD_FAILED;
    }
    return status;
}
