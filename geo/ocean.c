/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the ocean of a coast. Two polygons describe the Pacific; their edges run over
 * land wherever there is land. Parallels and meridians divide the other oceans. */
#include "lookout/geo/ocean.h"

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
/* From the Bering Strait along the divide of the Americas to Cape Horn. */
static const struct geo_point east_pacific[] = {
    {66, -180}, {66, -150}, {60, -120}, {50, -112}, {32, -107}, {24, -103}, {20, -100.5},
    {18, -96}, {17, -94.8}, {16.3, -93}, {15.5, -91}, {14.7, -89.8}, {14, -88}, {13, -86.3},
    {11.5, -85}, {10.2, -84}, {9.1, -83}, {8.7, -82.2}, {8.6, -81}, {8.9, -80.2}, /* Panama */
    {9.15, -79.7}, {9.1, -79.2}, {8.6, -78}, {7.5, -77.3}, {4, -76}, {0, -78}, {-5, -78.5},
    {-12, -75.5}, {-18, -69}, {-33, -69.8}, {-45, -71.5}, {-52, -72}, {-54.4, -69.5},
    {-56, -67.3}, {-90, -67.3}, {-90, -180},
};
/* From the Bering Strait through Siberia and Malaya, by Sumatra, Java and Timor to Torres
 * Strait, through Australia to the meridian of Tasmania. */
static const struct geo_point west_pacific[] = {
    {66.5, 180}, {66, 175}, {62, 155}, {60, 140}, {52, 125}, {45, 115}, {30, 100}, {22, 99},
    {15, 99}, {10.5, 99.2}, {8.5, 99.2}, {7, 100.1}, {6, 100.8}, {4.5, 101.6}, {3, 102},
    {1.6, 103.3}, {0.5, 101}, {-1, 101.2}, {-3, 103}, {-5, 104.3}, {-6.2, 105.4}, {-6.8, 106},
    {-7.2, 108}, {-7.4, 110}, {-7.8, 112}, {-8.1, 114.4}, {-8.5, 116}, {-8.7, 118}, {-8.7, 122},
    {-8.8, 125}, {-9.2, 127}, {-9.5, 133}, {-9, 141}, {-10.7, 142.5}, {-20, 143}, {-38, 146},
    {-39, 146.9}, {-90, 146.9}, {-90, 180},
};
/* clang-format on */

const char *ocean_name(enum ocean ocean)
{
    static const char *const names[] = {"Atlantic", "Pacific", "Indian", "Arctic",
                                        "Caspian"};
    return names[ocean];
}

/* Test by the number of edges north of the point (even-odd rule). The polygons lie within
 * -180..180. */
static bool is_inside(const struct geo_point *polygon, size_t count, struct geo_point p)
{
    bool is_in = false;
    for (size_t i = 0, before = count - 1; i < count; before = i++) {
        struct geo_point a = polygon[before], b = polygon[i];
        if ((a.lon > p.lon) == (b.lon > p.lon))
            continue;
        double lat = a.lat + (b.lat - a.lat) * (p.lon - a.lon) / (b.lon - a.lon);
        is_in ^= lat > p.lat;
    }
    return is_in;
}

/* The Arctic: the seas north of Siberia and Canada, the Barents, White and Kara Seas, and
 * Hudson Bay. */
static bool is_arctic(struct geo_point p)
{
    bool is_siberian = p.lon > 60 && p.lat > 50;
    bool is_white_sea = p.lat > 63 && p.lon > 32 && p.lon < 60;
    bool is_barents = p.lat > 66.5 && p.lon > 25;
    bool is_canadian = p.lat > 66 && p.lon < -60;
    bool is_hudson_bay = p.lat > 51 && p.lon > -95 && p.lon < -77;
    return p.lat > 75 || is_siberian || is_white_sea || is_barents || is_canadian ||
           is_hudson_bay;
}

enum ocean ocean_at(struct geo_pos pos)
{
    struct geo_point p = geo_to_point(pos);
    if (is_inside(east_pacific, sizeof east_pacific / sizeof *east_pacific, p) ||
        is_inside(west_pacific, sizeof west_pacific / sizeof *west_pacific, p))
        return OCEAN_PACIFIC;
    if (p.lat > 36 && p.lat < 48 && p.lon > 46.5 && p.lon < 55)
        return OCEAN_CASPIAN;
    if (is_arctic(p))
        return OCEAN_ARCTIC;
    /* Suez belongs to the Indian Ocean, Port Said does not. The sea west of Cape Agulhas
     * is the Atlantic. */
    bool is_african_west = p.lon < 32 && p.lat > -10;
    if (p.lon >= 20 && p.lat < 30.65 && !is_african_west)
        return OCEAN_INDIAN;
    return OCEAN_ATLANTIC;
}
