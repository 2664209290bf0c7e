/* Ready queues (queue.c): one for each CPU, with what it runs, and what programs see of that. */
#pragma once

#include "abi/env.h"
#include "lib/assert.h"
#include "thread/sched.h"
#include "thread/thread.h"
#include "thread/turns_priv.h"

/* [r] lock  [c] this CPU with interrupts off  [I] set at bring-up  [a] atomic */
struct ready_queue {
    struct spinlock lock;
    struct turns    turns;              /* [r] of the threads in state READY */
    struct thread  *current;            /* [r] the one in state RUNNING */
    struct thread  *leaver;             /* [c] just switched away from, and comes back no more: it
                                         * is DEAD, or READY and must not run here */
    unsigned        slice_ms;           /* [c] since the last switch */

    /* Others look whether it idles: so that line has nothing that a busy CPU writes. */
    bool            idling __attribute__((aligned(CACHE_LINE)));    /* [a] halted, or about to be,
                                         * with nothing to run */
    bool            tick_stopped;       /* [a] idle without a deadline needs no tick */
    uint32_t        halts;              /* [a] times that the idle thread found nothing to do */
    struct thread  *idle;               /* [I] runs when none is ready; never on a queue */
    unsigned        cpu;                /* [I] whose queue it is */
    uint64_t        online_since;       /* [I] time stamp */
} __attribute__((aligned(CACHE_LINE)));

extern struct ready_queue ready_queues[NUM_CPUS];

/* Makes a CPU's ready queue; `idle`, which runs there now, becomes its idle thread. */
void queue_init(unsigned cpu, struct thread *idle);

/* The queue of the CPU that runs this.  Stays so only while interrupts are off. */
static inline struct ready_queue *queue_own(void)
{
    return this_cpu()->queue;
}

/* Locks the queue of the CPU to which the thread belongs. */
struct ready_queue *queue_lock_home(const struct thread *thread);

/* Where the thread belongs, seen without a lock: out of date at once.  A CPU that sees a new home
 * sees, too, all that was written of the thread under the old home's lock.  So it may go on to
 * lock the new one. */
static inline unsigned queue_home_of(const struct thread *thread)
{
    return __atomic_load_n(&thread->home, __ATOMIC_ACQUIRE);
}

/* The old home's queue is locked, or no other thread knows this one. */
static inline void queue_set_home(struct thread *thread, unsigned cpu)
{
    __atomic_store_n(&thread->home, cpu, __ATOMIC_RELEASE);
}

/* Its home's queue must be locked. */
static inline bool queue_may_run_on(const struct thread *thread, unsigned cpu)
{
    return cpu_is_in(thread->affinity, cpu);
}

/* With the queue locked. */
static inline bool queue_is_empty(const struct ready_queue *queue)
{
    return queue->turns.count == 0;
}

/* What programs see of a thread in `envs` (abi/env.h): what it does from now on.  Its home's queue
 * is locked.  Threads of one process may write over each other. */
static inline void show_status(const struct thread *thread, enum env_status status)
{
    __atomic_store_n(&thread->shown->status, status, __ATOMIC_RELAXED);
}

/* ... and nothing after that. */
static inline void show_last(struct thread *thread, enum env_status status)
{
    show_status(thread, status);
    thread->shown = &thread->unseen;
}

/* That it runs, and gets this CPU. */
static inline void show_running(const struct thread *thread, const struct cpu *cpu)
{
    struct Env *env = thread->shown;

    __atomic_store_n(&env->cpunum, cpu->index, __ATOMIC_RELAXED);
    count_up(&env->runs);
    __atomic_store_n(&env->status, ENV_RUNNING, __ATOMIC_RELAXED);
}

/* A READY thread goes to its home's queue, which is locked and may run it: to the round that it
 * names. */
static inline void queue_append(struct ready_queue *queue, struct thread *thread)
{
    spinlock_expect_held(&queue->lock);
    KERN_ASSERT(queue->cpu == thread->home);
    show_status(thread, ENV_RUNNABLE);
    turns_add(&queue->turns, thread);
}

/* The same; releases the queue.  If its CPU idles, that one is asked to look. */
void queue_append_and_release(struct ready_queue *queue, struct thread *thread)
    RELEASES(queue->lock);

/* Takes a READY thread off the queue, which is locked. */
static inline void queue_remove(struct ready_queue *queue, struct thread *thread)
{
    spinlock_expect_held(&queue->lock);
    turns_remove(&queue->turns, thread);
}

/* Takes the next one, or the idle thread if there is none, off the queue, which is locked. */
static inline struct thread *queue_take_next(struct ready_queue *queue)
{
    if (queue_is_empty(queue))
        return queue->idle;
    return turns_take_next(&queue->turns);
}

/* The same after a READY thread was appended; there is another one. */
static inline struct thread *queue_exchange(struct ready_queue *queue, struct thread *thread)
{
    spinlock_expect_held(&queue->lock);
    KERN_ASSERT(queue->cpu == thread->home);
    show_status(thread, ENV_RUNNABLE);
    return turns_exchange(&queue->turns, thread);
}

/* Puts a READY thread that is on no queue on that of a CPU that may run it. */
void queue_place(struct thread *thread);

/* Sets `home`, before the thread is started or with its home's queue locked: where it may run and
 * there is least to do. */
void queue_choose_home(struct thread *thread);

/* Asks a CPU to switch threads (need_resched in pcpu.h).  Interrupts off. */
void queue_request_resched(unsigned cpu);
