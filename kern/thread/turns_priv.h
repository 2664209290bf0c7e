/* Whose turn it is: the READY threads of one CPU (turns.c).  All of it under the ready queue's
 * lock. */
#pragma once

#include "thread/thread.h"

enum { LEADER_LINES = 256 };            /* of a hash table; a power of two */

struct turns {
    unsigned       count;               /* of the threads; [a] for reading */
    struct thread *alone;               /* the only one, unless others were there when it came */
    struct list    rounds[NUM_ROUNDS];  /* the leaders; the first one has the next turn */
    struct thread *leaders[LEADER_LINES];   /* by owner, linked by next_leader */
    enum round     last;                /* the one that had the last turn */
    unsigned       passed_over_ms[NUM_ROUNDS];  /* while others had theirs */
    uint32_t       overdue;             /* bit n: round n, for a whole slice */
};

void turns_init(struct turns *turns);

/* The parts for several threads. */
void turns_join_others(struct turns *turns, struct thread *thread);
struct thread *turns_take_leader(struct turns *turns);

static inline void turns_set_count(struct turns *turns, unsigned count)
{
    __atomic_store_n(&turns->count, count, __ATOMIC_RELAXED);
}

/* A round that had a turn, or has no thread any more, was not passed over. */
static inline void turns_forgive(struct turns *turns, enum round round)
{
    turns->passed_over_ms[round] = 0;
    if (turns->overdue)
        turns->overdue &= ~(1u << round);
}

static inline void turns_forget_alone(struct turns *turns)
{
    turns_forgive(turns, turns->alone->round);
    turns->alone = NULL;
}

/* The thread waits after the others of its owner.  An owner that has no place yet goes to the end
 * of thread->round; one that is in an earlier round goes there, too. */
static inline void turns_add(struct turns *turns, struct thread *thread)
{
    if (turns->count == 0)
        turns->alone = thread;
    else
        turns_join_others(turns, thread);
    turns_set_count(turns, turns->count + 1);
}

/* Takes the thread off; its owner keeps its place if it has other threads there. */
void turns_remove(struct turns *turns, struct thread *thread);

/* Takes off the thread whose turn it is, and its owner goes to the end.  There must be one. */
static inline struct thread *turns_take_next(struct turns *turns)
{
    struct thread *thread = turns->alone;

    turns_set_count(turns, turns->count - 1);
    if (!thread)
        return turns_take_leader(turns);
    turns->last = thread->round;
    turns_forget_alone(turns);
    return thread;
}

/* Adds one thread and takes off the next one, which is another. */
static inline struct thread *turns_exchange(struct turns *turns, struct thread *thread)
{
    struct thread *next = turns->alone;

    if (!next) {
        turns_add(turns, thread);
        return turns_take_next(turns);
    }
    turns->last = next->round;
    turns_forget_alone(turns);
    turns->alone = thread;
    return next;
}

/* So many milliseconds have passed, in which the last turn went on. */
void turns_tick(struct turns *turns, unsigned ms);

/* Is the thread there?  It is there, or nowhere. */
static inline bool turns_have(const struct turns *turns, const struct thread *thread)
{
    return thread == turns->alone || list_is_linked(&thread->queue_node);
}

/* Of the first few threads, one that a CPU of the mask `on` may run; NULL: there is none. */
struct thread *turns_find(const struct turns *turns, cpu_mask on);

/* Panics unless the invariants hold. */
void turns_check(const struct turns *turns);
