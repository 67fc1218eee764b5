/* SPDX-License-Identifier: Apache-2.0 */
/* The saved place of a recording: a database may be damaged or come from elsewhere. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "daemon/shell/feed/file_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf record = {0};
    struct file_resume resume;
    if (buf_add(&record, data, size) == 0 && file_resume_read(&record, &resume) == 0) {
        for (size_t i = 1; i < resume.count; i++)
            if (resume.passed[i] < resume.passed[i - 1])
                abort(); /* it is searched by halves */
        file_resume_finish(&resume);
    }
    buf_finish(&record);
    return 0;
}
