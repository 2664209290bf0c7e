/* Attack: a family that keeps forking is killed member by member, the parents first, so that
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

static void kill_children(void)
{
    for (unsigned slot = 1; slot < NUM_PROCESSES; slot++)
        if (envs[slot].status != ENV_FREE && envs[slot].parent_id == getpid())
            (void)!sys_kill(envs[slot].id);
}

static uint32_t quota_delegated(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return quota.delegated;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct quota before = { 0 };

    if (attack_is(argc, argv, "family"))
        keep_forking();
    CHECK_EQ(sys_quota(&before), 0);
    for (unsigned i = 0; i < ROUNDS * size; i++) {
        int pid = attack_start(argv, size, "family", PAGES * size);

        sleep_us(1000 * (i % 3));
        CHECK_EQ(attack_end(pid), STATUS_KILLED);
        while (quota_delegated() != before.delegated) {     /* more may be handed up to us */
            kill_children();
            yield();
        }
    }
    check_quota_back(&before);
    return check_result();
}
