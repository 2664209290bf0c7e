/* Schedule points: the places where the order of events between CPUs is decided.
 *
 * In debug builds the boot option seed=N makes each point take, by a pseudo-random choice, a
 * forced turn (PAUSE ends a virtual CPU's slice), a delay, or a preemption.  Under QEMU's
 * deterministic flags the same seed gives the same run, instruction for instruction; another
 * seed gives another interleaving.  In release builds the points are nothing. */
#pragma once

#include "lib/types.h"

enum sched_point {
    POINT_LOCK,                            /* before a spinlock is taken */
    POINT_UNLOCK,                          /* after it was released */
    POINT_CONDITION,                       /* wait and signal */
    POINT_QUEUE,                           /* a thread was made ready */
    POINT_INTERRUPTS_ON,
    POINT_USER_COPY,
    POINT_IPI,
    POINT_SWITCH,
    POINT_ACCESS,                          /* of code under test, to memory (access_point.c) */
};

#ifdef DEBUG

/* Perhaps disturbs the schedule here.  A preemption happens only with interrupts on.  `place` is
 * where in the code, for the record. */
void sched_point(enum sched_point point);
void sched_point_at(enum sched_point point, uintptr_t place);

/* Schedule points of all CPUs together by number, 0 for the first one: from `first` on, before
 * `end`. */
struct sched_point_range {
    uint32_t first, end;
};

#define POINT_RANGES 8

/* Starts disturbing, with choices that follow from `seed`; 0 turns it off.  Only the points of
 * these ranges disturb, which follow each other. */
void sched_points_start(uint32_t seed, const struct sched_point_range ranges[POINT_RANGES]);

/* How many points were passed since the start, and a hash of their order over all CPUs: two
 * runs with the same hash took the same schedule. */
void sched_points_result(uint32_t *count, uint32_t *hash);

#else

static inline void sched_point(enum sched_point point)
{
    (void)point;
}

#endif
