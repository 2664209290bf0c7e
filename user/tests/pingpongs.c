/* The same with a child that shares its parent's memory: both count in one variable, and yet each
 * knows who it is. */
#include "check.h"
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"

enum { LAST = 10 };

static volatile uint32_t number;        /* shared; the message says whose turn it is */

/* Until one of the two has sent the last number.  What was sent makes the number the other
 * one's. */
static void play(int self, int partner)
{
    uint32_t mine = 0;

    while (mine < LAST) {
        int from = 0;

        CHECK_EQ(ipc_recv(&from, NULL, NULL), 0);
        CHECK_EQ(from, partner);
        CHECK_EQ(thisenv->id, self);
        CHECK_EQ(getpid(), self);
        if (number == LAST)
            return;
        mine = ++number;
        ipc_send(partner, 0, NULL, 0);
    }
}

int main(void)
{
    int parent = getpid();
    int child = sfork();

    CHECK(child >= 0);
    if (child == 0) {
        play(getpid(), parent);
        exit(check_result());
    }
    ipc_send(child, 0, NULL, 0);
    play(parent, child);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    CHECK_EQ(number, LAST);
    return check_result();
}
