/* The lab's bounded buffer, of one place and of two: two producers and two consumers. */
#include "scenario.h"

#include "ipc/ipc.h"

enum { BUFFER = 0, ITEMS = 2 };         /* each produces and consumes so many */

static unsigned taken[2 * ITEMS];       /* how often each item */

static void produce(void *first)
{
    for (unsigned i = 0; i < ITEMS; i++) {
        int error = buffer_produce(BUFFER, (uint32_t)(uintptr_t)first + i);
        REQUIRE(!error);
    }
}

static void consume(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < ITEMS; i++) {
        uint32_t item;
        int error = buffer_consume(BUFFER, &item);
        REQUIRE(!error && item < ARRAY_SIZE(taken));
        __atomic_fetch_add(&taken[item], 1, __ATOMIC_RELAXED);
    }
}

static void begin_with(unsigned capacity)
{
    int error = buffer_configure(BUFFER, capacity);

    REQUIRE(!error);
    play("producer0", 0, produce, (void *)0);
    play("producer1", 1, produce, (void *)ITEMS);
    play("consumer0", 0, consume, NULL);
    play("consumer1", 1, consume, NULL);
}

static void begin_1(void)
{
    begin_with(1);
}

static void begin_2(void)
{
    begin_with(2);
}

static void end(void)
{
    for (unsigned item = 0; item < ARRAY_SIZE(taken); item++)
        REQUIRE(taken[item] == 1);
}

SCENARIO(buffer_of_1, .begin = begin_1, .end = end);
SCENARIO(buffer_of_2, .begin = begin_2, .end = end);
