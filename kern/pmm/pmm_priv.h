/* What the files of this layer share. */
#pragma once

#include "pcpu/pool.h"
#include "pmm/memmap_priv.h"
#include "pmm/pmm.h"

/* One per frame, each in a cache line of its own: CPUs that work on different pages write no
 * common line, at the price of 1.6 % of memory.  Entries are written first when their frame is
 * first taken, so booting costs nothing per page.
 *
 * [f] on a free list: that list's lock  [a] atomic  [h] the holder's business */
struct page {
    struct pool_item free;              /* [f] */
    uint32_t         references;        /* [a] 0: free; FOR_EVER (page.c) */
    struct page_note note;              /* [h] */
} __attribute__((aligned(CACHE_LINE)));

/* Frames of `map` that were never held are taken in order; `table` has an entry for each frame
 * below the map's end, those in gaps are set to no references.  The map must stay. */
void page_init(const struct memmap *map, struct page *table);

/* Frames that were never taken. */
uint32_t page_untouched(void);

/* Frames on free lists; exact only while nothing allocates or frees. */
uint32_t page_pooled(void);

/* Counts the frames with and without references.  Call while the CPUs are quiet. */
struct page_census {
    uint32_t held, free;
};
struct page_census page_census(void);
