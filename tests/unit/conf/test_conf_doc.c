/* SPDX-License-Identifier: Apache-2.0 */
/* The man page and the JSON Schemas of configuration and alerts equal what the tables
 * generate. */
#include "lib/testlib.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alertdoc.h"
#include "lib/confdoc.h"

static void compare(const char *path, const struct buf *made, const char *how)
{
    char *text = test_read_file(test_root_path(path), NULL);
    if (text == NULL || strcmp(text, buf_text(made)) != 0)
        fail_msg("%s is not what the tables say: build/conf_doc %s > %s", path, how,
                 path);
    free(text);
}

static void test_man(void **state)
{
    struct buf out = {0};
    assert_int_equal(confdoc_man(&out), 0);
    compare("config/man/lookoutd.yaml.5", &out, "man");
    buf_finish(&out);
}

static void test_schema(void **state)
{
    struct buf out = {0};
    assert_int_equal(confdoc_schema(&out), 0);
    json_t *json = json_loads(buf_text(&out), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    json_decref(json);
    compare("config/schema/lookoutd.yaml.json", &out, "schema");
    buf_finish(&out);
}

static void test_alert_schema(void **state)
{
    struct buf out = {0};
    assert_int_equal(alertdoc_schema(test_root_path(ALERTDOC_COMMON), &out), 0);
    compare("config/schema/alert.schema.json", &out, "alert");
    buf_finish(&out);
}

TEST_MAIN(NULL, NULL, TEST(test_man), TEST(test_schema), TEST(test_alert_schema))
