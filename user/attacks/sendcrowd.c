/* Attack: a crowd of threads waits to send to one process that never receives, and a crowd for its
 * word; then senders are killed in the middle of the line.
 *
 * Must hold: it can be ended, and then all of them get E_INVAL_PID. */
#include "attack.h"
#include "check.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { CROWD = 20, PAGES = 40, CROWD_PAGES = 300 };

static void *send_or_receive(void *argument)
{
    int pid = (int)((uintptr_t)argument >> 1);
    struct message message;
    int error = (uintptr_t)argument & 1 ? sys_ipc_send(pid, 1, NO_PAGE, 0)
                                        : sys_ipc_recv(NO_PAGE, pid, &message);

    CHECK_EQ(error, E_INVAL_PID);
    return NULL;
}

static void stand_in_line(int pid)
{
    struct thread *threads[CROWD];

    for (unsigned i = 0; i < CROWD; i++)
        CHECK_EQ(thread_create(&threads[i], send_or_receive,
                               (void *)((uintptr_t)pid << 1 | (i & 1))), 0);
    for (unsigned i = 0; i < CROWD; i++)
        thread_join(threads[i]);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);

    if (attack_is(argc, argv, "deaf"))
        sleep_us(0xffffffff);
    if (attack_is(argc, argv, "killed"))
        stand_in_line(getppid());               /* which does not receive either */
    for (unsigned i = 0; i < 2 * size; i++) {
        int deaf = attack_start(argv, size, "deaf", PAGES);
        int killed = attack_start(argv, size, "killed", CROWD_PAGES);

        check_waits(killed, "futex");
        CHECK_EQ(attack_end(killed), STATUS_KILLED);
        CHECK_EQ(sys_kill(deaf), 0);
        stand_in_line(deaf);
        CHECK_EQ(wait_status(deaf), STATUS_KILLED);
    }
    return check_result();
}
