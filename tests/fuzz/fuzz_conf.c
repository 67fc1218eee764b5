/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration reader over any bytes. The files that a text may name are those of an
 * empty directory and a small gazetteer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "daemon/shell/conf/conf_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *gazetteer_path(void)
{
    static char path[1024];
    const char *root = getenv("LOOKOUT_ROOT");
    snprintf(path, sizeof path, "%s/tests/data/conf/ports.csv",
             root != NULL ? root : ".");
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct conf_context context = {.host = "host",
                                         .gazetteer = gazetteer_path(),
                                         .credentials_directory =
                                             "/nonexistent/credentials"};
    const struct conf_source source = {
        .file = "/nonexistent/config.yaml", .text = (const char *)data, .bytes = size};
    struct conf *conf = NULL;
    struct conf_report report;
    int code = conf_load_text(&source, &context, &conf, &report);
    if ((code == 0) != (report.errors == 0) || (code == 0) != (conf != NULL))
        abort();
    if (conf != NULL) {
        FILE *out = fopen("/dev/null", "w");
        if (out != NULL) {
            conf_describe(conf, out);
            fclose(out);
        }
    }
    conf_report_finish(&report);
    conf_destroy(conf);
    return 0;
}
