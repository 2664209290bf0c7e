/* Refused allocations of debug builds. */
#include "pmm/refusal.h"

#ifdef DEBUG

static bool is_planned;                 /* written while no process runs */
static unsigned refused, count;         /* [a] the number of that one, and the latest one's */

void refusal_plan(unsigned n)
{
    __atomic_store_n(&refused, n, __ATOMIC_RELAXED);
    __atomic_store_n(&count, 0, __ATOMIC_RELAXED);
    is_planned = true;
}

unsigned refusal_end(void)
{
    is_planned = false;
    return __atomic_load_n(&count, __ATOMIC_RELAXED);
}

bool refusal_is_due(void)
{
    return is_planned && __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED) ==
                         __atomic_load_n(&refused, __ATOMIC_RELAXED);
}

#endif
