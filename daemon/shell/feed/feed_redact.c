/* SPDX-License-Identifier: Apache-2.0 */
/* Which secrets a feed has that its server may repeat. */
#include "feed_int.h"
#include "lookout/net/redact.h"

void feed_redact_secrets(const struct feed *feed, char *text)
{
    const struct conf_feed *conf = &feed->conf;
    if (conf->path != NULL && conf->transport != CONF_FEED_AISSTREAM)
        redact_whole(text, conf->path, "/?&=");
    for (size_t i = 0; i < conf->headers.count; i++)
        redact_whole(text, conf->headers.items[i].value, " ");
    if (conf->aisstream.key.text != NULL)
        redact_whole(text, conf->aisstream.key.text, "");
    else if (conf->subscribe.text != NULL)
        redact_whole(text, conf->subscribe.text, " \"{}[]:,");
    if (conf->mqtt.password.text != NULL)
        redact_whole(text, conf->mqtt.password.text, "");
}
