/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd listen: a webhook receiver for tests. Each connection has a thread, so that a
 * delay or a hang of one does not affect the others. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "listen_server.h"
#include "lookout/base/units.h"

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

static bool read_listen_address(const char *text, struct listen_options *options)
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

static int read_options(const struct cmd_args *args, struct listen_options *o)
{
    if (args->address != NULL && !read_listen_address(args->address, o))
        return cmd_refuse(args, "--address '%s': it takes ADDRESS:PORT", args->address);
    if (args->fail != NULL && !read_fail(args->fail, o))
        return cmd_refuse(args,
                          "--fail '%s': it takes 200 to 599, reset or hang, and :COUNT",
                          args->fail);
    if (args->delay != NULL &&
        units_parse_duration(args->delay, strlen(args->delay), &o->delay_ms) != 0)
        return cmd_refuse(args, "--delay '%s': it takes a duration such as 2s or 500ms",
                          args->delay);
    return CMD_DONE;
}

int cmd_listen(const struct cmd_args *args)
{
    struct listen_options options = {.host = "127.0.0.1",
                                     .port = 8080,
                                     .fail_count = -1,
                                     .secret_file = args->secret,
                                     .json = args->is_json};
    int status = read_options(args, &options);
    if (status != CMD_DONE)
        return status;
    /* Before any thread: threads inherit the mask, so that only this one gets the
     * signals. */
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
