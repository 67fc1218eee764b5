/* SPDX-License-Identifier: Apache-2.0 */
/* What the store's tests share: a directory of their own, alerts of invented ships. */
#ifndef LOOKOUT_TEST_STORE_FIXTURE_H
#define LOOKOUT_TEST_STORE_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/alert/alert.h"
#include "lookout/store/store.h"

/* A fresh directory below $TMPDIR or /tmp; the path is static until the next call. */
const char *fixture_directory(void);
/* Remove it with all that is in it (one level). */
void fixture_remove(const char *directory);
/* Open for writing with the default options; fails the test otherwise. */
struct store *fixture_open(const char *directory);
/* Alert number `n`: its id is the hash of n, its body `body_bytes` long (at least 200)
 * and valid JSON. The body is owned by the caller (free). */
void fixture_alert(uint64_t n, size_t body_bytes, struct alert *ret_alert);
/* The same id as fixture_alert's. */
void fixture_id(uint64_t n, char ret_id[HASH_ID_BYTES]);

#endif
