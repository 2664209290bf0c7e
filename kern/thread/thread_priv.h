/* Shared by the files of the thread layer only. */
#pragma once

#include "thread/thread.h"

/* One CPU's ready queue and what it runs.
 * [r] lock  [c] this CPU with interrupts off  [I] set at bring-up  [a] atomic */
struct ready_queue {
    struct spinlock lock;
    struct list     ready;              /* [r] threads in state READY, next to run first */
    unsigned        count;              /* [r] of them; [a] for reading */
    struct thread  *current;            /* [r] the one in state RUNNING */
    struct thread  *idle;               /* [I] runs when none is ready; never on a queue */
    struct thread  *departed;           /* [c] exited and just switched away from */
    struct thread  *migrant;            /* [c] switched away from; must not run here any more */
    bool            idling;             /* [a] halted, or about to be, with nothing to run */
    bool            tick_stopped;       /* [c] idle without a deadline needs no tick */
    unsigned        slice_ms;           /* [c] since the last switch */
    uint64_t        last_switch;        /* [r] time stamp */
    uint64_t        online_since;       /* [I] time stamp */
} __attribute__((aligned(CACHE_LINE)));

extern struct ready_queue ready_queues[NUM_CPUS];

/* Makes a CPU's ready queue; `idle`, which runs there now, becomes its idle thread. */
void sched_queue_init(unsigned cpu, struct thread *idle);

/* Sets `home` before the thread is started: where it may run and there is least to do. */
void sched_choose_home(struct thread *thread);

/* --- what balance.c and sched.c have of each other --- */

/* Locks the queue of the CPU that the thread belongs to. */
struct ready_queue *sched_lock_home(const struct thread *thread);

/* Takes a READY thread off the queue, which is locked. */
void sched_unqueue(struct ready_queue *queue, struct thread *thread);

/* Puts a READY thread that is on no queue on that of a CPU that may run it. */
void sched_place(struct thread *thread);

/* Asks a CPU to look at its queue.  Interrupts off. */
void sched_request_switch(unsigned cpu);

/* --- what requests.c and preempt.c have of sched.c --- */

/* The queue of the CPU that runs this.  Stays so only while interrupts are off. */
static inline struct ready_queue *sched_own_queue(void)
{
    return &ready_queues[get_pcpu_idx()];
}

/* Lets the process show what the thread, whose home's queue is locked, does. */
void sched_show_state(const struct thread *thread);

/* Makes a BLOCKED thread READY and releases the queue of its home, which is locked. */
void sched_wake_and_release(struct ready_queue *queue, struct thread *thread);

/* The running thread lets the others run first; releases its queue, which is locked. */
void sched_yield_and_release(struct ready_queue *queue);

/* This CPU has nothing to run: takes a thread from the longest queue.  True if it got one.
 * Interrupts off. */
bool balance_steal(void);

/* Timer interrupt: if threads wait here while another CPU that may run them idles, wakes it. */
void balance_offer(void);

/* A new thread's first step on its own stack: ends the switch that led to it. */
void sched_finish_switch(void);

/* The final switch of an exiting thread. */
NORETURN void sched_depart(void);

/* Takes the exited thread, which has been switched away from, to its joiner, or frees it. */
void thread_departed(struct thread *thread);
void thread_group_depart(struct thread *thread);

/* Gives a thread's stack back, with its charge. */
void thread_free(struct thread *thread);

/* Sets and clears THREAD_STOP; a thread in user mode is interrupted, so that it heeds it.  The
 * caller makes sure that the thread is not freed meanwhile. */
void thread_stop(struct thread *thread);
void thread_unstop(struct thread *thread);

/* Timed waits (timeouts.c).  A thread sets at most one deadline, and clears it itself. */
void timeouts_init(void);
void timeout_set(struct thread *thread, uint64_t deadline);     /* monitor's lock held */
void timeout_clear(struct thread *thread);      /* after it, the deadline wakes no more */
void timeouts_expire(void);                     /* timer interrupt: this CPU's */
bool timeouts_pending(void);                    /* on this CPU; interrupts off */
