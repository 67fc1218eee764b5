/* SPDX-License-Identifier: Apache-2.0 */
/* In the table of commands and options, nothing is dead, double or without a
 * description. */
#include <string.h>

#include "daemon/shell/cmd/cmd.h"
#include "lib/testlib.h"

static void test_commands(void **state)
{
    for (size_t i = 0; i < cmd_table_count; i++) {
        const struct cmd *c = &cmd_table[i];
        assert_non_null(c->run);
        assert_true(c->line[0] != '\0' && c->about[0] != '\0' && c->fails[0] != '\0');
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(c->name, cmd_table[k].name);
            assert_ptr_not_equal(c->run, cmd_table[k].run);
        }
    }
}

static void test_options(void **state)
{
    for (size_t i = 0; i < cmd_table_count; i++) {
        const struct cmd_option *first = cmd_table[i].options;
        bool has_config = false;
        for (const struct cmd_option *o = first; o->name != NULL; o++) {
            assert_true(o->help[0] != '\0' && o - first < 16);
            assert_int_equal(o->kind == CMD_FLAG, o->argument == NULL);
            assert_in_range(o->at, 1, sizeof(struct cmd_args) - 1);
            has_config = has_config || strcmp(o->name, "config") == 0;
            for (const struct cmd_option *other = first; other < o; other++)
                assert_true(other->at != o->at && strcmp(other->name, o->name) != 0);
        }
        assert_true(has_config || !cmd_table[i].needs_config);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_commands), TEST(test_options))
