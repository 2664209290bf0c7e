/* Tests of time slices.  Interrupts are off where a slice is looked at, so that no tick comes
 * but those that the test makes itself. */
#include "dev/lapic.h"

#include "lib/ktest.h"
#include "thread/queue_priv.h"
#include "thread/thread_test.h"

enum { MS_PER_TICK = 1000 / LAPIC_TIMER_INTR_FREQ, TICKS = SCHED_SLICE / MS_PER_TICK };

static struct ready_queue *own_queue(void)
{
    return &ready_queues[get_pcpu_idx()];
}

KTEST(thread, slice_ends_with_its_last_tick)
{
    intr_local_disable();
    own_queue()->slice_ms = 0;
    need_resched_clear(this_cpu());
    for (unsigned tick = 1; tick < TICKS; tick++) {
        sched_update();
        EXPECT(!need_resched_test());
    }
    sched_update();
    EXPECT(need_resched_test());
    EXPECT_EQ(own_queue()->slice_ms, 0);
    intr_local_enable();
}

static void use_most_of_a_slice(void *unused)
{
    (void)unused;
    intr_local_disable();
    own_queue()->slice_ms = SCHED_SLICE - MS_PER_TICK;
    need_resched_set();
}                                       /* and exits so */

/* The next thread gets a whole slice, however little of the last one was left.  Interrupts are off
 * before the other thread is there: so it runs when this one yields. */
KTEST(thread, slice_is_not_inherited)
{
    intr_local_disable();
    struct thread *other = test_spawn(get_pcpu_idx(), use_most_of_a_slice, NULL);
    while (test_state(other) != THREAD_DEAD)
        thread_yield();
    EXPECT_EQ(own_queue()->slice_ms, 0);
    EXPECT(!need_resched_test());
    intr_local_enable();
    thread_join(other);
}
