/* Tests of the memory map's arithmetic. */
#include "pmm/memmap_priv.h"

#include "lib/bitmap.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"

enum { MB = 0x100000, MB_FRAMES = MB / PAGE_SIZE };

static void expect_extents(const struct memmap *map, const struct extent *wanted,
                           unsigned count)
{
    EXPECT_EQ(map->count, count);
    EXPECT(memmap_is_sound(map));
    for (unsigned i = 0; i < count && i < map->count; i++) {
        EXPECT_EQ(map->extents[i].first, wanted[i].first);
        EXPECT_EQ(map->extents[i].end, wanted[i].end);
    }
}

#define EXPECT_EXTENTS(map, ...)                                                        \
    do {                                                                                \
        static const struct extent wanted_[] = { __VA_ARGS__ };                         \
        expect_extents(map, wanted_, ARRAY_SIZE(wanted_));                              \
    } while (0)

KTEST(pmm, memmap_add)
{
    static struct memmap map;

    map.count = 0;
    memmap_add(&map, (struct extent){ 10, 20 });
    memmap_add(&map, (struct extent){ 40, 50 });
    memmap_add(&map, (struct extent){ 25, 30 });
    EXPECT_EXTENTS(&map, { 10, 20 }, { 25, 30 }, { 40, 50 });
    memmap_add(&map, (struct extent){ 20, 25 });            /* touches two */
    EXPECT_EXTENTS(&map, { 10, 30 }, { 40, 50 });
    memmap_add(&map, (struct extent){ 12, 14 });            /* inside */
    EXPECT_EXTENTS(&map, { 10, 30 }, { 40, 50 });
    memmap_add(&map, (struct extent){ 5, 60 });             /* around all */
    EXPECT_EXTENTS(&map, { 5, 60 });
    memmap_add(&map, (struct extent){ 0, 2 });
    memmap_add(&map, (struct extent){ UINT32_MAX - 1, UINT32_MAX });
    EXPECT_EXTENTS(&map, { 0, 2 }, { 5, 60 }, { UINT32_MAX - 1, UINT32_MAX });
    EXPECT_EQ(memmap_frames(&map), 2 + 55 + 1);
    EXPECT_EQ(memmap_frames_from(&map, 1), 1 + 55 + 1);
    EXPECT_EQ(memmap_frames_from(&map, 59), 2);
    EXPECT_EQ(memmap_frames_from(&map, 60), 1);
}

KTEST(pmm, memmap_remove)
{
    static struct memmap map;

    map.count = 0;
    memmap_add(&map, (struct extent){ 10, 20 });
    memmap_add(&map, (struct extent){ 30, 40 });
    memmap_remove(&map, (struct extent){ 20, 30 });         /* nothing there */
    EXPECT_EXTENTS(&map, { 10, 20 }, { 30, 40 });
    memmap_remove(&map, (struct extent){ 13, 15 });         /* splits */
    EXPECT_EXTENTS(&map, { 10, 13 }, { 15, 20 }, { 30, 40 });
    memmap_remove(&map, (struct extent){ 5, 11 });          /* front */
    memmap_remove(&map, (struct extent){ 39, 99 });         /* back */
    EXPECT_EXTENTS(&map, { 11, 13 }, { 15, 20 }, { 30, 39 });
    memmap_remove(&map, (struct extent){ 12, 31 });         /* back, all of one, front */
    EXPECT_EXTENTS(&map, { 11, 12 }, { 31, 39 });
    memmap_remove(&map, (struct extent){ 0, UINT32_MAX });
    EXPECT_EQ(map.count, 0);
}

static uint32_t count_bits(const uint32_t *bits, unsigned bound)
{
    uint32_t count = 0;

    for (unsigned frame = 0; frame < bound; frame++)
        count += bitmap_test(bits, frame);
    return count;
}

/* Against a plain set of bits. */
KTEST(pmm, memmap_random)
{
    enum { FRAMES = 256, STEPS = 3000 };
    static struct memmap map;
    uint32_t bits[BITMAP_WORDS(FRAMES)] = { 0 };
    struct random random;

    random_seed(&random, 1);
    map.count = 0;
    map.dropped = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        uint32_t first = random_below(&random, FRAMES);
        uint32_t end = first + 1 + random_below(&random, MIN(12u, FRAMES - first));
        bool add = random_below(&random, 2);
        (add ? memmap_add : memmap_remove)(&map, (struct extent){ first, end });
        for (uint32_t frame = first; frame < end; frame++)
            (add ? bitmap_set : bitmap_clear)(bits, frame);
        EXPECT(memmap_is_sound(&map));
        EXPECT_EQ(memmap_frames(&map), count_bits(bits, FRAMES));
    }
    for (unsigned i = 0; i < map.count; i++)
        for (uint32_t frame = map.extents[i].first; frame < map.extents[i].end; frame++)
            EXPECT(bitmap_test(bits, frame));
    EXPECT_EQ(map.dropped, 0);
}

/* A full table loses memory, but never keeps what was taken out. */
KTEST(pmm, memmap_full)
{
    static struct memmap map;

    map.count = 0;
    map.dropped = 0;
    for (uint32_t i = 0; i < MEMMAP_EXTENTS; i++)
        memmap_add(&map, (struct extent){ i * 10, i * 10 + 5 });
    memmap_add(&map, (struct extent){ 10007, 10009 });
    EXPECT_EQ(map.dropped, 2);
    EXPECT_EQ(map.count, MEMMAP_EXTENTS);
    memmap_remove(&map, (struct extent){ 11, 12 });         /* 10..11 has no place */
    EXPECT_EQ(map.dropped, 3);
    EXPECT_EQ(map.extents[1].first, 12);
    memmap_remove(&map, (struct extent){ 23, 24 });
    EXPECT_EQ(map.dropped, 4);
    EXPECT_EQ(map.extents[2].end, 23);
    memmap_add(&map, (struct extent){ 5, 12 });             /* joins two: room again */
    memmap_remove(&map, (struct extent){ 42, 43 });
    EXPECT_EQ(map.dropped, 4);
    EXPECT_EQ(map.count, MEMMAP_EXTENTS);
    EXPECT(memmap_is_sound(&map));
}

KTEST(pmm, memmap_rounding)
{
    static const struct {
        uint64_t base, length;
        uint32_t inside_first, inside_end;                  /* equal: nothing */
        uint32_t touched_first, touched_end;
    } cases[] = {
        { 0, 0, 0, 0, 0, 0 },
        { 0x1000, 0x1000, 1, 2, 1, 2 },
        { 0x1001, 0x1000, 0, 0, 1, 3 },
        { 0x1001, 0x2000, 2, 3, 1, 4 },
        { 0x0fff, 0x2002, 1, 3, 0, 4 },
        { 0x1000, 0xfff, 0, 0, 1, 2 },
        { 0x1000, 1, 0, 0, 1, 2 },
        { 0xffffffff000ull, 0x1000, 0, 0, UINT32_MAX, UINT32_MAX },
        { 0, UINT64_MAX, 0, UINT32_MAX, 0, UINT32_MAX },
        { UINT64_MAX, 1, 0, 0, UINT32_MAX, UINT32_MAX },
        { UINT64_MAX - 5, 3, 0, 0, UINT32_MAX, UINT32_MAX },
        { 0x5000, UINT64_MAX, 0, 0, 5, UINT32_MAX },        /* wraps */
        { 0x100000000ull, 0x2000, 0x100000, 0x100002, 0x100000, 0x100002 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct extent extent = { 7, 7 };
        bool found = extent_inside(cases[i].base, cases[i].length, &extent);
        EXPECT_EQ(found, cases[i].inside_first < cases[i].inside_end);
        if (found) {
            EXPECT_EQ(extent.first, cases[i].inside_first);
            EXPECT_EQ(extent.end, cases[i].inside_end);
        }
        found = extent_touched(cases[i].base, cases[i].length, &extent);
        EXPECT_EQ(found, cases[i].touched_first < cases[i].touched_end);
        if (found) {
            EXPECT_EQ(extent.first, cases[i].touched_first);
            EXPECT_EQ(extent.end, cases[i].touched_end);
        }
    }
}

static struct memory_plan plan;

#define PLAN(ranges, reserved)                                                          \
    memory_plan(&plan, &(struct range_list){ ranges, ARRAY_SIZE(ranges) },              \
                &(struct range_list){ reserved, ARRAY_SIZE(reserved) })

static const struct memory_range image[] = { { MB, 2 * MB, 0 } };

/* What QEMU's firmware says of 128 MB. */
KTEST(pmm, plan_ordinary)
{
    static const struct memory_range ranges[] = {
        { 0, 0x9fc00, 1 }, { 0x9fc00, 0x400, 2 }, { 0xf0000, 0x10000, 2 },
        { MB, 0x7ee0000, 1 }, { 0x7fe0000, 0x20000, 2 }, { 0xfffc0000, 0x40000, 2 },
    };

    PLAN(ranges, image);
    EXPECT_EXTENTS(&plan.map, { 2, 0x9f }, { 3 * MB_FRAMES, 0x7fe0 });
    EXPECT_EQ(plan.usable, 0x9f + 0x7ee0);
    EXPECT_EQ(plan.left_out, 0);
    EXPECT_EQ(plan.end, 0x7fe0);
    EXPECT_EQ(plan.ignored, 0);
}

KTEST(pmm, plan_large)
{
    static const struct memory_range ranges[] = {
        { 0, 0x9fc00, 1 }, { MB, 3071ull * MB, 1 }, { 4096ull * MB, 1024ull * MB, 1 },
    };

    PLAN(ranges, image);
    EXPECT_EXTENTS(&plan.map, { 2, 0x9f },
                   { 3 * MB_FRAMES, KERNEL_LIMIT / PAGE_SIZE });
    EXPECT_EQ(plan.left_out / MB_FRAMES, 3072 - 896 + 1024);
    EXPECT_EQ(plan.end, KERNEL_LIMIT / PAGE_SIZE);
}

/* Nothing that any range calls unusable is used, whatever another one says; nor anything that
 * cannot be a range. */
KTEST(pmm, plan_nonsense)
{
    static const struct memory_range ranges[] = {
        { 16 * MB, 0, 1 }, { UINT64_MAX - PAGE_SIZE + 1, 2 * PAGE_SIZE, 1 },
        { 32 * MB, UINT64_MAX, 1 }, { 20 * MB + 1, PAGE_SIZE, 1 },
        { 8 * MB, 8 * MB, 1 }, { 4 * MB, 8 * MB, 1 }, { 10 * MB, 2 * MB, 1 },
        { 5 * MB + 5, 1, 3 }, { 15 * MB, 2 * MB, 0xbad }, { 15 * MB + MB / 2, UINT64_MAX, 2 },
    };
    static const struct memory_range reserved[] = {
        { 6 * MB - 1, 2, MEMORY_USABLE }, { 7 * MB, 0, 0 }, { 40 * MB, 1, 0 },
    };

    PLAN(ranges, reserved);
    EXPECT_EXTENTS(&plan.map, { 4 * MB_FRAMES, 5 * MB_FRAMES },
                   { 5 * MB_FRAMES + 1, 6 * MB_FRAMES - 1 },
                   { 6 * MB_FRAMES + 1, 15 * MB_FRAMES });
    EXPECT_EQ(plan.ignored, 4);
    EXPECT_EQ(plan.usable, 12 * MB_FRAMES);
    EXPECT_EQ(plan.end, 40 * MB_FRAMES + 1);
}
