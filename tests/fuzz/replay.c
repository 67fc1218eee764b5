/* SPDX-License-Identifier: Apache-2.0 */
/* A plain main for a fuzz target: feeds it every file below the folders named, in order
 * of name, and says so in TAP. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return -1;
    size_t size = 0, room = 1 << 16;
    uint8_t *data = malloc(room);
    while (data != NULL) {
        size += fread(data + size, 1, room - size, f);
        if (size < room)
            break;
        room *= 2;
        uint8_t *more = realloc(data, room);
        if (more == NULL)
            free(data);
        data = more;
    }
    fclose(f);
    if (data == NULL)
        return -1;
    /* A copy of the exact size, so that a sanitizer sees a read past the end. */
    uint8_t *exact = malloc(size != 0 ? size : 1);
    if (exact != NULL) {
        memcpy(exact, data, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    free(data);
    return exact != NULL ? 0 : -1;
}

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **names = NULL;
        int n = scandir(argv[i], &names, NULL, alphasort);
        for (int k = 0; k < n; k++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], names[k]->d_name);
            if (names[k]->d_name[0] != '.' && replay_file(path) == 0)
                files++;
            free(names[k]);
        }
        free(names);
    }
    if (files == 0) {
        printf("1..1\nnot ok 1 - the corpus is empty\n");
        return 1;
    }
    printf("1..1\nok 1 - %d inputs replayed\n", files);
    return 0;
}
