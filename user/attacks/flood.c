/* Attack: two processes on each CPU print lines as long as they may be, as fast as they can.  All
 * of them want one console at any time, and most of them wait for it.
 *
 * Must hold: no check takes that for a deadlock, and each process gets its turns. */
#include "attack.h"
#include "check.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"

enum { TENTHS = 3, QUOTA = 24, FLOODERS_MAX = 2 * 64 };

/* Its status: did it print anything? */
static int flood(unsigned tenths)
{
    char text[PUTS_MAX];
    uint64_t end = time_us() + tenths * 100000ull;
    unsigned printed = 0;

    memset(text, 'f', sizeof text - 1);
    text[sizeof text - 1] = '\n';
    do
        printed += sys_puts(text, sizeof text) == 0;
    while (time_us() < end);
    return printed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv), count = 2 * cpu_count();
    int pids[FLOODERS_MAX];

    if (attack_is(argc, argv, "flood"))
        return flood(TENTHS * size);
    for (unsigned i = 0; i < count; i++)
        pids[i] = attack_start(argv, size, "flood", QUOTA);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(wait_status(pids[i]), EXIT_SUCCESS);
    return check_result();
}
