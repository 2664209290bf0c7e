/* Attack: two programs make threads until nothing is left: no page, or no slot for a stack.
 *
 * Must hold: a third one, with a small quota, still gets its few threads. */
#include "attack.h"
#include "check.h"
#include "proc.h"
#include "stdlib.h"

enum { GREEDY = 2, THREADS = 400, FEW = 8, FEW_PAGES = 120 };

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    int greedy[GREEDY];

    if (attack_is(argc, argv, "greedy")) {
        attack_threads(THREADS * size);
        sleep_us(0xffffffff);
    }
    if (attack_is(argc, argv, "few"))
        return attack_threads(FEW) == FEW ? EXIT_SUCCESS : EXIT_FAILURE;
    unsigned each = (attack_pages() - 2 * FEW_PAGES) / GREEDY;
    for (unsigned i = 0; i < GREEDY; i++)
        greedy[i] = attack_start(argv, size, "greedy", each);
    for (unsigned i = 0; i < GREEDY; i++)
        check_waits(greedy[i], "sleep");
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(wait_status(attack_start(argv, size, "few", FEW_PAGES)), EXIT_SUCCESS);
    for (unsigned i = 0; i < GREEDY; i++)
        CHECK_EQ(attack_end(greedy[i]), STATUS_KILLED);
    return check_result();
}
