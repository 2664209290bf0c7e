/* CPUs that wait by looking again and again. */
#pragma once

#include "lib/types.h"

/* The CPU begins something else. */
void spin_begin(unsigned cpu);

/* It has read, or written, an atomic word. */
void spin_note_read(unsigned cpu, uintptr_t address);
void spin_note_write(unsigned cpu, uintptr_t address);

/* It executes a PAUSE.  If it came by the same one before, it is stuck until somebody else writes
 * to a word that it has read since. */
void spin_pause(unsigned cpu, uintptr_t place);
bool spin_is_stuck(unsigned cpu);

/* No CPU can go on.  If some are stuck, lets them look once more, or fails if they have looked
 * often enough: what they wait for does not come.  False: none is stuck. */
bool spin_look_again(void);
