/* SPDX-License-Identifier: Apache-2.0 */
/* CSV row by row, in place: fields are unquoted where they stand. */
#include "conf_csv.h"

#include <string.h>

static char choose_separator(const char *text, const char *end)
{
    static const char candidates[] = {',', ';', '\t'};
    size_t counts[sizeof candidates] = {0};
    for (const char *s = text; s < end && *s != '\n'; s++)
        for (size_t i = 0; i < sizeof candidates; i++)
            counts[i] += *s == candidates[i];
    size_t best = 0;
    for (size_t i = 1; i < sizeof candidates; i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}

void conf_csv_init(struct conf_csv *csv, char *text, size_t n)
{
    memset(csv, 0, sizeof *csv);
    csv->at = text;
    csv->end = text + n;
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        csv->at += 3;
    csv->separator = choose_separator(csv->at, csv->end);
    csv->next_line = 1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void add_csv_field(struct conf_csv *csv, char *begin, char *end)
{
    while (begin < end && is_blank(*begin))
        begin++;
    while (end > begin && is_blank(end[-1]))
        end--;
    *end = '\0';
    if (csv->count < CONF_CSV_FIELDS_MAX)
        csv->fields[csv->count++] = begin;
    else
        csv->fault = "the row has too many fields";
}

/* A field in quotes at csv->at; stops behind the closing one. */
static void read_quoted_field(struct conf_csv *csv)
{
    char *in = csv->at + 1, *out = in, *begin = in;
    while (in < csv->end && (*in != '"' || (in + 1 < csv->end && in[1] == '"'))) {
        if (*in == '"')
            in++;
        if (*in == '\n')
            csv->next_line++;
        *out++ = *in++;
    }
    if (in == csv->end) {
        csv->fault = "a quote is not closed";
        csv->at = in;
        return;
    }
    csv->at = in + 1;
    while (csv->at < csv->end && is_blank(*csv->at) && *csv->at != csv->separator)
        csv->at++;
    if (csv->at < csv->end && *csv->at != csv->separator && *csv->at != '\n')
        csv->fault = "text behind a closing quote";
    add_csv_field(csv, begin, out);
}

static void skip_line(struct conf_csv *csv)
{
    while (csv->at < csv->end && *csv->at != '\n')
        csv->at++;
}

static void read_csv_row(struct conf_csv *csv)
{
    for (;;) {
        char *begin = csv->at;
        while (csv->at < csv->end && is_blank(*csv->at) && *csv->at != csv->separator)
            csv->at++;
        char end = '\0';
        if (csv->at < csv->end && *csv->at == '"') {
            read_quoted_field(csv);
            if (csv->fault != NULL)
                skip_line(csv);
            end = csv->at < csv->end ? *csv->at : '\0';
        } else {
            while (csv->at < csv->end && *csv->at != csv->separator && *csv->at != '\n')
                csv->at++;
            end = csv->at < csv->end ? *csv->at : '\0';
            add_csv_field(csv, begin, csv->at);
        }
        if (csv->at < csv->end)
            csv->at++;
        if (end != csv->separator)
            return;
    }
}

bool conf_csv_next(struct conf_csv *csv)
{
    while (csv->at < csv->end) {
        csv->line = csv->next_line++;
        csv->count = 0;
        csv->fault = NULL;
        read_csv_row(csv);
        if (csv->fault != NULL)
            csv->count = 0;
        if (csv->fault != NULL || csv->count > 1 ||
            (csv->count == 1 && csv->fields[0][0] != '\0'))
            return true;
    }
    return false;
}
