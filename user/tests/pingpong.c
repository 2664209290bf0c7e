/* A parent and its forked child send a number to and fro, by one more each time, up to 10. */
#include "check.h"
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"

enum { LAST = 10 };

/* Answers until the last number has been sent or received; returns it. */
static int play(int partner)
{
    int number = 0;

    while (number < LAST) {
        int from = 0;

        number = ipc_recv(&from, NULL, NULL);
        CHECK_EQ(from, partner);
        if (number < LAST)
            ipc_send(partner, (uint32_t)++number, NULL, 0);
    }
    return number;
}

int main(void)
{
    int parent = getpid();
    int child = fork();

    CHECK(child >= 0);
    if (child == 0)
        exit(play(parent));
    ipc_send(child, 0, NULL, 0);
    CHECK_EQ(play(child), LAST);
    CHECK_EQ(wait_status(child), LAST);
    return check_result();
}
