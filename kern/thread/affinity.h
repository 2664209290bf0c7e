/* Which CPUs may run a thread. */
#pragma once

#include "thread/thread.h"

/* Lets the thread run on those CPUs only, from its next switch at the latest; E_INVAL_CPU if
 * none of them is online.  The caller makes sure that the thread is not freed meanwhile.
 * Does not block. */
MUST_USE int affinity_set(struct thread *thread, cpu_mask affinity);

/* Is one of those CPUs online? */
bool affinity_is_sound(cpu_mask affinity);

/* The CPUs that may run it. */
cpu_mask affinity_of(const struct thread *thread);
