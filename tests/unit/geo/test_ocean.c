/* SPDX-License-Identifier: Apache-2.0 */
/* Harbours near the limits of oceans. The expected oceans are those of any atlas. */
#include "lookout/geo/ocean.h"

#include "lib/testlib.h"
#include "lib/zonelib.h"

static const struct {
    const char *name;
    double lat, lon;
    enum ocean ocean;
} rows[] = {
    {"Vladivostok", 43.1, 131.9, OCEAN_PACIFIC},
    {"Magadan", 59.55, 150.8, OCEAN_PACIFIC},
    {"Petropavlovsk", 53.0, 158.65, OCEAN_PACIFIC},
    {"Anadyr", 64.73, 177.5, OCEAN_PACIFIC},
    {"Provideniya", 64.4, -173.2, OCEAN_PACIFIC},
    {"Murmansk", 68.97, 33.05, OCEAN_ARCTIC},
    {"Arkhangelsk", 64.54, 40.5, OCEAN_ARCTIC},
    {"Dudinka", 69.4, 86.2, OCEAN_ARCTIC},
    {"Pevek", 69.7, 170.3, OCEAN_ARCTIC},
    {"St Petersburg", 59.9, 30.2, OCEAN_ATLANTIC},
    {"Kaliningrad", 54.7, 20.5, OCEAN_ATLANTIC},
    {"Novorossiysk", 44.7, 37.8, OCEAN_ATLANTIC},
    {"Taganrog", 47.2, 38.9, OCEAN_ATLANTIC},
    {"Astrakhan", 46.3, 48.0, OCEAN_CASPIAN},
    {"Bandar Anzali", 37.5, 49.5, OCEAN_CASPIAN},
    {"Bandar Abbas", 27.2, 56.3, OCEAN_INDIAN},
    {"Basra", 30.5, 47.8, OCEAN_INDIAN},
    {"Suez", 29.97, 32.55, OCEAN_INDIAN},
    {"Port Said", 31.26, 32.3, OCEAN_ATLANTIC},
    {"Ashdod", 31.8, 34.6, OCEAN_ATLANTIC},
    {"Eilat", 29.55, 34.95, OCEAN_INDIAN},
    {"Istanbul", 41.0, 29.0, OCEAN_ATLANTIC},
    {"Cape Town", -33.9, 18.4, OCEAN_ATLANTIC},
    {"Durban", -29.9, 31.0, OCEAN_INDIAN},
    {"Lagos", 6.4, 3.4, OCEAN_ATLANTIC},
    {"Mombasa", -4.05, 39.7, OCEAN_INDIAN},
    {"Mumbai", 18.95, 72.85, OCEAN_INDIAN},
    {"Yangon", 16.8, 96.2, OCEAN_INDIAN},
    {"Phuket", 7.9, 98.4, OCEAN_INDIAN},
    {"Laem Chabang", 13.08, 100.9, OCEAN_PACIFIC},
    {"Songkhla", 7.2, 100.6, OCEAN_PACIFIC},
    {"Port Klang", 3.0, 101.35, OCEAN_INDIAN},
    {"Kuantan", 3.97, 103.43, OCEAN_PACIFIC},
    {"Singapore", 1.26, 103.8, OCEAN_PACIFIC},
    {"Belawan", 3.8, 98.7, OCEAN_INDIAN},
    {"Padang", -1.0, 100.35, OCEAN_INDIAN},
    {"Jakarta", -6.1, 106.9, OCEAN_PACIFIC},
    {"Cilacap", -7.74, 109.0, OCEAN_INDIAN},
    {"Darwin", -12.45, 130.85, OCEAN_INDIAN},
    {"Fremantle", -32.05, 115.75, OCEAN_INDIAN},
    {"Sydney", -33.86, 151.2, OCEAN_PACIFIC},
    {"Auckland", -36.85, 174.8, OCEAN_PACIFIC},
    {"Suva", -18.13, 178.43, OCEAN_PACIFIC},
    {"Honolulu", 21.3, -157.87, OCEAN_PACIFIC},
    {"Vancouver", 49.3, -123.1, OCEAN_PACIFIC},
    {"Long Beach", 33.75, -118.2, OCEAN_PACIFIC},
    {"Anchorage", 61.2, -149.9, OCEAN_PACIFIC},
    {"Prudhoe Bay", 70.4, -148.5, OCEAN_ARCTIC},
    {"Churchill", 58.78, -94.2, OCEAN_ARCTIC},
    {"Montreal", 45.55, -73.5, OCEAN_ATLANTIC},
    {"Duluth", 46.77, -92.1, OCEAN_ATLANTIC},
    {"Houston", 29.73, -95.2, OCEAN_ATLANTIC},
    {"Veracruz", 19.2, -96.1, OCEAN_ATLANTIC},
    {"Coatzacoalcos", 18.13, -94.4, OCEAN_ATLANTIC},
    {"Salina Cruz", 16.17, -95.2, OCEAN_PACIFIC},
    {"Manzanillo", 19.07, -104.3, OCEAN_PACIFIC},
    {"Puerto Barrios", 15.73, -88.6, OCEAN_ATLANTIC},
    {"Puerto Quetzal", 13.92, -90.8, OCEAN_PACIFIC},
    {"Corinto", 12.48, -87.17, OCEAN_PACIFIC},
    {"Limon", 10.0, -83.03, OCEAN_ATLANTIC},
    {"Caldera", 9.91, -84.72, OCEAN_PACIFIC},
    {"Cristobal", 9.35, -79.9, OCEAN_ATLANTIC},
    {"Balboa", 8.95, -79.57, OCEAN_PACIFIC},
    {"Chiriqui Grande", 8.95, -82.12, OCEAN_ATLANTIC},
    {"Puerto Armuelles", 8.28, -82.87, OCEAN_PACIFIC},
    {"Turbo", 8.1, -76.73, OCEAN_ATLANTIC},
    {"Buenaventura", 3.88, -77.07, OCEAN_PACIFIC},
    {"Guayaquil", -2.28, -79.9, OCEAN_PACIFIC},
    {"Iquitos", -3.73, -73.23, OCEAN_ATLANTIC},
    {"Callao", -12.05, -77.15, OCEAN_PACIFIC},
    {"Arica", -18.47, -70.33, OCEAN_PACIFIC},
    {"Valparaiso", -33.03, -71.63, OCEAN_PACIFIC},
    {"Buenos Aires", -34.6, -58.37, OCEAN_ATLANTIC},
    {"Ushuaia", -54.8, -68.3, OCEAN_ATLANTIC},
    {"Reykjavik", 64.15, -21.9, OCEAN_ATLANTIC},
    {"Nuuk", 64.18, -51.7, OCEAN_ATLANTIC},
    {"Bergen", 60.4, 5.3, OCEAN_ATLANTIC},
    {"Shanghai", 31.2, 121.5, OCEAN_PACIFIC},
    {"Chongqing", 29.6, 106.6, OCEAN_PACIFIC},
    {"Nampo", 38.7, 125.4, OCEAN_PACIFIC},
};

static void test_harbours(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum ocean got = ocean_at(test_pos(rows[i].lat, rows[i].lon));
        if (got != rows[i].ocean)
            print_error("%s: %s\n", rows[i].name, ocean_name(got));
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(ocean_at(test_pos(rows[i].lat, rows[i].lon)), rows[i].ocean);
}

TEST_MAIN(NULL, NULL, TEST(test_harbours))
