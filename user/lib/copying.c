/* Copy-on-write pages: each is copied when a thread writes to it. */
#include "env.h"
#include "fork_priv.h"

#include "syscall.h"

/* The kernel does it in one step: other threads see the old page or the copy, and they are the
 * same, since no thread can write to the old one.  If another thread was faster, nothing
 * happens. */
bool page_make_own(uintptr_t page)
{
    uint32_t entry = page_entry(page);

    if ((entry & (PTE_P | PTE_W)) == (PTE_P | PTE_W))
        return true;
    if (!(entry & PTE_COW))
        return false;
    uint32_t kept = entry & (PTE_AVAIL & ~PTE_COW);
    return sys_page_copy(0, page, kept | PTE_P | PTE_U | PTE_W) == 0;
}
