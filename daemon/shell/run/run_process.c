/* SPDX-License-Identifier: Apache-2.0 */
/* The common process_* metrics of Prometheus' client libraries, from /proc/self. Values
 * that cannot be read are left out. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "run_int.h"

/* Fields of /proc/self/stat, counted from 1 (proc(5)). */
enum {
    STAT_STATE = 3,
    STAT_UTIME = 14,
    STAT_STIME,
    STAT_START = 22,
    STAT_VSIZE,
    STAT_RSS
};

struct process {
    double cpu_s, start_s, virtual_bytes, resident_bytes;
};

/* The program's name, field 2, is in parentheses and may contain any character: field 3
 * follows its last parenthesis. */
static bool read_stat(double ret_fields[STAT_RSS + 1])
{
    char text[1024];
    FILE *f = fopen("/proc/self/stat", "re");
    if (f == NULL)
        return false;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    char *at = strrchr(text, ')');
    if (at == NULL)
        return false;
    char *save = NULL, *word = strtok_r(at + 1, " ", &save);
    for (int field = STAT_STATE; field <= STAT_RSS; field++) {
        if (word == NULL)
            return false;
        double value = 0;
        (void)sscanf(word, "%lf", &value);
        ret_fields[field] = value;
        word = strtok_r(NULL, " ", &save);
    }
    return true;
}

/* The time when the machine started, in seconds since 1970. */
static double boot_s(void)
{
    struct timespec now, up;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0 ||
        clock_gettime(CLOCK_BOOTTIME, &up) != 0)
        return 0;
    return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
}

static bool read_process(struct process *ret)
{
    double field[STAT_RSS + 1];
    double ticks = (double)sysconf(_SC_CLK_TCK), page = (double)sysconf(_SC_PAGESIZE);
    if (ticks <= 0 || !read_stat(field))
        return false;
    *ret = (struct process){
        .cpu_s = (field[STAT_UTIME] + field[STAT_STIME]) / ticks,
        .start_s = boot_s() + field[STAT_START] / ticks,
        .virtual_bytes = field[STAT_VSIZE],
        .resident_bytes = field[STAT_RSS] * page,
    };
    return true;
}

/* Open descriptors, less the one that counts them; -1: not known. */
static int count_fds(void)
{
    int count = -1;
    DIR *d = opendir("/proc/self/fd");
    if (d == NULL)
        return -1;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        count += e->d_name[0] != '.';
    closedir(d);
    return count;
}

int run_process_metrics(struct buf *out)
{
    struct process p;
    struct rlimit limit;
    int fds = count_fds();
    bool has_limit = getrlimit(RLIMIT_NOFILE, &limit) == 0;
    bool has_process = read_process(&p);
    const struct {
        const char *name, *type, *text;
        bool is_known;
        double value;
    } rows[] = {
        /* clang-format off */
        {"process_cpu_seconds_total", "counter", "User and system time.", has_process, has_process ? p.cpu_s : 0},
        {"process_resident_memory_bytes", "gauge", "Memory in use.", has_process, has_process ? p.resident_bytes : 0},
        {"process_virtual_memory_bytes", "gauge", "Address space in use.", has_process, has_process ? p.virtual_bytes : 0},
        {"process_start_time_seconds", "gauge", "When the process started, since 1970.", has_process, has_process ? p.start_s : 0},
        {"process_open_fds", "gauge", "Open file descriptors.", fds >= 0, fds},
        {"process_max_fds", "gauge", "The most file descriptors that may be open.", has_limit, has_limit ? (double)limit.rlim_cur : 0},
        /* clang-format on */
    };
    int rc = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && rc == 0; i++) {
        if (!rows[i].is_known)
            continue;
        rc = metric_family(out, rows[i].name, rows[i].type, rows[i].text);
        if (rc == 0)
            rc = metric_sample(out, rows[i].name, NULL, NULL, rows[i].value);
    }
    return rc;
}
