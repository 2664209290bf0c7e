/* Sleepers wake when their deadlines have passed, and not before. */
#include "scenario.h"

#include "dev/clock.h"

static void sleep(void *deadline)
{
    int error = thread_sleep_until((uint64_t)(uintptr_t)deadline);

    REQUIRE(!error && clock_us() >= (uintptr_t)deadline);
}

static void begin(void)
{
    play("sleeper0", 0, sleep, (void *)3000);
    play("sleeper1", 1, sleep, (void *)2000);
}

SCENARIO(sleep, .begin = begin);
