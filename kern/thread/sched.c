/* The scheduler: the switch, and the two verbs block and ready.  The ready queues are in queue.c.
 *
 * The rule that everything rests on: a ready queue's lock stays held across the switch.  The
 * thread that leaves takes it, changes its own state, and switches; the thread that arrives, on
 * its own stack, releases it.
 *
 * No CPU loads a context that is not saved.  A thread's state leaves RUNNING only under its
 * home's queue lock, and that lock is released only after context_switch() has saved the
 * thread.  To make it READY, or to take it from the queue, any CPU needs the same lock.  So a CPU
 * that sees the thread READY sees its saved context.  (A new thread is made as if it had left in
 * this way: lock_depth 1, first step sched_finish_switch().)
 *
 * No wakeup is lost.  A waiter tests its predicate, puts itself on the wait list, and takes the
 * queue lock, all under the monitor's lock.  A signaller changes the predicate under the
 * monitor's lock: either before the test, then the test sees it; or after the waiter released
 * it, then the waiter is on the list and holds the queue lock already.  The signaller's
 * sched_ready() then waits for that lock, that is until the waiter is saved, and finds it
 * BLOCKED.  A kill marks the thread under the queue lock and sched_block() looks at the mark
 * under it, so one of the two sees the other.  A deadline is set before the thread is BLOCKED, and
 * needs an argument of its own (timeouts.c).
 *
 * A direct switch (sched_hand_off) is both verbs in one: the waker blocks, and the thread it
 * wakes runs at once instead of going through the queue.  Only a thread whose home is this CPU
 * can be run so: then one queue lock guards both, and BLOCKED under it means saved, as above.
 * The time slice goes on, so threads that hand the CPU to each other share one slice, and the
 * others in the queue get theirs.
 *
 * Several wakers (signal, deadline, kill) may meet: the first to find the thread BLOCKED makes
 * it READY, the others find it not BLOCKED and do nothing.  What the wait ended by, the thread
 * itself finds out under the monitor's lock (condition.c).
 *
 * No deadlock.  A monitor's lock is taken before a queue lock, never after; no thread holds two
 * queue locks; interrupts are off under each.
 *
 * No CPU sleeps on work.  queue_append_and_release() tests "current is idle" under the lock that
 * guards current, so the answer is exact.  If it is, that CPU is in HLT with interrupts on, or in
 * an interrupt handler, or on its way to one of them; the interrupt stays pending until interrupts
 * are on, and its handler sets need_resched.  The idle loop (idle.c) tests
 * its own CPU's need_resched with interrupts off up to the HLT, so there is no window between
 * the test and the HLT.  (The idle thread itself may have asked: when it tells an exited thread's
 * owner, and so wakes a thread.)  A CPU that is not online yet looks once after it went online.
 * SUBTLE: lock-across-switch */
#include "thread/sched_priv.h"

#include "dev/lapic.h"
#include "lib/assert.h"
#include "pcpu/trace.h"
#include "pmm/pmm.h"
#include "thread/big_lock.h"
#include "vmm/space.h"
#include "vmm/tlb.h"

static void account_cycles(struct thread *prev, struct thread *next)
{
    uint64_t now = rdtsc();

    prev->cycles += now;
    next->cycles -= now;
}

static void leave_idle(struct ready_queue *queue)
{
    __atomic_store_n(&queue->idling, false, __ATOMIC_RELAXED);
    if (queue->tick_stopped) {
        queue->tick_stopped = false;
        lapic_timer_start();
    }
}

/* What else of a thread the CPU holds: address space, trap stack, its part of the segments (GS
 * is loaded after that), FPU. */
static inline void load_thread(struct cpu *cpu, struct thread *prev, struct thread *next)
{
    space_activate(cpu, next->space);
    cpu_set_trap_stack(cpu, (uintptr_t)next);
    cpu_set_tls_segment(cpu, next->tls_segment);
    if (__builtin_expect(prev->uses_fpu || next->uses_fpu, false))
        fpu_switch(prev->uses_fpu ? &prev->fpu : NULL, next->uses_fpu ? &next->fpu : NULL);
}

/* What the thread that was switched away from could not do itself: it was not saved then. */
HANDS_OVER
static COLD void settle_leaver(struct ready_queue *queue)
{
    struct thread *leaver = queue->leaver;
    bool is_dead = leaver->state == THREAD_DEAD;

    queue->leaver = NULL;
    spinlock_release(&queue->lock);
    if (is_dead)
        leaver->departed(leaver);
    else
        queue_place(leaver);
}

/* The thread that has arrived releases the lock.  Mostly that is all. */
HANDS_OVER
static inline void finish_switch(struct thread *self)
{
    struct ready_queue *queue = self->context.cpu->queue;

    if (queue->leaver)
        settle_leaver(queue);
    else
        spinlock_release_by(&queue->lock, &self->context);
    sched_point(POINT_SWITCH);
}

void sched_finish_switch(void)
{
    finish_switch(thread_current());
}

/* Leaves the current thread, whose state is no longer RUNNING, for `next`, whose state is by now,
 * and which is on no queue.  Holds the queue's lock and nothing else; returns, on whatever CPU,
 * without it. */
ALWAYS_INLINE
static inline void switch_to(struct ready_queue *queue, struct thread *prev, struct thread *next)
{
    struct cpu *cpu = prev->context.cpu;

    spinlock_expect_held(&queue->lock);
    KERN_ASSERT(prev == queue->current && prev->context.lock_depth == 1);
    KERN_ASSERT(prev->state != THREAD_RUNNING && next->state == THREAD_RUNNING);
    KERN_ASSERT(!big_lock_is_on || cpu->is_in_kernel);
    account_cycles(prev, next);
    queue->current = next;
    next->context.cpu = cpu;
    show_running(next, cpu);
    trace_note(TRACE_RUN, (uintptr_t)next, (uintptr_t)prev);
    if (__builtin_expect(prev == queue->idle, false))
        leave_idle(queue);
    count_up(&cpu->statistics.context_switches);
    load_thread(cpu, prev, next);
    spinlock_hand_over(&queue->lock, &prev->context, &next->context);
    context_switch(&prev->context, &next->context);
    finish_switch(prev);
}

/* Leaves it for a thread that was taken off the queue and gets a slice of its own. */
ALWAYS_INLINE
static inline void begin_slice(struct ready_queue *queue, struct thread *self, struct thread *next)
{
    queue->slice_ms = 0;
    need_resched_clear(self->context.cpu);
    thread_step(next, THREAD_READY, THREAD_RUNNING);
    switch_to(queue, self, next);
}

static inline void switch_away(struct ready_queue *queue, struct thread *self)
{
    begin_slice(queue, self, queue_take_next(queue));
}

/* The calling thread goes to the end of the queue, if other threads are ready.  Takes over the
 * queue's lock.  A thread that must not run here any more leaves in any case; it can be put on
 * another queue only after it is saved, so the next thread on this CPU does that
 * (sched_finish_switch). */
HANDS_OVER
void sched_yield_and_release(struct ready_queue *queue)
{
    struct thread *thread = queue->current;
    bool may_stay = thread == queue->idle || queue_may_run_on(thread, queue->cpu);

    if (may_stay && queue_is_empty(queue)) {
        spinlock_release(&queue->lock);
        return;
    }
    thread_step(thread, THREAD_RUNNING, THREAD_READY);
    thread->round = ROUND_RAN;
    if (may_stay && thread != queue->idle) {
        begin_slice(queue, thread, queue_exchange(queue, thread));
        return;
    }
    if (!may_stay)
        queue->leaver = thread;
    switch_away(queue, thread);
}

/* The queue of the CPU that runs this.  Interrupts may be on: the thread may still be moved until
 * spinlock_begin(). */
HANDS_OVER
static inline struct ready_queue *lock_own_queue(void)
{
    struct context *context = current_context();

    sched_point(POINT_LOCK);
    spinlock_begin(context);
    struct ready_queue *queue = context->cpu->queue;
    spinlock_acquire_begun(&queue->lock, context);
    return queue;
}

static void let_others_go_on(void)
{
    pause();
    if (big_lock_is_on) {
        intr_local_disable();
        big_lock_pass();
        intr_local_enable();
    }
}

/* A thread that yields again and again waits for another CPU: PAUSE, as in any spinning loop. */
HANDS_OVER
void thread_yield(void)
{
    KERN_ASSERT(current_context()->lock_depth == 0);
    struct ready_queue *queue = lock_own_queue();
    bool alone = queue_is_empty(queue);
    sched_yield_and_release(queue);
    if (alone)
        let_others_go_on();
}

/* Both need the own queue's lock. */
static inline bool may_wait(const struct thread *thread, enum wait_kind kind)
{
    return kind == WAIT_UNINTERRUPTIBLE || !thread_is_killed(thread);
}

static inline void begin_wait(struct thread *thread, enum wait_kind kind)
{
    thread_step(thread, THREAD_RUNNING, THREAD_BLOCKED);
    thread->round = thread->quota == &quota_root ? ROUND_KERNEL : ROUND_WOKEN;
    trace_note(TRACE_WAIT, (uintptr_t)thread, (uintptr_t)thread->wait_reason);
    show_status(thread, ENV_NOT_RUNNABLE);
    thread->interruptible = kind == WAIT_INTERRUPTIBLE;
}

/* Interrupts are off, so it stays the own queue. */
HANDS_OVER
static inline struct ready_queue *lock_queue_to_block(struct spinlock *lock, struct thread *self)
{
    struct ready_queue *queue = self->context.cpu->queue;

    spinlock_expect_held(lock);
    KERN_ASSERT(self->context.lock_depth == 1 && self != queue->idle);
    sched_point(POINT_LOCK);
    spinlock_begin_another(&self->context);
    spinlock_acquire_begun(&queue->lock, &self->context);
    return queue;
}

/* SUBTLE: blocked-while-running */
HANDS_OVER
void sched_block(struct spinlock *lock, enum wait_kind kind)
{
    struct thread *self = thread_current();
    struct ready_queue *queue = lock_queue_to_block(lock, self);

    if (!may_wait(self, kind)) {
        spinlock_release(&queue->lock);
        spinlock_release(lock);
        return;
    }
    begin_wait(self, kind);
    spinlock_release_one(lock, &self->context);
    switch_away(queue, self);
}

HANDS_OVER
bool sched_ready(struct thread *thread)
{
    struct ready_queue *queue = queue_lock_home(thread);

    if (thread->state != THREAD_BLOCKED) {
        spinlock_release(&queue->lock);
        return false;
    }
    sched_wake_and_release(queue, thread);
    return true;
}

/* With this CPU's queue locked.  The lock does not guard a thread of another CPU; but such a thread
 * has another home, and cannot get this one without the lock. */
static inline bool waits_here(const struct ready_queue *queue, const struct thread *thread)
{
    return queue_home_of(thread) == queue->cpu && thread->state == THREAD_BLOCKED &&
           queue_may_run_on(thread, queue->cpu);
}

/* SUBTLE: direct-switch */
HANDS_OVER
void sched_hand_off(struct spinlock *lock, struct thread *next)
{
    struct thread *self = thread_current();
    struct ready_queue *queue = lock_queue_to_block(lock, self);

    if (!may_wait(self, WAIT_INTERRUPTIBLE) || !waits_here(queue, next)) {
        spinlock_release(&queue->lock);
        sched_ready(next);
        sched_block(lock, WAIT_INTERRUPTIBLE);
        return;
    }
    trace_note(TRACE_READY, (uintptr_t)next, queue->cpu);
    begin_wait(self, WAIT_INTERRUPTIBLE);
    spinlock_release_one(lock, &self->context);
    thread_step(next, THREAD_BLOCKED, THREAD_RUNNING);
    switch_to(queue, self, next);
}

void sched_depart(void)
{
    struct ready_queue *queue = lock_own_queue();

    trace_note(TRACE_DEPART, (uintptr_t)queue->current, 0);
    thread_step(queue->current, THREAD_RUNNING, THREAD_DEAD);
    queue->leaver = queue->current;
    switch_away(queue, queue->current);
    KERN_PANIC("an exited thread was resumed");
}
