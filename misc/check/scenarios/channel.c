/* The channel of user programs (user/lib/channel.c): items come in order and once each, no wakeup
 * is lost where it is full or empty, and its end comes after the last item. */
#include "channel.h"
#include "user_memory.h"

#include "pmm/pmm.h"

enum { ITEMS = 2 };

static struct space space;
static struct channel *channel;         /* in the space's first page */

static void put_all(void *unused)
{
    (void)unused;
    enter_space(&space);
    for (uint32_t i = 0; i < ITEMS; i++)
        REQUIRE(channel_put(channel, i));
    channel_end(channel);
    enter_space(NULL);
}

static void get_all(void *unused)
{
    uint32_t item, count = 0;

    (void)unused;
    enter_space(&space);
    while (channel_get(channel, &item))
        REQUIRE(item == count++);
    REQUIRE(count == ITEMS);
    enter_space(NULL);
}

/* `sleeps`: how often a side that must wait does so without a yield before. */
static void begin_with(uint32_t sleeps)
{
    paddr_t frame;
    uint32_t perm;

    make_space(&space, &quota_root, PERM_WRITE);
    int error = space_lookup(&space, FIRST_PAGE, &frame, &perm);
    REQUIRE(!error);
    channel = page_pointer(frame);
    error = channel_init(channel, 1);
    REQUIRE(!error);
    channel->producer.sleeps_at_once = channel->consumer.sleeps_at_once = sleeps;
    play("producer", 0, put_all, NULL);
    play("consumer", 1, get_all, NULL);
}

static void begin_yielding(void)
{
    begin_with(0);
}

static void begin_sleeping(void)
{
    begin_with(10);
}

static void end(void)
{
    space_destroy(&space);
}

SCENARIO(channel, .begin = begin_sleeping, .end = end, .late_stores = true);
SCENARIO(channel_yields, .begin = begin_yielding, .end = end);
