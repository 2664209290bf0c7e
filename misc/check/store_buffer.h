/* Store buffers (Owens, Sarkar and Sewell, "A better x86 memory model: x86-TSO", 2009): what a CPU
 * has stored may be seen by others after its later loads.  So it is with atomic stores that are not
 * sequentially consistent.  (Plain ones nobody may look at without an atomic one in between, which
 * comes after them here as there.)
 *
 * A store that comes late is one choice of the schedule; those that follow it come late, too, as
 * the buffer keeps their order.  All are seen before the CPU's next locked instruction, fence,
 * PAUSE, HLT, interrupt, or access to the word by itself. */
#pragma once

#include "lib/types.h"

/* Is that a choice at all? */
extern bool stores_may_be_late;

/* As after a reset: all buffers are empty. */
void store_buffer_reset(void);

/* Has that CPU a store that is not seen yet? */
bool store_is_late(unsigned cpu);

/* Its next store is one that others see later. */
void store_late(unsigned cpu, uintptr_t address, size_t size, uint64_t value);

/* They see all of them.  And: if one of them is to these bytes. */
void stores_drain(unsigned cpu);
void stores_drain_range(unsigned cpu, uintptr_t address, size_t size);
