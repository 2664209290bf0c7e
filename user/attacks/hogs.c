/* Attack: a program of many threads, and what it has forked, want the CPU all the time.
 *
 * Must hold: another program's sleep ends soon, and a program with one thread gets as much of a CPU
 * as that crowd.  How soon and how much is looked at only where time is the machine's own, that is
 * where a last argument says so (`hogs 1 strict`, under -icount). */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "thread.h"
#include "x86.h"

enum { HOGS = 150, FORKS = 8, PAGES = 6000, SLEEPS = 10, SLEEP_US = 10000, LATEST_US = 40000 };

static uint32_t all_are_there;

NORETURN static void *hog(void *unused)
{
    (void)unused;
    while (!__atomic_load_n(&all_are_there, __ATOMIC_ACQUIRE))
        sys_futex_wait(&all_are_there, 0, 0);
    for (;;)
        continue;
}

NORETURN static void crowd(unsigned size)
{
    struct thread *thread;
    unsigned woken;

    for (unsigned i = 0; i < FORKS; i++)        /* while there are no threads' stacks to share */
        if (fork() == 0)
            for (;;)
                continue;
    for (unsigned i = 0; i < HOGS * size; i++)
        if (thread_create(&thread, hog, NULL))
            break;
    __atomic_store_n(&all_are_there, true, __ATOMIC_RELEASE);
    sys_futex_wake(&all_are_there, UINT32_MAX, &woken);
    attack_report();
    hog(NULL);
}

static uint64_t own_cycles(void)
{
    struct process_info info = { 0 };

    CHECK(find_process(getpid(), &info));
    return info.cycles;
}

/* Computes for some time; the percentage of one CPU that it got. */
static unsigned own_share(void)
{
    uint64_t end = time_us() + 20 * SLEEP_US, cycles = own_cycles(), begin = rdtsc();

    while (time_us() < end)
        continue;
    return (unsigned)((own_cycles() - cycles) * 100 / (rdtsc() - begin));
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    bool strict = attack_is(argc, argv, "strict");
    uint32_t delegated = attack_delegated();

    if (attack_is(argc, argv, "crowd"))
        crowd(size);
    int pid = attack_start(argv, size, "crowd", attack_afford(PAGES, 1));
    attack_await(pid);
    uint64_t longest = attack_longest_sleep(SLEEPS, SLEEP_US);
    unsigned share = own_share();
    printf("longest sleep of %u us: %u us; share of a CPU: %u %%\n", SLEEP_US, (unsigned)longest,
           share);
    CHECK(!strict || longest <= LATEST_US);
    CHECK(!strict || share >= 40);
    CHECK_EQ(attack_end(pid), STATUS_KILLED);
    attack_end_family(delegated);               /* those that it has forked */
    return check_result();
}
