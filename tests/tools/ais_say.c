/* SPDX-License-Identifier: Apache-2.0 */
/* One AIS position report as a sentence, for shell tests:
 *
 *     ais_say MMSI LAT LON SOG COG [TIME_S]
 *
 * With TIME_S (Unix seconds) a tag block goes before it, else it takes its time of
 * arrival. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/aisgen.h"

int main(int argc, char **argv)
{
    if (argc < 6) {
        fputs("usage: ais_say MMSI LAT LON SOG COG [TIME_S]\n", stderr);
        return 2;
    }
    struct aisgen_position p = {.type = 1,
                                .mmsi = (uint32_t)strtoul(argv[1], NULL, 10),
                                .lat = strtod(argv[2], NULL),
                                .lon = strtod(argv[3], NULL),
                                .sog = strtod(argv[4], NULL),
                                .cog = strtod(argv[5], NULL),
                                .heading = 511,
                                .second = 60};
    struct aisgen_bits bits;
    char text[AISGEN_TEXT_BYTES];
    aisgen_position(&p, &bits);
    struct aisgen_tag tag = {.station = "TEST",
                             .time_s = argc > 6 ? strtoll(argv[6], NULL, 10) : -1};
    if (argc > 6)
        aisgen_tagged(&bits, "AIVDM", 0, 'A', &tag, text);
    else
        aisgen_sentences(&bits, "AIVDM", 0, 'A', text);
    fputs(text, stdout);
    return 0;
}
