/* Attack: several threads of one process fork at once, while others start and end.
 *
 * Must hold: each child has one thread, ends as it should, and the quota is what it was. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { THREADS = 4, FORKS = 3, STATUS = 7 };

static void *make_children(void *size)
{
    for (unsigned i = 0; i < FORKS * (unsigned)(uintptr_t)size; i++) {
        int child = fork();

        if (child == 0)
            sys_exit(STATUS);
        CHECK(child > 0);
        if (child > 0)
            CHECK_EQ(wait_status(child), STATUS);
    }
    return NULL;
}

static void *do_nothing(void *unused UNUSED)
{
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct thread *threads[THREADS], *brief;

    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQ(thread_create(&threads[i], make_children, (void *)(uintptr_t)size), 0);
    for (unsigned i = 0; i < 10 * size; i++) {
        CHECK_EQ(thread_create(&brief, do_nothing, NULL), 0);
        thread_join(brief);
    }
    for (unsigned i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    return check_result();
}
