/* Pseudo-random numbers (xorshift, Marsaglia 2003): the same seed gives the same sequence
 * everywhere.  A generator has no lock: give each user one of its own. */
#pragma once

#include "lib/assert.h"
#include "lib/types.h"

struct random {
    uint32_t state;             /* never 0 */
};

/* Any seed will do; seeds next to each other give unrelated sequences. */
static inline void random_seed(struct random *random, uint32_t seed)
{
    seed = (seed ^ seed >> 16) * 0x45d9f3bu + 0x9e3779b9u;
    seed ^= seed >> 15;
    random->state = seed != 0 ? seed : 1;
}

static inline uint32_t random_next(struct random *random)
{
    uint32_t x = random->state;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return random->state = x;
}

/* A number below `limit`, which is not 0. */
static inline uint32_t random_below(struct random *random, uint32_t limit)
{
    KERN_ASSERT(limit > 0);
    return (uint32_t)((uint64_t)random_next(random) * limit >> 32);
}
