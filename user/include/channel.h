/* A channel: a bounded queue of words from one producer to one consumer, in memory that both have.
 * Each is one thread, of the same program or of two: the memory may be a variable, if they are
 * threads of one program or have been made by sfork(); a page with PTE_SHARE that fork() left to
 * both; or a page that came with a message.  Its address may differ.
 *
 * An item costs no system call; only who finds the channel full or empty gives up the CPU, and
 * waits without polling.  The two trust each other: each could spoil the memory of both.  A channel
 * is not ended by the end of a program that uses it. */
#pragma once

#include "lib/types.h"

#define CHANNEL_LINE         64         /* bytes of a cache line: a channel is aligned to it */
#define CHANNEL_CAPACITY_MAX (1u << 24) /* items */

/* Bytes of a channel of that capacity. */
#define CHANNEL_SIZE(capacity) (sizeof(struct channel) + (capacity) * sizeof(uint32_t))

/* What one side writes with each item, in a cache line that the other one seldom reads: it keeps
 * the index that it has seen, and looks again only when that says full or empty.
 *
 * [a] atomic, written by the own side  [o] the own side alone */
struct channel_side {
    uint32_t index;                     /* [a] items that have passed here, modulo 2^32 */
    uint32_t seen;                      /* [o] the other side's index, as it was */
    uint32_t sleeps_at_once;            /* [o] so many times, as to yield has cost too much */
} __attribute__((aligned(CHANNEL_LINE)));

/* [I] set by channel_init()  [a] atomic */
struct channel {
    struct channel_side producer, consumer;
    uint32_t mask __attribute__((aligned(CHANNEL_LINE)));       /* [I] capacity - 1 */
    uint32_t producer_sleeps, consumer_sleeps;  /* [a] 1: wake it */
    uint32_t has_ended;                         /* [a] */
    uint32_t items[] __attribute__((aligned(CHANNEL_LINE)));    /* by index, modulo capacity */
};

/* Makes an empty channel in CHANNEL_SIZE(capacity) bytes, which nobody uses meanwhile.
 * E_INVAL_ADDR: not aligned to CHANNEL_LINE.  E_INVAL_ARG: the capacity is no power of two, or
 * exceeds CHANNEL_CAPACITY_MAX. */
MUST_USE int channel_init(struct channel *channel, unsigned capacity);

/* Either side: no items are put from now on.  Wakes the other one. */
void channel_end(struct channel *channel);

/* --- what the two sides are made of; channel.c says why they are right -------------------- */

/* Wait until there is an item or room, or the channel has ended; false if that is all. */
MUST_USE bool channel_await_item(struct channel *channel);
MUST_USE bool channel_await_room(struct channel *channel);

void channel_wake(uint32_t *sleeps);

static inline bool channel_has_room(struct channel *channel)
{
    struct channel_side *own = &channel->producer;

    if (own->index - own->seen <= channel->mask)
        return true;
    own->seen = __atomic_load_n(&channel->consumer.index, __ATOMIC_SEQ_CST);
    return own->index - own->seen <= channel->mask;
}

static inline bool channel_has_item(struct channel *channel)
{
    struct channel_side *own = &channel->consumer;

    if (own->index != own->seen)
        return true;
    own->seen = __atomic_load_n(&channel->producer.index, __ATOMIC_SEQ_CST);
    return own->index != own->seen;
}

static inline bool channel_has_ended(const struct channel *channel)
{
    return __atomic_load_n(&channel->has_ended, __ATOMIC_SEQ_CST) != 0;
}

/* One item more has passed the own side, and the other one goes on if it waits for that. */
static inline void channel_pass(struct channel_side *own, uint32_t *other_sleeps)
{
    __atomic_store_n(&own->index, own->index + 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(other_sleeps, __ATOMIC_SEQ_CST))
        channel_wake(other_sleeps);
}

/* --- what the two sides do ---------------------------------------------------------------- */

/* The producer: puts an item, after waiting until there is room.  False: the channel has ended, and
 * the item is not in it. */
MUST_USE static inline bool channel_put(struct channel *channel, uint32_t item)
{
    if (channel_has_ended(channel) ||
        (!channel_has_room(channel) && !channel_await_room(channel)))
        return false;
    channel->items[channel->producer.index & channel->mask] = item;
    channel_pass(&channel->producer, &channel->consumer_sleeps);
    return true;
}

/* The consumer: takes the oldest item, after waiting until there is one.  False: the channel has
 * ended, and no item is left. */
MUST_USE static inline bool channel_get(struct channel *channel, uint32_t *item)
{
    if (!channel_has_item(channel) && !channel_await_item(channel))
        return false;
    *item = channel->items[channel->consumer.index & channel->mask];
    channel_pass(&channel->consumer, &channel->producer_sleeps);
    return true;
}
