/* Eight processes send to one as fast as they can.  No sender starves: each gets its messages
 * through, long before the others have sent many times as many.  (They need not be equal: the host
 * may let a virtual CPU stand still.) */
#include "check.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"

#define SENDERS     8
#define MESSAGES    2500            /* of each, at least */
#define ALL_MAX     (20 * SENDERS * MESSAGES)
#define CHILD_QUOTA 20

static struct sender {
    int pid;
    uint32_t messages;
} senders[SENDERS];

/* Until it is killed: each message bears its number. */
NORETURN static void send_for_ever(void)
{
    int to = getppid();

    for (uint32_t i = 0; ; i++)
        ipc_send(to, i, NULL, 0);
}

static bool all_have_sent(void)
{
    for (unsigned i = 0; i < SENDERS; i++)
        if (senders[i].messages < MESSAGES)
            return false;
    return true;
}

static struct sender *find(int pid)
{
    for (unsigned i = 0; i < SENDERS; i++)
        if (senders[i].pid == pid)
            return &senders[i];
    return NULL;
}

static void receive_one(void)
{
    int from = 0;
    uint32_t value = (uint32_t)ipc_recv(&from, NULL, NULL);
    struct sender *sender = find(from);

    CHECK(sender);
    if (!sender)
        return;
    CHECK_EQ(value, sender->messages);      /* none lost, doubled or out of order */
    sender->messages++;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        send_for_ever();
    for (unsigned i = 0; i < SENDERS; i++)
        senders[i].pid = spawn("fairness sender", CHILD_QUOTA);
    unsigned received = 0;
    for (; !all_have_sent() && received < ALL_MAX; received++)
        receive_one();
    for (unsigned i = 0; i < SENDERS; i++) {
        if (senders[i].messages < MESSAGES)
            check_fail(__FILE__, __LINE__, "sender %u: %u messages of %u", i,
                       senders[i].messages, received);
        CHECK_EQ(sys_kill(senders[i].pid), 0);
        CHECK_EQ(wait_status(senders[i].pid), STATUS_KILLED);
    }
    return check_result();
}
