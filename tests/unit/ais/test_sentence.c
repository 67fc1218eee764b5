/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests sentences, the text behind them, and $PGHP. The sentences come from
 * the published samples of gpsd, libais and AisLib. */
#include <string.h>

#include "daemon/core/ais/sentence_int.h"
#include "lib/testlib.h"
#include "lookout/base/time.h"

static enum sentence_kind read(const char *text, struct sentence *s)
{
    return sentence_read(text, text + strlen(text), true, s);
}

static void test_fields(void **state)
{
    struct sentence s;
    assert_int_equal(read("!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A", &s),
                     SENTENCE_AIS);
    assert_int_equal(s.total, 1);
    assert_int_equal(s.part, 1);
    assert_int_equal(s.sequence, -1);
    assert_int_equal(s.channel, 'A');
    assert_int_equal(s.payload_n, 28);
    assert_int_equal(s.fill, 0);
    assert_int_equal(s.sum, 0x4A);
    assert_int_equal(s.suffix_n, 0);
    assert_int_equal(read("!BSVDM,2,2,3,A,00000000000,2*3E", &s), SENTENCE_AIS);
    assert_int_equal(s.sequence, 3);
    assert_int_equal(s.fill, 2);
    /* Any talker; AisLib's sample has "--". The channel may be empty. */
    const char *dashes = "!--VDM,1,1,,A,802R5Ph0Bkgh@@a8Q@tpRAHD2Wwwwwwwwk7Owwwwwwwwww"
                         "wwwwwwwwwwwwt,2*79";
    assert_int_equal(read(dashes, &s), SENTENCE_AIS);
    assert_int_equal(read("!AIVDM,2,2,1,,88888888888,2*6C", &s), SENTENCE_AIS);
    assert_int_equal(s.channel, '\0');
    assert_int_equal(read("!BSVDO,2,2,2,A,0000,0*0F", &s), SENTENCE_AIS);
}

static void test_kinds(void **state)
{
    static const struct {
        const char *text;
        enum sentence_kind kind;
    } rows[] = {
        {"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4B", SENTENCE_BAD_SUM},
        {"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4", SENTENCE_BAD_SUM},
        {"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*zz", SENTENCE_BAD_SUM},
        {"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0", SENTENCE_NO_SUM},
        {"!AIVDM,1,1,,A,15RTgt0P!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A",
         SENTENCE_NO_SUM},
        {"$GPGGA,092204.999,4250.5589,S,14718.5084,E,1,04,24.4,19.7,M,,,,0000*1F",
         SENTENCE_OTHER},
        {"$PFOO,INVALID", SENTENCE_OTHER},
        {"!", SENTENCE_NONE},
        {"$12 for the boat", SENTENCE_NONE},
        {"!AIVDM", SENTENCE_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sentence s;
        enum sentence_kind kind = read(rows[i].text, &s);
        if (kind != rows[i].kind)
            fail_msg("%s: %d", rows[i].text, (int)kind);
    }
}

/* The checksums are right (see test_sum), the fields wrong. */
static void test_bad_fields(void **state)
{
    static const char *const rows[] = {
        "!AIVDM,0,1,,A,15RTg,0",  "!AIVDM,1,0,,A,15RTg,0",     "!AIVDM,1,2,,A,15RTg,0",
        "!AIVDM,10,1,,A,15RTg,0", "!AIVDM,1,1,x,A,15RTg,0",    "!AIVDM,1,1,,A,15RTg,6",
        "!AIVDM,1,1,,A,15RTg",    "!AIVDM,1,1,,AAA,15RTg,0",   "!AIVDM,1,1,,?,15RTg,0",
        "!AIVDM,,1,,A,15RTg,0",   "!AIVDM,1,1,1234,A,15RTg,0",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[96];
        struct sentence s;
        size_t n = strlen(rows[i]);
        int sum = sentence_sum(rows[i] + 1, n - 1);
        memcpy(text, rows[i], n);
        text[n] = '*';
        text[n + 1] = "0123456789ABCDEF"[sum >> 4];
        text[n + 2] = "0123456789abcdef"[sum & 15];
        text[n + 3] = '\0';
        enum sentence_kind kind = read(text, &s);
        if (kind != SENTENCE_BAD_FIELDS)
            fail_msg("%s: %d", text, (int)kind);
    }
}

static void test_sum(void **state)
{
    const char *text = "AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0";
    for (size_t n = 0; n <= strlen(text); n++) {
        unsigned plain = 0;
        for (size_t i = 0; i < n; i++)
            plain ^= (unsigned char)text[i];
        assert_int_equal(sentence_sum(text, n), plain);
    }
}

static void suffix(const char *text, const char *station, int64_t time_ms)
{
    struct sentence_suffix s;
    enum timestamp_order order = TIMESTAMP_ORDER_UNKNOWN;
    sentence_suffix_read(text, strlen(text), &order, &s);
    assert_int_equal(s.time_ms, time_ms);
    assert_int_equal(s.station != NULL, station != NULL);
    if (station != NULL) {
        assert_int_equal(s.station_n, strlen(station));
        assert_memory_equal(s.station, station, s.station_n);
    }
}

static void test_suffix(void **state)
{
    suffix(",s26615,d-111,t161344.00,T44.06,x161520,r003669945,1429287224", "r003669945",
           1429287224000);
    suffix(",d-109,S2105,t050056.00,T56.13718694,r003669946,1325394060,1325394001",
           "r003669946", 1325394060000);
    suffix(",1630526404,1630526406", NULL, 1630526404000);
    suffix(",r09STWO1,1284663250 ", "r09STWO1", 1284663250000);
    suffix(",b003669710,1284663250", "b003669710", 1284663250000);
    suffix(",D01MN,1284663250", "D01MN", 1284663250000);
    suffix(",1daasd4218,,1357134222", NULL, 1357134222000);
    suffix(",r,x12", NULL, TIME_NONE);
    suffix("", NULL, TIME_NONE);
    suffix(" 1284663250", NULL, 1284663250000);
    suffix(" trailing 1284663250", NULL, TIME_NONE);
}

/* AisLib's sample. 2012-12-06T09:53:48Z is 1354787628 (date -u). */
static void test_pghp(void **state)
{
    struct sentence_pghp p;
    const char *text = "$PGHP,1,2012,12,6,9,53,48,612,244,,,1,02*21";
    assert_true(sentence_pghp_read(text, strlen(text), &p));
    assert_int_equal(p.time_ms, 1354787628612);
    assert_int_equal(p.sum, 0x02);
    assert_int_equal(p.station_n, 3);
    assert_memory_equal(p.station, "244", 3);
    text = "$PGHP,1,2008,5,9,0,0,0,10,338,2,2190067,1,09*17";
    assert_true(sentence_pghp_read(text, strlen(text), &p));
    assert_int_equal(p.station_n, 7);
    text = "$PGHP,1,2008,13,9,0,0,0,10,338,2,,1,09*17";
    assert_true(sentence_pghp_read(text, strlen(text), &p));
    assert_int_equal(p.time_ms, TIME_NONE);
    assert_false(sentence_pghp_read("$PGHP,2,2008*00", 15, &p));
    assert_false(sentence_pghp_read("$GPGGA,1", 8, &p));
}

TEST_MAIN(NULL, NULL, TEST(test_fields), TEST(test_kinds), TEST(test_bad_fields),
          TEST(test_sum), TEST(test_suffix), TEST(test_pghp))
