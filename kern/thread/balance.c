/* Threads across CPUs: where a new one goes, what an idle CPU takes, and affinity.
 *
 * A thread changes its home only while it is off the CPU and saved, under the lock of the queue
 * that is its home: READY and taken off that queue, or BLOCKED.  Between two queues it is READY
 * and on none, and belongs to whoever took it off; no two queue locks are ever held together.
 *
 * Work is pulled, not pushed: a wakeup looks at no other CPU's queue, so two threads that wake
 * each other stay where they are.  A thread that has waited for a tick while another CPU idles
 * is offered to that one. */
#include "thread/thread_priv.h"

#include "abi/error.h"
#include "lib/panic.h"

enum { LOOK_AT = 8 };                   /* threads of a queue, so that locks are held shortly */

static bool is_online(unsigned cpu)
{
    return __atomic_load_n(&cpus[cpu].online, __ATOMIC_RELAXED);
}

/* Threads that run or wait there, as far as can be told without the lock. */
static unsigned load_of(unsigned cpu)
{
    const struct ready_queue *queue = &ready_queues[cpu];

    return __atomic_load_n(&queue->count, __ATOMIC_RELAXED) +
           !__atomic_load_n(&queue->idling, __ATOMIC_RELAXED);
}

/* The CPUs after this one come first: threads that one CPU makes are spread. */
void sched_choose_home(struct thread *thread)
{
    unsigned here = get_pcpu_idx(), least = UINT32_MAX, home = thread->home;

    for (unsigned i = 1; i <= NUM_CPUS; i++) {
        unsigned cpu = (here + i) % NUM_CPUS;
        if (is_online(cpu) && (thread->affinity >> cpu & 1) && load_of(cpu) < least) {
            least = load_of(cpu);
            home = cpu;
        }
    }
    KERN_ASSERT(thread->affinity >> home & 1);
    __atomic_store_n(&thread->home, home, __ATOMIC_RELAXED);
}

/* The first few threads of a queue, which is locked: one that one of those CPUs may run. */
static struct thread *find_runnable(struct ready_queue *queue, cpu_mask on)
{
    unsigned seen = 0;
    struct list_node *node;

    LIST_FOR_EACH(node, &queue->ready) {
        struct thread *thread = LIST_ENTRY(node, struct thread, queue_node);
        if (thread->affinity & on)
            return thread;
        if (++seen == LOOK_AT)
            break;
    }
    return NULL;
}

static struct ready_queue *longest_other_queue(unsigned here)
{
    struct ready_queue *longest = NULL;
    unsigned most = 0;

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++) {
        unsigned count = __atomic_load_n(&ready_queues[cpu].count, __ATOMIC_RELAXED);
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
    struct thread *thread = find_runnable(victim, (cpu_mask)1 << here);
    if (thread) {
        sched_unqueue(victim, thread);
        thread->home = here;
    }
    spinlock_release(&victim->lock);
    if (thread)
        sched_place(thread);
    return thread != NULL;
}

static cpu_mask idle_cpus(void)
{
    cpu_mask mask = 0;

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        if (__atomic_load_n(&ready_queues[cpu].idling, __ATOMIC_RELAXED))
            mask |= (cpu_mask)1 << cpu;
    return mask;
}

/* Without the lock first: mostly nobody waits. */
void balance_offer(void)
{
    struct ready_queue *queue = &ready_queues[get_pcpu_idx()];

    if (__atomic_load_n(&queue->count, __ATOMIC_RELAXED) == 0)
        return;
    cpu_mask idle = idle_cpus();
    if (!idle)
        return;
    spinlock_acquire(&queue->lock);
    struct thread *thread = find_runnable(queue, idle);
    cpu_mask takers = thread ? thread->affinity & idle : 0;
    spinlock_release(&queue->lock);
    if (takers)
        sched_request_switch((unsigned)__builtin_ctzll(takers));
}

static cpu_mask online_cpus(void)
{
    cpu_mask mask = 0;

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        if (is_online(cpu))
            mask |= (cpu_mask)1 << cpu;
    return mask;
}

bool sched_affinity_is_sound(cpu_mask affinity)
{
    return affinity & online_cpus();
}

/* READY on a queue: it moves at once.  BLOCKED: only its home changes.  RUNNING: its CPU is
 * asked to switch, and it moves when it does.  READY on no queue: whoever places it sees the
 * mask. */
int sched_set_affinity(struct thread *thread, cpu_mask affinity)
{
    if (!sched_affinity_is_sound(affinity))
        return E_INVAL_CPU;

    struct ready_queue *queue = sched_lock_home(thread);
    bool unqueued = false;
    unsigned cpu = thread->home;
    thread->affinity = affinity;
    bool must_move = !(affinity >> cpu & 1);
    if (must_move && thread->state == THREAD_READY && list_is_linked(&thread->queue_node)) {
        sched_unqueue(queue, thread);
        unqueued = true;
    } else if (must_move && thread->state == THREAD_BLOCKED) {
        sched_choose_home(thread);
    } else if (must_move && thread->state == THREAD_RUNNING) {
        sched_request_switch(cpu);
    }
    spinlock_release(&queue->lock);
    if (unqueued)
        sched_place(thread);
    return 0;
}

cpu_mask sched_affinity(const struct thread *thread)
{
    struct ready_queue *queue = sched_lock_home(thread);
    cpu_mask affinity = thread->affinity;

    spinlock_release(&queue->lock);
    return affinity;
}
