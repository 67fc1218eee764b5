/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of the error codes, and functions that fill in the detail. */
#include "lookout/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *err_text(int code)
{
    switch (code) {
    case ERR_OK:
        return "no error";
#define X(name, value, text)                                                             \
    case name:                                                                           \
        return text;
        ERR_TABLE(X)
#undef X
    default:
        return "unknown error";
    }
}

static void fill_err(struct err *err, int code, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void fill_err(struct err *err, int code, const char *format, va_list args)
{
    if (err == NULL)
        return;
    err->code = code;
    err->line = err->col = 0;
    if (vsnprintf(err->text, sizeof err->text, format, args) <= 0)
        snprintf(err->text, sizeof err->text, "%s", err_text(code));
}

int err_set(struct err *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill_err(err, code, format, args);
    va_end(args);
    return code;
}

int err_set_at(struct err *err, int code, int line, int col, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill_err(err, code, format, args);
    if (err != NULL) {
        err->line = line;
        err->col = col;
    }
    va_end(args);
    return code;
}
