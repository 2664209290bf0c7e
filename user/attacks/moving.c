/* Attack: children are sent from CPU to CPU while they run, wait and end, and to CPUs that there
 * are not.
 *
 * Must hold: they end as they should, on CPUs that there are. */
#include "attack.h"
#include "check.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"

enum { CHILDREN = 3, MOVES = 60, PAGES = 40 };

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv), cpus = cpu_count();
    int children[CHILDREN];

    if (attack_is(argc, argv, "mover"))
        for (;;)
            sleep_us(cpu_index() < cpus ? 1 : 0xffffffff);
    for (unsigned i = 0; i < CHILDREN; i++)
        children[i] = attack_start(argv, size, "mover", PAGES);
    for (unsigned i = 0; i < MOVES * size; i++) {
        int child = children[i % CHILDREN];

        CHECK_EQ(sys_set_affinity(child, 1ull << i % cpus), 0);
        CHECK_EQ(sys_set_affinity(child, 0), E_INVAL_CPU);
        if (cpus < NUM_CPUS)
            CHECK_EQ(sys_set_affinity(child, ~0ull << cpus), E_INVAL_CPU);
        if (i % 8 == 7) {
            CHECK_EQ(attack_end(child), STATUS_KILLED);
            children[i % CHILDREN] = attack_start(argv, size, "mover", PAGES);
        }
    }
    for (unsigned i = 0; i < CHILDREN; i++)
        CHECK_EQ(attack_end(children[i]), STATUS_KILLED);
    return check_result();
}
