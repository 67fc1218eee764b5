/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd listen: a webhook receiver for trying things out. A thread for each
 * connection, so that a delay or a hang of one is nothing to the others. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "cmd_words.h"
#include "listen_server.h"
#include "lookout/base/text.h"
#include "lookout/base/units.h"

static const char help[] =
    "usage: lookoutd listen [options]\n"
    "\n"
    "A webhook receiver: prints each alert in one line, answers 200. SIGINT or SIGTERM\n"
    "ends it.\n"
    "\n"
    "  --address A:P        where to listen; default 127.0.0.1:8080, port 0: any free "
    "one\n"
    "  --secret FILE        verify signatures: whsec_<base64>, one a line; what is not\n"
    "                       signed by one of them is answered 401 and not printed\n"
    "  --fail CODE[:COUNT]  answer the first COUNT requests (all) with this status, or\n"
    "                       reset: break the connection; hang: never answer\n"
    "  --delay D            wait before each answer (2s, 500ms)\n"
    "  --json               print each alert's JSON instead\n"
    "\n"
    "Marks: [signed] the signature was verified; (again) the id came before.\n";

static bool read_fail(const char *text, struct listen_options *options)
{
    static const struct {
        const char *word;
        int code;
    } words[] = {{"reset", LISTEN_RESET}, {"hang", LISTEN_HANG}};
    const char *colon = strchr(text, ':');
    size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);
    int64_t code = 0, count = -1;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (n == strlen(words[i].word) && memcmp(text, words[i].word, n) == 0)
            code = words[i].code;
    if (code == 0 && units_parse_int(text, n, 200, 599, &code) != 0)
        return false;
    if (colon != NULL &&
        units_parse_int(colon + 1, strlen(colon + 1), 0, INT32_MAX, &count) != 0)
        return false;
    options->fail = (int)code;
    options->fail_count = count;
    return true;
}

static bool read_address(const char *text, struct listen_options *options)
{
    const char *colon = strrchr(text, ':');
    int64_t port = 0;
    if (colon == NULL ||
        units_parse_int(colon + 1, strlen(colon + 1), 0, 65535, &port) != 0)
        return false;
    size_t n = (size_t)(colon - text);
    bool is_bracketed = n >= 2 && text[0] == '[' && text[n - 1] == ']';
    if (is_bracketed) {
        text++;
        n -= 2;
    }
    if (n == 0 || n >= sizeof options->host ||
        (!is_bracketed && memchr(text, ':', n) != NULL))
        return false;
    memcpy(options->host, text, n);
    options->host[n] = '\0';
    options->port = (uint16_t)port;
    return true;
}

static int read_words(struct cmd_words *words, struct listen_options *o)
{
    const char *address = NULL, *fail = NULL, *delay = NULL;
    const struct cmd_option options[] = {
        {.name = "address", .argument = "ADDRESS:PORT", .value = &address},
        {.name = "secret", .argument = "FILE", .value = &o->secret_file},
        {.name = "fail", .argument = "CODE[:COUNT]", .value = &fail},
        {.name = "delay", .argument = "a duration such as 2s", .value = &delay},
        {.name = "json", .is_given = &o->json},
    };
    int status = cmd_words_read(words, options, sizeof options / sizeof options[0]);
    if (status != CMD_GO_ON)
        return status;
    if (address != NULL && !read_address(address, o))
        return cmd_words_refuse(words, "--address '%s': it takes ADDRESS:PORT", address);
    if (fail != NULL && !read_fail(fail, o))
        return cmd_words_refuse(
            words, "--fail '%s': it takes 200 to 599, reset or hang, and :COUNT", fail);
    if (delay != NULL && units_parse_duration(delay, strlen(delay), &o->delay_ms) != 0)
        return cmd_words_refuse(
            words, "--delay '%s': it takes a duration such as 2s or 500ms", delay);
    return cmd_words_none(words);
}

int cmd_listen(int argc, char **argv)
{
    struct listen_options options = {.host = "127.0.0.1", .port = 8080, .fail_count = -1};
    struct cmd_words words = {"listen", help, argv, argc};
    int status = read_words(&words, &options);
    if (status != CMD_GO_ON)
        return status;
    /* Before any thread: they inherit it, and the signals come to us alone. */
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &wanted, NULL);
    struct listen_server *server = NULL;
    status = listen_server_start(&options, &server);
    if (status != CMD_DONE)
        return status;
    int number = 0;
    sigdelset(&wanted, SIGPIPE);
    sigwait(&wanted, &number);
    return listen_server_stop(server);
}
