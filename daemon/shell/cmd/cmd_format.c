/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_format.h"

#include <stdio.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/conf/conf.h"

int cmd_format(const struct cmd_args *args, enum input_format *ret_format)
{
    static const char *const names[] = {
        [INPUT_AUTO] = "auto",
        [INPUT_NMEA] = "nmea",
        [INPUT_JSONL] = "jsonl",
        [INPUT_CSV] = "csv",
    };
    enum { COUNT = sizeof names / sizeof names[0] };
    char near[64];
    *ret_format = INPUT_AUTO;
    if (args->format == NULL)
        return CMD_DONE;
    for (int i = 0; i < COUNT; i++)
        if (strcmp(names[i], args->format) == 0) {
            *ret_format = (enum input_format)i;
            return CMD_DONE;
        }
    cmd_nearest(args->format, "", names, COUNT, near, sizeof near);
    return cmd_refuse(args, "--format '%s': it takes auto, nmea, jsonl or csv%s",
                      args->format, near);
}

static int put_reasons(struct buf *out, const struct input_counts *counts,
                       enum input_reject but, bool is_note)
{
    const char *before = is_note ? "; passed over: " : "; refused: ";
    int rc = 0;
    for (int i = 0; i < INPUT_REJECTS && rc == 0; i++) {
        enum input_reject reason = (enum input_reject)i;
        if (counts->rejects[i] == 0 || reason == but ||
            input_reject_is_note(reason) != is_note)
            continue;
        rc = buf_printf(out, "%s%s %llu", before, input_reject_name(reason),
                        (unsigned long long)counts->rejects[i]);
        before = ", ";
    }
    return rc;
}

int cmd_format_rejects(struct buf *out, const struct input_counts *counts,
                       enum input_reject but)
{
    int rc = put_reasons(out, counts, but, false);
    return rc == 0 ? put_reasons(out, counts, but, true) : rc;
}

int cmd_format_columns(const struct cmd_args *args, char **ret_columns)
{
    struct conf_report report;
    *ret_columns = NULL;
    if (args->columns == NULL)
        return CMD_DONE;
    int rc = conf_columns_read(args->columns, ret_columns, &report);
    for (size_t i = 0; i < report.count; i++)
        fprintf(stderr, "lookoutd: %s\n", report.lines[i]);
    int status = rc == 0 ? CMD_DONE : CMD_FAILED;
    if (rc == ERR_INVALID)
        status = cmd_refuse(args,
                            "--columns '%s': it takes a map of our names to the "
                            "header's, such as {mmsi: MMSI_NO, lat: LATITUDE}",
                            args->columns);
    conf_report_finish(&report);
    return status;
}
