/* Timed waits (timeouts.c).  A thread sets at most one deadline, and clears it itself. */
#pragma once

#include "thread/thread.h"

/* Has the thread a deadline that has not woken it?  Its heap is locked, or nothing changes. */
static inline bool timeout_is_set(const struct thread *thread)
{
    return thread->timeout.rank > 0;
}

void timeouts_init(void);
void timeout_set(struct thread *thread, uint64_t deadline);     /* monitor's lock held */
void timeout_clear(struct thread *thread);      /* after it, the deadline wakes no more */

/* After a tick: wakes what is due on this CPU.  In two steps: what that is, for which CPU; and the
 * waking, during which the caller may be moved to another CPU. */
void timeouts_expire(void);
unsigned timeouts_note_due(void);
void timeouts_wake_due(unsigned cpu);

bool timeouts_are_set(void);                    /* on this CPU; interrupts off */
bool timeouts_are_set_on(unsigned cpu);         /* out of date at once */
