/* SPDX-License-Identifier: Apache-2.0 */
/* From the U.S. National Geospatial-Intelligence Agency, Pub. 151, Distances Between
 * Ports, 11th edition, 2001 (public domain): under the first port's name; positions are
 * those printed there. Where it gives several ways, the one named. Chongjin is 135 nm
 * away of which much is the way out of two harbours: more than 5 % is accepted there. The
 * shortest way (Zolotoy Rog, 43.07 N 131.80 E, Cape Gamov at 42.53 N 131.28 E, Chongjin)
 * has 124 nm by its great circles. */
#include "lib/sea_distances.h"

/* clang-format off */
const struct sea_distance sea_distances[] = {
    {"Vladivostok",  "Busan",             43.1083,  131.8833,  35.1000,  129.0333,   514, -5, 5},
    {"Vladivostok",  "Chongjin",          43.1083,  131.8833,  41.7667,  129.8167,   135, -8, 5},
    {"Vladivostok",  "Hakodate",          43.1083,  131.8833,  41.7833,  140.7167,   437, -5, 5},
    {"Vladivostok",  "Niigata",           43.1083,  131.8833,  37.9333,  139.0667,   453, -5, 5},
    {"Vladivostok",  "Nagasaki",          43.1083,  131.8833,  32.7333,  129.8667,   657, -5, 5},
    {"Vladivostok",  "Incheon",           43.1083,  131.8833,  37.4667,  126.6167,   911, -5, 5}, /* via Maemut Sudo */
    {"Vladivostok",  "Nampo",             43.1083,  131.8833,  38.7167,  125.4000,   997, -5, 5}, /* via Changjuk Sudo */
    {"Vladivostok",  "Dalian",            43.1083,  131.8833,  38.9333,  121.6500,  1057, -5, 5},
    {"Vladivostok",  "Qingdao",           43.1083,  131.8833,  36.0917,  120.3167,   998, -5, 5},
    {"Vladivostok",  "Shanghai",          43.1083,  131.8833,  31.2333,  121.4917,   997, -5, 5}, /* south of Cheju Do */
    {"Vladivostok",  "Hong Kong",         43.1083,  131.8833,  22.2833,  114.1667,  1646, -5, 5},
    {"Vladivostok",  "Manila",            43.1083,  131.8833,  14.5833,  120.9667,  1912, -5, 5},
    {"Vladivostok",  "Singapore",         43.1083,  131.8833,   1.2667,  103.8333,  3004, -5, 5},
    {"Vladivostok",  "Yokohama",          43.1083,  131.8833,  35.4500,  139.6500,   952, -5, 5},
    {"Vladivostok",  "Petropavlovsk",     43.1083,  131.8833,  53.0167,  158.6333,  1348, -5, 5},
    {"Vladivostok",  "Sydney",            43.1083,  131.8833, -33.8583,  151.2167,  5105, -5, 5},
    {"Vladivostok",  "Seattle",           43.1083,  131.8833,  47.6000, -122.3333,  4210, -5, 5}, /* north of the Aleutians */
    {"Vladivostok",  "Kobe",              43.1083,  131.8833,  34.6667,  135.2000,   805, -5, 5},
    {"Vladivostok",  "Ulsan",             43.1083,  131.8833,  35.5000,  129.3833,   486, -5, 5},
    {"Vladivostok",  "Weonsan",           43.1083,  131.8833,  39.1667,  127.4500,   324, -5, 5},
    {"Vladivostok",  "Weihai",            43.1083,  131.8833,  37.5000,  122.1333,   975, -5, 5}, /* via Maenggol Sudo */
    {"Vladivostok",  "Sovetskaya Gavan",  43.1083,  131.8833,  48.9667,  140.2833,   593, -5, 5},
    {"Los Angeles",  "Hong Kong",         33.7500, -118.2708,  22.2833,  114.1667,  6380, -5, 5},
    {"Cape Town",    "New York",         -33.9000,   18.4333,  40.7000,  -74.0167,  6786, -5, 5},
    {"Durban",       "Bombay",           -29.8667,   31.0333,  18.9333,   72.8500,  3829, -5, 5},
    {"Bombay",       "Colombo",           18.9333,   72.8500,   6.9500,   79.8500,   895, -5, 5},
    {"Colombo",      "Singapore",          6.9500,   79.8500,   1.2667,  103.8333,  1581, -5, 5},
    {"Gibraltar",    "Port Said",         36.1333,   -5.3583,  31.2667,   32.3167,  1925, -5, 5},
    {"Port Said",    "Bombay",            31.2667,   32.3167,  18.9333,   72.8500,  3046, -5, 5},
    {"Panama",       "Los Angeles",        8.8833,  -79.5167,  33.7500, -118.2708,  2913, -5, 5},
    {"Yokohama",     "San Francisco",     35.4500,  139.6500,  37.8083, -122.4000,  4536, -5, 5},
    {"Auckland",     "San Francisco",    -36.8333,  174.7833,  37.8083, -122.4000,  5680, -5, 5},
    {"Qingdao",      "San Francisco",     36.0917,  120.3167,  37.8083, -122.4000,  5403, -5, 5},
    {"Darwin",       "San Francisco",    -12.4750,  130.8333,  37.8083, -122.4000,  6984, -5, 5},
    {"New Orleans",  "Panama",            29.9500,  -90.0583,   8.8833,  -79.5167,  1433, -5, 5},
    {"Manila",       "Singapore",         14.5833,  120.9667,   1.2667,  103.8333,  1330, -5, 5},
    {"Manila",       "Hong Kong",         14.5833,  120.9667,  22.2833,  114.1667,   631, -5, 5},
    {"Jakarta",      "Singapore",         -6.1000,  106.8833,   1.2667,  103.8333,   525, -5, 5},
    {"Dakar",        "New York",          14.6833,  -17.4333,  40.7000,  -74.0167,  3335, -5, 5},
    {"Buenos Aires", "New York",         -34.5833,  -58.3667,  40.7000,  -74.0167,  5871, -5, 5},
    {"Venezia",      "Port Said",         45.4317,   12.3075,  31.2667,   32.3167,  1317, -5, 5},
    {"Trieste",      "Port Said",         45.6536,   13.7469,  31.2667,   32.3167,  1310, -5, 5},
    {"Sydney",       "Auckland",         -33.8583,  151.2167, -36.8333,  174.7833,  1280, -5, 5},
    {"Vardo",        "Rotterdam",         70.3750,   31.1167,  51.9000,    4.4833,  1513, -5, 5},
    {"Venezia",      "Istanbul",          45.4317,   12.3075,  41.0167,   28.9667,  1169, -5, 5}, /* south of Greece */
    {"Suva",         "Apia",             -18.1333,  178.4167, -13.8333, -171.7667,   647, -5, 5},
    {"Tallinn",      "Sankt-Peterburg",   59.4500,   24.7750,  59.9167,   30.2500,   189, -5, 5},
    {"Surabaya",     "Singapore",         -7.2000,  112.7333,   1.2667,  103.8333,   763, -5, 5},
    {"Tarabulus",    "Istanbul",          32.9028,   13.1933,  41.0167,   28.9667,   953, -5, 5},
    {"Vancouver",    "Yokohama",          49.3000, -123.1000,  35.4500,  139.6500,  4262, -5, 5},
    {"Vigo",         "New York",          42.2417,   -8.7333,  40.7000,  -74.0167,  2914, -5, 5},
};
/* clang-format on */
const size_t sea_distance_count = sizeof sea_distances / sizeof sea_distances[0];
