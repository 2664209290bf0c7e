/* Pages that come when they are first touched: heap and stacks. */
#include "vmm/vmm_priv.h"

#include "vmm/fill_priv.h"
#include "vmm/frame.h"

/* In the slot of a thread that is there, and no guard (abi/layout.h)? */
static NOINLINE bool is_on_thread_stack(const struct space *space, uaddr_t va)
{
    uint32_t offset = va % UTHREAD_SLOT;

    return va >= UTHREADS_LO && va < UTHREADS_HI && offset >= PAGE_SIZE &&
           (offset < UTHREAD_PAGE || offset >= UTHREAD_EXCEPTION_PAGE) &&
           space_entry(space, va - offset + UTHREAD_PAGE) != 0;
}

/* May a page of zeros be put there?  Exact under the space's lock; without it a hint, since the
 * break can move. */
static inline bool is_demand_zero(const struct space *space, uaddr_t va)
{
    uaddr_t heap_break = __atomic_load_n(&space->heap_break, __ATOMIC_RELAXED);

    return (va >= USTACK_LO && va < USTACKTOP) ||
           (va >= space->heap_lo && va < ROUND_UP(heap_break, PAGE_SIZE)) ||
           is_on_thread_stack(space, va);
}

/* Is `entry` a mapping that permits the access?  Then the fault came of a mapping that another
 * thread has made since, and trying again will do. */
static bool entry_permits(uint32_t entry, enum space_access access)
{
    return entry != 0 && (access == SPACE_READ || (entry & ENTRY_WRITABLE));
}

/* Puts a page of zeros at `va`, unless another thread was faster or the break has moved: what
 * was decided without the lock is decided again under it. */
static int fill_page(struct space *space, uaddr_t va)
{
    paddr_t page;
    int error = frame_alloc_zeroed(space->quota, &page);

    if (error)
        return error;
    spinlock_acquire(&space->lock);
    uint32_t entry = space_entry(space, va);
    bool is_ours = entry == 0 && is_demand_zero(space, va);
    if (is_ours)
        (void)space_set_entry(space, va, entry_make(page, USER_PAGE_FLAGS | PERM_WRITE));
    spinlock_release(&space->lock);
    if (is_ours)
        return 0;
    page_release_zeroed(space->quota, page);
    return entry != 0 ? 0 : E_INVAL_ADDR;
}

/* Gets what the fault needs: a table, and a page in it. */
static int serve_fault(struct space *space, uaddr_t va)
{
    int error = space_need_table(space, va);

    return error ? error : fill_page(space, ROUND_DOWN(va, PAGE_SIZE));
}

/* Returning 0 too often costs the program another fault, never more: what counts is what the
 * page table says when it tries again.  SUBTLE: more-rights
 *
 * What an error counts for: fill_priv.h.  The page table is looked at once more after that: the
 * page may have been mapped after the first look and before this thread counted itself. */
int space_fault(struct space *space, uaddr_t va, enum space_access access)
{
    if (va < VM_USERLO || va >= UTOP)
        return E_INVAL_ADDR;
    uint32_t entry = space_entry(space, va);
    if (entry != 0)
        return entry_permits(entry, access) ? 0 : E_INVAL_ADDR;
    if (!is_demand_zero(space, va))
        return E_INVAL_ADDR;

    uint32_t filled = fill_begin(space);
    int error = serve_fault(space, va);
    bool counts = fill_end(space, filled);
    return error && counts && !entry_permits(space_entry(space, va), access) ? error : 0;
}

int space_set_heap(struct space *space, uaddr_t heap_lo)
{
    if (heap_lo % PAGE_SIZE != 0 || heap_lo < VM_USERLO || heap_lo > UHEAP_HI)
        return E_INVAL_ADDR;
    space->image_pages = space->pages;
    space->heap_lo = heap_lo;
    space->heap_break = heap_lo;
    return 0;
}

/* The break moves first: from then on no fault puts a page above it, and what is there can be
 * taken away piece by piece. */
int space_set_break(struct space *space, uaddr_t heap_break)
{
    if (heap_break < space->heap_lo || heap_break > UHEAP_HI)
        return E_INVAL_ADDR;
    spinlock_acquire(&space->lock);
    uaddr_t before = space->heap_break;
    __atomic_store_n(&space->heap_break, heap_break, __ATOMIC_RELAXED);
    spinlock_release(&space->lock);
    if (heap_break < before)
        space_unmap_range(space, ROUND_UP(heap_break, PAGE_SIZE), ROUND_UP(before, PAGE_SIZE));
    return 0;
}
