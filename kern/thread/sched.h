/* Scheduling: the two verbs block and ready, preemption, and the idle threads. */
#pragma once

#include "pcpu/pcpu.h"
#include "pcpu/spinlock.h"
#include "thread/thread.h"

enum { SCHED_SLICE = 5 };               /* milliseconds a thread runs before another one may */

/* When a timer interrupt may take the CPU from a thread: the three stages of the lab. */
enum preemption { PREEMPT_NEVER, PREEMPT_USER, PREEMPT_KERNEL };

/* Where an interrupt came from, as far as preemption is concerned. */
enum interrupted { INTERRUPTED_USER, INTERRUPTED_KERNEL };

/* Prepares the ready queues; the running boot stack becomes the idle thread of CPU 0. */
void thread_init(void);

/* Makes the idle thread of another CPU; returns its stack top for the CPU's start. */
MUST_USE int thread_create_idle(unsigned cpu, void **stack_top);

/* The rest of a CPU's boot context: runs whatever is ready and halts when nothing is.  The
 * CPU counts as online from here on. */
NORETURN void sched_idle(void);

void sched_set_preemption(enum preemption preemption);

/* Lets the other ready threads of this CPU run first. */
void thread_yield(void);

/* Blocks the calling thread and releases `lock`, the only spinlock held, in such a way that a
 * waker who takes `lock` next finds it blocked.  The caller has put it on a queue that `lock`
 * guards.  Returns, without the lock, when another thread or a handler has called sched_ready() on
 * it. */
enum wait_kind { WAIT_INTERRUPTIBLE, WAIT_UNINTERRUPTIBLE };
void sched_block(struct spinlock *lock, enum wait_kind kind) RELEASES(*lock);

/* sched_ready(next) and sched_block(lock, WAIT_INTERRUPTIBLE) in one: if `next` belongs to this CPU
 * it runs at once, on what is left of the caller's time slice.  The caller has taken `next` off a
 * queue that `lock` guards. */
void sched_hand_off(struct spinlock *lock, struct thread *next) RELEASES(*lock);

/* Makes a blocked thread ready, and its CPU take notice if it idles.  False if it was not
 * blocked (another waker came first).  Callable from interrupt handlers. */
bool sched_ready(struct thread *thread);

/* Timer interrupt: counts this CPU's milliseconds since the last switch, and ends the current
 * thread's turn after SCHED_SLICE of them. */
void sched_update(void);

/* After it, with interrupts on and no lock held: wakes the threads whose deadline has passed, and
 * offers one that waits to a CPU that idles. */
void sched_after_tick(void);

/* Last step of each interrupt, interrupts off, none held: switches to another thread if one
 * was asked for (need_resched, pcpu.h) and the preemption stage allows it.  The idle thread is not
 * preempted: it looks for work itself. */
void sched_preempt(enum interrupted where);

/* Switches whether asked for or not: the forced preemption of schedule points. */
void sched_preempt_now(enum interrupted where);
