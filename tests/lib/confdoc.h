/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration's tables as a man page and as a JSON Schema. */
#ifndef CONFDOC_H
#define CONFDOC_H

#include "lookout/base/buf.h"

/* lookoutd.yaml(5), appended. */
MUST_CHECK int confdoc_man(struct buf *out);
/* JSON Schema (2020-12) for editors, appended. It is wider than the reader: what only the
 * reader can know (units, references, what goes with what) is left to `lookoutd check`.
 */
MUST_CHECK int confdoc_schema(struct buf *out);

#endif
