/* Copies of pages: of one at once, and of many when they are written to, as fork needs them.
 *
 * Copy on write.  All pages of a range are given to another space; those that can be written to
 * are made read-only in both, and marked with PTE_COW.  The program whose write then faults asks
 * for its own copy of that page (space_copy_page() in place).
 *
 * Nothing that is written is lost.  A page is copied, and the copy put in its place, in one section
 * under the space's lock, so the mapping does not change meanwhile.  But a right to write that was
 * taken away under the lock lasts on each CPU until that has forgotten it.  A thread there
 * could write to the old page after it was copied.  So a thread that takes such rights away counts
 * that in `restricted`, under the lock, and in `flushed` when no CPU has them any more.  If the two
 * are equal, seen under the lock, no CPU has a right that the page table has not.  Else the copier
 * makes all CPUs forget this page, and looks again; it also goes on if no rights were taken away
 * since the look before.
 *
 * Pages that only this space holds are not copied but taken over.  The count of references tells:
 * under the lock the mapping cannot be given to others.  SUBTLE: copy-on-write */
#include "vmm/vmm_priv.h"

#include "abi/env.h"
#include "lib/assert.h"
#include "pcpu/fpu.h"
#include "vmm/fill_priv.h"
#include "vmm/frame.h"

/* Pages given in one go: bounds a locked section. */
enum { GIVE_BATCH = 16 };

/* --- one page, at once -------------------------------------------------------------------- */

/* Is the page at `va` its space's own, with `entry`?  With the lock held, then it is so now. */
static bool is_own(uint32_t entry)
{
    return (entry & ENTRY_WRITABLE) || page_references(entry_page(entry)) == 1;
}

static void set_perm(struct space *space, uaddr_t va, uint32_t entry, uint32_t perm)
{
    if (!(entry & ENTRY_WRITABLE))
        (void)space_set_entry(space, va, entry_make(entry_page(entry), USER_PAGE_FLAGS | perm));
}

/* Takes the page over, if no other space holds it; true, too, if there is none to be copied: then
 * with E_INVAL_ADDR. */
static bool take_over(struct space *space, uaddr_t va, uint32_t perm, int *error)
{
    spinlock_acquire(&space->lock);
    uint32_t entry = space_entry(space, va);
    bool done = entry == 0 || is_own(entry);
    if (done && entry != 0)
        set_perm(space, va, entry, perm);
    spinlock_release(&space->lock);
    *error = entry == 0 ? E_INVAL_ADDR : 0;
    return done;
}

/* Takes the lock when no CPU has a right to write to the page which the page table has not. */
HANDS_OVER
static void lock_settled(struct space *space, uaddr_t va)
{
    uint32_t seen = 0;
    bool forgotten = false;

    spinlock_acquire(&space->lock);
    while (space->restricted != __atomic_load_n(&space->flushed, __ATOMIC_ACQUIRE) &&
           !(forgotten && space->restricted == seen)) {
        seen = space->restricted;
        spinlock_release(&space->lock);
        tlb_flush(space, &va, 1);
        forgotten = true;
        spinlock_acquire(&space->lock);
    }
}

/* Puts a copy in the page's place; the page there before is *old, or 0 if it was the space's own
 * after all, or gone: then the copy is not used.  The lock is held. */
static void put_copy(struct space *space, uaddr_t va, paddr_t copy, uint32_t perm, paddr_t *old)
{
    uint32_t entry = space_entry(space, va);

    *old = 0;
    if (entry == 0 || (entry & ENTRY_WRITABLE))
        return;
    fpu_copy_page(page_pointer(copy), page_pointer(entry_page(entry)));
    *old = entry_page(space_set_entry(space, va, entry_make(copy, USER_PAGE_FLAGS | perm)));
}

HANDS_OVER
static paddr_t replace_page(struct space *space, uaddr_t va, paddr_t copy, uint32_t perm)
{
    paddr_t old;

    lock_settled(space, va);
    put_copy(space, va, copy, perm, &old);
    spinlock_release(&space->lock);
    return old;
}

static int copy_in_place(struct space *space, uaddr_t va, uint32_t perm)
{
    paddr_t copy;
    int error = frame_alloc(space->quota, &copy);

    if (error)
        return error;
    paddr_t old = replace_page(space, va, copy, perm);
    if (old != 0)
        tlb_flush(space, &va, 1);
    page_release(space->quota, old != 0 ? old : copy);
    return 0;
}

/* What an error counts for: fill_priv.h.  The page is looked at once more after that: it may have
 * been copied, or given up by all others, after the first look and before this thread counted
 * itself. */
static int make_own(struct space *space, uaddr_t va, uint32_t perm)
{
    int error, later;

    if (take_over(space, va, perm, &error))
        return error;
    uint32_t filled = fill_begin(space);
    error = copy_in_place(space, va, perm);
    bool counts = fill_end(space, filled);
    if (!error || !counts)
        return 0;
    return take_over(space, va, perm, &later) ? later : error;
}

/* Into a page that no space has yet. */
static int copy_out(struct space *from, uaddr_t va, paddr_t copy)
{
    spinlock_acquire(&from->lock);
    uint32_t entry = space_entry(from, va);
    if (entry != 0)
        fpu_copy_page(page_pointer(copy), page_pointer(entry_page(entry)));
    spinlock_release(&from->lock);
    return entry != 0 ? 0 : E_INVAL_ADDR;
}

static int copy_to_other(struct space *from, struct space *to, uaddr_t va, uint32_t perm)
{
    paddr_t copy;
    int error = frame_alloc(to->quota, &copy);

    if (error)
        return error;
    error = copy_out(from, va, copy);
    if (!error)
        error = space_map(to, va, copy, perm);
    if (error)
        page_release(to->quota, copy);
    return error;
}

int space_copy_page(struct space *from, struct space *to, uaddr_t va, uint32_t perm)
{
    if (!is_mappable(va))
        return E_INVAL_ADDR;
    if (!is_perm(perm))
        return E_INVAL_ARG;
    return from == to ? make_own(to, va, perm) : copy_to_other(from, to, va, perm);
}

/* --- many pages, on writing --------------------------------------------------------------- */

/* Some pages of one page table. */
struct batch {
    unsigned count, restricted;         /* pages, and those of which a right was taken away */
    uaddr_t  base;                      /* what the table's first entry maps */
    uint16_t indices[GIVE_BATCH];
    uint32_t entries[GIVE_BATCH];       /* what both spaces will have */
    uaddr_t  restricted_pages[GIVE_BATCH];
};

static uaddr_t page_in(const struct batch *batch, unsigned i)
{
    return batch->base + batch->indices[i] * PAGE_SIZE;
}

/* The entry that giver and receiver will have. */
static uint32_t given_entry(uint32_t entry)
{
    uint32_t perm = entry & (PERM_WRITE | PERM_AVAILABLE);

    if ((perm & (PTE_W | PTE_COW)) && !(perm & PTE_SHARE))
        perm = (perm & ~(uint32_t)PTE_W) | PTE_COW;
    return entry_make(entry_page(entry), USER_PAGE_FLAGS | perm);
}

/* The next pages of one table, from *va on; *va moves past what was looked at. */
static void find_pages(const struct space *from, uaddr_t *va, uaddr_t end, struct batch *batch)
{
    uaddr_t base = ROUND_DOWN(*va, SUPERPAGE_SIZE);
    unsigned last = table_end(*va, end);
    const struct page_table *table = space_table(from, directory_index(base));
    const struct used_rows *used = table_used(table);
    unsigned i = table_index(*va);

    batch->base = base;
    batch->count = 0;
    while (batch->count < GIVE_BATCH && i < last &&
           (i = table_next(table, used, i, last)) < last) {
        batch->indices[batch->count] = (uint16_t)i;
        batch->entries[batch->count] = given_entry(entry_get(table, i));
        batch->count++;
        i++;
    }
    *va = base + i * PAGE_SIZE;
}

/* One more reference to each page, and what can be written to no more is so in `from`, too. */
static void share_pages(struct space *from, struct batch *batch)
{
    struct page_table *table = space_table(from, directory_index(batch->base));
    unsigned changed = 0;

    batch->restricted = 0;
    for (unsigned i = 0; i < batch->count; i++) {
        page_keep(entry_page(batch->entries[i]));
        uint32_t before = entry_exchange(table, batch->indices[i], batch->entries[i]);
        changed += batch->entries[i] != before;
        if ((before & ENTRY_WRITABLE) && !(batch->entries[i] & ENTRY_WRITABLE))
            batch->restricted_pages[batch->restricted++] = page_in(batch, i);
    }
    space_note_changes(from, changed, 0);
    from->restricted += batch->restricted > 0;
}

/* The same pages are mapped, and charged to `payer`, or none. */
static int take_batch(struct space *from, uaddr_t *va, uaddr_t end, struct quota *payer,
                      struct batch *batch)
{
    uaddr_t next = *va;

    spinlock_acquire(&from->lock);
    find_pages(from, &next, end, batch);
    int error = quota_charge(payer, batch->count);
    if (!error)
        share_pages(from, batch);
    spinlock_release(&from->lock);
    if (error)
        return error;
    *va = next;
    if (batch->restricted > 0)
        space_flush_restricted(from, batch->restricted_pages, batch->restricted);
    return 0;
}

/* Puts the batch's entries into the table.  Of each page that was there before there is then the
 * address, and the entry in place of the new one.  Returns how many. */
static unsigned exchange_entries(struct page_table *table, struct batch *batch, uaddr_t *pages)
{
    struct used_rows *used = table_used(table);
    unsigned replaced = 0;

    for (unsigned i = 0; i < batch->count; i++) {
        row_use(used, batch->indices[i]);
        uint32_t before = entry_exchange(table, batch->indices[i], batch->entries[i]);
        if (before == 0)
            continue;
        pages[replaced] = page_in(batch, i);
        batch->entries[replaced++] = before;
    }
    return replaced;
}

/* The pages' references become the space's, whose page table for them exists. */
static void map_batch(struct space *to, struct batch *batch)
{
    uaddr_t *pages = batch->restricted_pages;

    spinlock_acquire(&to->lock);
    struct page_table *table = space_table(to, directory_index(batch->base));
    unsigned replaced = exchange_entries(table, batch, pages);
    space_note_changes(to, batch->count, (int)(batch->count - replaced));
    to->restricted += replaced > 0;
    spinlock_release(&to->lock);
    if (replaced == 0)
        return;
    space_flush_restricted(to, pages, replaced);
    for (unsigned i = 0; i < replaced; i++)
        page_release(to->quota, entry_page(batch->entries[i]));
}

/* The page table of the first used one from `va` on begins there, or `va` lies in it; `end` if
 * there is none. */
static uaddr_t next_table(const struct space *space, uaddr_t va, uaddr_t end)
{
    unsigned index = table_next(space->directory, table_used(space->directory),
                                directory_index(va), directory_index(end - 1) + 1);

    return MIN(MAX(va, index * SUPERPAGE_SIZE), end);
}

static int give_some(struct space *from, struct space *to, uaddr_t *va, uaddr_t end)
{
    struct batch batch;
    int error = space_need_table(to, *va);

    if (!error)
        error = take_batch(from, va, end, to->quota, &batch);
    if (!error)
        map_batch(to, &batch);
    return error;
}

int space_give_range(struct space *from, struct space *to, uaddr_t *va, uaddr_t end)
{
    uaddr_t begin = *va;
    int error = 0;

    if (*va % PAGE_SIZE || end % PAGE_SIZE || *va < VM_USERLO || *va > end || end > UTOP)
        return E_INVAL_ADDR;
    if (from == to)
        return E_INVAL_ARG;
    while (!error && *va < end && (*va = next_table(from, *va, end)) < end)
        error = give_some(from, to, va, end);
    return *va > begin ? 0 : error;
}
