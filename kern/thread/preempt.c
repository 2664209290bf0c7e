/* Preemption: when a thread's turn ends though it neither blocks nor yields. */
#include "thread/thread_priv.h"

#include "dev/lapic.h"
#include "lib/panic.h"
#include "thread/events.h"

static enum preemption preemption_stage = PREEMPT_KERNEL;     /* [a] */

void sched_set_preemption(enum preemption preemption)
{
    __atomic_store_n(&preemption_stage, preemption, __ATOMIC_RELAXED);
}

/* Leaving the idle thread is no preemption, so it is always allowed. */
static bool preemption_allowed(const struct ready_queue *queue, enum interrupted where)
{
    enum preemption stage = __atomic_load_n(&preemption_stage, __ATOMIC_RELAXED);

    return thread_current() == queue->idle || stage == PREEMPT_KERNEL ||
           (stage == PREEMPT_USER && where == INTERRUPTED_USER);
}

void sched_preempt_now(enum interrupted where)
{
    struct ready_queue *queue = sched_own_queue();
    struct cpu *cpu = this_cpu();

    KERN_ASSERT(!intr_are_enabled() && current_context()->lock_depth == 0);
    if (!preemption_allowed(queue, where))
        return;
    cpu->switch_requested = false;      /* before the look: a later request is not lost */
    spinlock_acquire(&queue->lock);
    if (thread_current() != queue->idle && !list_is_empty(&queue->ready)) {
        event_note(EVENT_PREEMPT, thread_current());
        if (where == INTERRUPTED_USER)
            cpu->statistics.preemptions_user++;
        else
            cpu->statistics.preemptions_kernel++;
    }
    sched_yield_and_release(queue);
}

void sched_preempt(enum interrupted where)
{
    if (sched_is_requested())
        sched_preempt_now(where);
}

bool sched_is_requested(void)
{
    return this_cpu()->switch_requested;
}

void sched_request(void)
{
    this_cpu()->switch_requested = true;
}

void sched_update(void)
{
    struct ready_queue *queue = sched_own_queue();

    queue->slice_ms += 1000 / LAPIC_TIMER_INTR_FREQ;
    if (queue->slice_ms >= SCHED_SLICE) {
        queue->slice_ms = 0;
        this_cpu()->switch_requested = true; /* acted on at the end of the interrupt */
    }
    timeouts_expire();
    balance_offer();
}
