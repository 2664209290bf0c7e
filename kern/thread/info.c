/* Looking at CPUs while they run, for the information calls. */
#include "thread/inspect_priv.h"

#include "abi/error.h"
#include "dev/clock.h"
#include "lib/string.h"
#include "thread/queue_priv.h"

static void copy_statistics(const struct cpu_statistics *from, struct cpu_info *info)
{
    info->switches = count_seen(&from->context_switches);
    info->preemptions_user = count_seen(&from->preemptions_user);
    info->preemptions_kernel = count_seen(&from->preemptions_kernel);
    info->ipis_sent = count_seen(&from->ipis_sent);
    info->ipis_received = count_seen(&from->ipis_received);
    info->space_loads = count_seen(&from->space_loads);
    info->shootdowns_sent = count_seen(&from->shootdowns_sent);
    info->shootdowns_served = count_seen(&from->shootdowns_served);
    info->ticks = count_seen(&from->timer_ticks);
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
    info->idle_cycles = thread_cycles(queue, queue->idle, now);
    info->ready = queue->turns.count;
    strlcpy(info->current, queue->current->name, sizeof info->current);
    spinlock_release(&queue->lock);
    info->cycles_per_second = clock_rate();
    info->apic_id = cpus[cpu].apic_id;
    copy_statistics(&cpus[cpu].statistics, info);
    return 0;
}
