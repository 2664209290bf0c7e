/* Pages that several address spaces hold, and what a program may do with its own mappings. */
#include "vmm/vmm_priv.h"

/* May a mapping with `entry` be passed on with these permissions?  Only with those it has itself,
 * or fewer. */
static int check_entry(uint32_t entry, uint32_t perm)
{
    if (entry == 0)
        return E_INVAL_ADDR;
    return (perm & PERM_WRITE) && !(entry & ENTRY_WRITABLE) ? E_INVAL_ARG : 0;
}

/* While the lock is held, the space's own reference lasts. */
int space_take_reference(struct space *space, uaddr_t va, uint32_t perm, struct quota *payer,
                         paddr_t *page)
{
    if (!is_mappable(va))
        return E_INVAL_ADDR;
    spinlock_acquire(&space->lock);
    uint32_t entry = space_entry(space, va);
    int error = check_entry(entry, perm);
    if (!error)
        error = page_share(payer, entry_page(entry));
    spinlock_release(&space->lock);
    if (!error)
        *page = entry_page(entry);
    return error;
}

/* A CPU that remembers too little of a mapping faults once more, and no harm is done; only one
 * that remembers too much must be made to forget. */
static int change_perm(struct space *space, uaddr_t va, uint32_t perm)
{
    spinlock_acquire(&space->lock);
    uint32_t before = space_entry(space, va);
    int error = check_entry(before, perm);
    bool restricts = !error && (before & ENTRY_WRITABLE) && !(perm & PERM_WRITE);
    if (!error)
        (void)space_set_entry(space, va, entry_make(entry_page(before), USER_PAGE_FLAGS | perm));
    space->restricted += restricts;
    spinlock_release(&space->lock);
    if (restricts)
        space_flush_restricted(space, &va, 1);
    return error;
}

int space_share(const struct space_place *from, const struct space_place *to, uint32_t perm)
{
    paddr_t page;

    if (!is_mappable(from->va) || !is_mappable(to->va))
        return E_INVAL_ADDR;
    if (!is_perm(perm))
        return E_INVAL_ARG;
    if (from->space == to->space && from->va == to->va)
        return change_perm(to->space, to->va, perm);
    int error = space_take_reference(from->space, from->va, perm, to->space->quota, &page);
    if (error)
        return error;
    error = space_map(to->space, to->va, page, perm);
    if (error)
        page_release(to->space->quota, page);
    return error;
}
