/* How long spinlocks and interrupt handlers keep interrupts off: debug builds measure each such
 * section, from where interrupts go off to where they come on again, in ticks of the time stamp
 * counter.  Under QEMU's -icount shift=0 with one CPU these are instructions.  The boot option
 * sections=BOUND says how long one may be (misc/LOCKS.md). */
#pragma once

#include "lib/types.h"

#ifdef DEBUG

/* A section begins there in the code, and ends; the CPU may have switched threads in between.
 * Interrupts off.  An end without a begin counts for nothing. */
void section_begin(uintptr_t place);
void section_end(void);

/* Measures from now on. */
void sections_start(void);

/* Calls visit() for each place where sections have begun. */
void sections_for_each(void (*visit)(uintptr_t place, uint64_t longest));

#else

static inline void section_begin(uintptr_t place)
{
    (void)place;
}

static inline void section_end(void)
{
}

#endif
