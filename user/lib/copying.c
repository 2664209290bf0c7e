/* Copy-on-write pages: each is copied when a thread writes to it.
 *
 * Several threads may fault on one page at once; each has its own exception stack.  The first
 * one that has the mutex copies the page, the others find it done.  The mutex cannot lie in a
 * page that is copied on writing: locking it would fault. */
#include "env.h"
#include "fork_priv.h"

#include "string.h"
#include "syscall.h"

static int copy_and_map(uintptr_t page, uint32_t perm)
{
    int error = sys_page_alloc(0, COPY_PAGE, PTE_P | PTE_U | PTE_W);

    if (error)
        return error;
    memcpy((void *)COPY_PAGE, (const void *)page, PAGE_SIZE);
    error = sys_page_map(0, COPY_PAGE, 0, page, perm);
    sys_page_unmap(0, COPY_PAGE);
    return error;
}

/* The copy takes the page's place in one step: other threads see the one or the other, and they
 * are the same, since no thread can write to it. */
bool page_make_own(uintptr_t page)
{
    mutex_lock(&own->copying);
    uint32_t entry = page_entry(page);
    bool is_done = (entry & (PTE_P | PTE_W)) == (PTE_P | PTE_W);
    if (!is_done && (entry & PTE_COW)) {
        uint32_t kept = entry & (PTE_AVAIL & ~PTE_COW);
        is_done = copy_and_map(page, kept | PTE_P | PTE_U | PTE_W) == 0;
    }
    mutex_unlock(&own->copying);
    return is_done;
}
