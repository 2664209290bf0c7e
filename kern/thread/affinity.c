/* Which CPUs may run a thread.
 *
 * A thread changes its home only while it is off the CPU and saved, under the lock of the queue
 * that is its home: READY and taken off that queue, or BLOCKED.  Between two queues it is READY and
 * on none, and belongs to the thread that took it off.  No thread ever holds two queue locks
 * together. */
#include "thread/affinity.h"

#include "abi/error.h"
#include "thread/queue_priv.h"

bool affinity_is_sound(cpu_mask affinity)
{
    FOR_EACH_ONLINE_CPU(cpu)
        if (affinity >> cpu & 1)
            return true;
    return false;
}

/* READY on a queue: it moves at once.  BLOCKED: only its home changes.  RUNNING: its CPU is
 * asked to switch, and it moves when it does.  READY on no queue: the thread that places it sees
 * the mask. */
HANDS_OVER
int affinity_set(struct thread *thread, cpu_mask affinity)
{
    if (!affinity_is_sound(affinity))
        return E_INVAL_CPU;

    struct ready_queue *queue = queue_lock_home(thread);
    bool unqueued = false;
    unsigned cpu = thread->home;
    thread->affinity = affinity;
    bool must_move = !(affinity >> cpu & 1);
    if (must_move && thread->state == THREAD_READY && turns_have(&queue->turns, thread)) {
        queue_remove(queue, thread);
        unqueued = true;
    } else if (must_move && thread->state == THREAD_BLOCKED) {
        queue_choose_home(thread);
    } else if (must_move && thread->state == THREAD_RUNNING) {
        queue_request_resched(cpu);
    }
    spinlock_release(&queue->lock);
    if (unqueued)
        queue_place(thread);
    return 0;
}

HANDS_OVER
cpu_mask affinity_of(const struct thread *thread)
{
    struct ready_queue *queue = queue_lock_home(thread);
    cpu_mask affinity = thread->affinity;

    spinlock_release(&queue->lock);
    return affinity;
}
