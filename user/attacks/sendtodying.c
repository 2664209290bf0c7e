/* Attack: messages, with pages and without, to a process that is being killed, and from one.
 *
 * Must hold: each send ends, with success or E_INVAL_PID, and no page is lost. */
#include "attack.h"
#include "check.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { SENDERS = 3, ROUNDS = 6, PAGES = 60 };

static char page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE))) = "a page";

static void *send_on(void *pid)
{
    int error;

    do
        error = sys_ipc_send((int)(intptr_t)pid, 1, page, PTE_P | PTE_U);
    while (error == 0);
    CHECK(error == E_INVAL_PID || error == E_EXCEEDS_QUOTA);
    return NULL;
}

static void be_sent_to(unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        ipc_recv(NULL, page, NULL);
    sys_kill(getpid());
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct thread *senders[SENDERS];

    if (attack_is(argc, argv, "receiver")) {
        be_sent_to(5 * size);
        return EXIT_SUCCESS;
    }
    for (unsigned i = 0; i < ROUNDS * size; i++) {
        int pid = attack_start(argv, size, "receiver", PAGES);

        for (unsigned j = 0; j < SENDERS; j++)
            CHECK_EQ(thread_create(&senders[j], send_on, (void *)(intptr_t)pid), 0);
        if (i % 2 == 0)
            sys_kill(pid);
        for (unsigned j = 0; j < SENDERS; j++)
            thread_join(senders[j]);
        CHECK_EQ(wait_status(pid), STATUS_KILLED);
    }
    return check_result();
}
