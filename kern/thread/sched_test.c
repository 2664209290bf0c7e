/* Tests of the scheduler: queues, turns, preemption, wakeups across CPUs. */
#include "dev/clock.h"

#include "lib/assert.h"
#include "lib/ktest.h"
#include "pmm/pmm.h"
#include "thread/condition.h"
#include "thread/inspect.h"
#include "thread/queue_priv.h"
#include "thread/thread_test.h"

static void do_nothing(void *unused)
{
    (void)unused;
}

static struct thread *create_here(void (*start)(void *), void *argument)
{
    struct thread *thread;
    const struct thread_config config = { .name = "here", .start = start, .argument = argument,
                                          .departed = test_departed,
                                          .cpu = get_pcpu_idx(), .quota = &quota_root };

    if (thread_create(&config, &thread))
        KERN_PANIC("no memory for a test's thread");
    return thread;
}

KTEST(thread, created_thread_is_blocked)
{
    struct thread *thread = create_here(do_nothing, NULL);

    EXPECT_EQ(test_state(thread), THREAD_BLOCKED);
    EXPECT_EQ(thread->context.lock_depth, 1);
    EXPECT(thread->context.flags & EFLAGS_IF);
    EXPECT(!list_is_linked(&thread->queue_node));
    EXPECT_EQ(thread->home, get_pcpu_idx());
    EXPECT(thread->context.esp < (uintptr_t)thread);
    thread_free(thread);
}

KTEST(thread, spawn_goes_to_the_tail)
{
    struct ready_queue *queue = &ready_queues[thread_current()->home];
    struct thread *threads[3];

    intr_local_disable();               /* no thread leaves the queue meanwhile */
    unsigned before = queue->turns.count;
    for (unsigned i = 0; i < 3; i++) {
        threads[i] = create_here(do_nothing, NULL);
        thread_start(threads[i]);
        EXPECT_EQ(test_state(threads[i]), THREAD_READY);
    }
    EXPECT_EQ(queue->turns.count, before + 3);
    EXPECT(list_first(&queue->turns.rounds[ROUND_KERNEL]) == &threads[0]->queue_node);
    EXPECT(list_first(&threads[0]->behind) == &threads[1]->queue_node);
    EXPECT(threads[0]->behind.head.prev == &threads[2]->queue_node);
    intr_local_enable();
    for (unsigned i = 0; i < 3; i++)
        thread_join(threads[i]);
    EXPECT_EQ(queue->turns.count, before);
}

static void block_once(void *lock)
{
    spinlock_acquire(lock);
    sched_block(lock, WAIT_UNINTERRUPTIBLE);
}

/* A new one waits after those that were woken, and a woken one before those that want to go on. */
KTEST(thread, rounds_of_a_programs_thread)
{
    static const struct lock_class block_class = LOCK_CLASS("thread.test", 15);
    struct spinlock lock = SPINLOCK_INITIALIZER(&block_class);
    struct quota owner;
    struct thread *thread;
    const struct thread_config config = { .name = "program", .start = block_once,
                                          .argument = &lock, .departed = test_departed,
                                          .cpu = get_pcpu_idx(), .quota = &owner };

    EXPECT_EQ(quota_split(&quota_root, &owner, 20), 0);
    EXPECT_EQ(thread_create(&config, &thread), 0);
    intr_local_disable();               /* it does not run yet */
    thread_start(thread);
    EXPECT_EQ(thread->round, ROUND_RAN);
    intr_local_enable();
    while (test_state(thread) != THREAD_BLOCKED)
        thread_yield();
    intr_local_disable();
    EXPECT(sched_ready(thread));
    EXPECT_EQ(thread->round, ROUND_WOKEN);
    intr_local_enable();
    thread_join(thread);
    quota_close(&owner);
}

struct turn_log {
    unsigned count;
    uint8_t  who[32];
};

struct turn_taker {
    struct turn_log *turns;
    uint8_t       name;
};

static void take_turns(void *argument)
{
    struct turn_taker *taker = argument;

    for (unsigned i = 0; i < 8; i++) {
        taker->turns->who[taker->turns->count++] = taker->name;
        thread_yield();
    }
}

KTEST(thread, yield_is_round_robin)
{
    struct turn_log turns = { .count = 0 };
    struct turn_taker takers[4];
    struct thread *threads[4];

    sched_set_preemption(PREEMPT_NEVER);
    for (uint8_t i = 0; i < 4; i++) {
        takers[i] = (struct turn_taker){ &turns, i };
        threads[i] = create_here(take_turns, &takers[i]);
        thread_start(threads[i]);
    }
    for (unsigned i = 0; i < 4; i++)
        thread_join(threads[i]);
    sched_set_preemption(PREEMPT_KERNEL);
    EXPECT_EQ(turns.count, 32);
    for (unsigned i = 0; i < 32; i++)
        EXPECT_EQ(turns.who[i], i % 4);
}

static void wait_for_flag(void *flag)
{
    while (!__atomic_load_n((bool *)flag, __ATOMIC_ACQUIRE))
        pause();
}

static void set_flag(void *flag)
{
    __atomic_store_n((bool *)flag, true, __ATOMIC_RELEASE);
}

/* Without preemption of kernel code the first thread would keep the CPU for ever. */
KTEST(thread, spinning_thread_is_preempted)
{
    bool flag = false;
    uint32_t before = this_cpu()->statistics.preemptions_kernel;
    struct thread *waiter = create_here(wait_for_flag, &flag);
    struct thread *setter = create_here(set_flag, &flag);

    thread_start(waiter);
    thread_start(setter);
    thread_join(waiter);
    thread_join(setter);
    EXPECT(this_cpu()->statistics.preemptions_kernel > before);
}

static void check_context(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 50; i++) {
        EXPECT(intr_are_enabled());
        EXPECT_EQ(current_context()->lock_depth, 0);
        EXPECT(this_cpu() == &cpus[thread_current()->home]);
        EXPECT_EQ(thread_current()->state, THREAD_RUNNING);
        thread_yield();
    }
}

static void check_context_on(unsigned index, void *argument)
{
    (void)index;
    check_context(argument);
}

KTEST(thread, interrupt_flag_belongs_to_the_thread)
{
    ktest_parallel(16, check_context_on, NULL);
}

/* --- wakeups --- */

/* Several wakers of one blocked thread: exactly one finds it blocked. */
struct wake_race {
    struct thread *sleeper;
    unsigned       rounds_woken;        /* atomic */
    unsigned       waker_wins;          /* atomic */
    struct spinlock  lock;
    struct condition never;
    bool           stop;
};

static const struct lock_class race_class = LOCK_CLASS("thread.test", 15);

static void sleep_again_and_again(void *argument)
{
    struct wake_race *race = argument;

    spinlock_acquire(&race->lock);
    while (!__atomic_load_n(&race->stop, __ATOMIC_ACQUIRE)) {
        sched_block(&race->lock, WAIT_UNINTERRUPTIBLE);
        __atomic_fetch_add(&race->rounds_woken, 1, __ATOMIC_RELAXED);
        spinlock_acquire(&race->lock);
    }
    spinlock_release(&race->lock);
}

static void wake_again_and_again(unsigned index, void *argument)
{
    struct wake_race *race = argument;

    (void)index;
    for (unsigned i = 0; i < 300; i++) {
        if (sched_ready(race->sleeper))
            __atomic_fetch_add(&race->waker_wins, 1, __ATOMIC_RELAXED);
        thread_yield();
    }
}

KTEST(thread, one_of_many_wakers_wins)
{
    static struct wake_race race;

    race = (struct wake_race){ .lock = SPINLOCK_INITIALIZER(&race_class) };
    race.sleeper = test_spawn(test_cpu(1), sleep_again_and_again, &race);
    ktest_parallel(6, wake_again_and_again, &race);
    __atomic_store_n(&race.stop, true, __ATOMIC_RELEASE);
    while (!test_has_departed(race.sleeper)) {
        if (sched_ready(race.sleeper))
            race.waker_wins++;
        thread_yield();
    }
    thread_join(race.sleeper);
    EXPECT_EQ(race.rounds_woken, race.waker_wins);
    EXPECT(race.waker_wins > 0);
}

/* Two threads on two CPUs hand a token back and forth.  Idle CPUs have no tick, so a wakeup
 * whose interrupt is forgotten hangs here. */
struct token {
    struct spinlock  lock;
    struct condition moved;
    unsigned         holder, passes;
};

enum { TOKEN_PASSES = 400 };

static void pass_token(unsigned index, void *argument)
{
    struct token *token = argument;

    spinlock_acquire(&token->lock);
    while (token->passes < TOKEN_PASSES) {
        while (token->holder != index && token->passes < TOKEN_PASSES)
            condition_wait_uninterruptible(&token->moved, &token->lock);
        token->holder = !index;
        token->passes++;
        condition_broadcast(&token->moved, &token->lock);
    }
    spinlock_release(&token->lock);
}

static unsigned ipis_received(void)
{
    unsigned sum = 0;

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        sum += count_seen(&cpus[cpu].statistics.ipis_received);
    return sum;
}

KTEST(thread, token_crosses_cpus)
{
    struct token token = { .lock = SPINLOCK_INITIALIZER(&race_class) };
    unsigned before = ipis_received();

    condition_init(&token.moved, "token");
    ktest_parallel(2, pass_token, &token);
    EXPECT(token.passes >= TOKEN_PASSES);
    if (test_cpu(0) != test_cpu(1))
        EXPECT(ipis_received() > before);
}

/* In user mode it would not look at the mark by itself before its next tick. */
KTEST(thread, kill_interrupts_a_running_thread)
{
    bool flag = false;
    struct thread *spinner = test_spawn(test_cpu(1), wait_for_flag, &flag);

    if (spinner->home != thread_current()->home) {
        while (test_state(spinner) != THREAD_RUNNING)
            thread_yield();
        intr_local_disable();           /* nothing else sends from this CPU */
        uint32_t before = this_cpu()->statistics.ipis_sent;
        thread_kill(spinner);
        EXPECT_EQ(this_cpu()->statistics.ipis_sent, before + 1);
        intr_local_enable();
    }
    __atomic_store_n(&flag, true, __ATOMIC_RELEASE);
    thread_join(spinner);
}

/* A request that has been acted on is over; an idle CPU that kept it would never halt. */
KTEST(thread, requests_are_acted_on_once)
{
    intr_local_disable();
    need_resched_set();
    EXPECT(need_resched_test());
    sched_preempt(INTERRUPTED_KERNEL);
    EXPECT(!need_resched_test());
    intr_local_enable();
}

/* --- sleep --- */

KTEST(thread, sleep_lasts_long_enough)
{
    uint64_t begin = clock_us();

    EXPECT_EQ(thread_sleep_until(begin + 3000), 0);
    EXPECT(clock_us() >= begin + 3000);
    EXPECT_EQ(thread_sleep_until(begin), 0);        /* in the past: returns soon */
}

struct alarm {
    uint64_t  deadline;
    unsigned *order, rank;
};

static void sleep_and_note(void *argument)
{
    struct alarm *alarm = argument;

    EXPECT_EQ(thread_sleep_until(alarm->deadline), 0);
    alarm->rank = (*alarm->order)++;
}

/* Four threads sleep until 30, 10, 40 and 20 units have gone.  Did all of them sleep before the
 * first deadline?  On a busy host no unit is long enough for that. */
static bool sleep_in_time(struct alarm alarms[4], unsigned unit)
{
    static const unsigned delay[] = { 30, 10, 40, 20 };
    struct thread *threads[4];
    unsigned order = 0;
    uint64_t begin = clock_us();

    for (unsigned i = 0; i < 4; i++) {
        alarms[i] = (struct alarm){ begin + delay[i] * unit, &order, 0 };
        threads[i] = create_here(sleep_and_note, &alarms[i]);
        thread_start(threads[i]);
    }
    thread_yield();                             /* until each of them has had its turn */
    bool in_time = clock_us() < begin + 10 * unit;
    for (unsigned i = 0; i < 4; i++)
        thread_join(threads[i]);
    return in_time;
}

KTEST(thread, sleepers_wake_by_deadline)
{
    static const unsigned expected[] = { 2, 0, 3, 1 };
    struct alarm alarms[4];
    unsigned unit = 1000;

    sched_set_preemption(PREEMPT_NEVER);        /* they are counted on one CPU */
    while (!sleep_in_time(alarms, unit))
        unit *= 2;
    sched_set_preemption(PREEMPT_KERNEL);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_EQ(alarms[i].rank, expected[i]);
}

/* --- everything at once --- */

static void spawn_and_join(unsigned index, void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 25; i++) {
        bool flag = false;
        struct thread *thread = test_spawn(test_cpu(index + i), set_flag, &flag);
        if (i % 3 == 0)
            EXPECT_EQ(thread_sleep_until(clock_us() + 200), 0);
        thread_join(thread);
        EXPECT(flag);
    }
}

KTEST(thread, stress_spawn_join)
{
    unsigned before = thread_count();

    ktest_parallel(12, spawn_and_join, NULL);
    EXPECT_EQ(thread_count(), before);
}
