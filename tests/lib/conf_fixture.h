/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations given as a text, in a directory with the files that they name. */
#ifndef CONF_FIXTURE_H
#define CONF_FIXTURE_H

#include "lib/tempdir.h"
#include "lib/testlib.h"
#include "lookout/conf/conf.h"

/* In desk.secret: base64 of "01234567890123456789012345678901", by coreutils' base64. */
#define SECRET_TEXT "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
#define SECRET_BYTES "01234567890123456789012345678901"

/* How a webhook begins. */
#define HOOK "webhooks:\n  - {id: h, url: \"https://desk.example.org/\", "

/* ports.csv, zones.geojson, nampo.geojson, watch.csv, desk.secret, siem-token. */
extern struct tempdir conf_fixture_dir;

int conf_fixture_set_up(void **state);
int conf_fixture_tear_down(void **state);
#define CONF_TEST(name) TEST_WITH(name, conf_fixture_set_up, conf_fixture_tear_down)
/* As the configuration config.yaml of that directory. */
int conf_fixture_load(const char *text, struct conf **ret_conf,
                      struct conf_report *report);
/* One without a fault, to be destroyed by the caller. */
struct conf *conf_fixture_good(const char *text);
/* The lines of a text that is refused (or warned of), without the directory; to be freed
 * by the caller. */
char *conf_fixture_lines(const char *text, int expected);
void assert_has(const char *text, const char *part);

#endif
