/* SPDX-License-Identifier: Apache-2.0 */
/* Every webhook of a configuration is served, however many there are: each has a row of
 * an alert in the outbox, up to the number that `check` accepts. */
#include "lib/conf_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/store_fixture.h"
#include "lookout/base/buf.h"
#include "lookout/run/pipeline.h"

static int count_row(void *context, const struct store_pending *row)
{
    (void)row;
    ++*(size_t *)context;
    return 0;
}

/* The caller frees the text. */
static char *many_webhooks(int count)
{
    struct buf text = {0};
    assert_int_equal(buf_add_text(&text, "webhooks:\n"), 0);
    for (int i = 0; i < count; i++)
        assert_int_equal(
            buf_printf(&text, "  - {id: w%d, url: \"http://127.0.0.1/\"}\n", i), 0);
    return buf_take(&text);
}

static void test_many_webhooks(void **state)
{
    enum { WEBHOOKS = 70 };
    char *text = many_webhooks(WEBHOOKS);
    struct conf *conf = conf_fixture_good(text);
    const char *directory = fixture_directory();
    struct store *store = fixture_open(directory);
    struct pipeline pipeline;
    struct err err = {0};
    struct alert alert;
    assert_int_equal(pipeline_init(&pipeline, conf, &err), 0);
    pipeline.store = store;
    fixture_alert(1, 300, &alert);
    assert_int_equal(pipeline_alert(&pipeline, &alert), 0);
    assert_int_equal(pipeline_commit(&pipeline, true), 0);
    assert_true(store_flush(store, 10000));
    struct store_reader *reader = NULL;
    assert_int_equal(store_reader_open(directory, &reader, &err), 0);
    for (int i = 0; i < WEBHOOKS; i++) {
        char id[20];
        size_t rows = 0;
        snprintf(id, sizeof id, "w%d", i);
        assert_int_equal(store_reader_pending(reader, id, 0, 10, count_row, &rows), 0);
        assert_int_equal(rows, 1);
    }
    store_reader_close(reader);
    pipeline_finish(&pipeline);
    store_close(store);
    conf_destroy(conf);
    fixture_remove(directory);
    free(text);
}

/* The error names the limit. */
static void test_too_many_webhooks(void **state)
{
    char *text = many_webhooks(CONF_WEBHOOKS_MAX + 1);
    char *lines = conf_fixture_lines(text, -2 /* ERR_INVALID */);
    assert_has(lines, "webhooks: the list is too long: 1001 of at most 1000");
    free(lines);
    free(text);
}

TEST_MAIN(conf_fixture_set_up, conf_fixture_tear_down, TEST(test_many_webhooks),
          TEST(test_too_many_webhooks))
