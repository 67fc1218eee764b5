/* SPDX-License-Identifier: Apache-2.0 */
/* The Prometheus text format, version 0.0.4: families, samples, escaping. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/api/api.h"

/* Append with the escapes of the format: backslash and line feed everywhere, the quote in
 * label values only. */
static int add_escaped(struct buf *out, const char *text, bool is_label)
{
    int rc = 0;
    for (; *text != '\0' && rc == 0; text++) {
        if (*text == '\\')
            rc = buf_add_text(out, "\\\\");
        else if (*text == '\n')
            rc = buf_add_text(out, "\\n");
        else if (*text == '"' && is_label)
            rc = buf_add_text(out, "\\\"");
        else
            rc = buf_add_char(out, *text);
    }
    return rc;
}

/* Whole numbers as such, others with the fewest digits that give the same double; a
 * locale's decimal comma is put right. */
static int add_metric_value(struct buf *out, double value)
{
    static const double WHOLE_MAX = 9007199254740992.0; /* 2^53 */
    char text[64];
    if (isnan(value))
        return buf_add_text(out, "NaN");
    if (isinf(value))
        return buf_add_text(out, value > 0 ? "+Inf" : "-Inf");
    if (value == round(value) && fabs(value) <= WHOLE_MAX)
        return buf_printf(out, "%.0f", value == 0 ? 0.0 : value);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    char *comma = strchr(text, ',');
    if (comma != NULL)
        *comma = '.';
    return buf_add_text(out, text);
}

int metric_family(struct buf *out, const char *name, const char *type, const char *help)
{
    int rc = buf_printf(out, "# HELP %s ", name);
    if (rc == 0)
        rc = add_escaped(out, help, false);
    if (rc == 0)
        rc = buf_printf(out, "\n# TYPE %s %s\n", name, type);
    return rc;
}

static int add_label(struct buf *out, char before, const char *label, const char *value)
{
    int rc = buf_printf(out, "%c%s=\"", before, label);
    if (rc == 0)
        rc = add_escaped(out, value == NULL ? "" : value, true);
    if (rc == 0)
        rc = buf_add_char(out, '"');
    return rc;
}

int metric_sample2(struct buf *out, const char *name, const char *label,
                   const char *label_value, const char *label2, const char *label2_value,
                   double value)
{
    int rc = buf_add_text(out, name);
    if (rc == 0 && label != NULL)
        rc = add_label(out, '{', label, label_value);
    if (rc == 0 && label2 != NULL)
        rc = add_label(out, label == NULL ? '{' : ',', label2, label2_value);
    if (rc == 0 && (label != NULL || label2 != NULL))
        rc = buf_add_char(out, '}');
    if (rc == 0)
        rc = buf_add_char(out, ' ');
    if (rc == 0)
        rc = add_metric_value(out, value);
    if (rc == 0)
        rc = buf_add_char(out, '\n');
    return rc;
}

int metric_sample(struct buf *out, const char *name, const char *label,
                  const char *label_value, double value)
{
    return metric_sample2(out, name, label, label_value, NULL, NULL, value);
}
