/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum of a row as an SQL function, lookout_sum(value, ...): the CRC-32 of the
 * values. */
#include <zlib.h>

#include "store_int.h"

static uLong add_number(uLong sum, int64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)value >> (8 * i));
    return crc32(sum, bytes, sizeof bytes);
}

static void compute_sum(sqlite3_context *context, int count, sqlite3_value **values)
{
    uLong sum = crc32(0, NULL, 0);
    for (int i = 0; i < count; i++) {
        int type = sqlite3_value_type(values[i]);
        sum = add_number(sum, type);
        if (type == SQLITE_INTEGER) {
            sum = add_number(sum, sqlite3_value_int64(values[i]));
        } else if (type != SQLITE_NULL) { /* a real as its text */
            const void *bytes = type == SQLITE_BLOB ? sqlite3_value_blob(values[i])
                                                    : sqlite3_value_text(values[i]);
            size_t n = (size_t)sqlite3_value_bytes(values[i]);
            sum = add_number(sum, (int64_t)n);
            sum = n != 0 ? crc32_z(sum, bytes, n) : sum;
        }
    }
    sqlite3_result_int64(context, (int64_t)sum);
}

int store_crc_register(sqlite3 *db)
{
    return sqlite3_create_function_v2(
        db, "lookout_sum", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
        NULL, compute_sum, NULL, NULL, NULL);
}
