/* SPDX-License-Identifier: Apache-2.0 */
/* The name of a client at a broker that allows one connection a name. */
#include "lookout/net/client_id.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "lookout/base/hash.h"

enum { SEED_BYTES = 32, PATH_BYTES = 4096 };

static void make_seed(char ret_seed[SEED_BYTES])
{
    uint64_t random[2] = {0};
    if (uv_random(NULL, NULL, random, sizeof random, 0, NULL) != 0)
        random[0] = uv_hrtime();
    snprintf(ret_seed, SEED_BYTES, "%016" PRIx64, random[0] ^ random[1]);
}

static bool read_seed(const char *path, char ret_seed[SEED_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, ret_seed, SEED_BYTES - 1);
    close(fd);
    if (n < 16)
        return false;
    ret_seed[16] = '\0';
    return strspn(ret_seed, "0123456789abcdef") == 16;
}

/* A file that a crash left short is written again. */
static void write_seed(const char *path, const char *seed)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    (void)!write(fd, seed, strlen(seed));
    (void)!fsync(fd);
    close(fd);
}

void client_id_make(const char *directory, const char *use, char ret_id[CLIENT_ID_BYTES])
{
    char path[PATH_BYTES], seed[SEED_BYTES];
    snprintf(path, sizeof path, "%s/client-id", directory != NULL ? directory : "");
    if (directory == NULL || !read_seed(path, seed)) {
        make_seed(seed);
        if (directory != NULL)
            write_seed(path, seed);
    }
    snprintf(ret_id, CLIENT_ID_BYTES, "lookoutd-%016" PRIx64,
             hash_text(use, hash_text(seed, 0)));
}
