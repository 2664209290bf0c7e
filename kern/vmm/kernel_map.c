/* The kernel's own map, the same in every page directory:
 *
 *   0 - end of memory       physical memory at its own address, in global 4 MB pages; the first
 *                           ones, up to the end of the image, in 4 KB pages, so that page 0 can
 *                           be absent and code and constants read-only
 *   WINDOW_LO - WINDOW_HI   kernel windows, with all their page tables
 *   UINFO                   what every program may read
 *   FRAMEBUFFER_LO - HIGH_WINDOW_LO  the framebuffer, wherever it lies, write-combining
 *   HIGH_WINDOW_LO - HIGH_WINDOW_HI  kernel windows, as those
 *   DEVICE_LO - 4 GB        devices at their own address, uncached
 *
 * Page directories copy these entries when they are made, so none may change after boot.
 * SUBTLE: kernel-half */
#include "vmm/vmm_priv.h"

#include "dev/framebuffer.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"
#include "vmm/vmm.h"

/* From the linker script, all page-aligned. */
extern const char kernel_start[], rodata_end[], ksyms_start[], ksyms_end[],
    kernel_end[];

enum {
    FIRST_WINDOW = WINDOW_LO / SUPERPAGE_SIZE,
    WINDOW_TABLES = (WINDOW_HI - WINDOW_LO) / SUPERPAGE_SIZE,
    FIRST_HIGH_WINDOW = HIGH_WINDOW_LO / SUPERPAGE_SIZE,
    INFO_INDEX = UINFO / SUPERPAGE_SIZE,
    FIRST_FRAMEBUFFER = FRAMEBUFFER_LO / SUPERPAGE_SIZE,
    FIRST_DEVICE = DEVICE_LO / SUPERPAGE_SIZE,
    HIGH_ENTRIES = TABLE_ENTRIES - FIRST_FRAMEBUFFER,
    DIRECTORY_FLAGS = ENTRY_PRESENT | ENTRY_WRITABLE,
    INFO_FLAGS = ENTRY_PRESENT | ENTRY_USER,
};

struct page_table kernel_directory;     /* [I] set at boot */

static unsigned memory_entries;         /* [I] directory entries for memory */

static bool is_read_only(uintptr_t address)
{
    return (address >= (uintptr_t)kernel_start && address < (uintptr_t)rodata_end) ||
           (address >= (uintptr_t)ksyms_start && address < (uintptr_t)ksyms_end);
}

static struct page_table *new_table(void)
{
    paddr_t page;

    if (page_alloc_zeroed(&quota_root, &page) != 0)
        KERN_PANIC("vmm: no memory for the kernel's page tables");
    return page_pointer(page);
}

/* The entry of the small page at `address`, as it must be. */
static uint32_t small_entry(uintptr_t address)
{
    if (address == 0)
        return 0;
    uint32_t writable = is_read_only(address) ? 0 : ENTRY_WRITABLE;
    return entry_make(address, ENTRY_PRESENT | ENTRY_GLOBAL | writable);
}

static void map_small(unsigned index)
{
    struct page_table *table = new_table();

    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        table->entries[i] = small_entry(index * SUPERPAGE_SIZE + i * PAGE_SIZE);
    kernel_directory.entries[index] = entry_make(page_address(table), DIRECTORY_FLAGS);
}

static uint32_t large_entry(paddr_t address, uint32_t flags)
{
    return entry_make(address, DIRECTORY_FLAGS | ENTRY_LARGE | ENTRY_GLOBAL | flags);
}

static void map_large(unsigned index, uint32_t flags)
{
    kernel_directory.entries[index] = large_entry(index * SUPERPAGE_SIZE, flags);
}

/* The directory entry of the framebuffer's window, as it must be: 0 after the framebuffer's end. */
static uint32_t framebuffer_entry(unsigned index)
{
    struct framebuffer_memory memory = framebuffer_memory();
    paddr_t first = ROUND_DOWN(memory.start, SUPERPAGE_SIZE);
    uint32_t offset = (index - FIRST_FRAMEBUFFER) * SUPERPAGE_SIZE;

    if (memory.size == 0 || offset >= memory.start - first + memory.size)
        return 0;
    return large_entry(first + offset, cpu_features.page_attributes ? ENTRY_WRITE_COMBINING
                                                                    : ENTRY_UNCACHED);
}

static unsigned image_entries(void)
{
    return directory_index(ROUND_UP((uintptr_t)kernel_end, SUPERPAGE_SIZE));
}

static bool is_window(unsigned index)
{
    return (index >= FIRST_WINDOW && index < FIRST_WINDOW + WINDOW_TABLES) ||
           (index >= FIRST_HIGH_WINDOW && index < FIRST_DEVICE);
}

void kernel_map_build(void)
{
    memory_entries = directory_index(ROUND_UP(pmm_memory_end(), SUPERPAGE_SIZE));
    KERN_ASSERT(image_entries() <= memory_entries && memory_entries <= FIRST_WINDOW);
    for (unsigned i = 0; i < memory_entries; i++) {
        if (i < image_entries())
            map_small(i);
        else
            map_large(i, 0);
    }
    for (unsigned i = FIRST_WINDOW; i < FIRST_DEVICE; i++)
        if (is_window(i))
            kernel_directory.entries[i] = entry_make(page_address(new_table()),
                                                     DIRECTORY_FLAGS);
    for (unsigned i = FIRST_FRAMEBUFFER; i < FIRST_HIGH_WINDOW; i++)
        kernel_directory.entries[i] = framebuffer_entry(i);
    for (unsigned i = FIRST_DEVICE; i < TABLE_ENTRIES; i++)
        map_large(i, ENTRY_UNCACHED);
}

/* One page table for all, read-only to the kernel, too. */
void vmm_publish(const void *object, size_t size)
{
    struct page_table *table = new_table();

    KERN_ASSERT(size <= SUPERPAGE_SIZE && page_address(object) % PAGE_SIZE == 0);
    for (size_t offset = 0; offset < size; offset += PAGE_SIZE)
        table->entries[offset / PAGE_SIZE] = entry_make(page_address(object) + offset,
                                                        INFO_FLAGS);
    kernel_directory.entries[INFO_INDEX] = entry_make(page_address(table), INFO_FLAGS);
}

static void for_each_run(struct page_table *directory,
                         void (*act)(struct page_table *, unsigned first, unsigned count))
{
    act(directory, 0, memory_entries);
    act(directory, FIRST_WINDOW, WINDOW_TABLES);
    act(directory, INFO_INDEX, 1);
    act(directory, FIRST_FRAMEBUFFER, HIGH_ENTRIES);
}

static void copy_run(struct page_table *directory, unsigned first, unsigned count)
{
    memcpy(&directory->entries[first], &kernel_directory.entries[first],
           count * sizeof directory->entries[0]);
}

static void wipe_run(struct page_table *directory, unsigned first, unsigned count)
{
    memset(&directory->entries[first], 0, count * sizeof directory->entries[0]);
}

void kernel_map_copy(struct page_table *directory)
{
    for_each_run(directory, copy_run);
}

void kernel_map_wipe(struct page_table *directory)
{
    for_each_run(directory, wipe_run);
}

bool kernel_map_is_in(const struct page_table *directory)
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (i >= directory_index(VM_USERLO) && i < directory_index(VM_USERHI) &&
            i != INFO_INDEX)
            continue;
        if (directory->entries[i] != kernel_directory.entries[i])
            return false;
    }
    return true;
}

static struct page_table *table_at(unsigned index)
{
    return page_pointer(entry_page(kernel_directory.entries[index]));
}

uint32_t *kernel_window_entry(uintptr_t address)
{
    KERN_ASSERT(is_window(directory_index(address)));
    return &table_at(directory_index(address))->entries[table_index(address)];
}

static void check_small(unsigned index)
{
    const struct page_table *table = table_at(index);

    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (table->entries[i] != small_entry(index * SUPERPAGE_SIZE + i * PAGE_SIZE))
            KERN_PANIC("vmm: the kernel's map at %x says %08x",
                       index * SUPERPAGE_SIZE + i * PAGE_SIZE, table->entries[i]);
    }
}

static void check_window(unsigned index)
{
    const struct page_table *table = table_at(index);
    const uint32_t wanted = ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_GLOBAL;

    KERN_ASSERT(page_references(page_address(table)) == 1);
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        uint32_t entry = table->entries[i];
        if (entry == 0)
            continue;
        KERN_ASSERT(entry == entry_make(entry_page(entry), wanted));
        KERN_ASSERT(page_references(entry_page(entry)) == 1);
    }
}

static void check_directory(void)
{
    const uint32_t large = DIRECTORY_FLAGS | ENTRY_LARGE | ENTRY_GLOBAL;

    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        uint32_t entry = kernel_directory.entries[i];

        if (i < image_entries() || is_window(i))
            KERN_ASSERT(entry == entry_make(entry_page(entry), DIRECTORY_FLAGS));
        else if (i < memory_entries)
            KERN_ASSERT(entry == entry_make(i * SUPERPAGE_SIZE, large));
        else if (i >= FIRST_DEVICE)
            KERN_ASSERT(entry == entry_make(i * SUPERPAGE_SIZE, large | ENTRY_UNCACHED));
        else if (i >= FIRST_FRAMEBUFFER)
            KERN_ASSERT(entry == framebuffer_entry(i));
        else if (i == INFO_INDEX)
            KERN_ASSERT(entry == 0 || entry == entry_make(entry_page(entry), INFO_FLAGS));
        else
            KERN_ASSERT(entry == 0);
    }
}

void kernel_map_check(void)
{
    check_directory();
    for (unsigned i = 0; i < image_entries(); i++)
        check_small(i);
    for (unsigned i = FIRST_WINDOW; i < FIRST_DEVICE; i++)
        if (is_window(i))
            check_window(i);
}
