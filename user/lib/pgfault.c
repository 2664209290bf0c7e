/* Page faults: those of copy-on-write pages are served here, others by the program's handler.
 *
 * Several threads may fault on one page at once; each has its own exception stack.  The first
 * one that has the mutex copies the page, the others find it done.  The mutex cannot lie in a
 * page that is copied on writing: locking it would fault. */
#include "env.h"
#include "fork_priv.h"

#include "string.h"
#include "syscall.h"

#define FAULT_WRITE 2                   /* in the error code (SDM vol. 3, 4.7) */

void pgfault_dispatch(struct UTrapframe *fault);

static void (*program_handler)(struct UTrapframe *fault);
static bool pages_are_copied;           /* there may be some, and there is PRIVATE_PAGE */

static int copy_and_map(uintptr_t page, uint32_t perm)
{
    int error = sys_page_alloc(0, COPY_PAGE, PTE_P | PTE_U | PTE_W);

    if (error)
        return error;
    memcpy((void *)COPY_PAGE, (const void *)page, PAGE_SIZE);
    error = sys_page_map(0, COPY_PAGE, 0, page, perm);
    sys_page_unmap(0, COPY_PAGE);
    return error;
}

/* The copy takes the page's place in one step: other threads see the one or the other, and they
 * are the same, since no thread can write to it. */
bool page_make_own(uintptr_t page)
{
    mutex_lock(&own->copying);
    uint32_t entry = page_entry(page);
    bool is_done = (entry & (PTE_P | PTE_W)) == (PTE_P | PTE_W);
    if (!is_done && (entry & PTE_COW)) {
        uint32_t kept = entry & (PTE_AVAIL & ~PTE_COW);
        is_done = copy_and_map(page, kept | PTE_P | PTE_U | PTE_W) == 0;
    }
    mutex_unlock(&own->copying);
    return is_done;
}

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
    int error = need_page(PRIVATE_PAGE);

    if (!error)
        error = install();
    if (!error)
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
