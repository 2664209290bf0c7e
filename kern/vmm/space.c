/* Address spaces: creation, destruction, and audit. */
#include "vmm/vmm_priv.h"

#include "lib/assert.h"
#include "vmm/frame.h"

enum {
    UVPT_INDEX = UVPT / SUPERPAGE_SIZE,
    UVPT_FLAGS = ENTRY_PRESENT | ENTRY_USER,
};

_Static_assert(UINFO == UTOP && UVPT == UINFO + SUPERPAGE_SIZE, "between UTOP and UVPT is UINFO");

static const struct lock_class space_class = LOCK_CLASS("vmm.space", 1);

/* --- creation and destruction ------------------------------------------------------------ */

int space_create(struct space *space, struct quota *quota)
{
    paddr_t page;
    int error = frame_alloc_zeroed(quota, &page);

    if (error)
        return error;
    *space = (struct space){
        .lock = SPINLOCK_INITIALIZER(&space_class),
        .directory = page_pointer(page),
        .quota = quota,
        .pages = 1,
        .heap_lo = UHEAP_HI,
        .heap_break = UHEAP_HI,
    };
    table_adopt(space, space->directory);
    kernel_map_copy(space->directory);
    space->directory->entries[UVPT_INDEX] = entry_make(page, UVPT_FLAGS);
    return 0;
}

void space_copy_heap(struct space *space, const struct space *from)
{
    space->image_pages = from->image_pages;
    space->heap_lo = from->heap_lo;
    space->heap_break = __atomic_load_n(&from->heap_break, __ATOMIC_RELAXED);
}

/* Drops the pages of a table, and the table, which is all zeros then: that spares its next
 * owner the clearing. */
static void drop_table(struct page_table *table)
{
    const struct used_rows *used = table_used(table);

    for (unsigned i = 0; (i = table_next(table, used, i, TABLE_ENTRIES)) < TABLE_ENTRIES; i++) {
        page_drop(entry_page(table->entries[i]));
        table->entries[i] = 0;
    }
    page_drop_zeroed(page_address(table));
}

/* No other thread knows the space any more, so there is no lock.  No CPU remembers its mappings:
 * each one that had it loaded has loaded another one since. */
void space_destroy(struct space *space)
{
    struct page_table *directory = space->directory;
    const struct used_rows *used = table_used(directory);

    KERN_ASSERT(space_holders(space) == 0);
    directory->entries[UVPT_INDEX] = 0;
    kernel_map_wipe(directory);
    for (unsigned i = 0; (i = table_next(directory, used, i, TABLE_ENTRIES)) < TABLE_ENTRIES;
         i++) {
        drop_table(space_table(space, i));
        directory->entries[i] = 0;
    }
    page_drop_zeroed(page_address(directory));
    space->directory = NULL;
    quota_uncharge(space->quota, space->pages);
}

/* --- audit ------------------------------------------------------------------------------- */

/* Page-table pages belong to one space, and only to it. */
static bool is_own_table(const struct space *space, const struct page_table *table)
{
    return page_references(page_address(table)) == 1 &&
           page_note(page_address(table))->owner == space;
}

uint32_t space_pages_since_load(struct space *space)
{
    spinlock_acquire(&space->lock);
    uint32_t pages = space->pages;
    spinlock_release(&space->lock);
    return pages - MIN(pages, space->image_pages);      /* it may have unmapped some of these */
}

static bool is_sound_page(const struct page_table *table, unsigned index)
{
    uint32_t entry = table->entries[index];

    return (entry & USER_PAGE_FLAGS) == USER_PAGE_FLAGS && !(entry & ENTRY_GLOBAL) &&
           row_is_used(table_used(table), index) && page_references(entry_page(entry)) > 0;
}

/* Adds the table and its pages to *pages. */
static const char *audit_table(const struct space *space, unsigned index, uint32_t *pages)
{
    uint32_t entry = space->directory->entries[index];
    const struct page_table *table = space_table(space, index);

    if (entry != entry_make(entry_page(entry), USER_TABLE_FLAGS) ||
        !row_is_used(table_used(space->directory), index))
        return "a wrong directory entry";
    if (!is_own_table(space, table))
        return "a page table that belongs to another space";
    *pages += 1;
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (table->entries[i] == 0)
            continue;
        if (!is_sound_page(table, i))
            return "a wrong page-table entry";
        *pages += 1;
    }
    return NULL;
}

const char *space_audit(struct space *space)
{
    uint32_t uvpt = entry_make(page_address(space->directory), UVPT_FLAGS);
    uint32_t pages = 1;

    if (!kernel_map_is_in(space->directory))
        return "another kernel half than the kernel's";
    if (!is_own_table(space, space->directory))
        return "a directory that belongs to another space";
    if (space->directory->entries[UVPT_INDEX] != uvpt)
        return "a wrong view of its page table";
    for (unsigned i = directory_index(VM_USERLO); i < directory_index(UTOP); i++) {
        if (space->directory->entries[i] == 0)
            continue;
        const char *fault = audit_table(space, i, &pages);
        if (fault)
            return fault;
    }
    if (pages != space->pages || pages > quota_account(space->quota).used)
        return "a charge other than for what it has";
    if (space->restricted != __atomic_load_n(&space->flushed, __ATOMIC_RELAXED))
        return "a restriction that was not told to all CPUs, or not counted";
    return NULL;
}

#ifdef DEBUG
void space_check_tables(struct space *space)
{
    spinlock_acquire(&space->lock);
    KERN_ASSERT(is_own_table(space, space->directory));
    for (unsigned i = directory_index(VM_USERLO); i < directory_index(UTOP); i++)
        if (space->directory->entries[i] != 0)
            KERN_ASSERT(is_own_table(space, space_table(space, i)));
    spinlock_release(&space->lock);
}
#else
void space_check_tables(struct space *space)
{
    (void)space;
}
#endif

void space_check(struct space *space)
{
    const char *fault = space_audit(space);

    if (fault)
        KERN_PANIC("space %p has %s", (void *)space, fault);
}
