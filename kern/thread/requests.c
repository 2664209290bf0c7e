/* What a thread is asked to heed before it goes to user mode: to end, or to stop. */
#include "thread/thread_priv.h"

#include "lib/panic.h"
#include "thread/events.h"

static void set_requests(struct thread *thread, uint32_t requests)
{
    __atomic_store_n(&thread->context.requests, requests, __ATOMIC_RELAXED);
    sched_show_state(thread);
}

/* In user mode on another CPU: the interrupt makes it pass the check on the way back. */
static void interrupt_user_mode(struct thread *thread)
{
    if (thread->state == THREAD_RUNNING && thread != thread_current())
        sched_request_switch(thread->home);
}

void thread_kill(struct thread *thread)
{
    struct ready_queue *queue = sched_lock_home(thread);

    KERN_ASSERT(thread->magic == THREAD_MAGIC);
    event_note(EVENT_KILL, thread);
    set_requests(thread, thread->context.requests | THREAD_KILL);
    if (thread->state == THREAD_BLOCKED && thread->interruptible) {
        sched_wake_and_release(queue, thread);
        return;
    }
    interrupt_user_mode(thread);
    spinlock_release(&queue->lock);
}

void thread_stop(struct thread *thread)
{
    struct ready_queue *queue = sched_lock_home(thread);

    set_requests(thread, thread->context.requests | THREAD_STOP);
    interrupt_user_mode(thread);
    spinlock_release(&queue->lock);
}

void thread_unstop(struct thread *thread)
{
    struct ready_queue *queue = sched_lock_home(thread);

    set_requests(thread, thread->context.requests & ~(uint32_t)THREAD_STOP);
    spinlock_release(&queue->lock);
}
