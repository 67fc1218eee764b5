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
/* A number that names a ship or a distress device: an MMSI, or a valid IMO number. */
bool vessel_is_number(uint32_t number);

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

/* A version of a list of ships that was read. */
struct watch_list {
    char *id;        /* owned: its name in alerts */
    char *file;      /* owned: as the configuration names it */
    char *published; /* owned: the date that the file itself bears; "" none */
    char *sha256;    /* owned: of the file, 64 hex digits */
};
/* An entry of a list by which a ship is watched. */
struct watch_source {
    const struct watch_list *list; /* borrowed from the watch list */
    char *entry;                   /* owned: its id there; "" none */
    char *name;                    /* owned: what the list calls the ship; "" unknown */
    char **programs;               /* owned array of owned texts, as are owners */
    size_t program_count;
    char **owners;
    size_t owner_count;
};

struct watch_entry {
    char *id;       /* owned; "" for rows of lists without one */
    char *name;     /* owned; "" unknown */
    char *callsign; /* owned; "" unknown */
    char *note;     /* owned; "" */
    char **tags;    /* owned array of owned texts, as are aliases */
    size_t tag_count;
    uint32_t imo;   /* 0 unknown */
    uint32_t mmsi;  /* 0 unknown */
    char **aliases; /* further names */
    size_t alias_count;
    uint32_t *mmsis; /* owned: further MMSIs, for watch_add alone */
    size_t mmsi_count;
    struct watch_source *sources; /* owned; none for ships of the configuration itself */
    size_t source_count;
    bool is_name_enough; /* for watch_add: without a number, a name alone matches, though
                            there is a call sign, too */
};
struct watch;
struct watch *watch_create(void);
void watch_destroy(struct watch *w);
/* Copy a list, for the sources of entries; it lives as long as w. NULL: out of memory. */
const struct watch_list *watch_add_list(struct watch *w, const struct watch_list *list);
size_t watch_list_count(const struct watch *w);
const struct watch_list *watch_list_at(const struct watch *w, size_t index);
/* Copy the entry. A row with an IMO number that is listed already adds its tags, names
 * and sources (and texts that the first row left empty) to that entry; the row's MMSIs,
 * call sign and names then match as well. So does a row with an MMSI alone that another
 * row has alone. */
MUST_CHECK int watch_add(struct watch *w, const struct watch_entry *entry);
/* After the last watch_add: entries of different ships that share a key are joined for
 * the ships that match by it. Without it such ships match the first alone. ERR_NOMEM. */
MUST_CHECK int watch_seal(struct watch *w);
/* How many were added; and all with those that watch_seal joined, which come behind. */
size_t watch_count(const struct watch *w);
size_t watch_count_joined(const struct watch *w);
const struct watch_entry *watch_entry(const struct watch *w, size_t index);
enum watch_by {
    WATCH_BY_NONE,
    WATCH_BY_IMO,
    WATCH_BY_MMSI,
    WATCH_BY_CALLSIGN,
    WATCH_BY_NAME,
    WATCH_BY_BEFORE /* by none of them now: it was the entry's ship before */
};
/* "imo", "mmsi", "callsign", "name", "before" */
const char *watch_by_name(enum watch_by by);
/* The entry of a vessel: by IMO number, else by MMSI, else by call sign and name
 * together. An IMO number that differs from the entry's voids a match by the others. An
 * entry with only a name matches by name. All entries that match by the strongest key are
 * one joint entry. -1: none. */
int64_t watch_match(const struct watch *w, uint32_t mmsi, const struct vessel_static *s,
                    enum watch_by *ret_by);
/* The entry that means the same ship as an entry of another list; -1: none. */
int64_t watch_match_entry(const struct watch *w, const struct watch_entry *entry);

#endif
