/* fork, dumbfork and sfork, on the kernel's exofork: it makes a child that is stopped, with an
 * empty space and the caller's registers; all the rest is done here.
 *
 * What the child finds on its stack is what was there when the page was given to it, which is
 * later than its registers are from.  So fork_as(), from which both return, does nothing in the
 * child that needs a variable of its own.
 *
 * The child before the parent.  A page that can be written to is mapped in the child, copy on
 * write, and only then made copy on write in the parent.  The other way round, a write by the
 * parent between the two (its stack is one of these pages!) would give the parent a copy that is
 * not copy on write, and that copy would go to the child: the parent's later writes would
 * appear there.  As it is, a write between the two is seen by both, as one before the fork; and
 * the second step is made for pages that were copy on write before, too, since another thread
 * may have got its own copy of one meanwhile.
 *
 * The library's mutexes are held, so that the child gets nothing half done, and its own are
 * free when it goes on: it releases its copies of them.  SUBTLE: fork-order */
#include "env.h"
#include "fork_priv.h"

#include "proc.h"
#include "stdio.h"
#include "string.h"
#include "syscall.h"
#include "thread_priv.h"

enum kind { FORK, DUMBFORK, SFORK };

enum {
    STACK_NEEDED = 1024,                /* bytes, more than all frames in this file and below */
    COPYING_ROOM = 4,                   /* pages, for two processes */
};

const volatile struct Env *env_self(void)
{
    return &envs[ENV_INDEX(getpid())];
}

int ipc_find_env(enum env_type type)
{
    for (unsigned i = 0; i < NUM_PROCESSES; i++)
        if (envs[i].status != ENV_FREE && envs[i].type == (uint32_t)type)
            return envs[i].id;
    return 0;
}

/* --- one page ----------------------------------------------------------------------------- */

/* An empty page: what the child needs one of its own of, and not the contents. */
static int give_new(int child, uintptr_t page)
{
    return sys_page_alloc(child, page, PTE_P | PTE_U | PTE_W);
}

static int share(int child, uintptr_t page, uint32_t perm)
{
    return sys_page_map(0, page, child, page, perm);
}

/* While the right to write is being taken away, one CPU may have forgotten it already and another
 * one still use it.  If a thread on the first copied the page now, what is written on the second
 * would be lost: the mutex keeps it waiting until the call returns. */
static int share_copy_on_write(int child, uintptr_t page, uint32_t perm)
{
    uint32_t restricted = (perm & ~(uint32_t)PTE_W) | PTE_COW;
    int error = sys_page_map(0, page, child, page, restricted);

    if (error)
        return error;
    mutex_lock(&own->copying);
    error = sys_page_map(0, page, 0, page, restricted);
    mutex_unlock(&own->copying);
    return error;
}

static int give_copy(int child, uintptr_t page, uint32_t perm)
{
    uint32_t kept = (perm & ~(uint32_t)PTE_COW) | PTE_W;
    int error = sys_page_alloc(child, page, kept);

    if (!error)
        error = sys_page_map(child, page, 0, GIVE_PAGE, PTE_P | PTE_U | PTE_W);
    if (error)
        return error;
    memcpy((void *)GIVE_PAGE, (const void *)page, PAGE_SIZE);
    return sys_page_unmap(0, GIVE_PAGE);
}

/* From now on all that are made of this process share it. */
static int share_for_good(int child, uintptr_t page, uint32_t perm)
{
    uint32_t marked = (perm & ~(uint32_t)PTE_COW) | PTE_W | PTE_SHARE;

    if ((perm & PTE_COW) && !page_make_own(page))
        return E_EXCEEDS_QUOTA;
    int error = sys_page_map(0, page, child, page, marked);
    return error ? error : sys_page_map(0, page, 0, page, marked);
}

static bool is_stack(uintptr_t page)
{
    return (page >= USTACK_LO && page < USTACKTOP) || thread_has_slot_at(page);
}

/* To copy a page that was shared costs no more than sharing it did; but for a moment there are
 * two pages more.  A fork that leaves not even those to both processes has failed. */
static int check_room(void)
{
    struct quota quota;
    int error = sys_quota(&quota);

    if (!error && quota.limit - quota.used - quota.delegated < COPYING_ROOM)
        error = E_EXCEEDS_QUOTA;
    return error;
}

/* The part of the stack that fork_as() and what it calls write to all the time. */
static bool is_stack_in_use(uintptr_t page)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    return page + PAGE_SIZE > here - STACK_NEEDED && page < here + STACK_NEEDED;
}

/* Pages that no process writes to are shared as they are.
 *
 * The stack in use is copied at once: if it were to be copied on writing, the next instruction
 * would do so, perhaps with no page left for it.  So a quota that is used up ends the fork and
 * not the program. */
static int give_page(enum kind kind, int child, uintptr_t page, uint32_t entry)
{
    uint32_t perm = entry & PTE_SYSCALL;

    if (page == PRIVATE_PAGE || page == UXSTACKTOP - PAGE_SIZE ||
        thread_has_exception_stack_at(page))
        return give_new(child, page);
    if ((perm & PTE_SHARE) || !(perm & (PTE_W | PTE_COW)))
        return share(child, page, perm);
    if (kind == DUMBFORK || is_stack_in_use(page))
        return give_copy(child, page, perm);
    if (kind == SFORK && !is_stack(page))
        return share_for_good(child, page, perm);
    return share_copy_on_write(child, page, perm);
}

/* --- the whole space ---------------------------------------------------------------------- */

enum { TABLE_ENTRIES = SUPERPAGE_SIZE / PAGE_SIZE, ROW = 8 };

/* Are these entries of the page table all empty?  Most are. */
static bool is_empty_row(const volatile uint32_t *row)
{
    return (row[0] | row[1] | row[2] | row[3] | row[4] | row[5] | row[6] | row[7]) == 0;
}

static int give_row(enum kind kind, int child, unsigned first)
{
    int error = 0;

    for (unsigned number = first; number < first + ROW && !error; number++) {
        uint32_t entry = uvpt[number];
        uintptr_t page = (uintptr_t)number * PAGE_SIZE;
        if ((entry & PTE_P) && page != COPY_PAGE && page != GIVE_PAGE)
            error = give_page(kind, child, page, entry);
    }
    return error;
}

static int give_table(enum kind kind, int child, unsigned table)
{
    unsigned first = table * TABLE_ENTRIES;
    int error = 0;

    for (unsigned row = first; row < first + TABLE_ENTRIES && !error; row += ROW)
        if (!is_empty_row(&uvpt[row]))
            error = give_row(kind, child, row);
    return error;
}

static int give_space(enum kind kind, int child)
{
    int error = 0;

    for (unsigned table = VM_USERLO / SUPERPAGE_SIZE;
         table < UTOP / SUPERPAGE_SIZE && !error; table++)
        if (uvpd[table] & PTE_P)
            error = give_table(kind, child, table);
    return error;
}

/* --- the process -------------------------------------------------------------------------- */

static void lock_library(void)
{
    flush();                            /* or both would write what is in the line */
    stdio_lock();
    malloc_lock();
    thread_slots_lock();
}

static void unlock_library(void)
{
    thread_slots_unlock();
    malloc_unlock();
    stdio_unlock();
}

/* Everything in the child that is not in its registers. */
static int furnish(enum kind kind, int child)
{
    int error = give_space(kind, child);

    if (!error)
        error = sys_env_set_pgfault_upcall(child, pgfault_entry);
    return error ? error : check_room();
}

/* Nothing is left of a child that could not be completed. */
static int abandon(int child, int error)
{
    int status;

    sys_env_destroy(child);
    wait(child, &status);
    return -error;
}

/* Where the memory is shared, so are the mutexes: then the parent releases them. */
static int begin_child(void)
{
    own->pid = getpid();
    if (!memory_is_shared()) {
        thread_forget_others();
        unlock_library();
    }
    return 0;
}

/* The two return from exofork separately, each with its own registers. */
__attribute__((noinline)) static int fork_as(enum kind kind)
{
    int child = 0;
    int error = sys_exofork(&child);

    if (error)
        return -error;
    if (child == 0)
        return begin_child();
    error = furnish(kind, child);
    if (!error)
        error = sys_env_set_status(child, ENV_RUNNABLE);
    return !error ? child : abandon(child, error);
}

/* The stack that will be in use must not have to be copied while own->copying is held. */
__attribute__((noinline)) static void touch_stack(void)
{
    volatile char below[STACK_NEEDED - 200];

    below[0] = 0;
    (void)below[0];
}

__attribute__((noinline)) static int fork_locked(enum kind kind)
{
    touch_stack();
    lock_library();
    int result = fork_as(kind);
    if (result != 0)
        unlock_library();
    return result;
}

/* Weak: a program may have its own kind. */
__attribute__((weak)) int fork(void)
{
    int error = pgfault_prepare();

    return error ? -error : fork_locked(FORK);
}

__attribute__((weak)) int dumbfork(void)
{
    int error = pgfault_prepare();

    return error ? -error : fork_locked(DUMBFORK);
}

/* Before the mutexes are locked: it changes what identity() (stdio.c) takes for their owner. */
static int begin_sharing(void)
{
    int error = thread_count() > 1 ? E_BUSY : pgfault_prepare();

    if (!error)
        error = malloc_touch_all();
    if (!error) {
        own->pid = getpid();
        memory_begin_sharing();
    }
    return error;
}

__attribute__((weak)) int sfork(void)
{
    int error = begin_sharing();

    return error ? -error : fork_locked(SFORK);
}
