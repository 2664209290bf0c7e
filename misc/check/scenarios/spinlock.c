/* A spinlock keeps others out, and its holder's writes are seen by the next one. */
#include "scenario.h"

static struct spinlock lock = SPINLOCK_INITIALIZER(&scenario_lock);
static unsigned inside, count;

static void work(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        spinlock_acquire(&lock);
        inside++;
        REQUIRE(inside == 1);
        count++;
        inside--;
        spinlock_release(&lock);
    }
}

static void begin(void)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        play("worker", (int)cpu, work, NULL);
}

static void end(void)
{
    REQUIRE(count == 2 * cpu_count);
}

SCENARIO(spinlock, .begin = begin, .end = end);
