/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for keys. Locking may be refused (RLIMIT_MEMLOCK): then the page may be swapped
 * out, which is no reason to go without the key. */
#define _DEFAULT_SOURCE /* MADV_DONTDUMP, MADV_WIPEONFORK, MAP_ANONYMOUS */
#include "lookout/sys/keymem.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static size_t round_up(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

void *keymem_alloc(size_t bytes)
{
    size_t n = round_up(bytes != 0 ? bytes : 1);
    void *memory =
        mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    (void)mlock(memory, n);
    (void)madvise(memory, n, MADV_DONTDUMP);
    (void)madvise(memory, n, MADV_WIPEONFORK);
#if !defined(__SANITIZE_ADDRESS__) /* its search for leaks looks from outside */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    return memory;
}

void keymem_free(void *memory, size_t bytes)
{
    if (memory == NULL)
        return;
    OPENSSL_cleanse(memory, bytes);
    (void)munmap(memory, round_up(bytes != 0 ? bytes : 1));
}
