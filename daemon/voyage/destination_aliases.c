/* SPDX-License-Identifier: Apache-2.0 */
/* Reviewed names of ports; see destination_names.c for which names stand here. */
#include "ports_int.h"

const struct ports_alias ports_aliases[] = {
    /* clang-format off */
    {"VLADIK",       "RUVVO"},
    {"VLADIVOSTOCK", "RUVVO"},
    {"SPB",          "RULED"},
    {"STPETERSBURG", "RULED"},
    {"PUSAN",        "KRPUS"},
    {"YOSU",         "KRYOS"},
    {"NAMPHO",       "KPNAM"},
    /* clang-format on */
};
const size_t ports_alias_count = sizeof ports_aliases / sizeof ports_aliases[0];
