/* SPDX-License-Identifier: Apache-2.0 */
/* Gives files that root created to the owner of their directory. */
#include "lookout/sys/owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

/* The owner of the directory may put links there, so the opened file itself is given, not
 * its name. */
static void give_entry(int directory, const char *name, const struct stat *owner,
                       bool is_below);

static void give_entries(int directory, const struct stat *owner, bool is_below)
{
    DIR *entries = fdopendir(directory);
    const struct dirent *entry;
    if (entries == NULL) {
        close(directory);
        return;
    }
    while ((entry = readdir(entries)) != NULL)
        if (entry->d_name[0] != '.')
            give_entry(dirfd(entries), entry->d_name, owner, is_below);
    closedir(entries);
}

static void give_entry(int directory, const char *name, const struct stat *owner,
                       bool is_below)
{
    struct stat st;
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    bool is_known = fstat(fd, &st) == 0;
    bool is_directory = is_known && S_ISDIR(st.st_mode);
    bool is_ours = is_known && st.st_uid == 0 &&
                   (is_directory || (S_ISREG(st.st_mode) && st.st_nlink == 1));
    /* A file that cannot be given stays: the command itself has succeeded. */
    if (is_ours && fchown(fd, owner->st_uid, owner->st_gid) != 0)
        is_ours = false;
    if (is_directory && !is_below)
        give_entries(fd, owner, true);
    else
        close(fd);
}

void owner_give(const char *directory)
{
    struct stat owner;
    int fd = geteuid() == 0 ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    if (fstat(fd, &owner) == 0 && owner.st_uid != 0)
        give_entries(fd, &owner, false);
    else
        close(fd);
}
