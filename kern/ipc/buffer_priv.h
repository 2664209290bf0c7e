/* What a bounded buffer consists of, for buffer.c and its tests only. */
#pragma once

#include "ipc/ipc.h"
#include "ipc/ring_priv.h"
#include "pcpu/spinlock.h"
#include "thread/condition.h"

_Static_assert(BUFFER_CAPACITY_MAX <= RING_MAX, "a ring must hold the largest buffer");

/* The producers, or the consumers, that wait.  [b] the lock of their buffer */
struct waiters {
    struct condition condition;         /* [b] */
    unsigned         count;             /* [b] in wait_for_turn(), woken or not */
    unsigned         promised;          /* [b] slots, or items, that are theirs to take */
};

/* [b] lock.  Invariants, true whenever the lock is free:
 *   B1  the ring is sound, and in == out + ring.count;
 *   B2  no more is promised than there is, or to more threads than wait:
 *       nonfull.promised  <= free slots,     nonfull.promised  <= nonfull.count
 *       nonempty.promised <= ring.count,     nonempty.promised <= nonempty.count
 *   B3  no thread waits for what is there: if one waits without a promise
 *       (count > promised), then every slot, or item, is promised;
 *   B4  at least as many waiters have been signalled and not returned yet as are promised
 *       something (count less those still on the condition's list >= promised). */
struct buffer {
    struct spinlock lock;
    struct waiters  nonfull;            /* [b] producers wait here */
    struct waiters  nonempty;           /* [b] consumers wait here */
    unsigned        keepers;            /* [b] processes that keep it; 0: all may use it */
    unsigned        deepest;            /* [b] */
    uint64_t        in, out;            /* [b] */
    uint64_t        times_full;         /* [b] */
    uint64_t        times_empty;        /* [b] */
    struct ring     ring;               /* [b] */
} __attribute__((aligned(CACHE_LINE)));

extern struct buffer buffers[NUM_BUFFERS];
