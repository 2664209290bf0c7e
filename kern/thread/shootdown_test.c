/* TLB shootdowns by threads that are moved from CPU to CPU meanwhile. */
#include "abi/syscall.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "thread/affinity.h"
#include "thread/sched.h"
#include "thread/thread_test.h"
#include "vmm/vmm_test.h"

enum { MEMBERS_MAX = 8 };

static struct {
    void   (*function)(unsigned index, void *argument);
    void    *argument;
    unsigned running;                   /* [a] */
} storm;

static void storm_member(void *index)
{
    storm.function((unsigned)(uintptr_t)index, storm.argument);
    __atomic_fetch_sub(&storm.running, 1, __ATOMIC_SEQ_CST);
}

/* Moves each of them about until all are done; they are joined after that. */
static void run_moving(unsigned count, void (*function)(unsigned, void *), void *argument)
{
    struct thread *threads[MEMBERS_MAX];
    struct random random;

    random_seed(&random, count);
    storm.function = function;
    storm.argument = argument;
    __atomic_store_n(&storm.running, count, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < count; i++)
        threads[i] = test_spawn(CPU_ANY, storm_member, (void *)(uintptr_t)i);
    while (__atomic_load_n(&storm.running, __ATOMIC_SEQ_CST) > 0) {
        cpu_mask mask = (cpu_mask)1 << test_cpu(random_below(&random, NUM_CPUS));
        EXPECT_EQ(affinity_set(threads[random_below(&random, count)], mask), 0);
        thread_yield();
    }
    for (unsigned i = 0; i < count; i++)
        thread_join(threads[i]);
}

KTEST(thread, shootdown_while_moving)
{
    pmm_warm_up(MEMBERS_MAX);
    for (unsigned threads = 2; threads <= MEMBERS_MAX; threads *= 2)
        test_shootdown_storm(threads, run_moving);
}
