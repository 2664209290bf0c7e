/* Preemption: when a thread's turn ends though it neither blocks nor yields. */
#include "thread/sched.h"

#include "dev/lapic.h"
#include "lib/assert.h"
#include "pcpu/trace.h"
#include "thread/balance_priv.h"
#include "thread/sched_priv.h"
#include "thread/timeouts_priv.h"

enum { MS_PER_TICK = 1000 / LAPIC_TIMER_INTR_FREQ };

static enum preemption preemption_stage = PREEMPT_KERNEL;     /* [a] */

void sched_set_preemption(enum preemption preemption)
{
    __atomic_store_n(&preemption_stage, preemption, __ATOMIC_RELAXED);
}

static bool preemption_allowed(enum interrupted where)
{
    enum preemption stage = __atomic_load_n(&preemption_stage, __ATOMIC_RELAXED);

    return stage == PREEMPT_KERNEL || (stage == PREEMPT_USER && where == INTERRUPTED_USER);
}

void sched_preempt_now(enum interrupted where)
{
    struct ready_queue *queue = queue_own();
    struct cpu_statistics *statistics = &this_cpu()->statistics;

    KERN_ASSERT(!intr_are_enabled() && current_context()->lock_depth == 0);
    if (thread_current() == queue->idle || !preemption_allowed(where))
        return;
    need_resched_clear(this_cpu());               /* before the look: a later request is not lost */
    spinlock_acquire(&queue->lock);
    if (!queue_is_empty(queue)) {
        trace_note(TRACE_PREEMPT, (uintptr_t)thread_current(), 0);
        if (where == INTERRUPTED_USER)
            count_up(&statistics->preemptions_user);
        else
            count_up(&statistics->preemptions_kernel);
    }
    sched_yield_and_release(queue);
}

void sched_preempt(enum interrupted where)
{
    if (need_resched_test())
        sched_preempt_now(where);
}

static void count_waiting(struct ready_queue *queue)
{
    spinlock_acquire(&queue->lock);
    turns_tick(&queue->turns, MS_PER_TICK);
    spinlock_release(&queue->lock);
}

/* Whether threads wait is looked at without the lock first: mostly none does. */
void sched_update(void)
{
    struct ready_queue *queue = queue_own();

    if (__atomic_load_n(&queue->turns.count, __ATOMIC_RELAXED) > 0)
        count_waiting(queue);
    queue->slice_ms += MS_PER_TICK;
    if (queue->slice_ms >= SCHED_SLICE) {
        queue->slice_ms = 0;
        need_resched_set();             /* acted on at the end of the interrupt */
    }
}

void sched_after_tick(void)
{
    timeouts_expire();
    balance_offer();
}
