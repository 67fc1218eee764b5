/* SPDX-License-Identifier: Apache-2.0 */
/* Error codes, and the optional detail of an error.
 *
 * Functions return 0 or one of these negative codes. A caller who wants detail passes its
 * own struct err; every function that takes one accepts NULL. */
#ifndef LOOKOUT_ERR_H
#define LOOKOUT_ERR_H

#define ERR_TABLE(X)                                                                     \
    X(ERR_NOMEM, -1, "out of memory")                                                    \
    X(ERR_INVALID, -2, "invalid value")                                                  \
    X(ERR_RANGE, -3, "out of range")                                                     \
    X(ERR_SYNTAX, -4, "syntax error")                                                    \
    X(ERR_NOT_FOUND, -5, "not found")                                                    \
    X(ERR_EXISTS, -6, "already there")                                                   \
    X(ERR_LIMIT, -7, "limit reached")                                                    \
    X(ERR_GEOMETRY, -8, "invalid geometry")                                              \
    X(ERR_IO, -9, "input/output error")                                                  \
    X(ERR_CORRUPT, -10, "damaged data")                                                  \
    X(ERR_UNSUPPORTED, -11, "not supported")

enum err_code {
    ERR_OK = 0,
#define X(name, value, text) name = value,
    ERR_TABLE(X)
#undef X
};

#define ERR_TEXT_BYTES 512

/* The place and the text of an error: line and col count from 1, 0 means unknown. text is
 * never empty once set. */
struct err {
    int code;
    int line;
    int col;
    char text[ERR_TEXT_BYTES];
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* The fixed text of a code; "unknown error" for a number that is not a code. Never NULL.
 */
const char *err_text(int code);

/* Fill err (may be NULL) and return code, so that `return err_set(err, ERR_X, ...)` reads
 * well. */
int err_set(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a place in a text: line and col from 1, 0 unknown. */
int err_set_at(struct err *err, int code, int line, int col, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
