/* Finding out that nothing can happen any more.
 *
 * The boot CPU, whose tick goes on when it idles, looks at all CPUs: each idles, with no thread in
 * its ready queue and no deadline.  That proves nothing yet: CPUs are looked at in turn, and one
 * that idles may have a thread in hand that is in no queue (it steals one, or it handles a deadline
 * just now).  So the boot CPU then asks each CPU to go through its idle loop once more, and looks
 * again when all have done so.  If all CPUs are the same, and none has switched threads meanwhile,
 * then nothing happens any more.
 *
 * The proof.  Consider the moment when the first look ended.  No thread ran then: a CPU that idles
 * at both looks without a switch has idled all the time in between.  No CPU had a thread in hand:
 * before that CPU went through its loop, it would have put the thread into a queue.  There the
 * thread would be still, or a CPU would have switched to it.  The same is true of a thread that was
 * ready.  No thread had a deadline: only a running thread sets one.  So only a device can wake a
 * thread; the caller looks whether a thread waits for one.
 *
 * To tell of a standstill, the boot CPU wakes a thread.  When that one waits again, the machine
 * stands still again.  This is told only if there were more switches than the one away from that
 * thread.
 * SUBTLE: standstill */
#include "thread/standstill.h"

#include "thread/condition.h"
#include "thread/queue_priv.h"
#include "thread/timeouts_priv.h"

static const struct lock_class standstill_class = LOCK_CLASS("thread.standstill", 2);

/* [s] lock  [b] the boot CPU's tick  [a] atomic */
static struct {
    struct spinlock  lock;
    struct condition begins;            /* [s] told became true */
    bool             told;              /* [s] */
    uint32_t         known;             /* [a] switches of all CPUs, if it is the standstill that
                                         * was told before; 0: none was */
    bool             asked;             /* [b] the CPUs, after a first look */
    uint32_t         switches;          /* [b] of all CPUs, at the first look */
    uint32_t         halts[NUM_CPUS];   /* [b] of each, after it */
} standstill = {
    .lock = SPINLOCK_INITIALIZER(&standstill_class),
    .begins = CONDITION_INITIALIZER(standstill.begins, "a standstill"),
};

static bool cpu_is_still(unsigned cpu)
{
    const struct ready_queue *queue = &ready_queues[cpu];

    return __atomic_load_n(&queue->idling, __ATOMIC_ACQUIRE) &&
           __atomic_load_n(&queue->turns.count, __ATOMIC_ACQUIRE) == 0 && !timeouts_are_set_on(cpu);
}

static bool all_are_still(void)
{
    FOR_EACH_ONLINE_CPU(cpu)
        if (!cpu_is_still(cpu))
            return false;
    return true;
}

static uint32_t count_switches(void)
{
    uint32_t switches = 0;

    FOR_EACH_ONLINE_CPU(cpu)
        switches += __atomic_load_n(&cpus[cpu].statistics.context_switches, __ATOMIC_ACQUIRE);
    return switches;
}

static uint32_t halts_of(unsigned cpu)
{
    return __atomic_load_n(&ready_queues[cpu].halts, __ATOMIC_ACQUIRE);
}

static void ask_all(uint32_t switches)
{
    standstill.asked = true;
    standstill.switches = switches;
    FOR_EACH_ONLINE_CPU(cpu) {
        standstill.halts[cpu] = halts_of(cpu);
        queue_request_resched(cpu);
    }
}

static bool all_have_answered(void)
{
    FOR_EACH_ONLINE_CPU(cpu)
        if (halts_of(cpu) == standstill.halts[cpu])
            return false;
    return true;
}

static void tell_standstill(void)
{
    spinlock_acquire(&standstill.lock);
    standstill.told = true;
    condition_signal(&standstill.begins, &standstill.lock);
    spinlock_release(&standstill.lock);
}

/* The switches are counted last, so that no thread ran between the two counts. */
void standstill_tick(bool (*input_is_awaited)(void))
{
    if (!all_are_still() || input_is_awaited()) {
        standstill.asked = false;
        return;
    }
    uint32_t switches = count_switches();
    if (switches == __atomic_load_n(&standstill.known, __ATOMIC_RELAXED))
        return;                         /* told already: no CPU need be asked again and again */
    if (!standstill.asked || switches != standstill.switches)
        ask_all(switches);
    else if (all_have_answered())
        tell_standstill();
}

void standstill_await(void)
{
    spinlock_acquire(&standstill.lock);
    if (standstill.told)
        __atomic_store_n(&standstill.known, count_switches() + 1, __ATOMIC_RELAXED);
    standstill.told = false;
    while (!standstill.told)
        condition_wait_uninterruptible(&standstill.begins, &standstill.lock);
    spinlock_release(&standstill.lock);
}
