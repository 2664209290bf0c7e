/* The heap's blocks, allocated by two-level segregated fit (TLSF: Masmano, Ripoll, Crespo and Real,
 * "TLSF: a new dynamic memory allocator for real-time systems", 2004).  Free blocks are on lists by
 * size; two levels of bitmaps say which lists have any.  Taking a block, giving it back and joining
 * it with free neighbours look at a fixed number of blocks, however many there are.
 *
 * The caller lets only one thread in at a time, and brings the memory. */
#pragma once

#include "lib/types.h"

#define BLOCK_UNIT 16u      /* addresses and sizes of blocks are multiples of it */

enum block_state {
    BLOCK_FREE = 0x66726565,            /* unlikely in memory that was never a header */
    BLOCK_USED = 0x75736564,
};

/* A block's memory begins at `next`: only a free one has links. */
struct block {
    size_t size;                        /* with this header */
    enum block_state state;
    struct block *before;               /* the neighbour; NULL for the first of an area */
    uint32_t unused;
    struct block *next, *previous;      /* on the list */
};

#define BLOCK_HEADER offsetof(struct block, next)
_Static_assert(BLOCK_HEADER == BLOCK_UNIT, "what follows a header is aligned");

/* The size of a block for `size` bytes of memory, which is below 2^31. */
size_t block_size_for(size_t size);

static inline void *block_memory(struct block *block)
{
    return &block->next;
}

static inline struct block *block_of_memory(void *memory)
{
    return container_of(memory, struct block, next);
}

/* A used block of that size, out of one that was free; NULL if no free one is large enough. */
struct block *block_take(size_t size);

/* The same out of `free`, which is large enough. */
struct block *block_take_from(struct block *free, size_t size);

/* A used block becomes free.  Returns the free block that it is a part of now. */
struct block *block_release(struct block *block);

/* A used block becomes one of `size` bytes, which is more than it has; false if what lies after it
 * is not free or too small. */
bool block_extend(struct block *block, size_t size);

/* Memory for blocks: an area ends with a header of size 0, which is never free.  Makes one of
 * `start`..`end`, both multiples of the unit; if `last`, an area's last header, ends where it
 * starts, that area grows instead.  Returns the free block at the end. */
struct block *blocks_add(uintptr_t start, uintptr_t end, struct block *last);

/* The last header of the area that ends at `end`. */
static inline struct block *blocks_last(uintptr_t end)
{
    return (struct block *)(end - BLOCK_HEADER);
}
