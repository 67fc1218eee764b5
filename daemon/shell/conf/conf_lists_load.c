/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that are read without a configuration, for `lookoutd lists`. */
#include <string.h>

#include "conf_watched.h"

static void load_file(struct conf_watched *v, const char *file, struct conf_list *list)
{
    struct conf_reader *r = v->r;
    list->file = conf_memory_copy(r, file);
    list->path = conf_memory_copy(r, file);
    if (r->code == 0)
        conf_lists_name(r, list);
    if (r->code != 0)
        return;
    struct conf_reading g = {r, list, NULL};
    struct list_options options = {.on_fault = conf_lists_fault, .context = &g};
    struct list_trouble trouble;
    int rc = list_file_read(list->path, &options, &list->content, &trouble);
    struct conf_place at = {.file = file};
    if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    else if (rc != 0)
        conf_report_fault_at(r, &at, "%s%s%s%s", trouble.text,
                             trouble.accepted != NULL ? " (accepted: " : "",
                             trouble.accepted != NULL ? trouble.accepted : "",
                             trouble.accepted != NULL ? ")" : "");
    if (list->content == NULL)
        return;
    conf_lists_note(r, list, NULL);
    conf_list_ships_watch(v, list);
}

int conf_lists_load(char *const *files, size_t count, struct conf **ret_conf,
                    struct conf_report *report)
{
    static const struct conf_context none = {.keeps_lists = true};
    struct conf_reader r = {.context = &none, .file = ""};
    struct conf_watched v;
    memset(report, 0, sizeof *report);
    r.conf = conf_memory_alloc(&r, 1, sizeof *r.conf);
    if (r.conf != NULL) {
        conf_watched_init(&v, &r);
        r.conf->lists = conf_memory_alloc(&r, count, sizeof *r.conf->lists);
        for (size_t i = 0; i < count && r.code == 0; i++)
            load_file(&v, files[i], &r.conf->lists[r.conf->list_count++]);
        conf_watched_finish(&v);
    }
    int rc = conf_end(&r, ret_conf, report);
    conf_report_finish_faults(&r.faults);
    return rc;
}
