/* SPDX-License-Identifier: Apache-2.0 */
/* How fast sentences become structs and JSON, as ratios in one run over one file: the
 * floor is a newline scan and an XOR over every sentence; beside it Debian's gpsdecode
 * where it is installed. The traffic is generated: the mix of types of a coastal network
 * (kystverket-1000.nm4: 84 % types 1-3, 14 % type 5, 2 % class B). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/aisgen.h"
#include "lookout/ais/ais.h"

enum { MESSAGES = 200000, ROUNDS = 5 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void make_message(uint64_t *random, struct aisgen_bits *b)
{
    unsigned dice = next_random(random) % 100;
    uint32_t mmsi = 200000000 + next_random(random) % 5000;
    struct aisgen_position p = {.type = dice < 60 ? 1 : 3,
                                .mmsi = mmsi,
                                .lat = next_random(random) % 1700000 / 1e4 - 85,
                                .lon = next_random(random) % 3600000 / 1e4 - 180,
                                .sog = next_random(random) % 200 / 10.0,
                                .cog = next_random(random) % 3600 / 10.0,
                                .heading = (int)(next_random(random) % 360),
                                .second = (int)(next_random(random) % 60)};
    struct aisgen_static s = {.mmsi = mmsi,
                              .imo = 9999993,
                              .callsign = "DSXX9",
                              .name = "EXAMPLE TRADER",
                              .destination = "KR PUS >> KR INC",
                              .ship_type = 70,
                              .to_bow = 60,
                              .to_stern = 20,
                              .to_port = 7,
                              .to_starboard = 5,
                              .draught = 5.6,
                              .month = 11,
                              .day = 23,
                              .hour = 6};
    if (dice < 84) {
        aisgen_position(&p, b);
    } else if (dice < 98) {
        aisgen_static5(&s, b);
    } else if (dice < 99) {
        p.type = 18;
        aisgen_position(&p, b);
    } else {
        aisgen_static24a(&s, b);
    }
}

static char *make_traffic(size_t *ret_n)
{
    char *text = malloc((size_t)MESSAGES * 128);
    uint64_t random = 1;
    size_t n = 0;
    for (int i = 0; i < MESSAGES; i++) {
        struct aisgen_bits b;
        char sentences[AISGEN_TEXT_BYTES];
        make_message(&random, &b);
        aisgen_sentences(&b, "AIVDM", i % 10, i % 2 == 0 ? 'A' : 'B', sentences);
        size_t length = strlen(sentences);
        memcpy(text + n, sentences, length);
        n += length;
    }
    *ret_n = n;
    return text;
}

static unsigned checksum(const char *at, const char *end)
{
    unsigned sum = 0;
    for (; at < end; at++)
        sum ^= (unsigned char)*at;
    return sum;
}

static size_t run_floor(const char *text, size_t n)
{
    size_t sum = 0;
    for (const char *end = text + n; text < end;) {
        const char *eol = memchr(text, '\n', (size_t)(end - text));
        sum += checksum(text + 1, eol - 4);
        text = eol + 1;
    }
    return sum;
}

enum stage { STAGE_ARMOR, STAGE_DECODE, STAGE_REPORT, STAGE_JSON };

struct reading {
    enum stage stage;
    struct ais_bits bits;
    struct buf json;
    size_t sum;
};

static void read_message(struct reading *r)
{
    struct ais_message m;
    struct report report;
    if (r->stage == STAGE_ARMOR || ais_decode(&r->bits, &m) != 0)
        return;
    r->sum += (size_t)m.values[m.count - 1];
    if (r->stage == STAGE_REPORT && report_from_message(&m, &report) == 0)
        r->sum += report.has;
    if (r->stage == STAGE_JSON) {
        if (r->json.length > 60000)
            buf_clear(&r->json);
        if (ais_message_json(&m, NULL, true, &r->json) == 0)
            r->sum += r->json.length;
    }
}

/* A sentence as generated above: its parts follow one another. */
static void read_sentence(struct reading *r, const char *at, const char *eol)
{
    const char *star = eol - 4;
    if (*star != '*')
        abort();
    unsigned sum = checksum(at + 1, star);
    unsigned high = (unsigned char)star[1], low = (unsigned char)star[2];
    unsigned said = (high <= '9' ? high - '0' : high - 'A' + 10) << 4 |
                    (low <= '9' ? low - '0' : low - 'A' + 10);
    if (sum != said)
        abort();
    const char *payload = at + (at[11] == ',' ? 14 : 15);
    if (at[9] == '1')
        ais_bits_clear(&r->bits);
    if (armor_add(payload, (size_t)(star - 2 - payload), (unsigned)(star[-1] - '0'),
                  &r->bits) != 0)
        abort();
    if (at[9] == at[7])
        read_message(r);
}

static size_t run_reading(const char *text, size_t n, enum stage stage)
{
    static struct reading r;
    memset(&r, 0, sizeof r);
    r.stage = stage;
    for (const char *end = text + n; text < end;) {
        const char *eol = memchr(text, '\n', (size_t)(end - text));
        read_sentence(&r, text, eol);
        text = eol + 1;
    }
    buf_finish(&r.json);
    return r.sum;
}

static volatile size_t sink;

/* The best of some rounds, in seconds; stage < 0: the floor. */
static double time_stage(const char *text, size_t n, int stage)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now_s();
        sink = stage < 0 ? run_floor(text, n) : run_reading(text, n, (enum stage)stage);
        double took = now_s() - begin;
        if (took < best)
            best = took;
    }
    return best;
}

static double time_command(const char *command)
{
    double best = 1e9;
    for (int round = 0; round < 3; round++) {
        double begin = now_s();
        if (system(command) != 0)
            return -1;
        double took = now_s() - begin;
        if (took < best)
            best = took;
    }
    return best;
}

static void print_figure(const char *name, double value, const char *unit,
                         const char *bounds)
{
    printf("{\"bench\":\"%s\",\"value\":%.2f,\"unit\":\"%s\"%s}\n", name, value, unit,
           bounds);
}

static void compare_with_gpsdecode(const char *text, size_t n, double json_s)
{
    char path[] = "/tmp/lookout-bench-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || system("command -v gpsdecode >/dev/null 2>&1") != 0)
        return;
    FILE *f = fdopen(fd, "w");
    fwrite(text, 1, n, f);
    fclose(f);
    char command[512];
    snprintf(command, sizeof command, "gpsdecode -j <%s >/dev/null 2>&1", path);
    double gpsd = time_command(command);
    print_figure("decode_json_in_process", gpsd / json_s, "x gpsdecode -j", "");
    const char *binary = getenv("LOOKOUT_BIN");
    snprintf(command, sizeof command, "%s decode %s >/dev/null 2>&1",
             binary != NULL ? binary : "build/lookoutd", path);
    double ours = time_command(command);
    if (ours > 0)
        print_figure("decode_json", gpsd / ours, "x gpsdecode -j", ",\"must\":4");
    unlink(path);
}

int main(void)
{
    size_t n;
    char *text = make_traffic(&n);
    size_t sentences = 0;
    for (size_t i = 0; i < n; i++)
        sentences += text[i] == '\n';
    double floor_s = time_stage(text, n, -1);
    double armor_s = time_stage(text, n, STAGE_ARMOR);
    double decode_s = time_stage(text, n, STAGE_DECODE);
    double report_s = time_stage(text, n, STAGE_REPORT);
    double json_s = time_stage(text, n, STAGE_JSON);
    double per = 1e9 / (double)sentences;
    fprintf(stderr,
            "ns a sentence: floor %.1f armor %.1f decode %.1f report %.1f json %.1f\n",
            floor_s * per, armor_s * per, decode_s * per, report_s * per, json_s * per);
    print_figure("decode_floor", floor_s * per, "ns/sentence", "");
    print_figure("decode_struct", decode_s / floor_s, "x floor", ",\"must\":8,\"aim\":4");
    print_figure("decode_report", report_s / floor_s, "x floor", "");
    print_figure("decode_json_floor", json_s / floor_s, "x floor", "");
    compare_with_gpsdecode(text, n, json_s);
    free(text);
    return 0;
}
