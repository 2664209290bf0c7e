/* Page frames for address spaces.  All quotas together are as many pages as the machine has, but
 * frames lie in the cache of kernel stacks, too, which no quota pays: when none is free, these go
 * back.  So a caller whose quota permits the page gets it. */
#include "vmm/frame.h"

#include "vmm/kstack.h"

int frame_alloc(struct quota *quota, paddr_t *page)
{
    int error = page_alloc(quota, page);

    while (error == E_MEM && kstack_give_back(KSTACK_ALL))
        error = page_alloc(quota, page);
    return error;
}

int frame_alloc_zeroed(struct quota *quota, paddr_t *page)
{
    int error = page_alloc_zeroed(quota, page);

    while (error == E_MEM && kstack_give_back(KSTACK_ALL))
        error = page_alloc_zeroed(quota, page);
    return error;
}
