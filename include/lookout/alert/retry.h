/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a receiver's answer means and when the next attempt is due. Pure: the
 * clock and the random number are arguments. */
#ifndef LOOKOUT_RETRY_H
#define LOOKOUT_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RETRY_WAITS_MAX 32
struct retry_conf {
    int64_t waits_ms[RETRY_WAITS_MAX]; /* between attempts; the last repeats until
                                          retry_for */
    size_t wait_count;                 /* at least 1 */
    int64_t retry_for_ms; /* from the alert's acceptance; then it is given up */
};
struct retry_conf
retry_conf_default(void); /* 5s 30s 2min 5min 15min 1h 2h 5h 10h; 76 h */

/* The status of an MQTT broker: the type of the packet that it answered by. */
enum retry_mqtt {
    RETRY_MQTT_NONE = 0,
    RETRY_MQTT_REFUSED = 2, /* CONNACK */
    RETRY_MQTT_TAKEN = 4    /* PUBACK */
};
/* Whose numbers a status is of. */
enum retry_protocol { RETRY_HTTP, RETRY_SMTP, RETRY_MQTT };
/* The end of an attempt: the receiver's status, or status 0 and a reason of our own. */
struct retry_answer {
    int status; /* 100..599, or 0 when there was none (refused, timeout, reset, TLS, DNS)
                 */
    int64_t retry_after_ms; /* from Retry-After; -1: none */
    enum retry_protocol protocol;
};
enum retry_verdict {
    RETRY_DELIVERED, /* 2xx */
    RETRY_LATER,     /* again at *ret_next_ms */
    RETRY_DEAD, /* given up: poison answer on the second attempt, or retry_for is over */
    RETRY_GONE  /* 410: the webhook is switched off, the alert stays queued */
};
/* attempt counts from 1 (this one). begun_ms, from which retry_for counts, and now_ms are
 * times of one clock. random is 0 <= x < 1 (10 % jitter either way). A receiver may ask
 * for a wait of at most 2 h. No wait goes beyond the end of retry_for, where the last
 * attempt is made. */
enum retry_verdict retry_judge(const struct retry_conf *conf,
                               const struct retry_answer *answer, unsigned attempt,
                               int64_t begun_ms, int64_t now_ms, double random,
                               int64_t *ret_next_ms);
/* Whether the receiver has taken the alert. */
bool retry_is_delivered(const struct retry_answer *answer);
/* Whether the answer is one that a repeat of the same body will not change: 400, 405,
 * 413, 415, 422. */
bool retry_is_refusal(const struct retry_answer *answer);
/* The name of the answer's protocol, for texts: "HTTP". */
const char *retry_protocol_name(const struct retry_answer *answer);
/* Whether the receiver asked for a wait: 429 or 503 with Retry-After. */
bool retry_is_hinted(const struct retry_answer *answer);
/* The longest wait between two attempts. */
int64_t retry_longest_wait(const struct retry_conf *conf);

#endif
