/* Condition variables: waiting for something that another thread changes. */
#pragma once

#include "lib/list.h"
#include "lib/types.h"
#include "pcpu/spinlock.h"

/* Mesa style: wait in a `while` that tests the predicate; signal with the lock held that
 * guards the predicate.  First come, first woken. */
/* [m] the monitor's lock  [I] set before others see it */
struct condition {
    struct list waiters;                /* [m] */
    struct list called;                 /* [m] by a broadcast, and still to be woken */
    const char *name;                   /* [I] the wait reason in reports */
};

#define CONDITION_INITIALIZER(condition, condition_name)                                \
    { .waiters = LIST_INITIALIZER((condition).waiters),                                 \
      .called = LIST_INITIALIZER((condition).called), .name = (condition_name) }

void condition_init(struct condition *condition, const char *name);

/* All of these need `lock`, the monitor's, to be held, as the only spinlock.  The waits release
 * it, block, and hold it again when they return. */

/* Waits for a signal.  Returns 0, or E_KILLED when the thread was killed: a signal that it
 * may have received is passed on to the next waiter.  May return 0 without a signal. */
MUST_USE int condition_wait(struct condition *condition, struct spinlock *lock) NEEDS(*lock);

/* The same, but gives up at `deadline` (microseconds since boot): E_TIMEOUT. */
MUST_USE int condition_wait_until(struct condition *condition, struct spinlock *lock,
                                  uint64_t deadline) NEEDS(*lock);

/* For kernel waits that a kill must not cut short. */
void condition_wait_uninterruptible(struct condition *condition, struct spinlock *lock)
    NEEDS(*lock);

/* Wakes the longest waiter, if there is one; all of them, one after the other.  Do not block, and
 * take the same time for any number of waiters; callable from interrupt handlers. */
void condition_signal(struct condition *condition, struct spinlock *lock) NEEDS(*lock);
void condition_broadcast(struct condition *condition, struct spinlock *lock) NEEDS(*lock);
