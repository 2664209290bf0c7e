/* fork, dumbfork and sfork, on the kernel's exofork: it makes a child that is stopped, with an
 * empty space and the caller's registers; all the rest is done here.
 *
 * What the child finds on its stack is what was there when the page was given to it, which is
 * later than its registers are from.  So fork_as(), from which both return, does nothing in the
 * child that needs a variable of its own.
 *
 * fork gives all pages copy on write, in ranges, by a call of the kernel (SYS_pages_give) that
 * takes the right to write away from both at one moment; dumbfork and sfork look at each page.
 *
 * If there are other threads, the library's mutexes are held, so that the child gets nothing half
 * done, and its own are free when it goes on: it releases its copies of them.  (A thread that is
 * alone holds none, and to lock them would be to write to a page that both would have to copy
 * afterwards.)  SUBTLE: fork-order */
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
    COPYING_ROOM = 2,                   /* pages, for two processes */
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

static int give_copy(int child, uintptr_t page, uint32_t perm)
{
    return sys_page_copy(child, page, (perm & ~(uint32_t)PTE_COW) | PTE_W);
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

/* What no process shares with another one, and the contents of which a new one does not need. */
static bool is_private(uintptr_t page)
{
    return page == PRIVATE_PAGE || page == UXSTACKTOP - PAGE_SIZE ||
           thread_has_exception_stack_at(page);
}

/* Pages that no process writes to are shared as they are.
 *
 * The stack in use is copied at once: if it were to be copied on writing, the next instruction
 * would do so, perhaps with no page left for it.  So a quota that is used up ends the fork and
 * not the program. */
static int give_page(enum kind kind, int child, uintptr_t page, uint32_t entry)
{
    uint32_t perm = entry & PTE_SYSCALL;

    if (is_private(page))
        return give_new(child, page);
    if ((perm & PTE_SHARE) || !(perm & (PTE_W | PTE_COW)))
        return share(child, page, perm);
    if (kind == SFORK && !is_stack(page))
        return share_for_good(child, page, perm);
    return give_copy(child, page, perm);
}

/* --- the whole space, page by page -------------------------------------------------------- */

static int give_table(enum kind kind, int child, unsigned table)
{
    unsigned first = table * (SUPERPAGE_SIZE / PAGE_SIZE);
    int error = 0;

    for (unsigned number = first; number < first + SUPERPAGE_SIZE / PAGE_SIZE && !error; number++)
        if (uvpt[number] & PTE_P)
            error = give_page(kind, child, (uintptr_t)number * PAGE_SIZE, uvpt[number]);
    return error;
}

static int give_pages(enum kind kind, int child)
{
    int error = 0;

    for (unsigned table = VM_USERLO / SUPERPAGE_SIZE;
         table < UTOP / SUPERPAGE_SIZE && !error; table++)
        if (uvpd[table] & PTE_P)
            error = give_table(kind, child, table);
    return error;
}

/* --- the whole space, in ranges ----------------------------------------------------------- */

static int give_range(int child, uintptr_t begin, uintptr_t end)
{
    int error = 0;

    while (begin < end && !error)
        error = sys_pages_give(child, &begin, end);
    return error;
}

static uintptr_t earlier(uintptr_t page, uintptr_t candidate, uintptr_t best)
{
    return candidate >= page && candidate < best ? candidate : best;
}

/* The first page from `page` on that is not given copy on write; UTOP if there is none. */
static uintptr_t next_apart(uintptr_t page)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t apart = thread_next_exception_stack(page);

    if (page_entry(PRIVATE_PAGE) & PTE_P)
        apart = earlier(page, PRIVATE_PAGE, apart);
    apart = earlier(page, ROUND_DOWN(here - STACK_NEEDED, PAGE_SIZE), apart);
    apart = earlier(page, ROUND_DOWN(here + STACK_NEEDED, PAGE_SIZE), apart);
    return earlier(page, UXSTACKTOP - PAGE_SIZE, apart);
}

static int give_ranges(int child)
{
    int error = 0;

    for (uintptr_t page = VM_USERLO, apart; page < UTOP && !error; page = apart + PAGE_SIZE) {
        apart = next_apart(page);
        error = give_range(child, page, apart);
        if (!error && apart < UTOP && (page_entry(apart) & PTE_P))
            error = give_page(FORK, child, apart, page_entry(apart));
    }
    return error;
}

/* --- the process -------------------------------------------------------------------------- */

/* To copy a page that was shared costs no more than sharing it did; but for a moment there is one
 * page more.  A fork that leaves not even that to both processes has failed. */
static int check_room(void)
{
    struct quota quota;
    int error = sys_quota(&quota);

    if (!error && quota_left(&quota) < COPYING_ROOM)
        error = E_EXCEEDS_QUOTA;
    return error;
}

static bool library_is_locked;          /* guarded by the library's mutexes */

static void lock_library(void)
{
    flush();                            /* or both would write what is in the line */
    if (thread_count() == 1 && !memory_is_shared())
        return;
    stdio_lock();
    malloc_lock();
    thread_slots_lock();
    library_is_locked = true;
}

static void unlock_library(void)
{
    if (!library_is_locked)
        return;
    library_is_locked = false;
    thread_slots_unlock();
    malloc_unlock();
    stdio_unlock();
}

/* Everything in the child that is not in its registers. */
static int furnish(enum kind kind, int child)
{
    int error = kind == FORK ? give_ranges(child) : give_pages(kind, child);

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
    if (memory_is_shared()) {
        own->pid = getpid();
        return 0;
    }
    unlock_library();
    thread_forget_others();
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

__attribute__((noinline)) static int fork_locked(enum kind kind)
{
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

    if (!error && !(page_entry(PRIVATE_PAGE) & PTE_P))
        error = give_new(0, PRIVATE_PAGE);
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
