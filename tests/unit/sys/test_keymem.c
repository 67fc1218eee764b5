/* SPDX-License-Identifier: Apache-2.0 */
/* Keys are locked in memory, left out of core dumps, and wiped. The kernel describes
 * the page in /proc/self/smaps (proc(5): "lo" locked, "dd" not in core dumps, "wf"
 * wiped on fork). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/testlib.h"
#include "lookout/sys/keymem.h"

/* Returns the VmFlags of the mapping that holds the address. */
static void read_flags(const void *address, char ret_flags[256])
{
    char line[512];
    bool is_it = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    assert_non_null(f);
    ret_flags[0] = '\0';
    while (fgets(line, sizeof line, f) != NULL) {
        uintptr_t begin, end;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2)
            is_it = (uintptr_t)address >= begin && (uintptr_t)address < end;
        else if (is_it && strncmp(line, "VmFlags:", 8) == 0)
            snprintf(ret_flags, 256, "%.200s", line + 8);
    }
    fclose(f);
}

static void test_pages(void **state)
{
    char flags[256];
    (void)state;
    char *key = keymem_alloc(33);
    assert_non_null(key);
    for (size_t i = 0; i < 33; i++)
        assert_int_equal(key[i], 0);
    memset(key, 'k', 33);
    read_flags(key, flags);
    if (flags[0] != '\0') { /* kernels without smaps show nothing */
        assert_non_null(strstr(flags, " dd"));
        assert_non_null(strstr(flags, " wf"));
    }
#if !defined(__SANITIZE_ADDRESS__)
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
#endif
    /* A child whose exec failed has no key. */
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(key[0] == 0 ? 0 : 1);
    int status = 1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(key[32], 'k');
    keymem_free(key, 33);
    keymem_free(NULL, 0);
}

TEST_MAIN(NULL, NULL, TEST(test_pages))
