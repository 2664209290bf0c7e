/* Tests of deadlines. */
#include "abi/error.h"

#include "dev/clock.h"
#include "lib/ktest.h"

#include "thread/sched.h"
#include "thread/thread_test.h"
#include "thread/timeouts_priv.h"

enum { SLEEPERS = 12 };

static void sleep_for_ever(void *unused)
{
    (void)unused;
    EXPECT_EQ(thread_sleep_until(UINT64_MAX), 0);
}

/* They sleep on this CPU, and none of them runs meanwhile: so no thread waits for another one to
 * be woken. */
KTEST(thread, all_that_are_due_are_woken_at_once)
{
    struct thread *sleepers[SLEEPERS];

    for (unsigned i = 0; i < SLEEPERS; i++)
        sleepers[i] = test_spawn(get_pcpu_idx(), sleep_for_ever, NULL);
    for (unsigned i = 0; i < SLEEPERS; i++)
        while (test_state(sleepers[i]) != THREAD_BLOCKED)
            thread_yield();
    intr_local_disable();
    for (unsigned i = 0; i < SLEEPERS; i++)
        sleepers[i]->deadline = 0;
    timeouts_expire();
    for (unsigned i = 0; i < SLEEPERS; i++)
        EXPECT_EQ(test_state(sleepers[i]), THREAD_READY);
    intr_local_enable();
    for (unsigned i = 0; i < SLEEPERS; i++)
        thread_join(sleepers[i]);
}

/* With interrupts off this thread is one that has set its deadline, and is not BLOCKED yet. */
KTEST(thread, a_waker_does_not_take_the_deadline_of_a_thread_that_still_runs)
{
    uint64_t before = clock_us();

    intr_local_disable();
    timeout_set(thread_current(), UINT64_MAX);          /* or nothing would be looked at */
    unsigned cpu = timeouts_note_due();
    timeout_clear(thread_current());
    timeout_set(thread_current(), before);
    timeouts_wake_due(cpu);
    EXPECT(timeout_is_set(thread_current()));
    timeout_clear(thread_current());
    intr_local_enable();
}

static void sleep_till_killed(void *deadline)
{
    EXPECT_EQ(thread_sleep_until(*(uint64_t *)deadline), E_KILLED);
}

struct alarm {
    uint64_t deadline, woken_at;
};

static void sleep_until_alarm(void *argument)
{
    struct alarm *alarm = argument;

    EXPECT_EQ(thread_sleep_until(alarm->deadline), 0);
    alarm->woken_at = clock_us();
}

/* Deadlines in any order; some sleepers are killed, so they leave the heap from its middle. */
KTEST(thread, each_sleeper_wakes_after_its_own_deadline)
{
    enum { ALARMS = 40, STEP_US = 300 };
    static struct thread *sleepers[ALARMS], *killed[ALARMS];
    static struct alarm alarms[ALARMS];
    static uint64_t never[ALARMS];
    uint64_t begin = clock_us();

    for (unsigned i = 0; i < ALARMS; i++) {
        alarms[i] = (struct alarm){ begin + i * 17 % ALARMS * STEP_US, 0 };
        never[i] = UINT64_MAX - i * 7 % ALARMS;
        killed[i] = test_spawn(test_cpu(i), sleep_till_killed, &never[i]);
        sleepers[i] = test_spawn(test_cpu(i), sleep_until_alarm, &alarms[i]);
    }
    for (unsigned i = 0; i < ALARMS; i++) {
        thread_kill(killed[i * 7 % ALARMS]);
        thread_join(killed[i * 7 % ALARMS]);
    }
    for (unsigned i = 0; i < ALARMS; i++) {
        thread_join(sleepers[i]);
        EXPECT(alarms[i].woken_at >= alarms[i].deadline);
    }
}

/* This one's low half has passed already, as the other's has not. */
KTEST(thread, deadlines_count_with_all_their_bits)
{
    uint64_t begin = clock_us(), far = begin + (1ull << 32);
    struct alarm soon = { begin + 2000, 0 };
    struct thread *late = test_spawn(get_pcpu_idx(), sleep_till_killed, &far);
    struct thread *early = test_spawn(get_pcpu_idx(), sleep_until_alarm, &soon);

    thread_join(early);
    EXPECT(soon.woken_at >= soon.deadline);
    thread_kill(late);
    thread_join(late);
}
