/* SPDX-License-Identifier: Apache-2.0 */
/* Recognises the format of a list by its first bytes, and says of XML which file holds
 * the same as CSV. */
#include <stdio.h>
#include <string.h>

#include "list_int.h"
#include "lookout/base/text.h"

static const char *const names[LIST_FORMATS] = {"auto", "csv",           "ofac",
                                                "uk",   "opensanctions", "ftm"};

const char *list_format_name(enum list_format format)
{
    return names[format];
}

/* In the order in which they are asked; any text may be the last. */
static const struct list_kind *const kinds[] = {&list_ftm_kind, &list_ofac_kind,
                                                &list_uk_kind, &list_opensanctions_kind,
                                                &list_csv_kind};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* --- XML --- */

/* clang-format off */
static const struct {
    const char *mark; /* a word of the XML */
    const char *what, *accepted;
} xml_files[] = {
    {"sdnList",           "OFAC's list as XML",                            "OFAC's SDN.CSV, or CONS_PRIM.CSV, which says the same"},
    {"sanctionsData",     "OFAC's advanced list as XML",                   "OFAC's SDN.CSV, or CONS_PRIM.CSV, which says the same"},
    {"Sanctions ",        "OFAC's advanced list as XML",                   "OFAC's SDN.CSV, or CONS_PRIM.CSV, which says the same"},
    {"<Designations",     "the UK Sanctions List as XML",                  "the UK Sanctions List as CSV, UK-Sanctions-List.csv"},
    {"ArrayOfFinancialSanctionsTarget", "the UK's consolidated list as XML", "the UK Sanctions List as CSV, UK-Sanctions-List.csv"},
    {"CONSOLIDATED_LIST", "the UN's consolidated list, which holds no ships", "OpenSanctions' data set un_1718_vessels: the UN publishes its list of ships as a PDF"},
    {"fsdexport",         "the EU's consolidated list, which holds no ships", "OpenSanctions' maritime.csv: the EU names ships in annexes of its regulations"},
    {"fpi/fsd/export",    "the EU's consolidated list, which holds no ships", "OpenSanctions' maritime.csv: the EU names ships in annexes of its regulations"},
    {"sanctionEntity",    "the EU's consolidated list, which holds no ships", "OpenSanctions' maritime.csv: the EU names ships in annexes of its regulations"},
};
/* clang-format on */

static bool head_has_word(const struct list_head *head, const char *word)
{
    size_t n = strlen(word), most = head->n < 8192 ? head->n : 8192;
    for (size_t i = 0; i + n <= most; i++)
        if (memcmp(head->text + i, word, n) == 0)
            return true;
    return false;
}

static void refuse_xml(const struct list_head *head, struct list_trouble *ret_trouble)
{
    const char *what = "XML";
    ret_trouble->accepted = "a list as CSV or as JSON lines: of OFAC SDN.CSV, of the UK "
                            "UK-Sanctions-List.csv, of OpenSanctions maritime.csv";
    for (size_t i = 0; i < sizeof xml_files / sizeof xml_files[0]; i++)
        if (head_has_word(head, xml_files[i].mark)) {
            what = xml_files[i].what;
            ret_trouble->accepted = xml_files[i].accepted;
            break;
        }
    snprintf(ret_trouble->text, sizeof ret_trouble->text, "is %s", what);
}

static char first_letter(const struct list_head *head)
{
    size_t at = 0;
    while (at < head->n && strchr(" \t\r\n", head->text[at]) != NULL)
        at++;
    return at < head->n ? head->text[at] : '\0';
}

const struct list_kind *list_format_find(enum list_format asked,
                                         const struct list_head *head,
                                         struct list_trouble *ret_trouble)
{
    if (first_letter(head) == '<') {
        refuse_xml(head, ret_trouble);
        return NULL;
    }
    for (size_t i = 0; i < KINDS; i++) {
        bool is_asked = asked == LIST_AUTO || asked == kinds[i]->format;
        if (is_asked && kinds[i]->recognise(head))
            return kinds[i];
        if (!is_asked || asked == LIST_AUTO)
            continue;
        snprintf(ret_trouble->text, sizeof ret_trouble->text, "is not of the format %s",
                 kinds[i]->name);
        ret_trouble->accepted = kinds[i]->looks;
    }
    return NULL;
}

/* --- headers --- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whether two headers have the same letters and digits. */
static bool is_same_header(const char *a, const char *b)
{
    for (;;) {
        while (*a != '\0' && !is_letter(*a))
            a++;
        while (*b != '\0' && !is_letter(*b))
            b++;
        char x[2] = {*a, '\0'}, y[2] = {*b, '\0'};
        if (*a == '\0' || *b == '\0' || !text_equal_fold(x, y))
            return *a == *b;
        a++;
        b++;
    }
}

size_t list_format_find_column(const struct csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->count; i++)
        if (is_same_header(csv->fields[i].text, name))
            return i;
    return SIZE_MAX;
}

bool list_format_has_columns(const struct list_head *head, const char *const *columns,
                             size_t count)
{
    struct csv csv;
    bool has_all = false;
    csv_init(&csv, head->text, head->n, '\0');
    if (csv_next(&csv) == 1) {
        has_all = true;
        for (size_t i = 0; i < count; i++)
            has_all = has_all && list_format_find_column(&csv, columns[i]) != SIZE_MAX;
    }
    csv_finish(&csv);
    return has_all;
}
