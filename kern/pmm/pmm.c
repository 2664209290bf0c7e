/* The start of this layer: from the firmware's memory map to page frames and the root quota. */
#include "pmm/pmm_priv.h"

#include "dev/log.h"
#include "dev/machine_exit.h"
#include "lib/assert.h"

enum {
    FRAMES_PER_MB = 0x100000 / PAGE_SIZE,
    FRAMES_LEAST = FRAMES_PER_MB * 5 / 8,       /* for page tables, stacks, and a shell */
};

static struct memory_plan plan;         /* [I] set at boot, as the next */
static struct page *frame_table;        /* [I] */
static uint32_t total_frames;           /* [I] */

NORETURN static void refuse_boot(uint32_t frames)
{
    KERN_WARN("Strata needs more memory: beside the kernel and the programs %u KB are left, and "
              "it needs %u\n", frames * (PAGE_SIZE / 1024), FRAMES_LEAST * (PAGE_SIZE / 1024));
    machine_exit(EXIT_FAIL);
}

void *pmm_set_aside(size_t size)
{
    struct memmap *map = &plan.map;
    uint32_t frames = ROUND_UP(size, PAGE_SIZE) / PAGE_SIZE;

    for (uint32_t lowest = FRAMES_PER_MB; ; lowest = 0) {
        for (unsigned i = 0; i < map->count; i++) {
            uint32_t first = MAX(map->extents[i].first, lowest);
            if (map->extents[i].end > first && map->extents[i].end - first >= frames) {
                memmap_remove(map, (struct extent){ first, first + frames });
                return page_pointer(first * PAGE_SIZE);
            }
        }
        if (lowest == 0)
            refuse_boot(memmap_frames(map));
    }
}

uint32_t pmm_plan(const struct memory_range *ranges, unsigned range_count,
                  const struct memory_range *reserved, unsigned reserved_count)
{
    memory_plan(&plan, &(struct range_list){ ranges, range_count },
                &(struct range_list){ reserved, reserved_count });
    if (plan.ignored > 0)
        KERN_WARN("pmm: %u useless ranges in the memory map\n", plan.ignored);

    frame_table = pmm_set_aside(memmap_end(&plan.map) * sizeof *frame_table);
    return memmap_frames(&plan.map);
}

void pmm_init(void)
{
    total_frames = memmap_frames(&plan.map);
    if (total_frames < FRAMES_LEAST)
        refuse_boot(total_frames);
    page_init(&plan.map, frame_table);
    quota_root.account = (struct account){ .limit = total_frames };
    KERN_INFO("pmm: %u MB usable, %u MB above the kernel limit left out\n",
              plan.usable / FRAMES_PER_MB, plan.left_out / FRAMES_PER_MB);
}

paddr_t pmm_memory_end(void)
{
    return plan.end * PAGE_SIZE;
}

paddr_t pmm_start_page(void)
{
    return plan.start_frame * PAGE_SIZE;
}

struct pmm_usage pmm_usage(void)
{
    return (struct pmm_usage){
        .pages = total_frames,
        .free = page_untouched() + page_pooled(),
    };
}

void pmm_check(void)
{
    struct page_census census = page_census();
    struct account root = quota_account(&quota_root);

    KERN_ASSERT(memmap_is_sound(&plan.map) && memmap_frames(&plan.map) == total_frames);
    KERN_ASSERT(census.held + census.free == total_frames);
    KERN_ASSERT(census.free == page_untouched() + page_pooled());
    KERN_ASSERT(account_is_sound(&root) && root.limit == total_frames);
}
