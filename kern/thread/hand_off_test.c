/* Tests of direct switches: two threads that hand the CPU to each other. */
#include "abi/syscall.h"

#include "dev/clock.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "thread/affinity.h"
#include "thread/inspect.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

static const struct lock_class relay_class = LOCK_CLASS("thread.test_relay", 6);

/* The thread whose turn it is runs; it wakes the other one and waits. */
struct relay {
    struct spinlock lock;
    struct thread  *waiting[2];         /* guarded by lock, as all of this */
    unsigned        turn, rounds, limit;
    bool            over;               /* [a] */
};

static void relay_init(struct relay *relay, unsigned limit)
{
    *relay = (struct relay){ .lock = SPINLOCK_INITIALIZER(&relay_class), .limit = limit };
}

/* Waits, after the other one was woken if it waits.  The lock is held before and after. */
HANDS_OVER
static void pass_on(struct relay *relay, unsigned self)
{
    struct thread *other = relay->waiting[!self];

    relay->waiting[!self] = NULL;
    relay->waiting[self] = thread_current();
    if (other)
        sched_hand_off(&relay->lock, other);
    else
        sched_block(&relay->lock, WAIT_INTERRUPTIBLE);
    spinlock_acquire(&relay->lock);
    if (relay->waiting[self] == thread_current())
        relay->waiting[self] = NULL;    /* killed */
}

static bool goes_on(const struct relay *relay)
{
    return !relay->over && !thread_is_killed(thread_current());
}

static void run_relay(struct relay *relay, unsigned self)
{
    spinlock_acquire(&relay->lock);
    while (goes_on(relay)) {
        while (relay->turn != self && goes_on(relay))
            pass_on(relay, self);
        if (!goes_on(relay))
            break;
        relay->turn = !self;
        if (__atomic_add_fetch(&relay->rounds, 1, __ATOMIC_RELAXED) == relay->limit)
            break;
    }
    relay->over = true;
    if (relay->waiting[!self])
        sched_ready(relay->waiting[!self]);
    relay->waiting[!self] = NULL;
    spinlock_release(&relay->lock);
}

static void run_first(void *relay)
{
    run_relay(relay, 0);
}

static void run_second(void *relay)
{
    run_relay(relay, 1);
}

struct witness {
    const struct relay *relay;
    unsigned            saw;
};

static void witness_relay(void *argument)
{
    struct witness *witness = argument;

    witness->saw = witness->relay->rounds;
}

/* As many switches as turns, and past a thread that was ready all the time. */
KTEST(thread, hand_off_switches_directly)
{
    enum { TURNS = 1000 };
    struct relay relay;
    struct witness third = { .relay = &relay };
    struct thread *threads[3];
    unsigned cpu = get_pcpu_idx();

    relay_init(&relay, TURNS);
    sched_set_preemption(PREEMPT_NEVER);
    uint32_t before = cpus[cpu].statistics.context_switches;
    threads[0] = test_spawn(cpu, run_first, &relay);
    threads[1] = test_spawn(cpu, run_second, &relay);
    threads[2] = test_spawn(cpu, witness_relay, &third);
    for (unsigned i = 0; i < 3; i++)
        thread_join(threads[i]);
    sched_set_preemption(PREEMPT_KERNEL);
    EXPECT_EQ(relay.rounds, TURNS);
    EXPECT_EQ(third.saw, TURNS);
    uint32_t switches = cpus[cpu].statistics.context_switches - before;
    EXPECT(switches >= TURNS && switches < TURNS + 20);
}

static void wait_in_relay(void *argument)
{
    struct relay *relay = argument;

    spinlock_acquire(&relay->lock);
    relay->waiting[1] = thread_current();
    sched_block(&relay->lock, WAIT_UNINTERRUPTIBLE);
    relay->rounds++;
}

static void hand_off_killed(void *argument)
{
    struct relay *relay = argument;

    thread_kill(thread_current());
    spinlock_acquire(&relay->lock);
    sched_hand_off(&relay->lock, relay->waiting[1]);
    EXPECT(!spinlock_holding(&relay->lock));
}

/* A thread that was killed before does not wait, but the other one is woken. */
KTEST(thread, hand_off_when_killed)
{
    for (unsigned n = 0; n < 2; n++) {
        struct relay relay;

        relay_init(&relay, 0);
        struct thread *waiter = test_spawn(test_cpu(0), wait_in_relay, &relay);
        while (!__atomic_load_n(&relay.waiting[1], __ATOMIC_ACQUIRE))
            thread_yield();
        thread_join(test_spawn(test_cpu(n), hand_off_killed, &relay));
        thread_join(waiter);
        EXPECT_EQ(relay.rounds, 1);
    }
}

/* Blocks on a CPU where it must not run any more; interrupts are off, so it cannot move before. */
static void wait_after_exile(void *argument)
{
    struct relay *relay = argument;

    spinlock_acquire(&relay->lock);
    EXPECT_EQ(affinity_set(thread_current(), (cpu_mask)1 << test_cpu(1)), 0);
    EXPECT(need_resched_test() || test_cpu(1) == test_cpu(0));
    relay->waiting[1] = thread_current();
    sched_block(&relay->lock, WAIT_UNINTERRUPTIBLE);
    EXPECT_EQ(get_pcpu_idx(), test_cpu(1));
    relay->rounds++;
    while (!sched_ready(relay->waiting[0]))
        thread_yield();
}

static void hand_off_and_wait(void *argument)
{
    struct relay *relay = argument;

    spinlock_acquire(&relay->lock);
    relay->waiting[0] = thread_current();
    sched_hand_off(&relay->lock, relay->waiting[1]);
}

KTEST(thread, hand_off_to_an_exile)
{
    struct relay relay;

    relay_init(&relay, 0);
    struct thread *waiter = test_spawn(test_cpu(0), wait_after_exile, &relay);
    while (!__atomic_load_n(&relay.waiting[1], __ATOMIC_ACQUIRE))
        thread_yield();
    thread_join(test_spawn(test_cpu(0), hand_off_and_wait, &relay));
    thread_join(waiter);
    EXPECT_EQ(relay.rounds, 1);
}

KTEST(thread, hand_off_across_cpus)
{
    struct relay relay;

    relay_init(&relay, 400);
    struct thread *first = test_spawn(test_cpu(0), run_first, &relay);
    struct thread *second = test_spawn(test_cpu(1), run_second, &relay);
    thread_join(first);
    thread_join(second);
    EXPECT_EQ(relay.rounds, 400);
}

static void stop_relay(void *argument)
{
    struct relay *relay = argument;

    spinlock_acquire(&relay->lock);
    relay->over = true;
    spinlock_release(&relay->lock);
}

/* Two threads that never go through the queue do not keep others from running: this test ends
 * when the third one has. */
KTEST(thread, hand_off_leaves_others_their_turn)
{
    struct relay relay;
    unsigned cpu = test_cpu(1);

    relay_init(&relay, 0);
    struct thread *first = test_spawn(cpu, run_first, &relay);
    struct thread *second = test_spawn(cpu, run_second, &relay);
    while (__atomic_load_n(&relay.rounds, __ATOMIC_RELAXED) <= 100)
        EXPECT_EQ(thread_sleep_until(clock_us() + 1000), 0);
    thread_join(test_spawn(cpu, stop_relay, &relay));
    thread_join(first);
    thread_join(second);
}

/* Killed while it waits, hands over, or is about to be handed the CPU; moved meanwhile. */
static void relay_and_kill(unsigned index, void *argument)
{
    struct random random;

    (void)argument;
    random_seed(&random, index + 5);
    for (unsigned round = 0; round < 10; round++) {
        struct relay relay;
        struct thread *pair[2];

        relay_init(&relay, 0);
        pair[0] = test_spawn(CPU_ANY, run_first, &relay);
        pair[1] = test_spawn(CPU_ANY, run_second, &relay);
        for (unsigned i = random_below(&random, 5); i > 0; i--) {
            cpu_mask mask = (cpu_mask)1 << test_cpu(random_below(&random, NUM_CPUS));
            EXPECT_EQ(affinity_set(pair[random_below(&random, 2)], mask), 0);
            thread_yield();
        }
        thread_kill(pair[random_below(&random, 2)]);
        thread_join(pair[0]);
        thread_join(pair[1]);
        EXPECT(relay.over && !relay.waiting[0] && !relay.waiting[1]);
    }
}

KTEST(thread, hand_off_kill_storm)
{
    unsigned before = thread_count();

    ktest_parallel(4, relay_and_kill, NULL);
    EXPECT_EQ(thread_count(), before);
}
