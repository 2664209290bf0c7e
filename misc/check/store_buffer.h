/* Store buffers (Owens, Sarkar and Sewell, "A better x86 memory model: x86-TSO", 2009): what a CPU
 * has stored may be seen by others after its later loads.  It sees that itself at once.
 *
 * What it has stored since its last access that others could notice waits here.  At the next such
 * access it is a choice of the schedule whether others see it before that, as they do by default,
 * or whether it is kept: then what follows is kept, too, as the buffer keeps the order.  All is
 * seen before the CPU's next locked instruction, fence, PAUSE, HLT, interrupt or switch of threads.
 *
 * While the CPU has the turn, memory is as the CPU itself sees it; while another one has it, what
 * it keeps is taken out of memory (stores_hide()). */
#pragma once

#include "lib/types.h"

/* Is that a choice at all? */
extern bool stores_may_be_late;

/* As after a reset: all buffers are empty. */
void store_buffer_reset(void);

/* The CPU that has the turn is about to store to these bytes, at that place in the code. */
void store_note(uintptr_t address, size_t size, uintptr_t place);

/* How many stores wait for the choice.  All that are there could wait, or those since the last
 * stores_pass(). */
unsigned stores_there(unsigned cpu);
unsigned stores_waiting(unsigned cpu);
void stores_pass(unsigned cpu);

/* The last few of them are kept from now on.  Is something kept? */
void stores_keep(unsigned cpu, unsigned last);
bool stores_are_kept(unsigned cpu);

/* Others see all that the CPU has stored. */
void stores_drain(unsigned cpu);

/* The CPU loses the turn, being in the function of this frame: others see what it does not keep.
 * It gets the turn again. */
void stores_hide(unsigned cpu, uintptr_t frame);
void stores_show(unsigned cpu);
