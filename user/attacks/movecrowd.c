/* Attack: some threads send the whole process, which has a crowd of waiting threads, from CPU to
 * CPU and back.  Each call walks over the crowd with a lock held that the others want, too.
 *
 * Must hold: no check takes the long wait for a deadlock; all threads can be woken afterwards. */
#include "attack.h"
#include "check.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { CROWD = 200, CROWD_MAX = 4000, MOVERS = 4, MOVES = 30, PAGES_PER_THREAD = 10 };

static struct semaphore gate;

static void *wait_at_gate(void *unused UNUSED)
{
    semaphore_wait(&gate);
    return NULL;
}

static void *move(void *argument)
{
    unsigned self = (unsigned)(uintptr_t)argument, cpus = cpu_count();

    for (unsigned i = 0; i < MOVES; i++)
        CHECK_EQ(sys_set_affinity(0, 1ull << (self + i) % cpus), 0);
    return NULL;
}

int main(int argc, char **argv)
{
    static struct thread *crowd[CROWD_MAX];
    struct thread *movers[MOVERS];
    unsigned count = MIN(CROWD * attack_size(argc, argv), (unsigned)CROWD_MAX);

    count = attack_afford(count, PAGES_PER_THREAD);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(thread_create(&crowd[i], wait_at_gate, NULL), 0);
    for (unsigned i = 0; i < MOVERS; i++)
        CHECK_EQ(thread_create(&movers[i], move, (void *)(uintptr_t)i), 0);
    for (unsigned i = 0; i < MOVERS; i++)
        thread_join(movers[i]);
    for (unsigned i = 0; i < count; i++)
        semaphore_post(&gate);
    for (unsigned i = 0; i < count; i++)
        thread_join(crowd[i]);
    return check_result();
}
