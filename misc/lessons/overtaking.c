/* A textbook buffer, for lesson 10: `make story FILE=misc/lessons/overtaking.c`. */
#include "scenario.h"

enum { CAPACITY = 1 };

static struct spinlock lock = SPINLOCK_INITIALIZER(&scenario_lock);
static struct condition not_full = CONDITION_INITIALIZER(not_full, "not full");
static struct condition not_empty = CONDITION_INITIALIZER(not_empty, "not empty");
static unsigned items[CAPACITY], first, count;
static unsigned waiting;                /* producers */
static unsigned order[3], put_count;    /* the items as they were put */

static void put(unsigned item)
{
    spinlock_acquire(&lock);
    while (count == CAPACITY) {
        waiting++;
        condition_wait_uninterruptible(&not_full, &lock);
        waiting--;
    }
    items[(first + count) % CAPACITY] = item;
    count++;
    order[put_count++] = item;
    condition_signal(&not_empty, &lock);
    spinlock_release(&lock);
}

/* How many producers wait for the slot that is free now. */
static unsigned get(void)
{
    spinlock_acquire(&lock);
    while (count == 0)
        condition_wait_uninterruptible(&not_empty, &lock);
    first = (first + 1) % CAPACITY;
    count--;
    unsigned others = waiting;
    condition_signal(&not_full, &lock);
    spinlock_release(&lock);
    return others;
}

static bool one_waited;                 /* before the newcomer came */

static void early(void *unused)
{
    (void)unused;
    put(1);
    put(2);
}

/* Makes room, and then has an item itself. */
static void newcomer(void *unused)
{
    (void)unused;
    one_waited = get() > 0;
    put(3);
}

static void taker(void *unused)
{
    (void)unused;
    (void)get();
}

static void begin(void)
{
    play("early", 0, early, NULL);
    play("newcomer", 1, newcomer, NULL);
    play("taker", 1, taker, NULL);
}

/* Who waited is served before who came later: 1, 2, 3. */
static void end(void)
{
    REQUIRE(!one_waited || order[2] == 3);
}

SCENARIO(overtaking, .begin = begin, .end = end);
