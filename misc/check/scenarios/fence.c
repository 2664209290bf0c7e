/* Dekker's way in: each says that it comes, and then looks whether the other one does.  The fence
 * in between is what makes it right: without it, a CPU may look before the other one sees what it
 * has said. */
#include "scenario.h"

static uint32_t comes[2], inside;

static void enter(void *number)
{
    size_t self = (uintptr_t)number;

    __atomic_store_n(&comes[self], 1, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&comes[!self], __ATOMIC_ACQUIRE))
        __atomic_fetch_add(&inside, 1, __ATOMIC_RELAXED);
}

static void begin(void)
{
    play("first", 0, enter, (void *)0);
    play("second", 1, enter, (void *)1);
}

/* Perhaps none of the two. */
static void end(void)
{
    REQUIRE(inside <= 1);
}

SCENARIO(fence, .begin = begin, .end = end, .late_stores = true);
