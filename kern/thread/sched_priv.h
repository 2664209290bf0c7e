/* What sched.c has for its own layer. */
#pragma once

#include "lib/assert.h"
#include "pcpu/trace.h"
#include "thread/queue_priv.h"

/* Each change of a thread's state is a call of this, with the lock of its home's queue held, and
 * names both states: so the book draws the states from the sources. */
#ifdef DEBUG
static inline void thread_step(struct thread *thread, enum thread_state from, enum thread_state to)
{
    KERN_ASSERT(thread->state == from);
    thread->state = to;
}
#else
static inline void thread_step(struct thread *thread, enum thread_state from UNUSED,
                               enum thread_state to)
{
    thread->state = to;
}
#endif

/* Makes a BLOCKED thread READY and releases the queue of its home, which is locked.  It may have
 * got another affinity and then blocked before it could move. */
static inline void sched_wake_and_release(struct ready_queue *queue, struct thread *thread)
    RELEASES(queue->lock);
static inline void sched_wake_and_release(struct ready_queue *queue, struct thread *thread)
{
    trace_note(TRACE_READY, (uintptr_t)thread, thread->home);
    thread_step(thread, THREAD_BLOCKED, THREAD_READY);
    if (queue_may_run_on(thread, thread->home)) {
        queue_append_and_release(queue, thread);
    } else {
        spinlock_release(&queue->lock);
        queue_place(thread);
    }
}

/* The running thread lets the others run first; releases its queue, which is locked. */
void sched_yield_and_release(struct ready_queue *queue) RELEASES(queue->lock);

/* A new thread's first step on its own stack: ends the switch that led to it. */
void sched_finish_switch(void);

/* The final switch of an exiting thread. */
NORETURN void sched_depart(void);
