/* Channels: what the two sides of one do when it is full or empty, and the argument.
 *
 * The index of each side counts what has passed there, modulo 2^32, and is written by that side
 * alone.  What lies between the two indices is in the channel: at most the capacity, a power of two
 * that is far less than 2^32, so differences and remainders are right when an index wraps.
 *
 * No item is read before it is written, or written over before it is read: a side moves its index
 * only after it is done with the slot, and the other one looks at the slot only after it has seen
 * that.  An index that was seen a while ago is one that the other side has gone beyond since: it
 * tells of fewer items, or of less room, than there is, never of more.
 *
 * No wakeup is lost, as in Dekker's algorithm.  Who must wait says so (`sleeps`), and then looks
 * once more; who has changed something (an index, or that the channel has ended) looks afterwards
 * whether the other one sleeps.  All four are sequentially consistent, so one of the two sees the
 * other.  Who wakes sets the word back to 0 before the call: then the sleeper, if it has looked
 * already but is not in the kernel's list yet, finds the word changed.  If the word is set to 0
 * late, when the sleeper sleeps anew, the call comes after that and wakes it: it looks again.
 *
 * Two on one CPU.  To sleep and to be woken are four calls for each time that the channel fills and
 * empties; to yield is half of that.  So a side yields first.  But it may be a long time until a
 * side that has yielded has its next turn, if programs compute on its CPU; one that was woken comes
 * before those.  So after such a time it does not yield for a good while.  SUBTLE: yield-first */
#include "channel.h"

#include "assert.h"
#include "syscall.h"
#include "x86.h"

enum {
    LONG_TICKS = 1 << 20,               /* of the time stamp counter: part of a time slice */
    SLEEPS = 1000,                      /* before it tries again to yield */
};

int channel_init(struct channel *channel, unsigned capacity)
{
    if ((uintptr_t)channel % CHANNEL_LINE != 0)
        return E_INVAL_ADDR;
    if (capacity == 0 || capacity > CHANNEL_CAPACITY_MAX || (capacity & (capacity - 1)) != 0)
        return E_INVAL_ARG;
    *channel = (struct channel) { .mask = capacity - 1 };
    return 0;
}

void channel_wake(uint32_t *sleeps)
{
    unsigned woken;

    __atomic_store_n(sleeps, 0, __ATOMIC_SEQ_CST);
    assert(sys_futex_wake(sleeps, 1, &woken) == 0);
}

void channel_end(struct channel *channel)
{
    __atomic_store_n(&channel->has_ended, 1, __ATOMIC_SEQ_CST);
    channel_wake(&channel->producer_sleeps);
    channel_wake(&channel->consumer_sleeps);
}

/* Have others had a turn, and perhaps the other side one of them? */
static bool yield_if_quick(struct channel_side *own)
{
    if (own->sleeps_at_once > 0) {
        own->sleeps_at_once--;
        return false;
    }
    uint32_t begin = (uint32_t)rdtsc();
    sys_yield();
    if ((uint32_t)rdtsc() - begin > LONG_TICKS)
        own->sleeps_at_once = SLEEPS;
    return true;
}

static void sleep_until(bool (*may_go_on)(struct channel *), struct channel *channel,
                        uint32_t *sleeps)
{
    while (!may_go_on(channel)) {
        __atomic_store_n(sleeps, 1, __ATOMIC_SEQ_CST);
        if (!may_go_on(channel)) {
            int error = sys_futex_wait(sleeps, 1, 0);
            assert(!error || error == E_CHANGED);
        }
        __atomic_store_n(sleeps, 0, __ATOMIC_SEQ_CST);
    }
}

/* That it has ended is looked at first: then the items that were put before that are seen. */
static bool may_get(struct channel *channel)
{
    return channel_has_ended(channel) || channel_has_item(channel);
}

bool channel_await_item(struct channel *channel)
{
    if (yield_if_quick(&channel->consumer) && channel_has_item(channel))
        return true;
    sleep_until(may_get, channel, &channel->consumer_sleeps);
    return channel_has_item(channel);
}

static bool may_put(struct channel *channel)
{
    return channel_has_ended(channel) || channel_has_room(channel);
}

bool channel_await_room(struct channel *channel)
{
    if (yield_if_quick(&channel->producer) && channel_has_room(channel))
        return !channel_has_ended(channel);
    sleep_until(may_put, channel, &channel->producer_sleeps);
    return !channel_has_ended(channel);
}
