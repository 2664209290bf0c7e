/* Memory: where it lies, and what is copied back between schedules. */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { BLOCK = 256 };

/* The linker makes these of the kernel's variables (check.mk). */
extern char __start_kernel_data[], __stop_kernel_data[];

struct region regions[REGIONS];

static struct written_block {
    struct region *region;
    unsigned       number;
} *written;
static unsigned written_count;

static void *take_memory(void *address, size_t size, int flags)
{
    void *memory = mmap(address, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

    if (memory == MAP_FAILED || (address && memory != address)) {
        perror("explore: no memory for the simulated machine");
        exit(2);
    }
    return memory;
}

static size_t cells_size(const struct region *region)
{
    return (region->size / 4 + 1) * sizeof(struct cell);
}

static void add_region(struct region *region, uintptr_t lo, size_t size)
{
    region->lo = lo;
    region->size = size;
    region->cells = take_memory(NULL, cells_size(region), 0);
    region->is_written = take_memory(NULL, size / BLOCK + 1, 0);
}

static void map_region(struct region *region, uintptr_t lo, size_t size)
{
    take_memory((void *)lo, size, MAP_FIXED_NOREPLACE);
    add_region(region, lo, size);
}

void memory_init(void)
{
    add_region(&regions[0], (uintptr_t)__start_kernel_data,
               (size_t)(__stop_kernel_data - __start_kernel_data));
    map_region(&regions[1], PHYSICAL_LO, PHYSICAL_SIZE);
    map_region(&regions[2], STACKS_LO, STACKS_SIZE);
    written = take_memory(NULL, 1 << 20, 0);
}

void memory_note_write(uintptr_t address, size_t size)
{
    struct region *region = region_of(address);

    if (!region || !region->kept || size == 0)
        return;
    unsigned last = (unsigned)((address + size - 1 - region->lo) / BLOCK);
    for (unsigned i = (unsigned)((address - region->lo) / BLOCK); i <= last; i++) {
        if (region->is_written[i])
            continue;
        region->is_written[i] = 1;
        written[written_count++] = (struct written_block){ region, i };
    }
}

/* Stacks need not be brought back: the kernel paints each that it hands out. */
void memory_keep(void)
{
    for (struct region *region = regions; region < &regions[REGIONS - 1]; region++) {
        region->kept = take_memory(NULL, region->size + BLOCK, 0);
        memcpy(region->kept, (void *)region->lo, region->size);
    }
}

static void restore_block(struct region *region, unsigned number)
{
    size_t begin = (size_t)number * BLOCK;

    memcpy((char *)region->lo + begin, region->kept + begin, MIN(BLOCK, region->size - begin));
    region->is_written[number] = 0;
}

void memory_restore(void)
{
    while (written_count > 0) {
        written_count--;
        restore_block(written[written_count].region, written[written_count].number);
    }
    memset((void *)(BOOT_STACK - THREAD_AREA), 0, THREAD_AREA);
}

/* New pages, as most of the old ones were never touched.  That they know no times does not matter:
 * those of earlier runs lie in everybody's past. */
void memory_forget_use(void)
{
    for (struct region *region = regions; region < &regions[REGIONS]; region++)
        (void)take_memory(region->cells, cells_size(region), MAP_FIXED);
}

unsigned stack_number(uintptr_t address)
{
    if (address - STACKS_LO >= STACKS_SIZE)
        fail("a CPU runs on no kernel stack");
    return (unsigned)((address - STACKS_LO) / KSTACK_SLOT);
}
