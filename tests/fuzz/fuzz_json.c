/* SPDX-License-Identifier: Apache-2.0 */
/* JSON in every form, also as a feed's `fields` name its members, and as one line among
 * others. */
#include "lib/recordrun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input_conf conf = {.format = INPUT_JSONL, .start_ms = INT64_C(1600000000000)};
    recordrun(&conf, data, size);
    conf.fields = "mmsi=a.b;lat=c.1;lon=c.0;time=d;sog=e;name=f.g;imo=h";
    recordrun(&conf, data, size);
    conf = (struct input_conf){.start_ms = conf.start_ms, .line_limit_bytes = 200};
    recordrun(&conf, data, size);
    return 0;
}
