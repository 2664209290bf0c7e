/* When a page could not be had for a fault: whether that counts.
 *
 * An error counts only if no other thread was about to map this very page, or to give back the last
 * page that the quota allows, when the error was decided.  So a thread that takes pages to fill a
 * place counts itself before, in `filling`, and afterwards, in `filled`.  One that could get
 * none looks at the first, then at the second: if both say that it was alone, the error counts.
 * Else the program tries again, which costs it another fault, never more. */
#pragma once

#include "vmm/space.h"

/* Before the first page is taken.  The value goes to fill_end(). */
static inline uint32_t fill_begin(struct space *space)
{
    uint32_t filled = __atomic_load_n(&space->filled, __ATOMIC_SEQ_CST);

    __atomic_fetch_add(&space->filling, 1, __ATOMIC_SEQ_CST);
    return filled;
}

/* After the page was mapped or given back, or could not be had: would an error count? */
MUST_USE static inline bool fill_end(struct space *space, uint32_t filled)
{
    __atomic_fetch_add(&space->filled, 1, __ATOMIC_SEQ_CST);
    uint32_t others = __atomic_sub_fetch(&space->filling, 1, __ATOMIC_SEQ_CST);

    return others == 0 && __atomic_load_n(&space->filled, __ATOMIC_SEQ_CST) == filled + 1;
}
