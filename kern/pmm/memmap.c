/* Sets of page frames as sorted extents, and what a machine's memory map comes to. */
#include "pmm/memmap_priv.h"

#include "abi/layout.h"
#include "lib/string.h"

enum {
    FRAME_LIMIT = KERNEL_LIMIT / PAGE_SIZE,
    LOW_MEMORY_END = 0xa0000 / PAGE_SIZE,       /* in a PC, memory that real mode reaches */
};

/*@ assigns \nothing;
    ensures \result ==
      (address / PAGE_SIZE < UINT32_MAX ? address / PAGE_SIZE : UINT32_MAX); */
static uint32_t frame_of(uint64_t address)
{
    uint64_t frame = address / PAGE_SIZE;

    return frame < UINT32_MAX ? (uint32_t)frame : UINT32_MAX;
}

/*@ requires \valid(extent);
    assigns *extent;
    ensures \result ==> extent->first < extent->end;
    ensures \result ==> base <= extent->first * PAGE_SIZE;
    ensures \result ==> extent->end * PAGE_SIZE <= base + length; */
bool extent_inside(uint64_t base, uint64_t length, struct extent *extent)
{
    uint64_t end = base + length;

    if (end < base || base > UINT64_MAX - (PAGE_SIZE - 1))
        return false;
    *extent = (struct extent){ frame_of(base + (PAGE_SIZE - 1)), frame_of(end) };
    return extent->first < extent->end;
}

/*@ requires \valid(extent);
    assigns *extent;
    ensures \result ==> extent->first < extent->end;
    ensures \result && extent->end < UINT32_MAX ==> extent->first * PAGE_SIZE <= base &&
      base + length <= extent->end * PAGE_SIZE; */
bool extent_touched(uint64_t base, uint64_t length, struct extent *extent)
{
    if (length == 0)
        return false;

    uint64_t last = length - 1 <= UINT64_MAX - base ? base + (length - 1) : UINT64_MAX;
    uint32_t last_frame = frame_of(last);

    *extent = (struct extent){ frame_of(base),
                               last_frame < UINT32_MAX ? last_frame + 1 : UINT32_MAX };
    return extent->first < extent->end;
}

static void delete_at(struct memmap *map, unsigned i)
{
    map->count--;
    for (; i < map->count; i++)
        map->extents[i] = map->extents[i + 1];
}

/* There must be room. */
static void insert_at(struct memmap *map, unsigned i, struct extent extent)
{
    for (unsigned j = map->count; j > i; j--)
        map->extents[j] = map->extents[j - 1];
    map->extents[i] = extent;
    map->count++;
}

void memmap_add(struct memmap *map, struct extent extent)
{
    unsigned i = 0;

    while (i < map->count && map->extents[i].end < extent.first)
        i++;
    /* Swallow all that overlap or touch the new one. */
    while (i < map->count && map->extents[i].first <= extent.end) {
        extent.first = MIN(extent.first, map->extents[i].first);
        extent.end = MAX(extent.end, map->extents[i].end);
        delete_at(map, i);
    }
    if (map->count < MEMMAP_EXTENTS)
        insert_at(map, i, extent);
    else
        map->dropped += extent.end - extent.first;
}

/* Cuts a hole out of the middle of extent i.  Without room for a second piece, the larger one
 * stays. */
static void split_at(struct memmap *map, unsigned i, struct extent hole)
{
    struct extent low = { map->extents[i].first, hole.first };
    struct extent high = { hole.end, map->extents[i].end };

    if (map->count < MEMMAP_EXTENTS) {
        map->extents[i] = low;
        insert_at(map, i + 1, high);
        return;
    }
    bool keep_low = low.end - low.first >= high.end - high.first;
    map->extents[i] = keep_low ? low : high;
    map->dropped += keep_low ? high.end - high.first : low.end - low.first;
}

void memmap_remove(struct memmap *map, struct extent hole)
{
    unsigned i = 0;

    while (i < map->count) {
        struct extent *extent = &map->extents[i];

        if (extent->end <= hole.first || extent->first >= hole.end) {
            i++;
        } else if (extent->first < hole.first && extent->end > hole.end) {
            split_at(map, i, hole);
            return;
        } else if (extent->first < hole.first) {
            extent->end = hole.first;
            i++;
        } else if (extent->end > hole.end) {
            extent->first = hole.end;
            i++;
        } else {
            delete_at(map, i);
        }
    }
}

uint32_t memmap_frames(const struct memmap *map)
{
    return memmap_frames_from(map, 0);
}

uint32_t memmap_frames_from(const struct memmap *map, uint32_t frame)
{
    uint32_t frames = 0;

    for (unsigned i = 0; i < map->count; i++)
        if (map->extents[i].end > frame)
            frames += map->extents[i].end - MAX(map->extents[i].first, frame);
    return frames;
}

/*@ requires \valid_read(map) && sound(map);
    assigns \nothing;
    ensures \forall integer i; 0 <= i < map->count ==> map->extents[i].end <= \result; */
uint32_t memmap_end(const struct memmap *map)
{
    return map->count > 0 ? map->extents[map->count - 1].end : 0;
}

/*@ requires \valid_read(map);
    assigns \nothing;
    ensures \result <==> sound(map); */
bool memmap_is_sound(const struct memmap *map)
{
    if (map->count > MEMMAP_EXTENTS)
        return false;
    /*@ loop invariant 0 <= i <= map->count && ordered(map, i);
        loop assigns i;
        loop variant map->count - i; */
    for (unsigned i = 0; i < map->count; i++) {
        if (map->extents[i].first >= map->extents[i].end)
            return false;
        if (i > 0 && map->extents[i - 1].end >= map->extents[i].first)
            return false;
    }
    return true;
}

/* --- the plan ---------------------------------------------------------------------------- */

static void add_usable(struct memory_plan *out, const struct range_list *list)
{
    struct extent extent;

    for (unsigned i = 0; i < list->count; i++) {
        const struct memory_range *range = &list->ranges[i];
        if (range->type != MEMORY_USABLE)
            continue;
        if (extent_inside(range->base, range->length, &extent))
            memmap_add(&out->map, extent);
        else
            out->ignored++;
    }
}

static void remove_touched(struct memmap *map, const struct memory_range *range)
{
    struct extent extent;

    if (extent_touched(range->base, range->length, &extent))
        memmap_remove(map, extent);
}

static void remove_reserved(struct memory_plan *out, const struct range_list *list)
{
    struct extent extent;

    for (unsigned i = 0; i < list->count; i++) {
        remove_touched(&out->map, &list->ranges[i]);
        if (extent_touched(list->ranges[i].base, list->ranges[i].length, &extent))
            out->end = MAX(out->end, MIN(extent.end, (uint32_t)FRAME_LIMIT));
    }
}

/* The lowest frame is the one for CPUs that start in real mode, if it is one for that. */
static void set_start_frame_aside(struct memory_plan *out)
{
    if (out->map.count == 0 || out->map.extents[0].first >= LOW_MEMORY_END)
        return;
    out->start_frame = out->map.extents[0].first;
    memmap_remove(&out->map, (struct extent){ out->start_frame, out->start_frame + 1 });
}

void memory_plan(struct memory_plan *out, const struct range_list *ranges,
                 const struct range_list *reserved)
{
    memset(out, 0, sizeof *out);
    add_usable(out, ranges);
    out->left_out = memmap_frames_from(&out->map, FRAME_LIMIT);
    memmap_remove(&out->map, (struct extent){ FRAME_LIMIT, UINT32_MAX });
    out->usable = memmap_frames(&out->map);
    out->end = memmap_end(&out->map);
    for (unsigned i = 0; i < ranges->count; i++)
        if (ranges->ranges[i].type != MEMORY_USABLE)
            remove_touched(&out->map, &ranges->ranges[i]);
    remove_reserved(out, reserved);
    memmap_remove(&out->map, (struct extent){ 0, 1 });
    set_start_frame_aside(out);
}
