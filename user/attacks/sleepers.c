/* Attack: many threads with deadlines at the same moment, in the past, and at the end of time; then
 * the process is killed.
 *
 * Must hold: the short ones wake, the long ones end by the kill. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { SLEEPERS = 30, PAGES_PER_SLEEPER = 20, PAGES = 400 };

static const unsigned lengths[] = { 0, 1, 2, 999, 1000, 1001 };

static void *sleep_shortly(void *index)
{
    sleep_us(lengths[(uintptr_t)index % ARRAY_SIZE(lengths)]);
    return NULL;
}

static void *sleep_long(void *index)
{
    sleep_us(0xffffffffu - (uintptr_t)index);
    return NULL;
}

static void start_sleepers(void *(*sleep)(void *), struct thread **threads, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(thread_create(&threads[i], sleep, (void *)(uintptr_t)i), 0);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    unsigned count = attack_afford(SLEEPERS, PAGES_PER_SLEEPER);        /* twice so many */
    struct thread *threads[SLEEPERS];

    if (attack_is(argc, argv, "long")) {
        start_sleepers(sleep_long, threads, count);
        sleep_us(0xffffffff);
    }
    for (unsigned round = 0; round < 2 * size; round++) {
        start_sleepers(sleep_shortly, threads, count);
        for (unsigned i = 0; i < count; i++)
            thread_join(threads[i]);
        int pid = attack_start(argv, size, "long", attack_afford(PAGES, 1));
        check_waits(pid, "sleep");
        CHECK_EQ(attack_end(pid), STATUS_KILLED);
    }
    return check_result();
}
