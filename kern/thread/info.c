/* Looking at threads and CPUs while they run, for the information calls.
 *
 * A thread's state, CPU and cycles belong together under its home's queue lock.  The lock of
 * its group keeps it from being freed meanwhile: it leaves the group before it exits. */
#include "thread/group.h"

#include "abi/error.h"
#include "dev/clock.h"
#include "lib/string.h"
#include "thread/inspect_priv.h"
#include "thread/queue_priv.h"

/* Up to the moment `now`.  The thread's home is locked. */
static uint64_t cycles_of(const struct ready_queue *queue, const struct thread *thread,
                          uint64_t now)
{
    return thread->cycles + (queue->current == thread ? now - queue->last_switch : 0);
}

enum info_state thread_info_state(const struct thread *thread)
{
    if (thread->state == THREAD_RUNNING)
        return INFO_RUNNING;
    return thread->state == THREAD_READY ? INFO_READY : INFO_WAITING;
}

/* The reason is a constant string, which may be set or cleared just now. */
static void copy_reason(char wait[INFO_NAME_MAX], const struct thread *thread)
{
    const char *reason = __atomic_load_n(&thread->wait_reason, __ATOMIC_RELAXED);

    strlcpy(wait, reason && thread->state == THREAD_BLOCKED ? reason : "", INFO_NAME_MAX);
}

HANDS_OVER
static void look_at_thread(const struct thread *thread, struct process_info *info)
{
    struct ready_queue *queue = queue_lock_home(thread);
    enum info_state state = thread_info_state(thread);

    info->cycles += cycles_of(queue, thread, rdtsc());
    info->system_calls += thread->context.system_calls;
    info->affinity = thread->affinity;
    if (info->threads++ == 0 || state < info->state) {
        info->state = state;
        info->cpu = thread->home;
        copy_reason(info->wait, thread);
    }
    spinlock_release(&queue->lock);
}

void thread_group_look(struct thread_group *group, struct process_info *info)
{
    struct list_node *node;

    spinlock_acquire(&group->lock);
    info->threads = info->cpu = 0;
    info->wait[0] = '\0';
    info->affinity = 0;
    info->system_calls = group->system_calls;
    info->cycles = group->cycles;
    LIST_FOR_EACH(node, &group->live)
        look_at_thread(LIST_ENTRY(node, struct thread, member_node), info);
    if (group->ending || info->threads == 0)
        info->state = INFO_ENDING;
    else if (group->stopped)
        info->state = INFO_STOPPED;
    spinlock_release(&group->lock);
}

static void copy_statistics(const struct cpu_statistics *from, struct cpu_info *info)
{
    info->switches = from->context_switches;
    info->preemptions_user = from->preemptions_user;
    info->preemptions_kernel = from->preemptions_kernel;
    info->ipis_sent = from->ipis_sent;
    info->ipis_received = from->ipis_received;
    info->space_loads = from->space_loads;
    info->shootdowns_sent = from->shootdowns_sent;
    info->shootdowns_served = from->shootdowns_served;
    info->ticks = from->timer_ticks;
}

/* What a CPU runs can't be freed before it has switched, which takes the queue's lock. */
int sched_cpu_info(unsigned cpu, struct cpu_info *info)
{
    if (!cpu_is_online(cpu))
        return E_INVAL_CPU;
    struct ready_queue *queue = &ready_queues[cpu];

    spinlock_acquire(&queue->lock);
    uint64_t now = rdtsc();
    info->cycles = now - queue->online_since;
    info->idle_cycles = cycles_of(queue, queue->idle, now);
    info->ready = queue->count;
    strlcpy(info->current, queue->current->name, sizeof info->current);
    spinlock_release(&queue->lock);
    info->cycles_per_second = clock_rate();
    info->apic_id = cpus[cpu].apic_id;
    copy_statistics(&cpus[cpu].statistics, info);
    return 0;
}
