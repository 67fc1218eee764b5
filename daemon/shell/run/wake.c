/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/run/wake.h"

#include "lookout/delivery/delivery.h"

void wake_init(struct wake *w)
{
    pthread_mutex_init(&w->mutex, NULL);
    w->delivery = NULL;
}

void wake_finish(struct wake *w)
{
    pthread_mutex_destroy(&w->mutex);
}

void wake_set(struct wake *w, struct delivery *delivery)
{
    pthread_mutex_lock(&w->mutex);
    w->delivery = delivery;
    pthread_mutex_unlock(&w->mutex);
}

void wake_delivery(struct wake *w)
{
    pthread_mutex_lock(&w->mutex);
    if (w->delivery != NULL)
        delivery_wake(w->delivery);
    pthread_mutex_unlock(&w->mutex);
}
