/* How few things are shared that cost no pages: slots for kernel stacks and for processes.
 *
 * A quota says how many pages its processes may hold.  It does not count slots.  An owner whose
 * quota is the n-th part of the machine's pages may hold up to SHARE_GENEROSITY / n of the slots
 * that are still free.  As long as many are free, no owner reaches that bound.  The more slots are
 * taken, the fewer each owner may have.  So even if some programs have all pages together, and
 * however they divide these among children, one slot of SHARE_GENEROSITY + 1 stays free for an
 * owner that has few. */
#pragma once

#include "lib/types.h"

enum { SHARE_GENEROSITY = 16 };

/* May an owner whose limit is `limit` of the machine's `pages` have one more slot, if it holds
 * `held` and `free` are free? */
static inline bool share_allows(uint32_t limit, uint32_t pages, uint32_t held, uint32_t free)
{
    return (uint64_t)held * pages < (uint64_t)limit * SHARE_GENEROSITY * free;
}
