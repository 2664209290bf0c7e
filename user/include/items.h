/* What ping and pong agree on: the items' values and the two programs' arguments.  Item n of a
 * producer is index * 1000000 + n; n begins at 1, increases, and begins again after 999999. */
#pragma once

#include "lib/types.h"

#define ITEM_BASE       1000000u
#define ITEM_PRODUCERS  256u

struct item_job {
    unsigned index;         /* of the program: below ITEM_PRODUCERS */
    unsigned items;         /* 0: without end */
    unsigned buffer;
    bool quiet;
};

/* What ping and pong do if nothing is said. */
#define ITEM_DEFAULT_INDEX 1
#define ITEM_DEFAULT_ITEMS 10

/* Reads [INDEX [ITEMS [BUFFER]]] [quiet].  Says what is wrong and returns false if it is; for
 * --help it prints the usage and `does`, and ends the program. */
MUST_USE bool item_job_parse(int argc, char **argv, const char *does, struct item_job *job);

static inline uint32_t item_value(unsigned index, unsigned n)
{
    return index * ITEM_BASE + n;
}

static inline unsigned item_producer(uint32_t item)
{
    return item / ITEM_BASE;
}

static inline unsigned item_number(uint32_t item)
{
    return item % ITEM_BASE;
}

static inline unsigned item_next(unsigned n)
{
    return n + 1 < ITEM_BASE ? n + 1 : 1;
}

/* Does `n` come after `last` (0: nothing yet), perhaps after a new beginning at 1?  Half the circle
 * is "after". */
static inline bool item_is_later(unsigned n, unsigned last)
{
    unsigned steps = (n + ITEM_BASE - 1 - last) % (ITEM_BASE - 1);

    return n > 0 && (last == 0 || (steps > 0 && steps < ITEM_BASE / 2));
}
