/* The family of processes of an xv6 program: its table, its lock, who is there (xv6_priv.h). */
#include "xv6_priv.h"

#include "env.h"
#include "proc.h"
#include "stdio.h"
#include "string.h"
#include "syscall.h"

enum { FIRST_FILE = 1, TERMINAL_DESCRIPTORS = 3 };

#define LOCK_AWAITED 0x80000000u
#define MAKING       0x80000000u        /* in a pid: the child of that process is being forked */

extern char end[];                      /* of the program; the heap begins on the next page */

static struct xv6_process *self;        /* of the caller; NULL: not looked for yet */

/* --- who is there ------------------------------------------------------------------------- */

/* A child that is being forked is there as long as its maker. */
bool xv6_is_alive(uint32_t pid)
{
    const volatile struct Env *env = &envs[ENV_INDEX(pid & ~MAKING)];

    return pid != 0 && (uint32_t)env->id == (pid & ~MAKING) && env->status != ENV_FREE;
}

uint32_t xv6_making(uint32_t parent)
{
    return parent | MAKING;
}

/* Its maker may have been ended, and the slot been freed: then the child goes, too. */
void xv6_become(struct xv6_process *child, uint32_t maker)
{
    uint32_t before = xv6_making(maker), pid = (uint32_t)getpid();

    if (!__atomic_compare_exchange_n(&child->pid, &before, pid, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST) &&
        before != pid)
        sys_exit(0);
    self = child;
}

/* The slot of a process that has execed. */
static struct xv6_process *find_self(void)
{
    uint32_t pid = (uint32_t)getpid();

    for (unsigned i = 0; i < NPROC; i++)
        if (__atomic_load_n(&family->processes[i].pid, __ATOMIC_RELAXED) == pid)
            return &family->processes[i];
    return NULL;
}

/* --- the lock ----------------------------------------------------------------------------- */

static bool owner_is_gone(uint32_t owner)
{
    return !xv6_is_alive(family->processes[(owner & ~LOCK_AWAITED) - 1].pid);
}

/* `*seen` is what is there if that is not what was expected. */
static bool replace_lock(uint32_t *seen, uint32_t after)
{
    return __atomic_compare_exchange_n(&family->lock, seen, after, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static void await_lock(uint32_t seen)
{
    if ((seen & LOCK_AWAITED) || replace_lock(&seen, seen | LOCK_AWAITED))
        sys_futex_wait(&family->lock, seen | LOCK_AWAITED, TICK_US);
}

/* An owner that is gone is not waited for: what it has left undone is repaired. */
static void family_lock(void)
{
    uint32_t mine = (uint32_t)(self - family->processes) + 1, seen = 0;

    while (!replace_lock(&seen, mine)) {
        mine |= LOCK_AWAITED;           /* others may wait, too */
        if (owner_is_gone(seen)) {
            if (replace_lock(&seen, mine)) {
                xv6_tidy();
                return;
            }
        } else {
            await_lock(seen);
        }
        seen = 0;
    }
}

/* Who waits has its turn before the caller can take the lock again: else one that does little else
 * would keep all others from it. */
void xv6_leave(void)
{
    unsigned woken;

    if (!(__atomic_exchange_n(&family->lock, 0, __ATOMIC_SEQ_CST) & LOCK_AWAITED))
        return;
    sys_futex_wake(&family->lock, 1, &woken);
    sys_yield();
}

void xv6_announce(uint32_t *word)
{
    unsigned woken;

    __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
    sys_futex_wake(word, UINT32_MAX, &woken);
}

void xv6_await(const uint32_t *word)
{
    uint32_t seen = __atomic_load_n(word, __ATOMIC_SEQ_CST);

    xv6_leave();
    int error = sys_futex_wait(word, seen, TICK_US);
    xv6_enter();
    if (error == E_TIMEOUT)
        xv6_tidy();
}

/* --- what is held ------------------------------------------------------------------------- */

static void count_files(void)
{
    for (unsigned i = 0; i <= NFILE; i++)
        family->files[i].users = 0;
    for (unsigned i = 0; i < NPROC; i++)
        for (unsigned d = 0; d < NOFILE; d++)
            family->files[family->processes[i].descriptors[d]].users++;
}

struct ends {
    uint8_t readers, writers;           /* files */
};

static void count_ends(struct ends ends[PIPES])
{
    for (unsigned i = FIRST_FILE; i <= NFILE; i++) {
        const struct xv6_file *file = &family->files[i];
        if (file->users > 0 && file->node.type == XV6_PIPE) {
            ends[file->pipe].readers += file->readable;
            ends[file->pipe].writers += file->writable;
        }
    }
}

/* Who waits at a pipe learns if it has lost a reader or writer, which may be the last. */
static void set_ends(struct xv6_pipe *pipe, struct ends ends)
{
    bool lost = ends.readers < pipe->readers || ends.writers < pipe->writers;

    pipe->readers = ends.readers;
    pipe->writers = ends.writers;
    if (lost)
        xv6_announce(&pipe->changes);
}

void xv6_recount(void)
{
    struct ends ends[PIPES] = { 0 };

    count_files();
    count_ends(ends);
    for (unsigned i = 0; i < PIPES; i++)
        set_ends(&family->pipes[i], ends[i]);
}

static void tidy_process(struct xv6_process *process)
{
    if (xv6_is_alive(process->pid)) {
        if (process->killed)
            sys_kill((int)process->pid);        /* if it is a descendant */
        return;
    }
    memset(process->descriptors, 0, sizeof process->descriptors);
    if (!xv6_is_alive(process->parent))
        process->pid = 0;
}

void xv6_tidy(void)
{
    for (unsigned i = 0; i < NPROC; i++)
        if (family->processes[i].pid != 0)
            tidy_process(&family->processes[i]);
    xv6_recount();
}

/* --- the caller --------------------------------------------------------------------------- */

/* What a program starts with: the terminal. */
static void begin_family(void)
{
    self = &family->processes[0];
    self->pid = (uint32_t)getpid();
    self->heap = ROUND_UP((uint32_t)(uintptr_t)end, (uint32_t)PAGE_SIZE);
    family->files[FIRST_FILE] = (struct xv6_file){
        .readable = true, .writable = true, .node = { .type = XV6_CONSOLE },
    };
    memset(self->descriptors, FIRST_FILE, TERMINAL_DESCRIPTORS);
    xv6_recount();
}

static bool map_family(void)
{
    for (uintptr_t page = XV6_FAMILY; page < XV6_FAMILY + sizeof *family; page += PAGE_SIZE)
        if (sys_page_alloc(0, page, PTE_P | PTE_U | PTE_W | PTE_SHARE) != 0)
            return false;
    return true;
}

/* What exec() has needed, and could not take away itself. */
static void unmap_orders(void)
{
    for (uintptr_t page = XV6_ORDERS; page_entry(page) & PTE_P; page += PAGE_SIZE)
        sys_page_unmap(0, page);
}

static void look_for_self(void)
{
    if (page_entry(XV6_FAMILY) & PTE_P) {
        self = find_self();
        unmap_orders();
    } else if (map_family()) {
        begin_family();
    } else {
        puts("xv6: no memory for descriptors");
        sys_exit(1);
    }
}

struct xv6_process *xv6_enter(void)
{
    if (!self)
        look_for_self();
    family_lock();
    if (self->killed)
        xv6_end(self);
    return self;
}

/* Its parent is told when there is nothing left to do but to exit. */
void xv6_end(struct xv6_process *process)
{
    memset(process->descriptors, 0, sizeof process->descriptors);
    process->leaving = true;
    xv6_recount();
    xv6_announce(&family->events);
    xv6_leave();
    flush();
    sys_exit(0);
}
