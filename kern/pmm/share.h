/* How few things are shared that cost no pages: slots for kernel stacks and for processes.
 *
 * Who may hold how many pages, a quota says.  Slots have none of their own: who has a quota of
 * the n-th part of the machine's pages may hold up to SHARE_GENEROSITY / n of the slots that are
 * still free.  So nobody notices as long as there are many.  But the more are taken, the smaller
 * is what each may have; and whatever programs do that have all pages together, and however they
 * divide these among children, one slot of SHARE_GENEROSITY + 1 stays free for who has few. */
#pragma once

#include "lib/types.h"

enum { SHARE_GENEROSITY = 16 };

/* May an owner whose limit is `limit` of the machine's `pages` have one more slot, if it holds
 * `held` and `free` are free? */
static inline bool share_allows(uint32_t limit, uint32_t pages, uint32_t held, uint32_t free)
{
    return (uint64_t)held * pages < (uint64_t)limit * SHARE_GENEROSITY * free;
}
