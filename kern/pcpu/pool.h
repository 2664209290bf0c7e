/* Free lists of equal objects (page frames, kernel stacks, process slots) with a cache per CPU,
 * so that CPUs that do unrelated work write no common cache line.
 *
 * A CPU takes from and returns to its own shard.  Only when that is empty or full does a batch
 * move from or to the shared list; and only when that is empty too are other shards asked, so
 * that pool_get() fails only if there is no object anywhere.  (An object that moves between
 * two users of the pool meanwhile can be missed; pool_puts() tells whether one did.)
 *
 * Locks: the shared list's, then one shard's (order 1 before 0); two shards are never locked
 * together. */
#pragma once

#include "pcpu/spinlock.h"

struct pool_item {
    struct pool_item *next;
};

/* [l] its own lock  [a] atomic */
struct pool_list {
    struct spinlock   lock;
    struct pool_item *first;            /* [l] */
    unsigned          count;            /* [l] for writing, [a] for reading */
    unsigned          puts;             /* [l] pool_put()s into it; [a] for reading */
} __attribute__((aligned(CACHE_LINE)));

struct pool {
    struct pool_list shared;
    struct pool_list shards[NUM_CPUS];
};

void pool_init(struct pool *pool);

/* An object, or NULL if there is none in any list.  Does not block. */
struct pool_item *pool_get(struct pool *pool);

/* The same, but leaves other CPUs' shards alone: for a caller that can make a new object. */
struct pool_item *pool_get_near(struct pool *pool);

/* An object of the shared list, if that has more than `kept`; else NULL.  So of a pool from which
 * this is called until it returns NULL there remain `kept` objects and what lies in the shards:
 * of each CPU, twice as many as move in a batch. */
struct pool_item *pool_get_spare(struct pool *pool, unsigned kept);

/* Is there such an object at the moment?  Without a lock. */
bool pool_has_spare(const struct pool *pool, unsigned kept);

/* Gives an object back. */
void pool_put(struct pool *pool, struct pool_item *item);

/* The same for `count` objects, as many as move in a batch or fewer, each linked to the next one,
 * from `first` to `last`. */
void pool_put_chain(struct pool *pool, struct pool_item *first, struct pool_item *last,
                    unsigned count);

/* How many objects lie in all lists; exact only while no other CPU uses the pool. */
unsigned pool_count(struct pool *pool);

/* The same without a lock: what moves meanwhile may be counted twice, or not. */
unsigned pool_estimate(const struct pool *pool);

/* How many objects were ever put, modulo 2^32.  If it is the same before and after a pool_get()
 * that failed, there was no object in the pool at some moment in between. */
unsigned pool_puts(const struct pool *pool);
