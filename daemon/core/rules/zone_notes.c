/* SPDX-License-Identifier: Apache-2.0 */
/* The notes that a rule of kind zone keeps of one track: their memory and saved form. */
#include "zone_notes_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"

static const int64_t approach_rearm_ms = 60 * MINUTE_MS;

struct zone_note *zone_notes_find(const struct rule_look *look, uint32_t zone)
{
    const struct zone_notes *state = *look->state;
    for (uint32_t i = 0; state != NULL && i < state->count; i++)
        if (state->notes[i].zone == zone)
            return &state->notes[i];
    return NULL;
}

struct zone_note *zone_notes_obtain(const struct rule_look *look, uint32_t zone)
{
    struct zone_note *note = zone_notes_find(look, zone);
    if (note != NULL)
        return note;
    if (*look->state == NULL)
        *look->state = calloc(1, sizeof(struct zone_notes));
    struct zone_notes *state = *look->state;
    if (state == NULL)
        return NULL;
    if (state->count == state->room) {
        uint32_t more = state->room != 0 ? state->room : 2;
        if (array_extend(&state->notes, state->room, more, sizeof *state->notes) != 0)
            return NULL;
        state->room += more;
    }
    note = &state->notes[state->count++];
    memset(note, 0, sizeof *note);
    note->zone = zone;
    note->reached_ms = TIME_NONE;
    return note;
}

void zone_notes_forget(void *state)
{
    struct zone_notes *s = state;
    if (s != NULL)
        free(s->notes);
    free(s);
}

void zone_notes_tidy(struct rule_look *look)
{
    struct zone_notes *state = *look->state;
    if (state == NULL)
        return;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->count; i++) {
        const struct zone_note *n = &state->notes[i];
        if (n->hits != 0 || n->is_approached || n->is_dwell_due || n->is_dwelled ||
            n->is_entered)
            state->notes[kept++] = *n;
    }
    state->count = kept;
    if (kept == 0) {
        zone_notes_forget(state);
        *look->state = NULL;
    }
}

void zone_notes_rearm(struct rule_look *look, int64_t now_ms)
{
    struct zone_notes *state = *look->state;
    for (uint32_t i = 0; state != NULL && i < state->count; i++) {
        struct zone_note *n = &state->notes[i];
        if (n->reached_ms == now_ms)
            continue;
        n->hits = 0;
        if (n->is_approached && now_ms - n->reached_ms >= approach_rearm_ms)
            n->is_approached = false;
    }
}

int zone_notes_enter(const struct rule_look *look, uint32_t zone)
{
    if (!look->is_covered || vessel_filter_is_all(&look->rule->vessels))
        return 0;
    struct zone_note *note = zone_notes_obtain(look, zone);
    if (note == NULL)
        return ERR_NOMEM;
    note->is_entered = true;
    return 0;
}

/* --- saved state --- */

void zone_notes_save(const struct rule_look *look, struct wire_writer *out)
{
    const struct zone_notes *state = *look->state;
    wire_put_u64(out, state->count);
    for (uint32_t i = 0; i < state->count; i++) {
        const struct zone_note *n = &state->notes[i];
        wire_put_text(out, zone_set_info(look->world->zones, n->zone)->id);
        wire_put_u64(out, n->hits);
        wire_put_u64(out, (uint64_t)n->is_approached | (uint64_t)n->is_dwell_due << 1 |
                              (uint64_t)n->is_dwelled << 2 |
                              (uint64_t)n->is_entered << 3);
        wire_put_i64(out, n->since_ms);
        wire_put_i64(out, n->reached_ms);
    }
}

int zone_notes_load(struct rule_look *look, struct wire_reader *in)
{
    size_t count = wire_get_count(in, 5);
    for (size_t i = 0; i < count && !in->failed; i++) {
        char id[256];
        wire_get_text(in, id, sizeof id);
        uint64_t hits = wire_get_u64(in), flags = wire_get_u64(in);
        int64_t since_ms = wire_get_time(in), reached_ms = wire_get_time(in);
        int64_t zone = zone_set_find(look->world->zones, id);
        if (in->failed || hits > ZONE_NOTES_HITS)
            return ERR_CORRUPT;
        if (zone < 0)
            continue;
        struct zone_note *note = zone_notes_obtain(look, (uint32_t)zone);
        if (note == NULL)
            return ERR_NOMEM;
        note->hits = (uint8_t)hits;
        note->is_approached = (flags & 1) != 0;
        note->is_dwell_due = (flags & 2) != 0;
        note->is_dwelled = (flags & 4) != 0;
        note->is_entered = (flags & 8) != 0;
        note->since_ms = since_ms;
        note->reached_ms = reached_ms;
    }
    return in->failed ? ERR_CORRUPT : 0;
}
