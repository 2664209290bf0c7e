/* Page faults: those of copy-on-write pages are served by copying, others by the program's
 * handler. */
#include "env.h"
#include "fork_priv.h"

#include "syscall.h"

#define FAULT_WRITE 2                   /* in the error code (SDM vol. 3, 4.7) */

void pgfault_dispatch(struct UTrapframe *fault);

/* The kernel does it in one step: other threads see the old page or the copy, and they are the
 * same, since no thread can write to the old one.  If another thread was faster, nothing
 * happens. */
bool page_make_own(uintptr_t page)
{
    uint32_t entry = page_entry(page);

    if ((entry & (PTE_P | PTE_W)) == (PTE_P | PTE_W))
        return true;
    if (!(entry & PTE_COW))
        return false;
    uint32_t kept = entry & (PTE_AVAIL & ~PTE_COW);
    return sys_page_copy(0, page, kept | PTE_P | PTE_U | PTE_W) == 0;
}

static void (*program_handler)(struct UTrapframe *fault);
static bool pages_are_copied;           /* there may be some */

/* Called by pgfault_entry.S.  A fault that no handler can serve is tried again without one: then
 * the kernel ends the program with its report. */
void pgfault_dispatch(struct UTrapframe *fault)
{
    uintptr_t page = ROUND_DOWN(fault->fault_va, PAGE_SIZE);
    bool is_write = fault->err & FAULT_WRITE;

    if (is_write && pages_are_copied && page_make_own(page))
        return;
    if (program_handler)
        program_handler(fault);
    else
        sys_env_set_pgfault_upcall(0, NULL);
}

static int need_page(uintptr_t page)
{
    if (page_entry(page) & PTE_P)
        return 0;
    return sys_page_alloc(0, page, PTE_P | PTE_U | PTE_W);
}

static int install(void)
{
    int error = need_page(UXSTACKTOP - PAGE_SIZE);

    return error ? error : sys_env_set_pgfault_upcall(0, pgfault_entry);
}

int pgfault_prepare(void)
{
    int error = install();

    if (!error && !pages_are_copied)    /* a write would be to a page that is copied for it */
        pages_are_copied = true;
    return error;
}

int set_pgfault_handler(void (*handler)(struct UTrapframe *fault))
{
    int error = install();

    if (!error)
        program_handler = handler;
    return error;
}
