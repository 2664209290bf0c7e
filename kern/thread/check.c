/* The invariants of threads and ready queues. */
#include "thread/inspect.h"

#include "lib/assert.h"
#include "thread/queue_priv.h"

/* Locks its home's queue while the thread is not between two queues (affinity.c): an idle CPU may
 * be taking it over, and puts it down soon.  If it never does, the run's limit says who waits. */
HANDS_OVER
static struct ready_queue *lock_settled_home(const struct thread *thread)
{
    for (;;) {
        struct ready_queue *queue = queue_lock_home(thread);
        if (thread == queue->idle || thread->state != THREAD_READY ||
            turns_have(&queue->turns, thread))
            return queue;
        spinlock_release(&queue->lock);
        thread_yield();
    }
}

/* A thread is on a ready queue exactly if it is READY (an idle thread never is), runs on one
 * CPU exactly if RUNNING, and waits in a condition only if it does not run.  Only a CPU that
 * runs its idle thread is offered work.  With its queue locked: a thread of the kernel's may be on
 * its way to a wait. */
HANDS_OVER
static void check_thread(const struct thread *thread, void *unused)
{
    struct ready_queue *queue = lock_settled_home(thread);
    bool idle = thread == queue->idle, waits = turns_have(&queue->turns, thread);

    (void)unused;
    KERN_ASSERT(thread->home < NUM_CPUS);
    KERN_ASSERT(idle || waits == (thread->state == THREAD_READY));
    KERN_ASSERT(!waits || queue_may_run_on(thread, queue->cpu));
    KERN_ASSERT((queue->current == thread) == (thread->state == THREAD_RUNNING));
    if (thread->state == THREAD_READY || thread->state == THREAD_BLOCKED)
        KERN_ASSERT(idle || (thread->context.esp < (uintptr_t)thread &&
                             thread->context.lock_depth <= MAX_HELD_LOCKS));
    spinlock_release(&queue->lock);
}

void thread_check(void)
{
    FOR_EACH_ONLINE_CPU(cpu) {
        struct ready_queue *queue = &ready_queues[cpu];
        spinlock_acquire(&queue->lock);
        turns_check(&queue->turns);
        KERN_ASSERT(!__atomic_load_n(&queue->idling, __ATOMIC_RELAXED) ||
                    queue->current == queue->idle);
        KERN_ASSERT(!__atomic_load_n(&queue->tick_stopped, __ATOMIC_RELAXED) ||
                    queue->current == queue->idle);
        spinlock_release(&queue->lock);
    }
    thread_for_each(check_thread, NULL);
}
