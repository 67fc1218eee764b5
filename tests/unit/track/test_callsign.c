/* SPDX-License-Identifier: Apache-2.0 */
/* Call sign series: the table's own order, and call signs of ships by the administration
 * that issued them (as ship registers list them). */
#include <stdio.h>
#include <string.h>

#include "daemon/core/track/callsign_int.h"
#include "daemon/core/track/vessel_int.h"
#include "lib/testlib.h"
#include "lookout/track/callsign.h"

static void test_series_do_not_overlap(void **state)
{
    (void)state;
    for (size_t i = 0; i < callsign_series_count; i++) {
        const struct callsign_series *s = &callsign_series[i];
        assert_int_equal(strlen(s->first), 3);
        assert_int_equal(strlen(s->last), 3);
        assert_true(strcmp(s->first, s->last) < 0);
        assert_true(strlen(s->country) == 2 || strlen(s->country) == 0);
        assert_true(s->allocated_to[0] != '\0' && s->source[0] != '\0');
        if (i > 0 && strcmp(callsign_series[i - 1].last, s->first) >= 0)
            fail_msg("%s-%s overlaps %s", callsign_series[i - 1].first,
                     callsign_series[i - 1].last, s->first);
    }
}

/* A row says the same state as the table of country digits, which was checked against the
 * ITU's: by its name, or by the part before the dash. */
static void test_states_are_those_of_mids(void **state)
{
    size_t families = 0;
    (void)state;
    for (size_t i = 0; i < vessel_mid_count; i++) {
        const struct vessel_mid *mid = &vessel_mids[i];
        const char *dash = strstr(mid->allocated_to, " - ");
        const char *of = callsign_state_of_flag(mid->country);
        size_t n = dash != NULL ? (size_t)(dash - mid->allocated_to) : 0;
        for (size_t k = 0; dash != NULL && k < vessel_mid_count; k++)
            if (strncmp(vessel_mids[k].allocated_to, mid->allocated_to, n) == 0 &&
                vessel_mids[k].allocated_to[n] == '\0')
                assert_string_equal(of, vessel_mids[k].country);
        families += dash != NULL && strcmp(of, mid->country) != 0;
        if (dash == NULL && strcmp(mid->country, "LI") != 0)
            assert_string_equal(of, mid->country);
        bool has_series = false;
        for (size_t k = 0; k < callsign_series_count; k++)
            has_series = has_series || strcmp(callsign_series[k].country, of) == 0;
        if (!has_series)
            fail_msg("no series of %s", of);
    }
    assert_true(families >= callsign_family_count - 1);
}

/* clang-format off */
static const struct {
    const char *callsign, *state, *whose;
} known[] = {
    {"HOQX", "PA", "Panama: 4 letters"},
    {"3FQV8", "PA", "Panama: a digit behind 4 characters"},
    {"D5DJ2", "LR", "Liberia"},
    {"A8XY3", "LR", "Liberia"},
    {"V7GH4", "MH", "Marshall Islands"},
    {"9V1234", "SG", "Singapore, 4 digits"},
    {"9HA2345", "MT", "Malta: two characters and a letter, 4 digits"},
    {"LK4321", "NO", "Norway: the third character is a digit"},
    {"OYAB2", "DK", "Denmark"},
    {"VRKL5", "CN", "Hong Kong"},
    {"BPXY", "CN", "China"},
    {"HMAB", "KP", "Democratic People's Republic of Korea"},
    {"P5AB", "KP", "the same"},
    {"D7AB", "KR", "Republic of Korea"},
    {"DSAB9", "KR", "the same"},
    {"DTAB", "KR", "the same"},
    {"DUAB", "PH", "Philippines"},
    {"UBAB9", "RU", "Russian Federation"},
    {"URAB", "UA", "Ukraine"},
    {"SSMA", "EG", "half a series"},
    {"SSNA", "SD", "its other half"},
    {"SS1234", "", "either half"},
    {"3DMA", "SZ", "Eswatini"},
    {"3DNA", "FJ", "Fiji"},
    {"3D1234", "", "either"},
    {"E5U2345", "NZ", "Cook Islands"},
    {"hm ab", "KP", "as some write"},
    {"C7AB", "", "of no administration"},
    {"QABC", "", "no series"},
    {"X5AB", "", "no series"},
    {"NONE", "", "a word"}, {"UNKNOWN", "", "a word"}, {"TEST", "", "a word"}, {"N/A", "", "a word"},
    {"0", "", "no form"}, {"1234567", "", "no form"}, {"ABC", "", "no form"}, {"HMABCD", "", "no form"},
    {"HMAB12", "", "no form"}, {"ABCDEFGH", "", "too long"}, {"", "", "empty"},
};
/* clang-format on */

static void test_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(callsign_state(known[i].callsign), known[i].state) != 0)
            fail_msg("%s is '%s', not '%s': %s", known[i].callsign,
                     callsign_state(known[i].callsign), known[i].state, known[i].whose);
    assert_string_equal(callsign_state_of_flag("HK"), "CN");
    assert_string_equal(callsign_state_of_flag("KR"), "KR");
    assert_string_equal(callsign_state_of_flag(""), "");
}

TEST_MAIN(NULL, NULL, TEST(test_series_do_not_overlap),
          TEST(test_states_are_those_of_mids), TEST(test_known))
