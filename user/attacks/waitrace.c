/* Attack: several threads wait for the same children, for any and for each by its id, while these
 * exit and are killed.
 *
 * Must hold: each child is given to one waiter, and no thread waits for ever. */
#include "attack.h"
#include "check.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { WAITERS = 4, CHILDREN = 6, PAGES = 40 };

static int children[CHILDREN];
static uint32_t given;

static void *wait_for_all(void *self)
{
    int status, child;

    for (unsigned i = 0; i < CHILDREN; i++) {
        int pid = (uintptr_t)self % 2 ? WAIT_ANY : children[i];
        int error = sys_wait(pid, &child, &status);

        CHECK(error == 0 || error == E_NO_CHILD || error == E_INVAL_PID);
        if (!error)
            __atomic_add_fetch(&given, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct thread *waiters[WAITERS];

    for (unsigned round = 0; round < 3 * size; round++) {
        given = 0;
        for (unsigned i = 0; i < CHILDREN; i++)
            children[i] = spawn("true", PAGES);
        for (unsigned i = 0; i < WAITERS; i++)
            CHECK_EQ(thread_create(&waiters[i], wait_for_all, (void *)(uintptr_t)i), 0);
        for (unsigned i = 0; i < CHILDREN; i += 2)
            sys_kill(children[i]);
        for (unsigned i = 0; i < WAITERS; i++)
            thread_join(waiters[i]);
        CHECK_EQ(given, CHILDREN);
    }
    return check_result();
}
