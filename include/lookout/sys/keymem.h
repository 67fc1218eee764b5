/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for keys: pages of their own that are not swapped out, nor in any core dump. */
#ifndef LOOKOUT_KEYMEM_H
#define LOOKOUT_KEYMEM_H

#include <stddef.h>

/* All zero; NULL: out of memory. From the first on nobody without privileges can look
 * into this process, and it leaves no core dump. */
void *keymem_alloc(size_t bytes);
/* Wiped; takes NULL. `bytes` as it was asked for. */
void keymem_free(void *memory, size_t bytes);

#endif
