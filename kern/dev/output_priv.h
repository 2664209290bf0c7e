/* The locks on the way of a character to the devices, which a panic switches off. */
#pragma once

#include "lib/types.h"
#include "pcpu/spinlock.h"

/* Order of the dev layer's locks (dev.h lists them). */
enum {
    LOCK_ORDER_IOAPIC = 0, LOCK_ORDER_INPUT = 1, LOCK_ORDER_SERIAL = 2, LOCK_ORDER_CONSOLE = 3,
    LOCK_ORDER_LOG = 4,
};

/* spinlock_acquire() and spinlock_release(), but nothing after output_panic_mode(). */
void output_acquire(struct spinlock *lock);
void output_release(struct spinlock *lock);

/* From here on no output takes a lock, and all goes to the console: the other CPUs are
 * stopped, perhaps in the middle of a line with the locks held. */
void output_panic_mode(void);
bool output_is_panicking(void);
