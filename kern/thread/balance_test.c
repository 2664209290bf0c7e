/* Tests of threads across CPUs: placing, stealing, affinity. */
#include "abi/error.h"

#include "abi/syscall.h"
#include "dev/clock.h"
#include "lib/assert.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "pmm/pmm.h"
#include "thread/affinity.h"
#include "thread/big_lock.h"
#include "thread/queue_priv.h"
#include "thread/thread_test.h"

enum { CROWD = 12 };

static unsigned online_count(void)
{
    unsigned count = 0;

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        count += cpus[cpu].online;
    return count;
}

static struct thread *create_anywhere(void (*start)(void *), void *argument)
{
    struct thread *thread;
    const struct thread_config config = { .name = "free", .start = start, .argument = argument,
                                          .departed = test_departed,
                                          .cpu = CPU_ANY, .quota = &quota_root };

    if (thread_create(&config, &thread))
        KERN_PANIC("no memory for a test's thread");
    return thread;
}

/* Runs until `go`, and notes on which CPUs. */
struct runner {
    cpu_mask seen;
    unsigned latest;                    /* atomic */
    bool    *go;
};

static void run_and_note(void *argument)
{
    struct runner *runner = argument;

    while (!__atomic_load_n(runner->go, __ATOMIC_ACQUIRE)) {
        intr_local_disable();
        runner->seen |= (cpu_mask)1 << get_pcpu_idx();
        __atomic_store_n(&runner->latest, get_pcpu_idx(), __ATOMIC_RELAXED);
        intr_local_enable();
        pause();
    }
}

static bool one_runs_elsewhere(const struct runner runners[CROWD], unsigned cpu)
{
    for (unsigned i = 0; i < CROWD; i++) {
        unsigned latest = __atomic_load_n(&runners[i].latest, __ATOMIC_RELAXED);
        if (latest != cpu && latest != NUM_CPUS)
            return true;
    }
    return false;
}

/* All are put on the first CPU's queue; a CPU that idles must come and take some, or this
 * hangs. */
KTEST(thread, idle_cpus_take_ready_work)
{
    struct runner runners[CROWD];
    struct thread *threads[CROWD];
    bool go = false;

    for (unsigned i = 0; i < CROWD; i++) {
        runners[i] = (struct runner){ .latest = NUM_CPUS, .go = &go };
        threads[i] = create_anywhere(run_and_note, &runners[i]);
        threads[i]->home = test_cpu(0);
        thread_start(threads[i]);
    }
    while (online_count() > 1 && !one_runs_elsewhere(runners, test_cpu(0)))
        thread_yield();
    __atomic_store_n(&go, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < CROWD; i++)
        thread_join(threads[i]);
}

/* One thread that waits here, and the one that keeps another CPU busy until `go`. */
struct offer {
    struct runner  waiting;
    struct thread *thread;
    bool           go;
};

/* This CPU's ticks would offer the thread that waits, so there are none.  The other CPU must find
 * it by itself when its thread ends, or this hangs. */
static void wait_for_a_taker(void *argument)
{
    struct offer *offer = argument;

    intr_local_disable();
    offer->thread->home = get_pcpu_idx();
    thread_start(offer->thread);
    __atomic_store_n(&offer->go, true, __ATOMIC_RELEASE);
    while (__atomic_load_n(&offer->waiting.latest, __ATOMIC_RELAXED) == NUM_CPUS)
        pause();
    intr_local_enable();
}

KTEST(thread, a_cpu_looks_for_work_before_it_halts)
{
    bool stop = false;
    struct offer offer = { .waiting = { .latest = NUM_CPUS, .go = &stop } };
    struct runner busy = { .latest = NUM_CPUS, .go = &offer.go };

    if (online_count() == 1 || big_lock_is_on)  /* which the offerer would keep */
        return;
    struct thread *last = test_spawn(test_cpu(1), run_and_note, &busy);
    while (__atomic_load_n(&busy.latest, __ATOMIC_RELAXED) == NUM_CPUS)
        thread_yield();
    offer.thread = create_anywhere(run_and_note, &offer.waiting);
    struct thread *offerer = test_spawn(test_cpu(0), wait_for_a_taker, &offer);
    thread_join(offerer);
    thread_join(last);
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    thread_join(offer.thread);
}

static bool is_idling(unsigned cpu)
{
    return __atomic_load_n(&ready_queues[cpu].idling, __ATOMIC_RELAXED);
}

KTEST(thread, new_threads_go_where_least_is_to_do)
{
    struct thread *busy = create_anywhere(run_and_note, NULL);
    unsigned idle = 0;

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        idle += is_idling(cpu);
    if (idle > 0)                       /* the CPU that runs this test is not one of them */
        EXPECT(is_idling(busy->home) || busy->home != get_pcpu_idx());
    thread_free(busy);
}

static void stay_on_one_cpu(void *argument)
{
    const unsigned *cpu = argument;

    for (unsigned i = 0; i < 50; i++) {
        EXPECT_EQ(get_pcpu_idx(), *cpu);
        thread_yield();
    }
}

KTEST(thread, pinned_threads_stay)
{
    struct thread *threads[CROWD];
    unsigned cpu_of[CROWD];

    for (unsigned i = 0; i < CROWD; i++) {
        cpu_of[i] = test_cpu(i % 3);
        threads[i] = test_spawn(cpu_of[i], stay_on_one_cpu, &cpu_of[i]);
    }
    for (unsigned i = 0; i < CROWD; i++)
        thread_join(threads[i]);
}

KTEST(thread, affinity_moves_a_running_thread)
{
    bool go = false;
    struct runner runner = { .latest = NUM_CPUS, .go = &go };
    struct thread *thread = create_anywhere(run_and_note, &runner);

    thread_start(thread);
    for (unsigned i = 0; i < 2 * online_count(); i++) {
        unsigned cpu = test_cpu(i);
        EXPECT_EQ(affinity_set(thread, (cpu_mask)1 << cpu), 0);
        while (__atomic_load_n(&runner.latest, __ATOMIC_RELAXED) != cpu)
            thread_yield();
    }
    EXPECT_EQ(affinity_set(thread, 0), E_INVAL_CPU);
    __atomic_store_n(&go, true, __ATOMIC_RELEASE);
    thread_join(thread);
    EXPECT_EQ(__builtin_popcountll(runner.seen), online_count());
}

/* Half of them are in the upper 32 bits, which few machines need. */
KTEST(thread, a_mask_has_a_bit_for_each_cpu)
{
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++) {
        EXPECT(cpu_is_in((cpu_mask)1 << cpu, cpu));
        EXPECT(!cpu_is_in(~((cpu_mask)1 << cpu), cpu));
    }
}

/* It goes at once, and not when a CPU looks for work. */
KTEST(thread, affinity_moves_a_ready_thread)
{
    bool go = true;
    struct runner runner = { .go = &go };
    unsigned there = test_cpu(1);
    struct thread *thread = create_anywhere(run_and_note, &runner);

    intr_local_disable();
    unsigned here = get_pcpu_idx();
    EXPECT_EQ(affinity_set(thread, (cpu_mask)1 << here), 0);
    thread_start(thread);
    EXPECT_EQ(thread->home, here);
    EXPECT_EQ(affinity_set(thread, (cpu_mask)1 << there), 0);
    EXPECT_EQ(thread->home, there);
    intr_local_enable();
    thread_join(thread);
}

/* Threads that run, yield and sleep while others change where they may do so. */
static struct {
    struct thread *threads[CROWD];
    bool           stop;
} herd;

static void wander_about(void *unused)
{
    unsigned i = 0;

    (void)unused;
    while (!__atomic_load_n(&herd.stop, __ATOMIC_ACQUIRE)) {
        if (++i % 3 == 0)
            EXPECT_EQ(thread_sleep_until(clock_us() + 300), 0);
        else
            thread_yield();
    }
}

static void drive_herd(unsigned index, void *unused)
{
    struct random random;

    (void)unused;
    random_seed(&random, index + 1);
    for (unsigned i = 0; i < 150; i++) {
        struct thread *thread = herd.threads[random_below(&random, CROWD)];
        cpu_mask mask = (cpu_mask)1 << test_cpu(random_next(&random) % NUM_CPUS);
        EXPECT_EQ(affinity_set(thread, i % 4 ? mask : ~(cpu_mask)0), 0);
        if (i % 8 == 0)
            thread_yield();
    }
}

KTEST(thread, stress_affinity)
{
    herd.stop = false;
    for (unsigned i = 0; i < CROWD; i++)
        herd.threads[i] = create_anywhere(wander_about, NULL);
    for (unsigned i = 0; i < CROWD; i++)
        thread_start(herd.threads[i]);
    ktest_parallel(4, drive_herd, NULL);
    __atomic_store_n(&herd.stop, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < CROWD; i++)
        thread_join(herd.threads[i]);
}
