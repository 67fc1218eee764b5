/* SPDX-License-Identifier: Apache-2.0 */
/* A request's target and fields, from strangers: the first line is the target, the second
 * a field. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/api/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *query = NULL;
    struct ask_values values;
    struct ask_cursor cursor;
    const char *host = NULL;
    size_t n = 0;
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    char *field = strchr(text, '\n');
    if (field != NULL)
        *field++ = '\0';
    else
        field = text + strlen(text);
    (void)ask_find_cookie(field, "lookout", &n);
    (void)ask_bearer(field);
    (void)ask_host_is(field, "localhost");
    (void)ask_origin_host(field, &host);
    (void)ask_accepts_gzip(field);
    (void)ask_is_json(field);
    if (ask_split_target(text, &query) && !ask_parse_query(query, ~0u, &values, NULL) &&
        values.after != NULL)
        for (size_t count = 1; count <= 3; count++)
            (void)ask_parse_cursor(values.after, count, &cursor);
    free(text);
    return 0;
}
