/* Which space each CPU has loaded, and how CPUs are made to forget mappings (tlb.c). */
#pragma once

#include "lib/assert.h"
#include "lib/types.h"
#include "pcpu/pcpu.h"
#include "pcpu/x86.h"
#include "vmm/space.h"

extern struct page_table kernel_directory;      /* the kernel's own map (kernel_map.c) */

/* Loads the space on this CPU, which has another one.
 *
 * The mark is set before the space is loaded and cleared after another one is: so a thread that
 * changes a mapping and then looks at the marks sees each CPU that may remember it.  (What keeps
 * the order: the locked instruction, SDM vol. 3, 8.2.2; and that the load of CR3 waits for all that
 * the CPU does before it, 8.3.) */
static inline void space_load(struct cpu *cpu, struct space *space)
{
    struct space *before = cpu->space;

    KERN_ASSERT(before != space);
    if (space)
        (void)__atomic_exchange_n(&space->active[cpu->index], true, __ATOMIC_SEQ_CST);
    write_cr3(page_address(space ? space->directory : &kernel_directory));
    cpu->space = space;
    count_up(&cpu->statistics.space_loads);
    if (before)
        __atomic_store_n(&before->active[cpu->index], false, __ATOMIC_RELEASE);
}

/* Loads the space, or the kernel's own map if NULL, on this CPU, if it is not loaded already.
 * A thread that stops running in a space calls this before the space may be destroyed.  Interrupts
 * off; callable with any lock held. */
static inline void space_activate(struct cpu *cpu, struct space *space)
{
    if (cpu->space != space)
        space_load(cpu, space);
}

/* A bit for each CPU that has it loaded, and so may remember something of it.  Seen without a lock:
 * tlb.c has the order. */
uint64_t space_holders(const struct space *space);

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
