/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON Schema of alerts: what is common to all of them stands in
 * ALERTDOC_COMMON, the types and their members come from the tables
 * of the kinds of rules. */
#ifndef ALERTDOC_H
#define ALERTDOC_H

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

/* config/schema/alert.schema.json, appended; `common` is the path of the common part. */
MUST_CHECK int alertdoc_schema(const char *common, struct buf *out);
#define ALERTDOC_COMMON "tests/data/schema/alert.common.json"

#endif
