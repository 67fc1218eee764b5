/* SPDX-License-Identifier: Apache-2.0 */
/* The store's thread wakes the delivery, which starts later and ends earlier than the
 * store: only here both are known. */
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
/* From now on wake this delivery; NULL: none. After the return, the one before is no
 * longer woken, and it may be stopped. */
void wake_set(struct wake *w, struct delivery *delivery);
/* For store_options.on_commit; on any thread. */
void wake_delivery(struct wake *w);

#endif
