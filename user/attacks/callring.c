/* Attack: processes in a ring call each other, and none answers; some call themselves; then one of
 * them is killed.
 *
 * Must hold: that is no deadlock of the kernel's; when one ends, the one that has called it gets
 * E_INVAL_PID, and so all around the ring. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"

enum { RING = 8, PAGES = 40, ROUNDS = 2, ENDED = 9 };

static int be_in_ring(void)
{
    struct message message;
    uint32_t answer;

    if (sys_ipc_recv(NO_PAGE, getppid(), &message))
        return EXIT_FAILURE;
    int next = message.value ? (int)message.value : getpid();
    return sys_ipc_call(next, 1, &answer) == E_INVAL_PID ? ENDED : EXIT_FAILURE;
}

static void one_round(char **argv, unsigned size)
{
    int pids[RING], self_caller = attack_start(argv, size, "member", PAGES);

    ipc_send(self_caller, 0, NULL, 0);
    for (unsigned i = 0; i < RING; i++)
        pids[i] = attack_start(argv, size, "member", PAGES);
    for (unsigned i = 0; i < RING; i++)
        ipc_send(pids[i], (uint32_t)pids[(i + 1) % RING], NULL, 0);
    for (unsigned i = 0; i < RING; i++)
        check_waits(pids[i], "send");
    check_waits(self_caller, "send");
    CHECK_EQ(attack_end(pids[0]), STATUS_KILLED);
    for (unsigned i = RING - 1; i > 0; i--)
        CHECK_EQ(wait_status(pids[i]), ENDED);
    CHECK_EQ(attack_end(self_caller), STATUS_KILLED);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);

    if (attack_is(argc, argv, "member"))
        return be_in_ring();
    for (unsigned i = 0; i < ROUNDS * size; i++)
        one_round(argv, size);
    return check_result();
}
