/* SPDX-License-Identifier: Apache-2.0 */
/* UN/LOCODEs as users and files write them. */
#include <string.h>

#include "ports_int.h"

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

bool ports_code_read(const char *code, char ret_locode[LOCODE_BYTES])
{
    char out[LOCODE_BYTES] = "";
    size_t n = 0;
    for (const char *p = code; *p != '\0'; p++) {
        if (n == 2 && *p == ' ' && p == code + 2)
            continue;
        char c = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
        bool is_digit = c >= '0' && c <= '9';
        if (n == 5 || !(is_letter(c) || (is_digit && n >= 2)))
            return false;
        out[n++] = c;
    }
    if (n != 5)
        return false;
    memcpy(ret_locode, out, LOCODE_BYTES);
    return true;
}

uint64_t ports_code_key(const char *code)
{
    char locode[LOCODE_BYTES];
    if (!ports_code_read(code, locode))
        return 0;
    uint64_t key = 0;
    for (int i = 0; i < LOCODE_BYTES - 1; i++)
        key = key << 8 | (unsigned char)locode[i];
    return key;
}
