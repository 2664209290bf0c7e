/* Processes in the manner of JOS: what a program sees of itself and of others, fork in its three
 * kinds, and page faults that it handles itself. */
#pragma once

#include "abi/env.h"
#include "abi/layout.h"
#include "lib/types.h"

/* --- what there is to see ----------------------------------------------------------------- */

/* All processes, read-only; envs[ENV_INDEX(pid)] is the one of that pid, if its id says so. */
#define envs ((const volatile struct Env *)UINFO)

/* The caller, also after any fork. */
#define thisenv (env_self())
const volatile struct Env *env_self(void);

/* The id of the first process of that type, or 0. */
int ipc_find_env(enum env_type type);

/* The caller's own page table, read-only: uvpt[address / PAGE_SIZE] is the entry for a page,
 * where uvpd[address / SUPERPAGE_SIZE] has PTE_P. */
#define uvpt ((const volatile uint32_t *)UVPT)
#define uvpd ((const volatile uint32_t *)(UVPT + UVPT / (PAGE_SIZE / sizeof(uint32_t))))

/* The entry for the page of an address; 0: there is none. */
static inline uint32_t page_entry(uintptr_t address)
{
    if (address < VM_USERLO || address >= VM_USERHI)
        return 0;                       /* the kernel's tables cannot be read */
    return uvpd[address / SUPERPAGE_SIZE] & PTE_P ? uvpt[address / PAGE_SIZE] : 0;
}

/* --- page faults -------------------------------------------------------------------------- */

/* From now on the handler is called for each page fault of the program that neither the kernel
 * (heap, stack) nor the library (pages to be copied) serves; when it returns, the access is tried
 * again.  It runs on an exception stack of one page, and faults that it causes are handled as
 * well.  What was in registers and flags comes back, but not the FPU's.  NULL: none, and the
 * next such fault ends the program.  0, or why there is no exception stack. */
MUST_USE int set_pgfault_handler(void (*handler)(struct UTrapframe *fault));

/* --- fork --------------------------------------------------------------------------------- */

/* All of these make a child that returns 0 from the call, while the parent gets its pid, or minus
 * an error; then nothing is left of the child.  It shares its parent's quota, and the parent has to
 * wait for it.  Of several threads only the caller is in the child, as in POSIX; the stacks of the
 * others are still mapped there.  Not to be called from a page-fault handler.
 *
 * Pages mapped with PTE_SHARE are shared with the child, whatever the kind. */

/* Copies pages when either of the two writes to them. */
MUST_USE int fork(void);

/* Copies them at once. */
MUST_USE int dumbfork(void);

/* Shares all memory but the stack, which is copied on writing.  Both must have one thread (else
 * E_BUSY), and can start no further ones; and malloc does not get more memory from the kernel,
 * since that would be one's own. */
MUST_USE int sfork(void);
