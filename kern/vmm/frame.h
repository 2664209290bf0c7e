/* Page frames for address spaces. */
#pragma once

#include "pmm/pmm.h"

/* What page_alloc() and page_alloc_zeroed() do, with their errors; but when the machine has no free
 * frame, those of kernel stacks that no thread uses become free first.  Interrupts on, no spinlock
 * held. */
MUST_USE int frame_alloc(struct quota *quota, paddr_t *page);
MUST_USE int frame_alloc_zeroed(struct quota *quota, paddr_t *page);
