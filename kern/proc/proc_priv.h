/* Shared by the files of the process layer only. */
#pragma once

#include "ipc/endpoint.h"
#include "lib/list.h"
#include "pcpu/pool.h"
#include "pcpu/spinlock.h"
#include "pmm/pmm.h"
#include "proc/proc.h"
#include "proc/text.h"
#include "thread/group.h"
#include "thread/mutex.h"
#include "vmm/space.h"

struct container;
struct elf_image;

enum process_state {
    PROCESS_FREE,                       /* or being built: only its maker knows it */
    PROCESS_ALIVE,
    PROCESS_ZOMBIE,                     /* exited; its parent has not waited yet */
    PROCESS_REAPED,                     /* one thread frees it: no other may touch it */
};

/* Where a program begins, and its stack. */
struct program_start {
    uaddr_t entry, stack;
};

/* A slot is never used for anything else, and its lock is never initialised again: a thread that
 * has followed an old pointer may take the lock, and then finds out that things have changed.
 *
 * [p] the lock of the process that `parent` names: to find it, read `parent`, lock that one,
 *     and look again (process_lock_parent)
 * [l] its own lock  [a] also read without a lock, as an atomic
 * [I] set while it is being built, constant until it is freed.
 *
 * Invariants: a process that is not FREE is on its parent's `children`; it is on `zombies` exactly
 * if it is a ZOMBIE; an orphan is never a ZOMBIE.  `child_count` counts the children that are
 * neither orphans nor REAPED, and those being built.  Children come only from the process itself,
 * and from its own children when they exit: so an exiting process without children stays
 * without. */
struct process {
    struct spinlock    lock;
    struct list        children;        /* [l] */
    struct list        zombies;         /* [l] */
    unsigned           child_count;     /* [l] */
    struct condition   child_exited;    /* [l] a child became a ZOMBIE, or child_count fell */

    struct process    *parent;          /* [p] [a] NULL: the root, and free slots */
    pid_t              id;              /* [p] [a] if free: the next one to be given */
    enum process_state state;           /* [p] */
    bool               orphan;          /* [p] */
    bool               left;            /* [p] its own threads have left it */
    uint8_t            shells;          /* [I] it and so many generations after it, less one, are
                                         * shells; 0: it is none (job.c) */
    uint32_t           status;          /* [p] */
    struct list_node   sibling;         /* [p] on parent->children */
    struct list_node   exited;          /* [p] on parent->zombies; proc.reaper: on its list */

    unsigned           pins;            /* [p] threads of others that use its space (pin.c) */

    struct container  *container;       /* [I] whose quota it uses */
    struct Env        *env;             /* [I] of this slot; programs see it, with no lock */
    struct space       space;           /* has its own lock; until it exits */
    struct thread_group group;          /* its threads; has its own lock */
    struct mutex       heap;            /* held while the heap's end moves (heap.c) */
    pid_t              job;             /* [I] (job.c) */
    pid_t              outer_job;       /* [I] not 0 */
    pid_t              foreground;      /* [a] a descendant's, 0: itself, or FOREGROUND_NONE */
    char               name[16];        /* [I] */
    const void        *file;            /* [I] the program file, for its symbols */
    size_t             file_size;       /* [I] */
    struct pool_item   free;            /* the pool's, while the slot is free */
} __attribute__((aligned(CACHE_LINE)));

/* --- process.c --- */

extern struct process *processes;       /* [I] set at boot: the table, with so many slots; */
extern unsigned process_slots;          /* [I] only those that were ever used hold something */
extern struct Env envs[NUM_PROCESSES];  /* what programs see at UINFO */

#define ROOT_PROCESS (&processes[0])

void process_table_init(void);

static inline struct endpoint *process_endpoint(const struct process *process)
{
    return &process_endpoints[process - processes].endpoint;
}

/* The caller's process; the root for kernel threads. */
static inline struct process *process_current(void)
{
    struct process *process = thread_current()->process;

    return process ? process : ROOT_PROCESS;
}

struct quota *process_quota(struct process *process);

/* A slot in state FREE, with its id set and everything else empty; NULL if all are in use. */
struct process *process_slot_get(void);

/* Gives back a slot that is in state FREE again, and whose id may be known: it gets another one.
 * And a slot whose id no process has seen: it keeps the id. */
void process_slot_put(struct process *process);
void process_slot_return(struct process *process);

/* How many slots were ever used: they are the first ones. */
static inline unsigned process_slots_used(void)
{
    return __atomic_load_n(&used_process_slots, __ATOMIC_ACQUIRE);
}

/* How many slots are free; while processes come and go, about. */
unsigned process_slots_free(void);

/* The slot that an id, any number, names; the root's if that slot was never used. */
static inline struct process *process_slot(pid_t pid)
{
    unsigned slot = ENV_INDEX(pid);

    return slot < process_slots_used() ? &processes[slot] : ROOT_PROCESS;
}

/* Panics unless every used slot is in use, in the pool, or rests.  While all is quiet. */
void process_slots_check(void);

/* Locks the parent of a process that cannot be freed meanwhile, and returns it. */
struct process *process_lock_parent(struct process *process);

/* The process of that id if it is ALIVE or a ZOMBIE, with its parent locked; else NULL. */
struct process *process_find(pid_t pid, struct process **parent);

/* Has this child, whose parent is locked, that id, and is it ALIVE or a ZOMBIE? */
bool process_is(const struct process *child, pid_t pid);

/* --- target.c --- */

/* The process `pid` if it is the caller's own or a descendant, and ALIVE or a ZOMBIE: then its
 * parent is locked, and as long as it is, the process is not freed.  Else NULL, and no lock is
 * held. */
struct process *process_lock_target(pid_t pid, struct process **parent);

/* --- pin.c --- */

/* The same without a lock held: the process keeps its space until process_unpin(), even if it exits
 * meanwhile.  E_INVAL_PID.  The caller is not the kernel. */
MUST_USE int process_pin(pid_t pid, struct process **process);
void process_unpin(struct process *process);

/* --- begin.c --- */

/* What a process begins with. */
struct process_start {
    const char *name;
    const void *file;                   /* the program */
    size_t      file_size;
    uint32_t    quota;                  /* pages of a container of its own, or QUOTA_OF_PARENT */
};

#define QUOTA_OF_PARENT UINT32_MAX      /* it lives in its parent's container */

/* A child of the caller's process, which counts from now on: it has a slot, a container and an
 * empty space, and no other thread knows it.  Or E_MAX_NUM_CHILDEN_REACHED, E_INVAL_CHILD_ID,
 * E_EXCEEDS_QUOTA, E_MEM.  The second takes all of it back if a later step fails. */
MUST_USE int process_begin(const struct process_start *start, struct process **child);
void process_abandon(struct process *child);

/* The child has a thread: from here on it can be seen and killed.  Starts the thread if it is not
 * NULL. */
pid_t process_publish(struct process *child, struct thread *thread);

/* A thread of the child's, not started yet, with an empty user frame, on that CPU or CPU_ANY. */
MUST_USE int process_make_thread(struct process *child, unsigned cpu, struct thread **thread);

/* First code of each of a process's threads: goes to user mode with its user frame. */
void process_enter_user(void *unused);

/* --- frame.c --- */

/* The registers of a program that starts with these EIP and ESP. */
struct trapframe process_first_frame(uaddr_t entry, uaddr_t stack);

/* The same registers as far as a program may have them. */
struct trapframe process_sanitise_frame(const struct trapframe *frame);

/* --- job.c --- */

#define FOREGROUND_NONE (-1)            /* it has never called proc_set_foreground() */

/* A child that is about to be published belongs to that job which its parent, locked, says. */
void job_join(struct process *child, const struct process *parent);

/* Is the job of that child, which was just published, being ended? */
bool job_is_ending(const struct process *child);

/* --- load.c --- */

/* A file that was checked, what it says, and where the pages are that others may have, too. */
struct program_source {
    const void             *file;
    const struct elf_image *image;
    struct program_text     text;
};

/* Fills a new space with a program, its stack and its command. */
MUST_USE int program_load(struct space *space, const struct program_source *source,
                          const char *command);

/* The pages that program_load() maps. */
uint32_t program_pages(const struct elf_image *image);

/* Where it begins. */
struct program_start program_start(const struct elf_image *image, const char *command);

/* --- exit.c --- */

/* Guards changes of parents, besides the locks of the old and the new one. */
extern struct spinlock process_lineage;

void reaper_init(void);

/* Its last thread has left, and no thread pins it: it gives back what it has, and exits. */
void process_take_apart(struct process *process);

/* Children that count fell: one was freed, or its creation failed.  `parent` is locked. */
void process_count_down(struct process *parent);
