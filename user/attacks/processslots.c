/* Attack: two programs make children, which do nothing, until no page or no slot of the process
 * table is left to them.
 *
 * Must hold: a third one can still start what it needs. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"

enum { GREEDY = 2, CHILDREN = 60, RESERVE = 300, CHILD_PAGES = 40 };

/* Stopped children, each with a page, so that they cost little. */
static void take_slots(unsigned most)
{
    int child = 0;

    for (unsigned i = 0; i < most && sys_exofork(&child) == 0; i++)
        CHECK(child > 0);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    int greedy[GREEDY];

    if (attack_is(argc, argv, "greedy")) {
        take_slots(CHILDREN * size);
        sleep_us(0xffffffff);
    }
    unsigned each = (attack_pages() - RESERVE) / GREEDY;
    for (unsigned i = 0; i < GREEDY; i++)
        greedy[i] = attack_start(argv, size, "greedy", each);
    for (unsigned i = 0; i < GREEDY; i++)
        check_waits(greedy[i], "sleep");
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(run("true", CHILD_PAGES), EXIT_SUCCESS);
    for (unsigned i = 0; i < GREEDY; i++)
        CHECK_EQ(attack_end(greedy[i]), STATUS_KILLED);
    return check_result();
}
