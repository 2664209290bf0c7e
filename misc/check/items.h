/* What several scenarios are about: items that takers wait for.  Each scenario that includes it has
 * its own. */
#pragma once

#include "scenario.h"

static struct spinlock lock = SPINLOCK_INITIALIZER(&scenario_lock);
static struct condition filled = CONDITION_INITIALIZER(filled, "filled");
static unsigned items;

/* Waits for an item and takes it; or the error that ended the wait. */
static inline int take_item(void)
{
    int error = 0;

    spinlock_acquire(&lock);
    while (items == 0 && !error)
        error = condition_wait(&filled, &lock);
    items -= !error;
    spinlock_release(&lock);
    return error;
}

/* To be played: that, where no wait may end before. */
static inline void take(void *unused)
{
    int error = take_item();

    (void)unused;
    REQUIRE(!error);
}

static inline void put(void *unused)
{
    (void)unused;
    spinlock_acquire(&lock);
    items++;
    condition_signal(&filled, &lock);
    spinlock_release(&lock);
}
