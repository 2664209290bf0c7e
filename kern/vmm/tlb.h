/* Which space each CPU has loaded, and how CPUs are made to forget mappings (tlb.c). */
#pragma once

#include "lib/types.h"
#include "pcpu/pcpu.h"

struct space;

/* Loads the space on this CPU, which has another one. */
void space_load(struct cpu *cpu, struct space *space);

/* Loads the space, or the kernel's own map if NULL, on this CPU, if it is not loaded already.
 * A thread that stops running in a space calls this before the space may be destroyed.  Interrupts
 * off; callable with any lock held. */
static inline void space_activate(struct cpu *cpu, struct space *space)
{
    if (cpu->space != space)
        space_load(cpu, space);
}

/* The space that this CPU has loaded, or NULL.  Interrupts off. */
static inline struct space *space_active(void)
{
    return this_cpu()->space;
}

/* Another CPU asked this one to forget mappings (VECTOR_SHOOTDOWN).  Interrupts off. */
void tlb_serve(void);

#ifdef DEBUG
/* How many requests the CPU has not served yet, for tests. */
unsigned tlb_pending(unsigned cpu);
#endif

/* The same if there is such a request: for code that spins with interrupts off for a lock that the
 * CPU that asks may hold. */
void tlb_poll(void);
