/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/feedtest.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/aisgen.h"
#include "lib/testlib.h"
#include "lookout/base/time.h"
#include "lookout/sys/clock.h"

struct conf_feed feedtest_conf(const char *id, enum conf_transport transport,
                               const char *address)
{
    static char texts[16][4096];
    static size_t used;
    char *text = texts[used++ % 16];
    snprintf(text, sizeof texts[0], "%s", address);
    static char ids[16][32];
    char *name = ids[used % 16];
    snprintf(name, sizeof ids[0], "%s", id);
    return (struct conf_feed){
        .id = name,
        .transport = transport,
        .address = text,
        .idle_timeout_ms = 120 * SECOND_MS,
        .max_clients = 16,
        .baud = 38400,
        .start_ms = TIME_NONE,
        .silent_after_ms = 10 * MINUTE_MS,
        .definition = used,
    };
}

static void on_data(void *context)
{
    struct feedtest *w = context;
    const struct report *r;
    while (w->stop_after == 0 || w->count < w->stop_after) {
        r = merge_next(w->merge);
        if (r == NULL)
            return;
        if (w->count == w->room) {
            w->room = w->room == 0 ? 256 : w->room * 2;
            w->reports = realloc(w->reports, w->room * sizeof *w->reports);
            assert_non_null(w->reports);
        }
        w->reports[w->count++] =
            (struct feedtest_report){r->mmsi, r->time_ms, uv_now(&w->t.loop)};
    }
    feeds_pause(w->feeds, true);
}

static void on_silence(void *context, size_t feed, bool is_silent, int64_t since_ms)
{
    struct feedtest *w = context;
    (void)feed;
    assert_true(since_ms > 0 && since_ms <= clock_wall_ms());
    w->silences += is_silent;
    w->recoveries += !is_silent;
}

static void on_end(void *context)
{
    ((struct feedtest *)context)->ends++;
}

void feedtest_create(struct feedtest *w, const struct conf_feed *feeds, size_t count)
{
    static const struct feeds_limits limits = {.connect_ms = 5000,
                                               .backoff_min_ms = 10,
                                               .backoff_max_ms = 40,
                                               .follow_ms = 5,
                                               .rest_looks = 4,
                                               .mute_ms = 60000,
                                               .live_pending_bytes = 100000,
                                               .hold_ms = 5};
    struct feeds_sink sink = {on_data, on_silence, on_end, w};
    struct err err;
    memset(w, 0, sizeof *w);
    looptest_init(&w->t);
    w->merge = merge_create();
    assert_non_null(w->merge);
    assert_int_equal(
        feeds_create(&w->t.loop, feeds, count, w->merge, &sink, &w->feeds, &err), 0);
    feeds_set_limits(w->feeds, &limits);
}

void feedtest_open(struct feedtest *w)
{
    struct err err = {0};
    if (feeds_open(w->feeds, &err) != 0)
        fail_msg("%s", err.text);
}

static void on_closed(void *context)
{
    ((struct feedtest *)context)->is_closed = true;
}

static bool is_closed(void *context)
{
    return ((const struct feedtest *)context)->is_closed;
}

void feedtest_finish(struct feedtest *w)
{
    feeds_close(w->feeds, on_closed, w);
    looptest_until(&w->t, is_closed, w);
    merge_destroy(w->merge);
    free(w->reports);
    looptest_finish(&w->t);
}

static bool has_reports(void *context)
{
    const struct feedtest *w = context;
    return w->count >= w->wanted;
}

void feedtest_wait(struct feedtest *w, size_t reports)
{
    w->wanted = reports;
    looptest_until(&w->t, has_reports, w);
}

static bool has_ended(void *context)
{
    return ((const struct feedtest *)context)->ends > 0;
}

void feedtest_wait_end(struct feedtest *w)
{
    looptest_until(&w->t, has_ended, w);
}

struct feed_status feedtest_status(const struct feedtest *w, size_t feed)
{
    struct feed_status status;
    feeds_status(w->feeds, feed, &status);
    return status;
}

struct conf_cidr feedtest_cidr4(uint32_t address, uint8_t prefix)
{
    struct conf_cidr c = {.family = 4, .prefix = prefix};
    address = htonl(address);
    memcpy(c.bytes, &address, 4);
    return c;
}

void feedtest_send(uint16_t port, const void *bytes, size_t n)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(sendto(fd, bytes, n, 0, (const struct sockaddr *)&to, sizeof to),
                     (ssize_t)n);
    close(fd);
}

static void add_sentences(struct buf *out, const struct aisgen_bits *bits, int64_t time_s,
                          int group)
{
    char text[AISGEN_TEXT_BYTES];
    struct aisgen_tag tag = {.station = "test", .time_s = time_s, .group = group};
    if (time_s > 0)
        aisgen_tagged(bits, "AIVDM", group % 10, 'A', &tag, text);
    else
        aisgen_sentences(bits, "AIVDM", 1, 'A', text);
    assert_int_equal(buf_add_text(out, text), 0);
}

void feedtest_line(struct buf *out, uint32_t mmsi, int64_t time_s)
{
    feedtest_copy(out, mmsi, time_s, time_s);
}

void feedtest_copy(struct buf *out, uint32_t mmsi, int64_t time_s, int64_t heard_s)
{
    struct aisgen_bits bits;
    struct aisgen_position p = {.type = 1,
                                .mmsi = mmsi,
                                .lat = 35.1 + (double)(mmsi % 1000) / 1000,
                                .lon = 129.0 + (double)(time_s % 3600) / 3600,
                                .sog = 12.3,
                                .cog = 231.0,
                                .heading = 230,
                                .second = 60};
    aisgen_position(&p, &bits);
    add_sentences(out, &bits, heard_s, 0);
}

void feedtest_static(struct buf *out, uint32_t mmsi, int64_t time_s)
{
    struct aisgen_bits bits;
    struct aisgen_static s = {.mmsi = mmsi,
                              .imo = 9999993,
                              .callsign = "HMXX",
                              .name = "EXAMPLE TRADER",
                              .destination = "NAMPO",
                              .ship_type = 70,
                              .hour = 24,
                              .minute = 60};
    aisgen_static5(&s, &bits);
    add_sentences(out, &bits, time_s, (int)(mmsi % 1000) + 1);
}

void feedtest_recording(struct buf *out, unsigned count, uint32_t ship)
{
    for (unsigned i = 0; i < count; i++) {
        if (i % 5 == 4)
            feedtest_static(out, ship + i % 40, FEEDTEST_BEGIN_S + i);
        else
            feedtest_line(out, ship + i % 40, FEEDTEST_BEGIN_S + i);
        if (i % 97 == 0)
            assert_int_equal(buf_add_text(out, "rubbish\r\n"), 0);
    }
}

void feedtest_run_whole(struct feedtest *w, const struct conf_feed *confs, size_t count)
{
    feedtest_create(w, confs, count);
    feedtest_open(w);
    feedtest_wait_end(w);
    assert_int_equal(w->ends, 1);
    assert_null(merge_next(w->merge));
}

/* --- files --- */

static char directory[256];

const char *feedtest_path(const char *name)
{
    static char paths[8][512];
    static size_t used;
    if (directory[0] == '\0') {
        const char *parent = getenv("TMPDIR");
        snprintf(directory, sizeof directory, "%s/lookout-feed-XXXXXX",
                 parent == NULL ? "/tmp" : parent);
        assert_non_null(mkdtemp(directory));
    }
    char *path = paths[used++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

const char *feedtest_file(const char *name, const void *bytes, size_t n)
{
    const char *path = feedtest_path(name);
    unlink(path);
    feedtest_append(path, bytes, n);
    return path;
}

void feedtest_append(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "ab");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

int feedtest_remove_files(void **state)
{
    if (directory[0] == '\0')
        return 0;
    DIR *dir = opendir(directory);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            unlink(feedtest_path(entry->d_name));
    if (dir != NULL)
        closedir(dir);
    return rmdir(directory);
}
