/* Sets of page frames as sorted extents: the memory map while it is being worked out.
 * No locks and no machine: used by pmm_init() alone, and by its tests. */
#pragma once

#include "lib/types.h"
#include "pmm/pmm.h"

/* Frames first <= f < end; a frame is a physical address divided by the page size. */
struct extent {
    uint32_t first, end;
};

enum { MEMMAP_EXTENTS = 64 };

/* Invariant (memmap_is_sound): extents are not empty, ascending, and neither overlap nor
 * touch. */
struct memmap {
    unsigned      count;
    uint32_t      dropped;              /* frames left out because there was no extent left */
    struct extent extents[MEMMAP_EXTENTS];
};

/*@ predicate ordered(struct memmap *map, integer count) =
      (\forall integer i; 0 <= i < count ==> map->extents[i].first < map->extents[i].end) &&
      (\forall integer i, j; 0 <= i < j < count ==> map->extents[i].end < map->extents[j].first);
    predicate sound(struct memmap *map) =
      map->count <= MEMMAP_EXTENTS && ordered(map, map->count); */

/* The frames that lie wholly inside a range of bytes, or that it touches.  False if there are
 * none.  A range that wraps around the end of the address space is nonsense: nothing lies
 * inside it, and it touches everything from its base on. */
bool extent_inside(uint64_t base, uint64_t length, struct extent *extent);
bool extent_touched(uint64_t base, uint64_t length, struct extent *extent);

/* Adds, or takes out, the frames of a non-empty extent.  Where the table is full, frames are
 * dropped rather than kept by mistake. */
void memmap_add(struct memmap *map, struct extent extent);
void memmap_remove(struct memmap *map, struct extent extent);

/* Frames in the map, and those of them at or above `frame`. */
uint32_t memmap_frames(const struct memmap *map);
uint32_t memmap_frames_from(const struct memmap *map, uint32_t frame);

/* The end of the last extent; 0 if there is none. */
uint32_t memmap_end(const struct memmap *map);

bool memmap_is_sound(const struct memmap *map);

struct range_list {
    const struct memory_range *ranges;
    unsigned                   count;
};

/* What a memory map comes to, in frames. */
struct memory_plan {
    struct memmap map;                  /* to be used */
    uint32_t      usable;               /* according to the ranges, below the kernel limit */
    uint32_t      left_out;             /* the same above it */
    uint32_t      end;                  /* below it all is usable or reserved, or a gap */
    uint32_t      start_frame;          /* set aside: below 640 KB; 0: there is none */
    unsigned      ignored;              /* usable ranges without a whole page in them */
};

void memory_plan(struct memory_plan *plan, const struct range_list *ranges,
                 const struct range_list *reserved);
