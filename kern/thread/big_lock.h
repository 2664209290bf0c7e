/* The big kernel lock, a choice at boot (lock=big): one CPU at a time is in the kernel, as in JOS;
 * for comparison; everything else stays the same.
 *
 * It belongs to a CPU, not to a thread: a CPU takes it when it leaves user mode or idles no more,
 * and gives it back on its way there; a thread switch in the kernel keeps it.  So a thread that
 * waits in the kernel does not hold it, and one that goes on finds that its CPU does. */
#pragma once

#include "lib/types.h"

/* Set once, before other CPUs run. */
extern bool big_lock_is_on;

/* The slow parts, in big_lock.c. */
bool big_lock_take(void);
void big_lock_give(void);
void big_lock_offer(void);

/* All with interrupts off and no spinlock held. */

/* The CPU enters the kernel.  True if it was outside: then the caller's way out must call
 * big_lock_leave(), perhaps on another CPU that runs the thread by then. */
static inline bool big_lock_enter(void)
{
    return big_lock_is_on && big_lock_take();
}

/* The CPU leaves the kernel. */
static inline void big_lock_leave(void)
{
    if (big_lock_is_on)
        big_lock_give();
}

/* How often it was taken, by any CPU.  Interrupts may be on. */
uint32_t big_lock_acquisitions(void);

/* The CPU stays, but lets others in before it goes on: where a thread could be preempted.  So
 * kernel threads that wait for each other without blocking do not wait for ever. */
static inline void big_lock_pass(void)
{
    if (big_lock_is_on)
        big_lock_offer();
}
