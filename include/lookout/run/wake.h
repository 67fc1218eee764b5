/* SPDX-License-Identifier: Apache-2.0 */
/* The store's thread wakes the delivery, which comes later and goes earlier than the
 * store: the one place where both are looked at. */
#ifndef LOOKOUT_WAKE_H
#define LOOKOUT_WAKE_H

#include <pthread.h>

struct delivery;

struct wake {
    pthread_mutex_t mutex;
    struct delivery *delivery; /* borrowed; NULL: nobody to wake */
};

void wake_init(struct wake *w);
void wake_finish(struct wake *w);
/* From now on this one is woken; NULL: nobody. When it returns, nobody wakes the one
 * before any more, and it may be stopped. */
void wake_set(struct wake *w, struct delivery *delivery);
/* For store_options.on_commit; on any thread. */
void wake_delivery(struct wake *w);

#endif
