/* Refused allocations.  In debug builds the boot option refuse=N makes one allocation after the
 * other fail, one in each run of a program (apps/run.c): so the ways out of a lack of memory are
 * taken. */
#pragma once

#include "lib/types.h"

#ifdef DEBUG

/* The allocation number `n` from now on, 1 for the first, will be refused.  While no process runs,
 * as is the other one. */
void refusal_plan(unsigned n);

/* None will be any more.  How many allocations there were. */
unsigned refusal_end(void);

/* Is it this allocation?  Asked once by each, before anything is changed. */
bool refusal_is_due(void);

#else

static inline bool refusal_is_due(void)
{
    return false;
}

#endif
