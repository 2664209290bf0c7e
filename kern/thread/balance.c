/* Work for CPUs that have none.  Work is pulled, not pushed: a wakeup looks at no other CPU's
 * queue, so two threads that wake each other stay where they are.  A thread that has waited
 * for a tick while another CPU idles is offered to that one.  (affinity.c says when a thread
 * may move.) */
#include "thread/balance_priv.h"

#include "thread/queue_priv.h"

static struct ready_queue *longest_other_queue(unsigned here)
{
    struct ready_queue *longest = NULL;
    unsigned most = 0;

    FOR_EACH_CPU(cpu) {
        unsigned count = __atomic_load_n(&ready_queues[cpu].turns.count, __ATOMIC_RELAXED);
        if (cpu != here && count > most) {
            most = count;
            longest = &ready_queues[cpu];
        }
    }
    return longest;
}

bool balance_steal(void)
{
    unsigned here = get_pcpu_idx();
    struct ready_queue *victim = longest_other_queue(here);

    if (!victim)
        return false;
    spinlock_acquire(&victim->lock);
    struct thread *thread = turns_find(&victim->turns, (cpu_mask)1 << here);
    if (thread) {
        queue_remove(victim, thread);
        queue_set_home(thread, here);
    }
    spinlock_release(&victim->lock);
    if (thread)
        queue_place(thread);
    return thread != NULL;
}

static cpu_mask idle_cpus(void)
{
    cpu_mask mask = 0;

    FOR_EACH_CPU(cpu)
        if (__atomic_load_n(&ready_queues[cpu].idling, __ATOMIC_RELAXED))
            mask |= (cpu_mask)1 << cpu;
    return mask;
}

/* Without the lock first: mostly no thread waits.  If the caller is moved to another CPU meanwhile,
 * it offers a thread of that one it came from. */
void balance_offer(void)
{
    struct ready_queue *queue = &ready_queues[get_pcpu_idx()];

    if (__atomic_load_n(&queue->turns.count, __ATOMIC_RELAXED) == 0)
        return;
    cpu_mask idle = idle_cpus();
    if (!idle)
        return;
    spinlock_acquire(&queue->lock);
    struct thread *thread = turns_find(&queue->turns, idle);
    cpu_mask takers = thread ? thread->affinity & idle : 0;
    if (takers)
        queue_request_resched((unsigned)__builtin_ctzll(takers));
    spinlock_release(&queue->lock);
}
