/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines in every form: gpsd, AIS-catcher, aisstream.io, BarentsWatch, plain. */
#include "lib/recordrun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input_conf conf = {.format = INPUT_JSONL, .start_ms = INT64_C(1600000000000)};
    recordrun(&conf, data, size);
    return 0;
}
