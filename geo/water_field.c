/* SPDX-License-Identifier: Apache-2.0 */
/* A field: the distance over water from every cell to the nearest of a set of places. The
 * front runs over the grid once. The field stores the distances in units of 500 m, in
 * tiles. Tiles without water or beyond the limit are left out. */
#include "water_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/wire.h"

enum {
    TILE = 20, /* cells per side; divides rows and columns */
    TILE_CELLS = TILE * TILE,
    TILE_COLS = WATER_COLS / TILE,
    TILES = WATER_CELLS / TILE_CELLS,
    NONE = UINT16_MAX /* a cell without a way */
};
#define UNIT_M 500.0
_Static_assert(WATER_ROWS % TILE == 0 && WATER_COLS % TILE == 0, "tiles fill the grid");

struct water_field {
    const struct water *water; /* borrowed */
    uint32_t holders;
    uint64_t key;
    double limit_m;
    bool is_least;
    atomic_bool is_made; /* set last: what follows is then as it stays */
    struct water_field_wait wait;
    struct geo_pos *sources; /* owned */
    size_t source_count;
    uint16_t *cells; /* owned: the stored tiles, in order */
    size_t tile_count;
    int32_t tiles[TILES]; /* index of each stored tile; -1: not stored */
};

/* --- lifetime --- */

uint64_t water_field_key(const struct water *water, const struct water_ends *ends)
{
    /* of the way fields are made and stored */
    static const uint64_t version = 1, version_least = 2;
    uint64_t h = hash_u64(water->hash, ends->is_least ? version_least : version);
    h = hash_u64(isfinite(ends->limit_m) ? (uint64_t)ends->limit_m : UINT64_MAX, h);
    h = hash_u64(ends->count, h);
    for (size_t i = 0; i < ends->count; i++) {
        h = hash_u64((uint64_t)(int64_t)ends->sources[i].lat_e7, h);
        h = hash_u64((uint64_t)(int64_t)ends->sources[i].lon_e7, h);
    }
    return h;
}

static void destroy_field(struct water_field *field)
{
    if (field == NULL)
        return;
    free(field->sources);
    free(field->cells);
    free(field);
}

static void empty_cells(struct water_field *field)
{
    free(field->cells);
    field->cells = NULL;
    field->tile_count = 0;
    for (int i = 0; i < TILES; i++)
        field->tiles[i] = -1;
}

/* Not made yet. */
static struct water_field *make_empty(const struct water *water,
                                      const struct water_ends *ends)
{
    size_t n = ends->count;
    struct water_field *field = calloc(1, sizeof *field);
    if (field == NULL)
        return NULL;
    field->water = water;
    field->holders = 1;
    field->key = water_field_key(water, ends);
    field->limit_m = ends->limit_m;
    field->is_least = ends->is_least;
    atomic_init(&field->is_made, false);
    field->source_count = n;
    field->sources = malloc((n + 1) * sizeof *field->sources);
    if (field->sources == NULL) {
        destroy_field(field);
        return NULL;
    }
    if (n != 0)
        memcpy(field->sources, ends->sources, n * sizeof *field->sources);
    empty_cells(field);
    return field;
}

struct water_field *water_field_hold(struct water_field *field)
{
    field->holders++;
    return field;
}

void water_field_release(struct water_field *field)
{
    if (field != NULL && --field->holders == 0)
        destroy_field(field);
}

uint64_t water_field_key_of(const struct water_field *field)
{
    return field->key;
}

size_t water_field_bytes(const struct water_field *field)
{
    size_t bytes = sizeof *field + field->source_count * sizeof *field->sources;
    if (water_field_is_made(field))
        bytes += field->tile_count * TILE_CELLS * sizeof *field->cells;
    return bytes;
}

bool water_field_is_made(const struct water_field *field)
{
    return atomic_load_explicit(&field->is_made, memory_order_acquire);
}

static void note_made(struct water_field *field)
{
    atomic_store_explicit(&field->is_made, true, memory_order_release);
}

/* Before anything is asked of it. */
static void await_field(const struct water_field *field)
{
    if (!water_field_is_made(field))
        field->wait.wait(field->wait.context, field);
}

void water_field_give_up(struct water_field *field)
{
    if (water_field_is_made(field))
        return;
    empty_cells(field);
    note_made(field);
}

/* --- making --- */

/* The i-th cell of a tile. */
static uint32_t tile_cell(int tile, int i)
{
    return (uint32_t)((tile / TILE_COLS * TILE + i / TILE) * WATER_COLS +
                      tile % TILE_COLS * TILE + i % TILE);
}

static uint16_t unit_of(const struct water_front *f, uint32_t cell)
{
    double m = water_front_m(f, cell);
    if (m < 0 || m / UNIT_M + 0.5 >= NONE)
        return NONE;
    return (uint16_t)(m / UNIT_M + 0.5);
}

static int keep_cells(struct water_field *field, const struct water_front *f)
{
    for (int tile = 0; tile < TILES; tile++)
        for (int i = 0; i < TILE_CELLS && field->tiles[tile] < 0; i++)
            if (unit_of(f, tile_cell(tile, i)) != NONE)
                field->tiles[tile] = (int32_t)field->tile_count++;
    field->cells = malloc((field->tile_count * TILE_CELLS + 1) * sizeof *field->cells);
    if (field->cells == NULL)
        return ERR_NOMEM;
    for (int tile = 0; tile < TILES; tile++)
        for (int i = 0; i < TILE_CELLS && field->tiles[tile] >= 0; i++)
            field->cells[field->tiles[tile] * TILE_CELLS + i] =
                unit_of(f, tile_cell(tile, i));
    return 0;
}

/* How far the front runs, and whether it is still wanted. */
struct bounds {
    double limit_dm;
    const atomic_bool *is_ended; /* NULL: never */
};

static bool is_filling_ended(const struct bounds *b)
{
    return b->is_ended != NULL && atomic_load_explicit(b->is_ended, memory_order_relaxed);
}

static uint32_t within_limit(const void *context, uint32_t cell, uint32_t t_dm)
{
    const struct bounds *b = context;
    (void)cell;
    return t_dm <= b->limit_dm && !is_filling_ended(b) ? 0 : UINT32_MAX;
}

int water_field_fill(struct water_field *field, const atomic_bool *ended)
{
    struct water_front front;
    const struct bounds bounds = {field->limit_m * WATER_DM, ended};
    int rc = water_front_init(&front, field->water);
    if (rc == 0) {
        front.rest_dm = within_limit;
        front.context = &bounds;
        front.is_least = field->is_least;
        for (size_t i = 0; i < field->source_count; i++)
            water_front_begin(&front, field->sources[i], WATER_SNAP_M);
        while (water_front_next(&front) != WATER_CELL_NONE)
            ;
        rc = front.is_failed ? ERR_NOMEM : 0;
    }
    if (rc == 0)
        rc = is_filling_ended(&bounds) ? ERR_LIMIT : keep_cells(field, &front);
    water_front_finish(&front);
    if (rc != 0)
        empty_cells(field);
    else
        note_made(field);
    return rc;
}

int water_field_promise(const struct water *water, const struct water_ends *ends,
                        const struct water_field_wait *wait,
                        struct water_field **ret_field)
{
    struct water_field *field = make_empty(water, ends);
    if (field == NULL)
        return ERR_NOMEM;
    field->wait = *wait;
    *ret_field = field;
    return 0;
}

int water_field_create(const struct water *water, const struct water_ends *ends,
                       struct water_field **ret_field)
{
    struct water_field *field = make_empty(water, ends);
    int rc = field != NULL ? water_field_fill(field, NULL) : ERR_NOMEM;
    if (rc != 0) {
        destroy_field(field);
        return rc;
    }
    *ret_field = field;
    return 0;
}

/* --- looking up --- */

static double cell_m(const void *context, uint32_t cell)
{
    const struct water_field *field = context;
    uint32_t row = cell / WATER_COLS, col = cell % WATER_COLS;
    int32_t tile = field->tiles[row / TILE * TILE_COLS + col / TILE];
    if (tile < 0)
        return -1;
    uint16_t unit =
        field->cells[(uint32_t)tile * TILE_CELLS + row % TILE * TILE + col % TILE];
    return unit == NONE ? -1 : unit * UNIT_M;
}

static struct water_view view_of(const struct water_field *field)
{
    return (struct water_view){field->water, cell_m, field};
}

double water_field_distance_m(const struct water_field *field, struct geo_pos pos)
{
    await_field(field);
    struct water_view view = view_of(field);
    return water_view_m(&view, pos);
}

static bool is_reached(const void *context, uint32_t cell)
{
    return cell_m(context, cell) >= 0;
}

/* The neighbour (of eight) that is nearest to a source, if it is nearer than this cell.
 */
static uint32_t descend_from(const struct water_field *field, uint32_t cell)
{
    const struct water *water = field->water;
    double best_m = cell_m(field, cell);
    uint32_t best = cell;
    for (unsigned side = 0; side < WATER_SIDES; side++) {
        if (!water_has_open(water, cell, side))
            continue;
        uint32_t next[3] = {water_beside(cell, side), WATER_CELL_NONE, WATER_CELL_NONE};
        for (unsigned turn = 1; turn < WATER_SIDES; turn += 2)
            if (water_has_open(water, next[0], (side + turn) % WATER_SIDES))
                next[turn / 2 + 1] = water_beside(next[0], (side + turn) % WATER_SIDES);
        for (int i = 0; i < 3; i++) {
            double m = next[i] != WATER_CELL_NONE ? cell_m(field, next[i]) : -1;
            if (m < 0 || m >= best_m)
                continue;
            best = next[i];
            best_m = m;
        }
    }
    return best;
}

size_t water_field_nearest(const struct water_field *field, struct geo_pos pos)
{
    await_field(field);
    uint32_t cell = water_cell_near(field->water, pos, WATER_NEAR_M, is_reached, field);
    if (cell == WATER_CELL_NONE)
        return SIZE_MAX;
    for (uint32_t next; (next = descend_from(field, cell)) != cell;)
        cell = next;
    struct geo_pos end = water_cell_middle(cell);
    size_t best = SIZE_MAX;
    double best_m = HUGE_VAL;
    for (size_t i = 0; i < field->source_count; i++) {
        double m = geo_distance_m(end, field->sources[i]);
        if (m < best_m) {
            best = i;
            best_m = m;
        }
    }
    return best;
}

/* --- for a cache --- */

/* The saved form: "LKFIELD1", the key, the stored tiles (as gaps), their cells as
 * differences, and a hash of all bytes before it. */
static const char magic[] = "LKFIELD1";
enum { MAGIC_BYTES = sizeof magic - 1, SUM_BYTES = 8 };

static void put_cells(const struct water_field *field, struct wire_writer *w)
{
    uint16_t last = 0;
    for (size_t i = 0; i < field->tile_count * TILE_CELLS; i++) {
        /* NONE is coded as the greatest difference, so that the next difference stays
         * small. */
        uint16_t unit = field->cells[i];
        wire_put_i64(w, unit == NONE ? INT16_MIN * 4 : (int64_t)unit - last);
        if (unit != NONE)
            last = unit;
    }
}

int water_field_save(const struct water_field *field, struct buf *out)
{
    await_field(field);
    struct wire_writer w = {.out = out};
    size_t begin = out->length;
    int rc = buf_add(out, magic, MAGIC_BYTES);
    if (rc != 0)
        return rc;
    wire_put_u64(&w, field->key);
    wire_put_u64(&w, field->tile_count);
    int last = -1;
    for (int tile = 0; tile < TILES; tile++)
        if (field->tiles[tile] >= 0) {
            wire_put_u64(&w, (uint64_t)(tile - last - 1));
            last = tile;
        }
    put_cells(field, &w);
    if (w.failed)
        return ERR_NOMEM;
    uint64_t sum = hash_bytes(out->data + begin, out->length - begin, 0);
    uint8_t bytes[SUM_BYTES];
    for (int i = 0; i < SUM_BYTES; i++)
        bytes[i] = (uint8_t)(sum >> (8 * i));
    return buf_add(out, bytes, SUM_BYTES);
}

static bool is_file_whole(const uint8_t *bytes, size_t size)
{
    if (size < MAGIC_BYTES + SUM_BYTES || memcmp(bytes, magic, MAGIC_BYTES) != 0)
        return false;
    uint64_t sum = 0;
    for (int i = 0; i < SUM_BYTES; i++)
        sum |= (uint64_t)bytes[size - SUM_BYTES + (size_t)i] << (8 * i);
    return sum == hash_bytes(bytes, size - SUM_BYTES, 0);
}

static int get_cells(struct water_field *field, struct wire_reader *r)
{
    field->cells = malloc((field->tile_count * TILE_CELLS + 1) * sizeof *field->cells);
    if (field->cells == NULL)
        return ERR_NOMEM;
    int64_t last = 0;
    for (size_t i = 0; i < field->tile_count * TILE_CELLS; i++) {
        int64_t step = wire_get_i64(r);
        bool is_none = step == INT16_MIN * 4;
        if (r->failed || (!is_none && (step < -last || step >= NONE - last)))
            return ERR_CORRUPT;
        last += is_none ? 0 : step;
        field->cells[i] = is_none ? NONE : (uint16_t)last;
    }
    return r->at == r->end ? 0 : ERR_CORRUPT;
}

static int get_field(struct water_field *field, struct wire_reader *r)
{
    if (wire_get_u64(r) != field->key)
        return ERR_CORRUPT;
    uint64_t count = wire_get_u64(r);
    if (r->failed || count > TILES)
        return ERR_CORRUPT;
    uint64_t tile = 0;
    for (; field->tile_count < count; tile++) {
        uint64_t gap = wire_get_u64(r);
        if (r->failed || gap >= TILES || tile + gap >= TILES)
            return ERR_CORRUPT;
        tile += gap;
        field->tiles[tile] = (int32_t)field->tile_count++;
    }
    return get_cells(field, r);
}

int water_field_fill_saved(struct water_field *field, const void *bytes, size_t size)
{
    if (!is_file_whole(bytes, size))
        return ERR_CORRUPT;
    struct wire_reader r;
    wire_reader_init(&r, (const uint8_t *)bytes + MAGIC_BYTES,
                     size - MAGIC_BYTES - SUM_BYTES);
    int rc = get_field(field, &r);
    if (rc != 0)
        empty_cells(field);
    else
        note_made(field);
    return rc;
}

int water_field_load(const struct water *water, const struct water_ends *ends,
                     const void *bytes, size_t size, struct water_field **ret_field)
{
    struct water_field *field = make_empty(water, ends);
    int rc = field != NULL ? water_field_fill_saved(field, bytes, size) : ERR_NOMEM;
    if (rc != 0) {
        destroy_field(field);
        return rc;
    }
    *ret_field = field;
    return 0;
}
