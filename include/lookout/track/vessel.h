/* SPDX-License-Identifier: Apache-2.0 */
/* The data that a vessel sends about itself, with the age of each datum; arithmetic of
 * MMSI, flag and IMO number; the watched vessels. */
#ifndef LOOKOUT_VESSEL_H
#define LOOKOUT_VESSEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/report.h"
#include "lookout/base/err.h"
#include "lookout/base/wire.h"

/* True for an MMSI of a ship (ITU-R M.585): not a coast station (00), group (0), SAR
 * aircraft (111), AtoN (99), craft of a parent ship (98), SART, MOB or EPIRB (970, 972,
 * 974). Unassigned country digits count as ships, because ships that hide use them. */
bool vessel_is_ship(uint32_t mmsi);
/* "AIS-SART", "MOB device" or "EPIRB" by the MMSI of a distress device; NULL: it is none.
 * Static text. */
const char *vessel_distress_name(uint32_t mmsi);
/* ISO 3166 alpha-2 of the MMSI's country digits (ITU table; also behind the prefixes of
 * ITU-R M.585: 0, 00, 111, 98, 99), "" when unassigned. Static text. */
const char *vessel_flag(uint32_t mmsi);
/* Seven digits, no leading zero, a correct check digit, and not a well-known filler
 * (1234567). */
bool vessel_imo_is_valid(uint32_t imo);

struct vessel_static {
    uint32_t imo;         /* 0: unknown */
    char callsign[8];     /* "" unknown */
    char name[36];        /* "" unknown */
    char destination[48]; /* as received, cleaned; "" when empty or unknown: see
                             has_destination */
    bool has_destination;
    uint8_t ship_type;  /* 0 unknown */
    uint8_t draught_dm; /* 0 unknown */
    bool is_class_b;
    uint16_t length_m, beam_m; /* 0 unknown */
    int64_t name_ms, imo_ms, callsign_ms, dimensions_ms,
        draught_ms;               /* event time last heard; TIME_NONE never */
    int64_t destination_ms;       /* last heard */
    int64_t destination_since_ms; /* first heard with this text */
    uint32_t pending_imo;         /* heard once, not confirmed yet; 0: none */
    uint64_t pending_name;        /* hash of a name heard once; 0: none */
};
void vessel_static_init(struct vessel_static *s);
enum vessel_change {
    VESSEL_CHANGED_IDENTITY = 1,
    VESSEL_CHANGED_DESTINATION = 2,
    VESSEL_CHANGED_OTHER = 4
};
/* Take over the data of the report; returns a mask of enum vessel_change (0: nothing
 * new). The first name and IMO number are taken at once. A change of either is taken when
 * a second report says the same, with no report of the old value between. */
unsigned vessel_static_update(struct vessel_static *s, const struct report *r);
void vessel_static_save(const struct vessel_static *s, struct wire_writer *w);
/* A fault sets r->failed; *s is valid in any case. */
void vessel_static_load(struct vessel_static *s, struct wire_reader *r);

/* --- the watched ones --- */

struct watch_entry {
    char *id;       /* owned; "" for rows of lists without one */
    char *name;     /* owned; "" unknown */
    char *callsign; /* owned; "" unknown */
    char *note;     /* owned; "" */
    char **tags;    /* owned array of owned texts */
    size_t tag_count;
    uint32_t imo;  /* 0 unknown */
    uint32_t mmsi; /* 0 unknown */
};
struct watch;
struct watch *watch_create(void);
void watch_destroy(struct watch *w);
/* Copy the entry. A row with an IMO number that is listed already adds its tags (and
 * texts that the first row left empty) to that entry; the row's MMSI, call sign and name
 * then match as well. */
MUST_CHECK int watch_add(struct watch *w, const struct watch_entry *entry);
size_t watch_count(const struct watch *w);
const struct watch_entry *watch_entry(const struct watch *w, size_t index);
enum watch_by {
    WATCH_BY_NONE,
    WATCH_BY_IMO,
    WATCH_BY_MMSI,
    WATCH_BY_CALLSIGN,
    WATCH_BY_NAME
};
/* "imo", "mmsi", "callsign", "name" */
const char *watch_by_name(enum watch_by by);
/* The entry of a vessel: by IMO number, else by MMSI, else by call sign and name
 * together. An IMO number that differs from the entry's voids a match by the others. An
 * entry with only a name matches by name. -1: none. */
int64_t watch_match(const struct watch *w, uint32_t mmsi, const struct vessel_static *s,
                    enum watch_by *ret_by);

#endif
