/* Whose turn it is: the READY threads of one CPU (turns.c).  All of it under the ready queue's
 * lock. */
#pragma once

#include "thread/thread.h"

enum { LEADER_LINES = 64 };             /* of a hash table; a power of two */

struct turns {
    struct list    rounds[NUM_ROUNDS];  /* the leaders; the first one has the next turn */
    struct thread *leaders[LEADER_LINES];   /* by owner, linked by next_leader */
    enum round     last;                /* the one that had the last turn */
    unsigned       passed_over_ms[NUM_ROUNDS];  /* while others had theirs */
    uint32_t       overdue;             /* bit n: round n, for a whole slice */
};

void turns_init(struct turns *turns);

/* The thread waits after the others of its owner.  An owner that has no place yet goes to the end
 * of thread->round; one that is in an earlier round goes there, too. */
void turns_add(struct turns *turns, struct thread *thread);

/* Takes the thread off; its owner keeps its place if it has other threads there. */
void turns_remove(struct turns *turns, struct thread *thread);

/* Takes off the thread whose turn it is, and its owner goes to the end.  There must be one. */
struct thread *turns_take_next(struct turns *turns);

/* So many milliseconds have passed, in which the last turn went on. */
void turns_tick(struct turns *turns, unsigned ms);

/* Of the first few threads, one that a CPU of the mask `on` may run; NULL: there is none. */
struct thread *turns_find(const struct turns *turns, cpu_mask on);

/* The invariants hold, and there are `count` threads. */
void turns_check(const struct turns *turns, unsigned count);
