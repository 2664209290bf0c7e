/* Idle threads: what a CPU's boot context becomes, and what it does when nothing is ready.
 * SUBTLE: idle-wakes, no-idle-tick */
#include "thread/sched.h"

#include "dev/lapic.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "pmm/pmm.h"
#include "thread/balance_priv.h"
#include "thread/big_lock.h"
#include "thread/sched_priv.h"
#include "thread/timeouts_priv.h"

/* The boot CPU keeps its tick: it watches over the run's time limit. */
static void stop_tick_if_unneeded(struct ready_queue *queue)
{
    if (!queue->tick_stopped && get_pcpu_idx() != 0 && !timeouts_are_set()) {
        lapic_timer_stop();
        __atomic_store_n(&queue->tick_stopped, true, __ATOMIC_RELAXED);
    }
}

/* With interrupts on meanwhile: it looks at all CPUs.  True if there is something to run now. */
static bool find_work(void)
{
    intr_local_enable();
    (void)balance_steal();
    intr_local_disable();
    return need_resched_test();
}

/* Leaves the CPU to what is ready, if anything is, and returns when nothing is any more. */
static void run_others(struct ready_queue *queue)
{
    need_resched_clear(this_cpu());               /* before the look: a later request is not lost */
    spinlock_acquire(&queue->lock);
    sched_yield_and_release(queue);
}

void sched_idle(void)
{
    struct ready_queue *queue = queue_own();

    KERN_ASSERT(thread_current() == queue->idle && current_context()->lock_depth == 0);
    queue->online_since = rdtsc();
    queue->idle->cycles = -queue->online_since;
    __atomic_store_n(&this_cpu()->online, true, __ATOMIC_RELEASE);
    need_resched_set();                 /* something may have become ready before */
    for (;;) {
        intr_local_disable();
        (void)big_lock_enter();
        __atomic_store_n(&queue->idling, true, __ATOMIC_SEQ_CST);
        if (need_resched_test() || find_work()) {
            run_others(queue);
            big_lock_leave();
        } else {
            stop_tick_if_unneeded(queue);
            __atomic_store_n(&queue->halts, queue->halts + 1, __ATOMIC_RELEASE);
            big_lock_leave();
            sti_hlt();
        }
    }
}

void thread_init(void)
{
    struct thread *idle = thread_current();

    timeouts_init();
    idle->magic = THREAD_MAGIC;
    idle->shown = &idle->unseen;
    list_node_init(&idle->queue_node);
    list_node_init(&idle->wait_node);
    idle->timeout.rank = 0;
    idle->affinity = 1;
    memcpy(idle->name, "idle", 5);
    queue_init(0, idle);
}

int thread_create_idle(unsigned cpu, void **stack_top)
{
    struct thread *idle;
    const struct thread_config config = { .name = "idle", .cpu = cpu, .quota = &quota_root };
    int error = thread_create(&config, &idle);

    if (error)
        return error;
    idle->context.lock_depth = 0;       /* it starts in ap.c, not by a switch */
    queue_init(cpu, idle);
    *stack_top = idle;
    return 0;
}
