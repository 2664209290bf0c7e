/* What is mapped in an address space: page tables and their entries. */
#include "vmm/vmm_priv.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "vmm/frame.h"

/* Pages unmapped before other CPUs are told; and with the lock held. */
enum { UNMAP_BATCH = 32, UNMAP_AT_ONCE = 8 };

/* The used rows are noted in the table's own note. */
struct used_rows *table_used(const struct page_table *table)
{
    struct page_note *note = page_note(page_address(table));

    _Static_assert(sizeof note->words == sizeof(struct used_rows), "a bit for each row");
    return (struct used_rows *)note->words;
}

void table_adopt(const struct space *space, const struct page_table *table)
{
    page_note(page_address(table))->owner = space;
    *table_used(table) = (struct used_rows){ .words = { 0 } };
}

static inline uint32_t set_entry(struct page_table *table, unsigned index, uint32_t entry)
{
    if (entry_get(table, index) == 0)
        row_use(table_used(table), index);
    return entry_exchange(table, index, entry);
}

uint32_t space_set_entry(struct space *space, uaddr_t va, uint32_t entry)
{
    struct page_table *table = space_table(space, directory_index(va));

    uint32_t before = set_entry(table, table_index(va), entry);
    space_note_changes(space, entry != before, (entry != 0) - (before != 0));
    return before;
}

/* Another thread may be faster: then its table is as good as ours. */
int space_add_table(struct space *space, uaddr_t va)
{
    unsigned index = directory_index(va);
    paddr_t page;

    int error = frame_alloc_zeroed(space->quota, &page);
    if (error)
        return space_table(space, index) ? 0 : error;

    table_adopt(space, page_pointer(page));
    spinlock_acquire(&space->lock);
    bool wanted = !space_table(space, index);
    if (wanted) {
        (void)set_entry(space->directory, index, entry_make(page, USER_TABLE_FLAGS));
        space->pages++;
    }
    spinlock_release(&space->lock);
    if (!wanted)
        page_release_zeroed(space->quota, page);
    return 0;
}

void space_flush_restricted(struct space *space, const uaddr_t *pages, unsigned count)
{
    tlb_flush(space, pages, count);
    __atomic_fetch_add(&space->flushed, 1, __ATOMIC_RELEASE);
}

int space_map(struct space *space, uaddr_t va, paddr_t page, uint32_t perm)
{
    if (!is_mappable(va))
        return E_INVAL_ADDR;
    if (!is_perm(perm))
        return E_INVAL_ARG;
    KERN_ASSERT(page_references(page) > 0);
    int error = space_need_table(space, va);
    if (error)
        return error;

    spinlock_acquire(&space->lock);
    uint32_t before = space_set_entry(space, va, entry_make(page, USER_PAGE_FLAGS | perm));
    space->restricted += before != 0;
    spinlock_release(&space->lock);
    if (before != 0) {
        space_flush_restricted(space, &va, 1);
        page_release(space->quota, entry_page(before));
    }
    return 0;
}

int space_alloc_page(struct space *space, uaddr_t va, uint32_t perm)
{
    paddr_t page;
    int error = frame_alloc_zeroed(space->quota, &page);

    if (error)
        return error;
    error = space_map(space, va, page, perm);
    if (error)
        page_release_zeroed(space->quota, page);
    return error;
}

/* Takes away the pages that lie side by side from `va` on, up to `most`.  Returns how many. */
static unsigned unmap_run(struct space *space, uaddr_t va, unsigned most,
                          paddr_t *pages, uaddr_t *addresses)
{
    unsigned count = 0;

    spinlock_acquire(&space->lock);
    for (; count < most && space_entry(space, va) != 0; count++, va += PAGE_SIZE) {
        addresses[count] = va;
        pages[count] = entry_page(space_set_entry(space, va, 0));
    }
    spinlock_release(&space->lock);
    return count;
}

/* Takes away up to UNMAP_BATCH pages of one page table, from *va on; *va moves past what was looked
 * at.  Returns how many, and their addresses.  Looks for them without the lock: the table stays as
 * long as the space, and what another thread maps or unmaps meanwhile comes before or after. */
static unsigned unmap_some(struct space *space, uaddr_t *va, uaddr_t end,
                           paddr_t *pages, uaddr_t *addresses)
{
    uaddr_t base = ROUND_DOWN(*va, SUPERPAGE_SIZE);
    unsigned last = table_end(*va, end);
    const struct page_table *table = space_table(space, directory_index(base));
    const struct used_rows *used = table ? table_used(table) : NULL;
    unsigned i = table ? table_index(*va) : last, count = 0;

    while (count < UNMAP_BATCH && i < last && (i = table_next(table, used, i, last)) < last) {
        unsigned most = MIN(UNMAP_BATCH - count, MIN(last - i, (unsigned)UNMAP_AT_ONCE));
        unsigned run = unmap_run(space, base + i * PAGE_SIZE, most, pages + count,
                                 addresses + count);
        count += run;
        i += run;
    }
    *va = base + i * PAGE_SIZE;
    return count;
}

/* The pages go back only when no CPU can reach them by a mapping it remembers. */
void space_unmap_range(struct space *space, uaddr_t va, uaddr_t end)
{
    paddr_t pages[UNMAP_BATCH];
    uaddr_t addresses[UNMAP_BATCH];

    while (va < end) {
        unsigned count = unmap_some(space, &va, end, pages, addresses);
        if (count == 0)
            continue;
        tlb_flush(space, addresses, count);
        for (unsigned i = 0; i < count; i++)
            page_drop(pages[i]);
        quota_uncharge(space->quota, count);
    }
}

int space_unmap(struct space *space, uaddr_t va)
{
    if (!is_mappable(va))
        return E_INVAL_ADDR;
    space_unmap_range(space, va, va + PAGE_SIZE);
    return 0;
}

int space_lookup(struct space *space, uaddr_t va, paddr_t *page, uint32_t *perm)
{
    if (!is_mappable(va))
        return E_INVAL_ADDR;
    uint32_t entry = space_entry(space, va);
    if (entry == 0)
        return E_INVAL_ADDR;
    *page = entry_page(entry);
    *perm = entry & (PERM_WRITE | PERM_AVAILABLE);
    return 0;
}

int space_prepare(struct space *space, uaddr_t va)
{
    return is_mappable(va) ? space_need_table(space, va) : E_INVAL_ADDR;
}

static bool is_mapped_throughout(const struct space *space, uaddr_t va, size_t size)
{
    if (va < VM_USERLO || va > UTOP || size > UTOP - va)
        return false;
    for (uaddr_t page = ROUND_DOWN(va, PAGE_SIZE); page < va + size; page += PAGE_SIZE)
        if (space_entry(space, page) == 0)
            return false;
    return true;
}

int space_write(struct space *space, uaddr_t va, const void *data, size_t size)
{
    const char *from = data;

    if (!is_mapped_throughout(space, va, size))
        return E_INVAL_ADDR;
    while (size > 0) {
        size_t offset = va % PAGE_SIZE;
        size_t piece = MIN(size, PAGE_SIZE - offset);
        char *page = page_pointer(entry_page(space_entry(space, va)));
        memcpy(page + offset, from, piece);
        from += piece, va += piece, size -= piece;
    }
    return 0;
}
