/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the commands on stored state as a user meets them: their output,
 * their exit statuses, and their words about a mistake. The ships are invented. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "daemon/shell/cmd/cmd.h"
#include "daemon/shell/cmd/cmd_grid.h"
#include "lib/store_fixture.h"
#include "lib/testlib.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "lookout/voyage/call.h"

static const char *const desk[] = {"desk"};

struct world {
    char *directory;
    char output[65536]; /* stdout, then stderr of the last command */
    char errors[8192];
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL)
        return 1;
    w->directory = strdup(fixture_directory());
    *state = w;
    return w->directory == NULL;
}

static int teardown(void **state)
{
    struct world *w = *state;
    fixture_remove(w->directory);
    free(w->directory);
    free(w);
    return 0;
}

static void read_back(FILE *f, char *to, size_t size)
{
    rewind(f);
    size_t n = fread(to, 1, size - 1, f);
    to[n] = '\0';
    fclose(f);
}

/* Redirects a stream's descriptor; returns the old one. */
static int divert(FILE *stream, FILE *to)
{
    fflush(stream);
    int before = dup(fileno(stream));
    assert_true(before >= 0 && dup2(fileno(to), fileno(stream)) >= 0);
    return before;
}

static void restore(FILE *stream, int before)
{
    fflush(stream);
    dup2(before, fileno(stream));
    close(before);
}

/* Runs a command; words are separated by blanks, "DIR" is the state directory. Returns
 * the exit status. */
static int command(struct world *w, const char *line)
{
    char words[16][128];
    char *argv[17] = {NULL};
    int argc = 0;
    for (const char *at = line; *at != '\0' && argc < 16; argc++) {
        size_t n = strcspn(at, " ");
        snprintf(words[argc], sizeof words[argc], "%.*s", (int)n, at);
        argv[argc] = strcmp(words[argc], "DIR") == 0 ? w->directory : words[argc];
        at += n + (at[n] == ' ');
    }
    FILE *out = tmpfile(), *err = tmpfile();
    assert_true(out != NULL && err != NULL);
    int out_before = divert(stdout, out), err_before = divert(stderr, err);
    int status = cmd_main(argc, argv);
    restore(stdout, out_before);
    restore(stderr, err_before);
    read_back(out, w->output, sizeof w->output);
    read_back(err, w->errors, sizeof w->errors);
    return status;
}

static size_t line_count(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static void put_alerts(struct store *s, uint64_t from, uint64_t to)
{
    struct store_batch *b = store_batch_create();
    for (uint64_t n = from; n < to; n++) {
        struct alert a;
        fixture_alert(n, 400, &a);
        assert_int_equal(store_batch_alert(b, &a, desk, 1, 1000), 0);
        free(a.body);
    }
    assert_int_equal(store_submit(s, b), 0);
    assert_true(store_flush(s, 10000));
}

static void test_alerts(void **state)
{
    struct world *w = *state;
    struct store *s = fixture_open(w->directory); /* stays open: a running daemon */
    put_alerts(s, 0, 4);
    assert_int_equal(command(w, "alerts --state DIR"), CMD_DONE);
    assert_int_equal(line_count(w->output), 4);
    *strchr(w->output, '\n') = '\0';
    json_t *json = json_loads(w->output, 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "pending");
    json_decref(json);
    assert_int_equal(command(w, "alerts --state DIR --rule box"), CMD_DONE);
    assert_int_equal(line_count(w->output), 2);
    assert_int_equal(command(w, "alerts --state DIR --vessel 445000001 --pending"),
                     CMD_DONE);
    assert_int_equal(line_count(w->output), 1);
    assert_int_equal(command(w, "alerts --state DIR --dead"), CMD_DONE);
    assert_int_equal(line_count(w->output), 0);
    assert_int_equal(command(w, "alerts --state DIR --since 2024-03-25T18:04:02Z"),
                     CMD_DONE);
    assert_int_equal(line_count(w->output), 2);
    /* The alerts are of March 2024. */
    assert_int_equal(command(w, "alerts --state DIR --since 24h"), CMD_DONE);
    assert_int_equal(line_count(w->output), 0);
    store_close(s);
    /* The same without a daemon. */
    assert_int_equal(command(w, "alerts --state DIR"), CMD_DONE);
    assert_int_equal(line_count(w->output), 4);
}

static void test_redeliver(void **state)
{
    struct world *w = *state;
    struct store *s = fixture_open(w->directory);
    put_alerts(s, 0, 2);
    char id[HASH_ID_BYTES], line[200];
    fixture_id(1, id);
    snprintf(line, sizeof line, "redeliver --state DIR %s", id);
    assert_int_equal(command(w, line), CMD_DONE);
    assert_string_equal(w->output, "1 delivery back in the queue\n");
    assert_int_equal(command(w, "redeliver --state DIR --dead"), CMD_DONE);
    assert_string_equal(w->output, "0 deliveries back in the queue\n");
    assert_int_equal(command(w, "redeliver --state DIR 0123"), CMD_FAILED);
    assert_string_equal(w->output, "");
    assert_non_null(strstr(w->errors, "no alert 0123"));
    snprintf(line, sizeof line, "redeliver --state DIR %s --webhook siem", id);
    assert_int_equal(command(w, line), CMD_FAILED);
    assert_non_null(strstr(w->errors, "webhook siem"));
    store_close(s);
}

/* The member of `acknowledged` in the first line printed; NULL. Owned by the caller. */
static char *seen_member(const struct world *w, const char *name)
{
    json_t *line = json_loads(w->output, JSON_DISABLE_EOF_CHECK, NULL);
    const char *text =
        json_string_value(json_object_get(json_object_get(line, "acknowledged"), name));
    char *copy = text != NULL ? strdup(text) : NULL;
    json_decref(line);
    return copy;
}

static void test_acknowledge(void **state)
{
    struct world *w = *state;
    struct store *s = fixture_open(w->directory);
    put_alerts(s, 0, 3);
    store_close(s);
    char id[HASH_ID_BYTES], line[200];
    fixture_id(0, id);
    snprintf(line, sizeof line,
             "acknowledge --state DIR %s --as anna --verdict explained --note ferry", id);
    assert_int_equal(command(w, line), CMD_DONE);
    assert_non_null(strstr(w->output, "acknowledged by anna\n"));
    assert_int_equal(command(w, "alerts --state DIR"), CMD_DONE);
    char *by = seen_member(w, "by"), *verdict = seen_member(w, "verdict"),
         *note = seen_member(w, "note");
    assert_string_equal(by, "anna");
    assert_string_equal(verdict, "explained");
    assert_string_equal(note, "ferry");
    free(by);
    free(verdict);
    free(note);
    assert_int_equal(command(w, "alerts --state DIR --unacknowledged"), CMD_DONE);
    assert_int_equal(line_count(w->output), 2);
    assert_null(strstr(w->output, id));
    /* An unknown alert beside it: neither changes. */
    snprintf(line, sizeof line, "acknowledge --state DIR --undo %s 0123", id);
    assert_int_equal(command(w, line), CMD_FAILED);
    assert_non_null(strstr(w->errors, "no alert 0123"));
    assert_int_equal(command(w, "alerts --state DIR --unacknowledged"), CMD_DONE);
    assert_int_equal(line_count(w->output), 2);
    snprintf(line, sizeof line, "acknowledge --state DIR --undo %s", id);
    assert_int_equal(command(w, line), CMD_DONE);
    assert_int_equal(command(w, "alerts --state DIR --unacknowledged"), CMD_DONE);
    assert_int_equal(line_count(w->output), 3);
    /* A daemon that has the directory and does not answer. */
    const struct store_options options = {.directory = w->directory, .exclusive = true};
    assert_int_equal(store_open(&options, &s, NULL), 0);
    assert_int_equal(command(w, line), CMD_FAILED);
    assert_true(strlen(w->errors) > 30);
    store_close(s);
}

static void test_calls(void **state)
{
    static char nampo_name[] = "Nampo, \"old\" quay", shidao_name[] = "Shidao";
    static const struct port nampo = {.locode = "KPNAM", .name = nampo_name};
    static const struct port shidao = {.locode = "CNSHD", .name = shidao_name};
    /* date -u -d @1710892800: 2024-03-20 */
    const int64_t day = INT64_C(1710892800000);
    struct world *w = *state;
    struct store *s = fixture_open(w->directory);
    struct store_batch *b = store_batch_create();
    struct engine_call c = {.mmsi = 445000001,
                            .imo = 9999993,
                            .name = "EXAMPLE TRADER",
                            .event = CALL_DEPARTED,
                            .port = &nampo};
    c.call = (struct call){.confidence = 3,
                           .kind = CALL_KIND_ANCHORAGE,
                           .entered_ms = TIME_NONE,
                           .arrived_ms = day,
                           .since_ms = day,
                           .departed_ms = day + HOUR_MS,
                           .left_ms = TIME_NONE,
                           .pos = {387300000, 1254000000}};
    struct engine_voyage v = {.mmsi = 445000001,
                              .imo = 9999993,
                              .name = "EXAMPLE TRADER",
                              .from = &nampo,
                              .to = &shidao};
    v.voyage = (struct voyage){.departed_ms = day + HOUR_MS,
                               .arrived_ms = day + 20 * HOUR_MS,
                               .distance_m = 1852 * 150.26,
                               .longest_gap_ms = HOUR_MS,
                               .draught_arrival_dm = 61,
                               .destination_count = 2,
                               .destinations = {"CN SHD", "SHIDAO"}};
    assert_int_equal(store_batch_call(b, &c), 0);
    assert_int_equal(store_batch_voyage(b, &v), 0);
    assert_int_equal(store_submit(s, b), 0);
    assert_true(store_flush(s, 10000));
    assert_int_equal(command(w, "calls --state DIR --csv"), CMD_DONE);
    assert_string_equal(
        w->output,
        "record,mmsi,imo,name,port,port_name,to,to_name,entered_at,arrived_at,"
        "departed_at,left_at,kind,confidence,lat,lon,draught_m,draught_to_m,"
        "distance_nm,longest_gap_h,destinations\n"
        "call,445000001,9999993,EXAMPLE TRADER,KPNAM,\"Nampo, \"\"old\"\" quay\",,,,"
        "2024-03-20T00:00:00Z,2024-03-20T01:00:00Z,,anchorage,3,38.73,125.4,,,,,\n"
        "voyage,445000001,9999993,EXAMPLE TRADER,KPNAM,\"Nampo, \"\"old\"\" quay\",CNSHD,"
        "Shidao,,2024-03-20T20:00:00Z,2024-03-20T01:00:00Z,,,,,,,6.1,150.3,1,"
        "CN SHD; SHIDAO\n");
    assert_int_equal(command(w, "calls --state DIR --csv --port CN* trader"), CMD_DONE);
    const char *row = strchr(w->output, '\n') + 1;
    assert_string_equal(row, "voyage,445000001,9999993,EXAMPLE TRADER,KPNAM,\"Nampo, "
                             "\"\"old\"\" quay\",CNSHD,Shidao,,2024-03-20T20:00:00Z,"
                             "2024-03-20T01:00:00Z,,,,,,,6.1,150.3,1,CN SHD; SHIDAO\n");
    assert_int_equal(command(w, "calls --state DIR --json 9999993"), CMD_DONE);
    assert_int_equal(line_count(w->output), 2);
    assert_int_equal(command(w, "calls --state DIR 123"), CMD_DONE);
    assert_int_equal(line_count(w->output), 0);
    /* The output is JSON where it is no terminal. */
    assert_int_equal(command(w, "calls --state DIR"), CMD_DONE);
    assert_int_equal(w->output[0], '{');
    store_close(s);
}

/* There are 80 columns without a terminal: texts that may be cut are cut with a sign;
 * the others are whole. */
static void test_grid(void **state)
{
    static const char *const names[] = {"~NAME", ">N", "WHOLE"};
    static const char *const rows[2][3] = {
        {"a name of many more words than there is room for on one line of a terminal",
         "7", "2024-03-25 18:04"},
        {"h\303\251lo\303\257se", "1234", NULL},
    };
    struct world *w = *state;
    struct cmd_grid g;
    FILE *out = tmpfile();
    assert_non_null(out);
    cmd_grid_init(&g, names, 3);
    assert_int_equal(cmd_grid_add(&g, rows[0]), 0);
    assert_int_equal(cmd_grid_add(&g, rows[1]), 0);
    int before = divert(stdout, out);
    cmd_grid_print(&g);
    restore(stdout, before);
    cmd_grid_finish(&g);
    read_back(out, w->output, sizeof w->output);
    char wanted[512];
    snprintf(wanted, sizeof wanted, "%-58s%4s  %s\n%s\342\200\246  %4s  %s\n%s%*s%4s  \n",
             "NAME", "N", "WHOLE",
             "a name of many more words than there is room for on one", "7",
             "2024-03-25 18:04", rows[1][0], 58 - 7, "", "1234");
    assert_string_equal(w->output, wanted);
}

static void test_wrong_usage(void **state)
{
    static const struct {
        const char *line, *says;
        int status;
    } cases[] = {
        /* clang-format off */
        {"alerts",                               "-c FILE and --state",  CMD_USAGE},
        {"alerts -c x --state DIR",              "-c FILE and --state",  CMD_USAGE},
        {"alerts --state DIR --since yesterday", "'yesterday' is neither", CMD_USAGE},
        {"alerts --state DIR word",              "'word'",               CMD_USAGE},
        {"alerts --nonsense",                    "nonsense",             CMD_USAGE},
        {"alerts --state DIR",                   "no database in",       CMD_FAILED},
        {"alerts --state /nowhere/at/all",       "no database in",       CMD_FAILED},
        {"calls --state DIR",                    "no database in",       CMD_FAILED},
        {"calls --state DIR --since 5parsec",    "'5parsec'",            CMD_USAGE},
        {"redeliver --state DIR",                "--dead",               CMD_USAGE},
        {"acknowledge --state DIR",              "by ID",                CMD_USAGE},
        {"acknowledge --state DIR 01 --verdict x", "confirmed, explained, false", CMD_USAGE},
        {"acknowledge --state DIR 01 --undo --note x", "neither",        CMD_USAGE},
        {"acknowledge --state /nowhere 01",      "/nowhere",             CMD_FAILED},
        {"redeliver --state DIR --dead 0123",    "--dead",               CMD_USAGE},
        {"redeliver --state DIR --dead",         "no database in",       CMD_FAILED},
        {"redeliver --dead",                     "-c FILE and --state",  CMD_USAGE},
        /* clang-format on */
    };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status = command(w, cases[i].line);
        if (status != cases[i].status || strstr(w->errors, cases[i].says) == NULL ||
            w->output[0] != '\0')
            fail_msg("%s: %d: %s", cases[i].line, status, w->errors);
    }
}

static void test_help(void **state)
{
    struct world *w = *state;
    assert_int_equal(command(w, "alerts --help"), CMD_DONE);
    assert_non_null(strstr(w->output, "--follow"));
    assert_int_equal(command(w, "calls --help"), CMD_DONE);
    assert_non_null(strstr(w->output, "--csv"));
    assert_int_equal(command(w, "redeliver --help"), CMD_DONE);
    assert_non_null(strstr(w->output, "--webhook"));
}

/* Reads lines until there are n; the child's stdout is a pipe. */
static void read_lines(FILE *f, size_t n)
{
    char line[4096];
    for (size_t i = 0; i < n; i++)
        assert_non_null(fgets(line, sizeof line, f));
}

static void test_follow(void **state)
{
    struct world *w = *state;
    struct store *s = fixture_open(w->directory);
    put_alerts(s, 0, 3);
    store_close(s); /* no connection may be open over a fork */
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    fflush(stdout);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char name[] = "alerts", option[] = "--state", follow[] = "--follow";
        char *argv[] = {name, option, w->directory, follow, NULL};
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        _exit(cmd_main(4, argv));
    }
    close(fds[1]);
    FILE *f = fdopen(fds[0], "r");
    assert_non_null(f);
    s = fixture_open(w->directory);
    read_lines(f, 3);
    put_alerts(s, 3, 5);
    read_lines(f, 2);
    put_alerts(s, 5, 6);
    read_lines(f, 1);
    fclose(f); /* nobody reads any more: the command ends */
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) || WTERMSIG(status) == SIGPIPE);
    store_close(s);
}

#define WITH(name) TEST_WITH(name, setup, teardown)
TEST_MAIN(NULL, NULL, WITH(test_alerts), WITH(test_redeliver), WITH(test_acknowledge),
          WITH(test_calls), WITH(test_grid), WITH(test_wrong_usage), WITH(test_help),
          WITH(test_follow))
