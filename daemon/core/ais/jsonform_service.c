/* SPDX-License-Identifier: Apache-2.0 */
/* What servers say of themselves or of their own ship: no report, and no fault. */
#include <string.h>

#include "jsonform_int.h"

/* gpsd's other classes (gpsd_json(5)), the first objects of a Signal K server and of
 * canboat's analyzer, a Signal K server's answers to requests, and what aisstream.io says
 * of a subscription. */
bool jsonform_service_is(json_t *object)
{
    const char *class = json_string_value(json_object_get(object, "class"));
    static const char *const classes[] = {
        "VERSION", "DEVICES", "DEVICE",   "WATCH", "TPV",   "SKY",
        "GST",     "ATT",     "IMU",      "TOFF",  "PPS",   "OSC",
        "POLL",    "RAW",     "SUBFRAME", "RTCM2", "RTCM3", "ERROR"};
    for (size_t i = 0; class != NULL && i < sizeof classes / sizeof classes[0]; i++) {
        if (strcmp(class, classes[i]) == 0)
            return true;
    }
    const char *type = json_string_value(json_object_get(object, "MessageType"));
    if (type != NULL && strcmp(type, "SubscriptionConfirmation") == 0)
        return true;
    if (json_object_size(object) == 1 && json_is_string(json_object_get(object, "error")))
        return true;
    if (json_object_get(object, "requestId") != NULL &&
        (json_object_get(object, "state") != NULL ||
         json_object_get(object, "statusCode") != NULL))
        return true;
    return json_object_get(object, "version") != NULL &&
           (json_object_get(object, "roles") != NULL ||
            json_object_get(object, "units") != NULL);
}
