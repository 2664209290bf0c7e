/* Attack: the threads of a program sleep to one moment, and then each of them wants the CPU; and so
 * again and again.
 *
 * Must hold: another program's sleep ends soon all the same.  How soon is looked at only where
 * time is the machine's own, that is where a last argument says so (`alarms 1 strict`, under
 * -icount). */
#include "attack.h"
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "thread.h"

enum {
    SLEEPERS = 250, SLEEPERS_MAX = 2000, PAGES = 6000,
    BEAT_US = 100000, SPIN_US = 300,
    SLEEPS = 12, SLEEP_US = 10000, LATEST_US = 30000,
};

static struct semaphore awake;          /* posted by each thread when it has woken once */

static void sleep_to_beat(void)
{
    sleep_us(BEAT_US - (unsigned)(time_us() % BEAT_US));
}

NORETURN static void *wake_and_spin(void *unused UNUSED)
{
    sleep_to_beat();
    semaphore_post(&awake);
    for (;; sleep_to_beat())
        for (uint64_t end = time_us() + SPIN_US; time_us() < end;)
            continue;
}

NORETURN static void crowd(unsigned size)
{
    struct thread *thread;
    unsigned count = 0;

    while (count < MIN(SLEEPERS * size, (unsigned)SLEEPERS_MAX) &&
           thread_create(&thread, wake_and_spin, NULL) == 0)
        count++;
    while (count-- > 0)
        semaphore_wait(&awake);
    attack_report();
    wake_and_spin(NULL);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    bool strict = attack_is(argc, argv, "strict");

    if (attack_is(argc, argv, "crowd"))
        crowd(size);
    int pid = attack_start(argv, size, "crowd", attack_afford(PAGES, 1));
    attack_await(pid);
    uint64_t longest = attack_longest_sleep(SLEEPS, SLEEP_US);
    printf("longest sleep of %u us: %u us\n", SLEEP_US, (unsigned)longest);
    CHECK(!strict || longest <= LATEST_US);
    CHECK_EQ(attack_end(pid), STATUS_KILLED);
    return check_result();
}
