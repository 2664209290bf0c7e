/* Ready queues: which threads wait for which CPU, and how that CPU learns of it.  When threads
 * go there and come from there is sched.c's matter. */
#include "thread/queue_priv.h"

#include "dev/lapic.h"
#include "lib/assert.h"
#include "pcpu/vectors.h"

static const struct lock_class queue_class = LOCK_CLASS("thread.ready_queue", 0);

struct ready_queue ready_queues[NUM_CPUS];

void queue_init(unsigned cpu, struct thread *idle)
{
    struct ready_queue *queue = &ready_queues[cpu];

    spinlock_init(&queue->lock, &queue_class);
    turns_init(&queue->turns);
    idle->home = cpu;
    idle->state = THREAD_RUNNING;
    idle->wait_reason = NULL;
    queue->idle = queue->current = idle;
    queue->cpu = cpu;
    cpus[cpu].queue = queue;
}

/* `home` changes only under the lock of the queue that it names. */
HANDS_OVER
struct ready_queue *queue_lock_home(const struct thread *thread)
{
    for (;;) {
        struct ready_queue *queue = cpus[queue_home_of(thread)].queue;
        spinlock_acquire(&queue->lock);
        if (queue_home_of(thread) == queue->cpu)
            return queue;
        spinlock_release(&queue->lock);
    }
}

void queue_request_resched(unsigned cpu)
{
    KERN_ASSERT(!intr_are_enabled());   /* else "this CPU" may become another one */
    sched_point(POINT_IPI);
    if (cpu == get_pcpu_idx()) {
        need_resched_set();
        return;
    }
    count_up(&this_cpu()->statistics.ipis_sent);
    lapic_send_ipi(cpu, VECTOR_RESCHEDULE);
}

/* Whether the CPU idles is seen under the lock that guards `current`.  A CPU that is not online yet
 * takes this lock once after it went online: then it finds the thread, or is seen online here. */
void queue_append_and_release(struct ready_queue *queue, struct thread *thread)
{
    queue_append(queue, thread);
    /* Sent under the lock: interrupts are off, so "this CPU" stays this CPU. */
    if (queue->current == queue->idle && cpu_is_online(queue->cpu))
        queue_request_resched(queue->cpu);
    spinlock_release(&queue->lock);
    sched_point(POINT_QUEUE);
}

/* --- whose queue -------------------------------------------------------------------------- */

/* Threads that run or wait there, as far as can be told without the lock. */
static unsigned load_of(unsigned cpu)
{
    const struct ready_queue *queue = &ready_queues[cpu];

    return __atomic_load_n(&queue->turns.count, __ATOMIC_RELAXED) +
           !__atomic_load_n(&queue->idling, __ATOMIC_RELAXED);
}

/* The CPUs after this one come first: threads that one CPU makes are spread. */
void queue_choose_home(struct thread *thread)
{
    unsigned here = get_pcpu_idx(), least = UINT32_MAX, home = thread->home;
    unsigned end = __atomic_load_n(&cpus_end, __ATOMIC_ACQUIRE);

    for (unsigned i = 1; i <= end && least > 0; i++) {
        unsigned cpu = (here + i) % end;
        if (cpu_is_online(cpu) && queue_may_run_on(thread, cpu) && load_of(cpu) < least) {
            least = load_of(cpu);
            home = cpu;
        }
    }
    KERN_ASSERT(queue_may_run_on(thread, home));
    queue_set_home(thread, home);
}

/* As soon as the new home can be seen, others may lock it and change the affinity: so that is
 * looked at again under the new lock. */
HANDS_OVER
void queue_place(struct thread *thread)
{
    struct ready_queue *queue = queue_lock_home(thread);

    while (!queue_may_run_on(thread, thread->home)) {
        queue_choose_home(thread);
        spinlock_release(&queue->lock);
        queue = queue_lock_home(thread);
    }
    queue_append_and_release(queue, thread);
}
