/* The memory of the simulated machine: the variables of the kernel and of the scenario, physical
 * memory at its own address, and kernel stacks; what the explorer notes of each word; and how all
 * of it becomes as it was for the next schedule. */
#pragma once

#include "abi/layout.h"
#include "lib/types.h"
#include "machine.h"
#include "pcpu/pcpu.h"

#define PHYSICAL_LO     0x100000u
#define PHYSICAL_SIZE   0x100000u
#define STACK_SLOTS     64              /* kernel stacks, beside the one that CPU 0 boots on */
#define STACKS_LO       (WINDOW_LO - KSTACK_SLOT)
#define STACKS_SIZE     ((STACK_SLOTS + 1) * KSTACK_SLOT)
#define BOOT_STACK      ((uintptr_t)WINDOW_LO)  /* its slot's end */

/* What is known of four bytes.  Times are those of vector clocks (race.c). */
struct cell {
    uint32_t written, written_at;       /* the last plain write: when, and where in the code */
    uint8_t  writer;                    /* the CPU that did it */
    uint8_t  use;                       /* a set of enum use, over all schedules so far */
    uint16_t user;                      /* the only thread or handler that has used it */
    uint32_t read[CPUS_MAX], read_at[CPUS_MAX];     /* the last plain read by each CPU */
    uint32_t released[CPUS_MAX];        /* what is known to who acquires it */
};

enum use { USED_TO_WRITE = 1, USED_BY_SEVERAL = 2, SHARED = 4 };

/* Makes the memory; the kernel's variables are as they are in the program's file. */
void memory_init(void);

/* The memory as it is now is what memory_restore() brings back, but for stacks. */
void memory_keep(void);
void memory_restore(void);

/* All that is written between these two must be told. */
void memory_note_write(uintptr_t address, size_t size);

/* The kernel's variables, physical memory and the stacks. */
struct region {
    uintptr_t      lo;
    size_t         size;
    struct cell   *cells;
    char          *kept;                /* its contents, or NULL: they are not brought back */
    unsigned char *is_written;          /* a byte for each block */
};

enum { REGIONS = 3 };
extern struct region regions[REGIONS];

static inline struct region *region_of(uintptr_t address)
{
    for (unsigned i = 0; i < REGIONS; i++)
        if (address - regions[i].lo < regions[i].size)
            return &regions[i];
    return NULL;
}

/* NULL: it is none of the machine's memory. */
static inline struct cell *memory_cell(uintptr_t address)
{
    struct region *region = region_of(address);

    return region ? &region->cells[(address - region->lo) / 4] : NULL;
}

/* Who uses what is found out anew: for another scenario. */
void memory_forget_use(void);

/* The number of the stack that a stack pointer lies in, from 0; panics if it is none. */
unsigned stack_number(uintptr_t address);
