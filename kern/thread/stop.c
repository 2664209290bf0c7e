/* What is pending for a thread when it goes to user mode: its end, or a stop.
 * SUBTLE: stopped-in-kernel */
#include "thread/stop_priv.h"

#include "lib/assert.h"
#include "pcpu/trace.h"
#include "thread/sched_priv.h"

static void set_pending(struct thread *thread, uint32_t pending)
{
    __atomic_store_n(&thread->context.pending, pending, __ATOMIC_RELAXED);
}

/* In user mode on another CPU: the interrupt makes it pass the check on the way back. */
static void interrupt_user_mode(struct thread *thread)
{
    if (thread->state == THREAD_RUNNING && thread != thread_current())
        queue_request_resched(thread->home);
}

HANDS_OVER
void thread_kill(struct thread *thread)
{
    struct ready_queue *queue = queue_lock_home(thread);

    KERN_ASSERT(thread->magic == THREAD_MAGIC);
    trace_note(TRACE_KILL, (uintptr_t)thread, 0);
    set_pending(thread, thread->context.pending | THREAD_KILL);
    show_last(thread, ENV_DYING);
    if (thread->state == THREAD_BLOCKED && thread->interruptible) {
        sched_wake_and_release(queue, thread);
        return;
    }
    interrupt_user_mode(thread);
    spinlock_release(&queue->lock);
}

/* Only the holder of the group's lock changes THREAD_STOP. */
static bool is_stopped(const struct thread *thread)
{
    return __atomic_load_n(&thread->context.pending, __ATOMIC_RELAXED) & THREAD_STOP;
}

HANDS_OVER
void thread_stop(struct thread *thread)
{
    if (is_stopped(thread))
        return;
    struct ready_queue *queue = queue_lock_home(thread);

    set_pending(thread, thread->context.pending | THREAD_STOP);
    interrupt_user_mode(thread);
    spinlock_release(&queue->lock);
}

HANDS_OVER
void thread_unstop(struct thread *thread)
{
    if (!is_stopped(thread))
        return;
    struct ready_queue *queue = queue_lock_home(thread);

    set_pending(thread, thread->context.pending & ~(uint32_t)THREAD_STOP);
    spinlock_release(&queue->lock);
}
