/* Tests of deadlines. */
#include "lib/ktest.h"

#include "thread/sched.h"
#include "thread/thread_test.h"
#include "thread/timeouts_priv.h"

enum { SLEEPERS = 3 };

static void sleep_for_ever(void *unused)
{
    (void)unused;
    EXPECT_EQ(thread_sleep_until(UINT64_MAX), 0);
}

/* They sleep on this CPU, which takes no interrupt while their time comes. */
KTEST(thread, one_tick_wakes_all_that_are_due)
{
    struct thread *sleepers[SLEEPERS];

    for (unsigned i = 0; i < SLEEPERS; i++)
        sleepers[i] = test_spawn(get_pcpu_idx(), sleep_for_ever, NULL);
    for (unsigned i = 0; i < SLEEPERS; i++)
        while (__atomic_load_n(&sleepers[i]->state, __ATOMIC_ACQUIRE) != THREAD_BLOCKED)
            thread_yield();
    intr_local_disable();
    for (unsigned i = 0; i < SLEEPERS; i++)
        sleepers[i]->deadline = 0;
    timeouts_expire();
    for (unsigned i = 0; i < SLEEPERS; i++)
        EXPECT_EQ(sleepers[i]->state, THREAD_READY);
    intr_local_enable();
    for (unsigned i = 0; i < SLEEPERS; i++)
        thread_join(sleepers[i]);
}
