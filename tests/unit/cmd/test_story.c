/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the story of one ship: which records make one entry, their order, and
 * their words. The expected texts are written by hand from the records. All ships are
 * invented. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "daemon/shell/cmd/story.h"
#include "lib/storetest.h"
#include "lookout/alert/severity.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "lookout/voyage/call.h"

static int64_t ms_of(const char *text)
{
    int64_t ms = 0;
    assert_int_equal(time_parse(text, strlen(text), &ms), 0);
    return ms;
}

/* An alert whose data are written with ' for ". */
struct told {
    const char *type, *rule;
    uint32_t mmsi;
    const char *time, *data;
};

static void put_told(struct store_batch *b, uint64_t n, const struct told *t)
{
    char body[4096];
    struct alert a = {.severity = SEVERITY_WARNING, .mmsi = t->mmsi};
    a.time_ms = a.detected_ms = ms_of(t->time);
    snprintf(a.id, sizeof a.id, "%032llx", (unsigned long long)n);
    snprintf(a.type, sizeof a.type, "lookoutd.%s", t->type);
    snprintf(a.rule, sizeof a.rule, "%s", t->rule);
    int k = snprintf(body, sizeof body, "{'data':%s}", t->data);
    assert_true(k > 0 && (size_t)k < sizeof body);
    for (char *c = body; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    a.body = body;
    a.body_bytes = (size_t)k;
    assert_int_equal(store_batch_alert(b, &a, NULL, 0, 1000), 0);
}

static json_t *tell(struct storetest *t, const struct told *told, size_t n,
                    const char *vessels)
{
    struct store_batch *b = store_batch_create();
    json_t *list = json_loads(vessels, 0, NULL), *story = NULL;
    for (size_t i = 0; i < n; i++)
        put_told(b, i, &told[i]);
    storetest_submit(t->store, b);
    assert_non_null(list);
    assert_int_equal(story_tell(t->reader, list, NULL, &story), 0);
    json_decref(list);
    return story;
}

static const char *text(const json_t *story, size_t i, const char *member)
{
    const char *value =
        json_string_value(json_object_get(json_array_get(story, i), member));
    return value != NULL ? value : "(absent)";
}

static size_t alert_count(const json_t *story, size_t i)
{
    return json_array_size(json_object_get(json_array_get(story, i), "alerts"));
}

#define HERS "'vessel':{'mmsi':445000042,'name':'EXAMPLE SHADOW','imo':9999589}"
#define VESSELS "[{\"mmsi\":445000042,\"imo\":9999589}]"

/* Two rules tell of one silence; each asks about other ports. */
static void test_silence(void **state)
{
    static const struct told told[] = {
        {"gap.started", "silent", 445000042, "2024-03-18T10:43:00Z",
         "{" HERS ",'position':{'type':'Point','coordinates':[123.7,35.1]},'gap':"
         "{'last_seen':'2024-03-18T04:43:00Z','hours':6.0,'coverage':'good',"
         "'others_heard':7,'reach':[{'locode':'KPHAE','name':'Haeju','way_nm':196.5,"
         "'earliest':'2024-03-18T22:34:53Z'}]}}"},
        {"silent_call.possible", "unseen", 445000042, "2024-03-20T16:43:00Z",
         "{" HERS ",'position':{'type':'Point','coordinates':[123.45,36.3]},"
         "'silent_call':{'silent_from':'2024-03-18T04:43:00Z','silent_to':"
         "'2024-03-20T16:43:00Z','hours':60.0,'coverage':'good','others_heard':7,"
         "'reach':[{'locode':'KPNAM','name':'Nampo','verdict':'possible','way_nm':402.8,"
         "'earliest':'2024-03-19T01:40:32Z','latest':'2024-03-20T01:01:03Z'},"
         "{'locode':'KPWON','name':'Wonsan','verdict':'unknown','way_nm':1152.0}]}}"},
        {"gap.ended", "silent", 445000042, "2024-03-20T16:43:00Z",
         "{" HERS ",'position':{'type':'Point','coordinates':[123.45,36.3]},'gap':"
         "{'last_seen':'2024-03-18T04:43:00Z','hours':60.0,'distance_nm':70.1,"
         "'coverage':'good','others_heard':11,'reach':[{'locode':'KPHAE','name':'Haeju',"
         "'verdict':'possible','way_nm':344.8,'earliest':'2024-03-18T22:34:53Z',"
         "'latest':'2024-03-20T03:11:29Z'}]}}"},
    };
    json_t *story = tell(*state, told, 3, VESSELS);
    assert_int_equal(json_array_size(story), 2);
    assert_string_equal(text(story, 0, "kind"), "silence");
    assert_string_equal(text(story, 0, "time"), "2024-03-18T04:43:00Z");
    assert_string_equal(text(story, 0, "until"), "2024-03-20T16:43:00Z");
    assert_int_equal(alert_count(story, 0), 3);
    assert_string_equal(
        text(story, 0, "text"),
        "no report until 2024-03-20 16:43, for 2.5 d; last heard at 35\302\26006.0'N "
        "123\302\26042.0'E; heard again 70 nm from there. Could have called at Haeju "
        "KPHAE (345 nm over water, between 2024-03-18 22:34 and 2024-03-20 03:11); Nampo "
        "KPNAM (403 nm over water, between 2024-03-19 01:40 and 2024-03-20 01:01). Not "
        "to be ruled out: Wonsan KPWON. Coverage was good: 7 other vessels were heard "
        "near by meanwhile.");
    json_decref(story);
}

/* A silence of which no end was told. */
static void test_open_silence(void **state)
{
    static const struct told told[] = {
        {"gap.started", "silent", 445000042, "2024-03-18T10:43:00Z",
         "{" HERS ",'position':{'type':'Point','coordinates':[-0.0005,-59.9996]},'gap':"
         "{'last_seen':'2024-03-18T04:43:00Z','hours':6.0,'reach':[{'locode':'KPHAE',"
         "'name':'Haeju','way_nm':196.6,'earliest':'2024-03-18T22:34:53Z'}]}}"},
    };
    json_t *story = tell(*state, told, 1, VESSELS);
    assert_string_equal(text(story, 0, "until"), "(absent)");
    assert_string_equal(text(story, 0, "text"),
                        "no report for at least 6.0 h; last heard at 60\302\26000.0'S "
                        "000\302\26000.0'W. Could reach Haeju KPHAE (197 nm over water, "
                        "from 2024-03-18 22:34 on).");
    json_decref(story);
}

#define MEETING(end, hours)                                                              \
    "{" HERS ",'position':{'type':'Point','coordinates':[123.2,36.1]},'encounter':"      \
    "{'with':{'mmsi':538000043,'imo':9999577,'name':'EXAMPLE LIGHTER','flag':'MH'},"     \
    "'begun_at':'2024-03-20T18:20:00Z','last_at':'" end "','hours':" hours               \
    ",'distance_m':218.0,'offshore_nm':58.3,'apart_before_nm':23.6}}"

static const struct told meeting[] = {
    {"encounter.started", "sts", 445000042, "2024-03-20T18:20:00Z",
     MEETING("2024-03-20T20:20:00Z", "2.0")},
    {"encounter.ended", "sts", 445000042, "2024-03-21T00:10:00Z",
     MEETING("2024-03-21T00:10:00Z", "5.83")},
};

/* Each of the two ships has the meeting in its story, beside the other one. */
static void test_meeting(void **state)
{
#define SAME                                                                             \
    " until 2024-03-21 00:10, for 5.8 h, 218 m apart (median) at 36\302\26006.0'N "      \
    "123\302\26012.0'E, 58 nm from the shore. Two hours before they were 23.6 nm apart."
    json_t *story = tell(*state, meeting, 2, VESSELS);
    assert_string_equal(text(story, 1, "kind"), "meeting");
    assert_string_equal(text(story, 1, "time"), "2024-03-20T18:20:00Z");
    assert_string_equal(text(story, 1, "text"),
                        "beside EXAMPLE LIGHTER (IMO 9999577, MMSI 538000043, flag MH "
                        "from MMSI)" SAME);
    assert_int_equal(alert_count(story, 1), 2);
    json_decref(story);
    story = tell(*state, NULL, 0, "[{\"mmsi\":538000043}]");
    assert_int_equal(json_array_size(story), 1);
    assert_string_equal(text(story, 0, "text"),
                        "beside EXAMPLE SHADOW (IMO 9999589, MMSI 445000042)" SAME);
    json_decref(story);
}

/* What other ships' alerts say of this one, and what they do not. */
static void test_mentions(void **state)
{
    static const struct told told[] = {
        {"loiter.started", "drift", 440000024, "2024-03-24T06:00:00Z",
         "{'vessel':{'mmsi':440000024,'name':'EXAMPLE DRIFTER','flag':'KR'},'loiter':"
         "{'begun_at':'2024-03-24T06:00:00Z','hours':4.0,'silent_near':[{'mmsi':"
         "445000042,'last_seen':'2024-03-24T00:29:54Z','distance_nm':13.4}]}}"},
        {"loiter.started", "drift", 440000025, "2024-03-24T07:00:00Z",
         "{'vessel':{'mmsi':440000025},'loiter':{'begun_at':'2024-03-24T07:00:00Z',"
         "'hours':4.0,'note':445000042}}"},
        {"identity.shared", "who", 440000026, "2024-03-24T08:00:00Z",
         "{'vessel':{'mmsi':440000026,'name':'EXAMPLE OTHER'},'summary':'EXAMPLE OTHER "
         "(MMSI 440000026) and MMSI 445000042 send one IMO number.','identity':{'what':"
         "'two_mmsis','mmsi':[440000026,445000042]}}"},
        {"zone.entered", "box", 440000027, "2024-03-24T09:00:00Z",
         "{'vessel':{'mmsi':440000027},'zone':{'id':'445000042'}}"},
    };
    json_t *story = tell(*state, told, 4, VESSELS);
    assert_int_equal(json_array_size(story), 2);
    assert_string_equal(text(story, 0, "time"), "2024-03-24T00:29:54Z");
    assert_string_equal(text(story, 0, "text"),
                        "fell silent 13.4 nm from where EXAMPLE DRIFTER (MMSI 440000024, "
                        "flag KR from MMSI) then stayed slow.");
    assert_string_equal(text(story, 1, "text"),
                        "EXAMPLE OTHER (MMSI 440000026) and MMSI 445000042 send one IMO "
                        "number.");
    json_decref(story);
}

/* A call, the voyage from it, and alerts of both: two rules told of the arrival. */
static void test_calls(void **state)
{
    static char nampo_name[] = "Nampo", shidao_name[] = "Shidao";
    static const struct port nampo = {.locode = "KPNAM", .name = nampo_name};
    static const struct port shidao = {.locode = "CNSHD", .name = shidao_name};
#define ARRIVED                                                                          \
    "{" HERS ",'summary':'EXAMPLE SHADOW (MMSI 445000042) arrived.','port':{'locode':"   \
    "'KPNAM'},'call':{'arrived_at':'2024-03-20T00:00:00Z'}}"
    static const struct told told[] = {
        {"port.arrived", "a", 445000042, "2024-03-20T00:00:00Z", ARRIVED},
        {"port.arrived", "b", 445000042, "2024-03-20T00:00:00Z", ARRIVED},
        {"gate.crossed", "g", 445000042, "2024-03-20T05:00:00Z",
         "{" HERS ",'summary':'EXAMPLE SHADOW (IMO 9999589, MMSI 445000042) crossed gate "
         "strait.'}"},
        /* Under another name, the summary stays whole. */
        {"gate.crossed", "g", 445000042, "2024-03-20T06:00:00Z",
         "{'vessel':{'mmsi':445000042},'summary':'EXAMPLE OTHER (MMSI 445000042) crossed "
         "gate strait.'}"},
    };
    struct storetest *t = *state;
    struct store_batch *b = store_batch_create();
    int64_t day = ms_of("2024-03-20");
    struct engine_call c = {.mmsi = 445000042,
                            .name = "EXAMPLE SHADOW",
                            .event = CALL_DEPARTED,
                            .port = &nampo};
    c.call = (struct call){.confidence = 3,
                           .kind = CALL_KIND_ANCHORAGE,
                           .entered_ms = TIME_NONE,
                           .arrived_ms = day,
                           .since_ms = day,
                           .departed_ms = day + HOUR_MS,
                           .left_ms = TIME_NONE};
    struct engine_voyage v = {
        .mmsi = 445000042, .name = "EXAMPLE SHADOW", .from = &nampo, .to = &shidao};
    v.voyage = (struct voyage){.departed_ms = day + HOUR_MS,
                               .arrived_ms = day + 20 * HOUR_MS,
                               .distance_m = 1852 * 150.26,
                               .longest_gap_ms = 2 * HOUR_MS,
                               .draught_departure_dm = 40,
                               .draught_arrival_dm = 61,
                               .destination_count = 2,
                               .destinations = {"CN SHD", "SHIDAO"}};
    assert_int_equal(store_batch_call(b, &c), 0);
    assert_int_equal(store_batch_voyage(b, &v), 0);
    storetest_submit(t->store, b);
    json_t *story = tell(t, told, 4, VESSELS);
    assert_int_equal(json_array_size(story), 5);
    assert_string_equal(text(story, 0, "kind"), "identity");
    assert_string_equal(text(story, 0, "text"),
                        "on record as EXAMPLE SHADOW (IMO 9999589, MMSI 445000042), "
                        "until 2024-03-20 06:00");
    assert_string_equal(text(story, 1, "text"),
                        "Nampo KPNAM: arrived 2024-03-20 00:00, departed 2024-03-20 "
                        "01:00, after 1.0 h; at an anchorage; confidence 3 of 4");
    assert_int_equal(alert_count(story, 1), 2);
    assert_string_equal(
        text(story, 2, "text"),
        "from Nampo KPNAM to Shidao CNSHD, arrived 2024-03-20 20:00, after 19.0 h; 150 "
        "nm; longest time without a report 2.0 h; draught 4.0 m, then 6.1 m; declared "
        "destination: CN SHD, SHIDAO");
    assert_string_equal(text(story, 3, "text"), "crossed gate strait.");
    assert_string_equal(text(story, 4, "text"),
                        "EXAMPLE OTHER (MMSI 445000042) crossed gate strait.");
    json_decref(story);
}

/* Two MMSIs under one IMO number, and another name in between. */
static void test_identities(void **state)
{
#define SEEN(rule, mmsi, time, name)                                                     \
    {                                                                                    \
        "vessel.sighted", rule, mmsi, time,                                              \
            "{'vessel':{'mmsi':" #mmsi ",'imo':9999589,'name':'" name                    \
            "'},'summary':'" name " (" #mmsi ") seen " time ".'}"                        \
    }
    static const struct told told[] = {
        SEEN("s", 445000042, "2024-03-01T00:00:00Z", "FIRST"),
        SEEN("s", 445000042, "2024-03-02T00:00:00Z", "SECOND"),
        SEEN("s", 646000001, "2024-03-03T00:00:00Z", "SECOND"),
        SEEN("s", 445000042, "2024-03-04T00:00:00Z", "SECOND"),
    };
    static const char *const expected[] = {
        "on record as FIRST (IMO 9999589, MMSI 445000042), until 2024-03-01 00:00",
        "seen 2024-03-01T00:00:00Z.",
        "on record as SECOND (IMO 9999589, MMSI 445000042), until 2024-03-04 00:00",
        "seen 2024-03-02T00:00:00Z.",
        "on record as SECOND (IMO 9999589, MMSI 646000001), until 2024-03-03 00:00",
        "seen 2024-03-03T00:00:00Z.",
        "seen 2024-03-04T00:00:00Z.",
    };
    json_t *story = tell(*state, told, 4,
                         "[{\"mmsi\":445000042,\"imo\":9999589,\"former\":[{\"mmsi\":"
                         "646000001,\"until\":\"2024-03-03T00:00:00Z\"}]}]");
    assert_int_equal(json_array_size(story), 7);
    for (size_t i = 0; i < 7; i++) {
        bool is_other = i == 4 || i == 5;
        assert_string_equal(text(story, i, "text"), expected[i]);
        assert_int_equal(
            json_integer_value(json_object_get(json_array_get(story, i), "mmsi")),
            is_other ? 646000001 : 0);
    }
    json_decref(story);
}

/* A voyage that began under the MMSI before does not date the new one back, and the time
 * at which a gap is told does not prolong the old one. An alert after the change dates
 * it. */
static void test_new_mmsi(void **state)
{
    static char nampo_name[] = "Nampo", shidao_name[] = "Shidao";
    static const struct port nampo = {.locode = "KPNAM", .name = nampo_name};
    static const struct port shidao = {.locode = "CNSHD", .name = shidao_name};
    static const struct told told[] = {
        SEEN("s", 445000042, "2024-03-01T00:00:00Z", "FIRST"),
        SEEN("s", 445000042, "2024-03-03T00:00:00Z", "FIRST"),
        SEEN("s", 646000001, "2024-03-04T00:00:00Z", "SECOND"),
    };
    static const struct {
        const char *departed, *since; /* of the voyage; of the new MMSI */
    } cases[] = {{"2024-03-01T12:00:00Z", "2024-03-04T00:00:00Z"},
                 {"2024-03-02T00:00:01Z", "2024-03-02T00:00:01Z"}};
    for (size_t i = 0; i < 2; i++) {
        struct storetest *t = NULL;
        assert_int_equal(storetest_setup((void **)&t), 0);
        struct store_batch *b = store_batch_create();
        struct engine_voyage v = {
            .mmsi = 646000001, .name = "SECOND", .from = &nampo, .to = &shidao};
        v.voyage = (struct voyage){.departed_ms = ms_of(cases[i].departed),
                                   .arrived_ms = ms_of("2024-03-05")};
        assert_int_equal(store_batch_voyage(b, &v), 0);
        storetest_submit(t->store, b);
        json_t *story = tell(t, told, 3,
                             "[{\"mmsi\":646000001,\"imo\":9999589,\"former\":[{\"mmsi\":"
                             "445000042,\"until\":\"2024-03-02T00:00:00Z\"}]}]");
        assert_string_equal(text(story, 0, "kind"), "identity");
        assert_string_equal(text(story, 0, "until"), "2024-03-02T00:00:00Z");
        size_t k = 1;
        while (k < json_array_size(story) &&
               strcmp(text(story, k, "kind"), "identity") != 0)
            k++;
        assert_string_equal(text(story, k, "time"), cases[i].since);
        json_decref(story);
        assert_int_equal(storetest_teardown((void **)&t), 0);
    }
    (void)state;
}

TEST_MAIN(NULL, NULL, TEST_OF_STORE(test_silence), TEST_OF_STORE(test_open_silence),
          TEST_OF_STORE(test_meeting), TEST_OF_STORE(test_mentions),
          TEST_OF_STORE(test_calls), TEST_OF_STORE(test_identities),
          cmocka_unit_test(test_new_mmsi))
