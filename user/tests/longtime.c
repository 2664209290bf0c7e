/* Times that 32 bits do not hold: with the argument `late` the machine has run for more than 2^32
 * microseconds, and sleeps and timed waits are still as long as was asked for. */
#include "abi/error.h"
#include "check.h"
#include "proc.h"
#include "string.h"
#include "thread.h"

enum { PAUSE_US = 3000 };

static void check_sleep(void)
{
    uint64_t begin = time_us();

    sleep_us(PAUSE_US);
    CHECK(time_us() - begin >= PAUSE_US);
}

static void check_timed_wait(void)
{
    static struct mutex mutex;
    static struct condition never;
    uint64_t begin = time_us();

    mutex_lock(&mutex);
    CHECK_EQ(condition_wait_for(&never, &mutex, PAUSE_US), E_TIMEOUT);
    mutex_unlock(&mutex);
    CHECK(time_us() - begin >= PAUSE_US);
}

int main(int argc, char **argv)
{
    bool late = argc > 1 && strcmp(argv[1], "late") == 0;

    CHECK_EQ(time_us() > UINT32_MAX, late);
    check_sleep();
    check_timed_wait();
    return check_result();
}
