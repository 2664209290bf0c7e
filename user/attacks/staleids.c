/* Attack: acts on ids of processes that are gone, while new ones take their slots.
 *
 * Must hold: an old id names no process; none is hit. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"

enum { ROUNDS = 20, PAGES = 40 };

static void act_on(int old)
{
    uint32_t answer;

    CHECK_EQ(sys_kill(old), E_INVAL_PID);
    CHECK_EQ(sys_ipc_try_send(old, 1, NO_PAGE, 0), E_INVAL_PID);
    CHECK_EQ(sys_ipc_call(old, 1, &answer), E_INVAL_PID);
    CHECK_EQ(sys_env_set_status(old, ENV_NOT_RUNNABLE), E_INVAL_PID);
    CHECK_EQ(sys_page_alloc(old, 0x80000000, PTE_P | PTE_U), E_INVAL_PID);
    CHECK_EQ(wait_status(old), -E_INVAL_PID);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    int old = 0;

    CHECK_EQ(sys_set_affinity(0, 1), 0);        /* then slots are used again at once */
    for (unsigned i = 0; i < ROUNDS * size; i++) {
        int pid = spawn("true", PAGES);

        CHECK(pid > 0 && pid != old);
        if (old != 0)
            act_on(old);
        CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
        old = pid;
    }
    return check_result();
}
