/* Attack: a family that keeps forking is killed member by member, the first one first, so that
 * children change their parents while they are made.
 *
 * Must hold: all of them end, and their quota comes back. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"

enum { ROUNDS = 2, PAGES = 120 };

NORETURN static void keep_forking(void)
{
    for (;;)
        if (fork() < 0)
            yield();
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct quota before = { 0 };

    if (attack_is(argc, argv, "family"))
        keep_forking();
    CHECK_EQ(sys_quota(&before), 0);
    for (unsigned i = 0; i < ROUNDS * size; i++) {
        int pid = attack_start(argv, size, "family", attack_afford(PAGES * size, 1));

        sleep_us(1000 * (i % 3));
        CHECK_EQ(attack_end(pid), STATUS_KILLED);
        attack_end_family(before.delegated);
    }
    check_quota_back(&before);
    return check_result();
}
