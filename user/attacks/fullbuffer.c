/* Attack: a crowd of threads waits to put an item each into a buffer that is full; then it is
 * emptied, again and again, or its keeper leaves it full.
 *
 * Must hold: each of them gets its turn, and no item is lost.  And interrupts are off for a bounded
 * time, however large the buffer: `make sections` measures that. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { BUFFER = 5, KEPT = FIRST_KEEPABLE_BUFFER, CROWD = 60, CROWD_MAX = 2000,
       PAGES_PER_THREAD = 10, PAGES = 40 };

static void *put_one(void *unused UNUSED)
{
    produce(BUFFER, 1);
    return NULL;
}

/* Its child's status: it has left a full buffer behind. */
static int keep_and_leave(void)
{
    CHECK_EQ(sys_buffer_keep(KEPT), 0);
    CHECK_EQ(sys_buffer_configure(KEPT, BUFFER_CAPACITY_MAX), 0);
    for (unsigned i = 0; i < BUFFER_CAPACITY_MAX; i++)
        produce(KEPT, i);
    return check_result();
}

static unsigned waiting_producers(void)
{
    struct buffer_statistics buffer = { 0 };

    CHECK_EQ(sys_buffer_info(BUFFER, &buffer), 0);
    return buffer.producers;
}

static void empty_below(unsigned count)
{
    static struct thread *crowd[CROWD_MAX];
    unsigned thrown = 0, now = 0;

    CHECK_EQ(sys_buffer_configure(BUFFER, BUFFER_CAPACITY_MAX), 0);
    for (unsigned i = 0; i < BUFFER_CAPACITY_MAX; i++)
        produce(BUFFER, 0);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(thread_create(&crowd[i], put_one, NULL), 0);
    while (waiting_producers() < count)
        yield();
    CHECK_EQ(sys_buffer_empty(BUFFER, &thrown), 0);
    CHECK_EQ(thrown, BUFFER_CAPACITY_MAX);
    for (; thrown < BUFFER_CAPACITY_MAX + count; thrown += now) {
        yield();                                /* there may be room for a part of them only */
        CHECK_EQ(sys_buffer_empty(BUFFER, &now), 0);
    }
    for (unsigned i = 0; i < count; i++)
        thread_join(crowd[i]);
    CHECK_EQ(thrown, BUFFER_CAPACITY_MAX + count);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    unsigned count = attack_afford(MIN(CROWD * size, (unsigned)CROWD_MAX), PAGES_PER_THREAD);
    struct buffer_statistics buffer = { 0 };

    if (attack_is(argc, argv, "keep"))
        return keep_and_leave();
    empty_below(count);
    CHECK_EQ(sys_buffer_configure(BUFFER, 16), 0);
    CHECK_EQ(wait_status(attack_start(argv, size, "keep", PAGES)), EXIT_SUCCESS);
    CHECK_EQ(sys_buffer_info(KEPT, &buffer), 0);
    CHECK(buffer.keepers == 0 && buffer.depth == 0);
    CHECK_EQ(sys_buffer_configure(KEPT, 16), 0);
    return check_result();
}
