/* Thread groups: the threads of one process. */
#pragma once

#include "thread/condition.h"
#include "thread/look.h"
#include "thread/thread.h"

/* The threads that live and end together: those of one process.  Members are not joined; each
 * one's stack goes back, with its charge, as soon as it has been switched away from.
 * [g] lock  [a] atomic */
struct thread_group {
    struct spinlock  lock;
    struct list      live;              /* [g] members that have not left */
    unsigned         live_count;        /* [g] of them */
    unsigned         count;             /* [g] members whose stacks have not gone back */
    uint32_t         numbers;           /* [g] given so far */
    bool             ending;            /* [g] no thread may join any more */
    uint32_t         buffers;           /* [a] bit n: they keep buffer n (ipc/buffer.c) */
    bool             stopped;           /* [g] members must not be in user mode */
    uint32_t         status;            /* [g] what the first one to end it said */
    cpu_mask         affinity;          /* [g] of all members */
    struct thread   *untold;            /* [g] the first that the last order has not reached, or
                                         * NULL; [a] for reading */
    uint32_t         orders;            /* [g] given so far; [a] for reading */
    unsigned         parked;            /* [g] members that wait in thread_group_park() */
    struct thread   *unstarted;         /* [g] created, and to be started by the first resume */
    struct condition resumed;           /* [g] stopped became false */
    struct condition gone;              /* [g] count became 0 */
    uint32_t         system_calls;      /* [g] made by members that have left */
    uint64_t         cycles;            /* [g] run by them */
    struct look      look;              /* [g] */
};

/* None of these blocks but thread_group_park() and thread_group_await(). */

/* Once for each group, and before each use but the first: an empty group. */
void thread_group_init(struct thread_group *group);
void thread_group_renew(struct thread_group *group);

/* Makes a created thread a member; it stops at once if the group is stopped.  E_KILLED if the
 * group is ending: then it is still the caller's, to be discarded. */
MUST_USE int thread_group_add(struct thread_group *group, struct thread *thread);

/* The group is stopped, and its only member, which was created just now, starts when the group
 * is resumed or ended. */
void thread_group_hold(struct thread_group *group, struct thread *thread);

/* Kills all members, the caller perhaps among them; no thread can join any more.  The first caller
 * of this decides with what `status` the group ends.  It reaches a few members only: as long as
 * it returns true, the caller releases what locks it has, so that it can be preempted, and calls it
 * again.  A group with one member is done at once. */
MUST_USE bool thread_group_end(struct thread_group *group, uint32_t status);

/* The same if the group is stopped or ending; else nothing happens. */
MUST_USE bool thread_group_end_stopped(struct thread_group *group, uint32_t status);

/* Has that been called?  Then it stays so. */
bool thread_group_is_ending(struct thread_group *group);

/* The calling thread is a member no more; it has left its address space and will do nothing but
 * exit.  True if it was the last one: then the group is ending. */
MUST_USE bool thread_group_leave(struct thread_group *group);

/* Waits until all members are gone and their stacks have been given back.  The group is ending.
 * Not cut short by a kill. */
void thread_group_await(struct thread_group *group);

/* The next three are orders, which reach a few members only.  The caller then tells the rest, as
 * long as thread_group_tell() returns true: it has told a few more, and released the group. */
static inline bool thread_group_is_told(const struct thread_group *group)
{
    return !__atomic_load_n(&group->untold, __ATOMIC_RELAXED);
}

static inline uint32_t thread_group_last_order(const struct thread_group *group)
{
    return __atomic_load_n(&group->orders, __ATOMIC_RELAXED);
}

MUST_USE bool thread_group_tell(struct thread_group *group, uint32_t order);

/* Keeps all members from user mode: they stop on their next way there; and lets them go again.
 * E_KILLED if the group is ending.  Nothing changes if it is so already. */
MUST_USE int thread_group_stop(struct thread_group *group);
MUST_USE int thread_group_resume(struct thread_group *group);

/* Gives the only member another user frame, if it is stopped and has stopped, or was not
 * started yet; else E_BUSY.  E_KILLED if the group is ending. */
MUST_USE int thread_group_set_frame(struct thread_group *group, const struct trapframe *frame);

/* The calling member waits here as long as its group is stopped and it is not killed. */
void thread_group_park(void);

/* Lets all members, and those that join later, run on those CPUs only, from their next switch at
 * the latest; nothing happens if the group is ending.  E_INVAL_CPU if none of the CPUs is
 * online. */
MUST_USE int thread_group_set_affinity(struct thread_group *group, cpu_mask affinity);

/* The CPUs that may run the members; 0 if there are none any more. */
cpu_mask thread_group_affinity(struct thread_group *group);
