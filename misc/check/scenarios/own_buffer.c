/* A bounded buffer as you may write it, and its scenario.  Copy this file, put your own code in its
 * place, and say `make check FILE=path/my_buffer.c` (misc/CHECKING.md). */
#include "scenario.h"

/* --- the code under test ------------------------------------------------------------------ */

enum { CAPACITY = 1 };

static struct spinlock lock = SPINLOCK_INITIALIZER(&scenario_lock);
static struct condition not_full = CONDITION_INITIALIZER(not_full, "not full");
static struct condition not_empty = CONDITION_INITIALIZER(not_empty, "not empty");
static unsigned items[CAPACITY], first, count;

static void put(unsigned item)
{
    spinlock_acquire(&lock);
    while (count == CAPACITY)
        condition_wait_uninterruptible(&not_full, &lock);
    items[(first + count) % CAPACITY] = item;
    count = count + 1;
    condition_signal(&not_empty, &lock);
    spinlock_release(&lock);
}

static unsigned get(void)
{
    spinlock_acquire(&lock);
    while (count == 0)
        condition_wait_uninterruptible(&not_empty, &lock);
    unsigned item = items[first];
    first = (first + 1) % CAPACITY;
    count = count - 1;
    condition_signal(&not_full, &lock);
    spinlock_release(&lock);
    return item;
}

/* --- the scenario: who does what ------------------------------------------------------------ */

static unsigned sum;

static void produce(void *item)
{
    put((unsigned)(uintptr_t)item);
}

static void consume(void *unused)
{
    (void)unused;
    __atomic_fetch_add(&sum, get(), __ATOMIC_RELAXED);
}

static void begin(void)
{
    play("consumer0", 0, consume, NULL);
    play("consumer1", 1, consume, NULL);
    play("producer0", 0, produce, (void *)1);
    play("producer1", 1, produce, (void *)2);
}

/* All threads have ended, or the explorer would have said so. */
static void end(void)
{
    REQUIRE(sum == 1 + 2);
}

SCENARIO(own_buffer, .begin = begin, .end = end);
