/* Limits on waiting by looking again and again: what tells a deadlock from a long wait.
 *
 * The waiter names a number that changes whenever what it waits for makes progress: how often the
 * lock was taken, what the other CPU has done.  Only a wait in which that number stays the same for
 * SPIN_LIMIT_TURNS looks and SPIN_LIMIT_CYCLES is a deadlock.  A wait during which others take the
 * lock is none, however long it lasts.  There are two limits, because a virtual CPU may stand still
 * while the time stamp counter runs on.  The turns say how long the waiter has run, and a fair host
 * lets the other CPU run as long. */
#pragma once

#include "lib/types.h"
#include "pcpu/x86.h"

#define SPIN_LIMIT_TURNS        4000000
#define SPIN_LIMIT_CYCLES       (1ull << 33)

/* Since when nothing has changed. */
struct spin_limit {
    uint32_t progress;                  /* the number that has not changed */
    uint32_t turns;
    uint64_t since;
};

static inline void spin_limit_begin(struct spin_limit *limit, uint32_t progress)
{
    *limit = (struct spin_limit){ .progress = progress, .since = rdtsc() };
}

/* One more look, which found that number.  True if it is the same for too long. */
static inline bool spin_limit_passed(struct spin_limit *limit, uint32_t progress)
{
    if (progress != limit->progress) {
        spin_limit_begin(limit, progress);
        return false;
    }
    return ++limit->turns >= SPIN_LIMIT_TURNS && rdtsc() - limit->since >= SPIN_LIMIT_CYCLES;
}
