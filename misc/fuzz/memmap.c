/* Fuzzes the planning of memory: each frame that is given out must be one by the plain definition,
 * and the other way round.  The input is up to eight ranges; the first byte of each says whether it
 * is one of the firmware's or reserved, and of which kind. */
#include "abi/layout.h"
#include "fuzz.h"
#include "pmm/memmap_priv.h"

#define FRAMES          (KERNEL_LIMIT / PAGE_SIZE)
enum { RANGES = 8, RESERVED = 1, KINDS = 4 };

struct ranges {
    struct memory_range all[RANGES];
    unsigned            count;
};

static bool is_touched(uint64_t frame, const struct memory_range *range)
{
    uint64_t first = frame * PAGE_SIZE, last = first + PAGE_SIZE - 1;
    uint64_t end = range->base + (range->length - 1);

    return range->length > 0 && last >= range->base &&
           (end < range->base || first <= end);
}

static bool is_inside(uint64_t frame, const struct memory_range *range)
{
    uint64_t first = frame * PAGE_SIZE, end = range->base + range->length;

    return end >= range->base && first >= range->base && first + PAGE_SIZE <= end;
}

/* May the frame be given out?  That is what pmm.h says of pmm_init(). */
static bool is_free(uint64_t frame, const struct ranges *ranges, const struct ranges *reserved,
                    const struct memory_plan *plan)
{
    bool usable = false;

    if (frame == 0 || frame >= FRAMES || frame == plan->start_frame)
        return false;
    for (unsigned i = 0; i < ranges->count; i++) {
        const struct memory_range *range = &ranges->all[i];
        if (range->type != MEMORY_USABLE && is_touched(frame, range))
            return false;
        usable |= range->type == MEMORY_USABLE && is_inside(frame, range);
    }
    for (unsigned i = 0; i < reserved->count; i++)
        if (is_touched(frame, &reserved->all[i]))
            return false;
    return usable;
}

static bool is_planned(uint64_t frame, const struct memmap *map)
{
    for (unsigned i = 0; i < map->count; i++)
        if (frame >= map->extents[i].first && frame < map->extents[i].end)
            return true;
    return false;
}

/* The frames at both ends of each range, and beside them: elsewhere nothing changes. */
static void check_ends(const struct ranges *checked, const struct ranges *ranges,
                       const struct ranges *reserved, const struct memory_plan *plan)
{
    for (unsigned i = 0; i < checked->count; i++) {
        const struct memory_range *range = &checked->all[i];
        uint64_t ends[] = { range->base / PAGE_SIZE, (range->base + range->length) / PAGE_SIZE };
        for (unsigned j = 0; j < ARRAY_SIZE(ends); j++)
            for (uint64_t frame = ends[j] > 1 ? ends[j] - 2 : 0; frame < ends[j] + 3; frame++)
                REQUIRE(is_planned(frame, &plan->map) ==
                        is_free(frame, ranges, reserved, plan));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    struct ranges ranges = { .count = 0 }, reserved = { .count = 0 };
    struct memory_plan plan;

    for (unsigned i = 0; i < RANGES && input.size > 0; i++) {
        uint8_t kind;
        take_bytes(&input, &kind, sizeof kind);
        struct ranges *list = kind & RESERVED ? &reserved : &ranges;
        struct memory_range *range = &list->all[list->count++];
        take_bytes(&input, &range->base, sizeof range->base);
        take_bytes(&input, &range->length, sizeof range->length);
        range->type = kind / KINDS;
    }
    memory_plan(&plan, &(struct range_list){ ranges.all, ranges.count },
                &(struct range_list){ reserved.all, reserved.count });
    REQUIRE(memmap_is_sound(&plan.map) && plan.map.dropped == 0);
    check_ends(&ranges, &ranges, &reserved, &plan);
    check_ends(&reserved, &ranges, &reserved, &plan);
    return 0;
}
