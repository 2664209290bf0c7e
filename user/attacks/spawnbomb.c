/* Attack: each process starts two more, which do the same, until the quota is too small; no
 * process waits for another one.
 *
 * Must hold: each spawn that fails says so, and when the first one is gone, all can be ended. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"

enum { PAGES = 200, LEAST = 26 };

static void grow(char **argv, unsigned size)
{
    unsigned half = attack_pages() / 2;

    for (unsigned i = 0; i < 2; i++) {
        int pid = attack_start(argv, size, "bomb", half);

        CHECK(pid > 0 || pid == -E_EXCEEDS_QUOTA || pid == -E_MAX_NUM_CHILDEN_REACHED ||
              pid == -E_INVAL_CHILD_ID || pid == -E_KILLED);
    }
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct quota before = { 0 };

    if (attack_is(argc, argv, "bomb")) {
        if (attack_pages() > LEAST)
            grow(argv, size);
        sleep_us(1000);
        return check_result();
    }
    CHECK_EQ(sys_quota(&before), 0);
    for (unsigned i = 0; i < 3 * size; i++) {
        int pid = attack_start(argv, size, "bomb", attack_afford(PAGES * size, 1));

        sleep_us(2000);
        CHECK(attack_end(pid) >= 0);
        check_quota_back(&before);
    }
    return check_result();
}
