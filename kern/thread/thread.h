/* Who runs and who waits: threads, per-CPU ready queues, condition variables and timed waits.
 *
 * A thread lives at the end of its own kernel stack slot (pcpu/pcpu.h).  It is READY on the
 * ready queue of its home CPU, RUNNING there, BLOCKED, or DEAD.  Two verbs change that, and
 * everything that waits is built on them: sched_block() and sched_ready() (sched.c, where
 * the argument stands why no wakeup is lost and no half-saved thread is ever run).
 *
 * This header is about single threads; the others: sched.h, condition.h, group.h (the threads of
 * one process), affinity.h, inspect.h.
 *
 * Locks, first taken first: a monitor's own lock (of a higher layer, or thread.group,
 * thread.sleep), then one CPU's thread.timeouts, then one CPU's thread.ready_queue.  No function
 * of this layer may be called from an interrupt handler but those that say so. */
#pragma once

#include "abi/env.h"
#include "lib/list.h"
#include "lib/types.h"
#include "pcpu/fpu.h"
#include "pcpu/pcpu.h"

struct quota;
struct space;
struct thread_group;
struct timeouts;

typedef uint64_t cpu_mask;              /* bit n: CPU n */
_Static_assert(NUM_CPUS <= 64, "a cpu_mask has a bit for each CPU");

static inline bool cpu_is_in(cpu_mask mask, unsigned cpu)
{
    uint32_t half = cpu < 32 ? (uint32_t)mask : (uint32_t)(mask >> 32);

    return half >> cpu % 32 & 1;
}

enum thread_state { THREAD_READY, THREAD_RUNNING, THREAD_BLOCKED, THREAD_DEAD };

/* Why a READY thread waits for a CPU, the most urgent first (turns.c). */
enum round {
    ROUND_KERNEL,                       /* a thread of the kernel's own was woken, or is new */
    ROUND_WOKEN,                        /* a program's was woken */
    ROUND_RAN,                          /* its turn ended before it had to wait, or it is a
                                         * program's and new */
    NUM_ROUNDS
};

/* What a thread must handle before it goes (back) to user mode: bits of context.pending. */
enum thread_pending {
    THREAD_KILL = 1,                    /* it must not go there any more */
    THREAD_STOP = 2,                    /* it must wait in thread_group_park() first */
};

/* A thread's place in a heap of deadlines (timeouts.c). */
struct timeout {
    struct thread *above, *left, *right;
    unsigned       rank;                /* 0: in none */
};

/* [I] set before the thread is published  [r] its home CPU's ready queue lock
 * [m] the lock of the monitor it waits in  [t] its timeout heap's lock  [o] the thread itself
 * [g] its group's lock  [a] atomic */
struct thread {
    struct context    context;          /* its own legend; must be first (pcpu/pcpu.h) */

    /* Set once. */
    uint32_t          magic;            /* [I] THREAD_MAGIC while the slot holds a thread */
    void            (*start)(void *);   /* [I] */
    void             *argument;         /* [I] */
    void            (*departed)(struct thread *);   /* [I] tells its owner, which frees it, that
                                         * its last switch away is complete; NULL: it never
                                         * ends */
    void             *process;          /* [I] its process (proc layer), or NULL */
    struct quota     *quota;            /* [I] charged for the stack; its owner (turns_priv.h) */
    uint64_t          tls_segment;      /* [I] the descriptor of SEG_USER_TLS while it runs */
    struct thread_group *group;         /* [I] its own, or NULL */
    uint32_t          number;           /* [I] in its group, from 1 */
    uint32_t          exception_stack;  /* [I] top of its page-fault handler's, or 0: the usual */
    char              name[16];         /* [I] */

    /* Where it runs, and whether. */
    enum thread_state state;            /* [r] */
    unsigned          home;             /* [r] index of the CPU on whose queue it goes; [a] to read
                                         * (queue_priv.h) */
    cpu_mask          affinity;         /* [r] the CPUs that may run it */
    enum round        round;            /* [r] in which it wants to wait, or leads */
    struct list_node  queue_node;       /* [r] on a ready queue while READY */
    struct list       behind;           /* [r] the threads that it leads there (turns.c) */
    struct thread    *next_leader;      /* [r] */
    uint64_t          cycles;           /* [r] run so far; of a running thread, less the time stamp
                                         * at which it began (look.h) */
    struct Env       *env;              /* [o] its process's, or NULL; [a] to read */
    struct Env       *shown;            /* [r] where it shows what it does: env, or `unseen` if it
                                         * has none, was killed, or has left its group */
    struct list_node  member_node;      /* [g] on group->live */

    /* What it waits for. */
    bool              interruptible;    /* [r] a kill may end its wait */
    struct list_node  wait_node;        /* [m] on a condition's list while it waits */
    const char       *wait_reason;      /* [o] NULL when not waiting */
    uaddr_t           wait_word;        /* [o] the word of its program's memory for which it waits,
                                         * or 0 */
    struct timeout    timeout;          /* [t] in a heap while a deadline is set */
    struct timeouts  *timeouts;         /* [o] that heap */
    uint64_t          deadline;         /* [t] */

    /* What only the thread itself touches. */
    struct space     *space;            /* [o] its address space; NULL: the kernel's */
    struct {
        uint32_t which;                 /* [o] the last one that its program was given */
        uint32_t changes;               /* [o] of the space until then */
        uint32_t times;                 /* [o] in a row */
    } last_fault;                       /* (trap layer) */
    bool              finishes_tick;    /* [o] (trap layer) */
    bool              uses_fpu;         /* [o] */
    struct fpu_state  fpu;              /* [o] */
    struct Env        unseen;           /* [r] */
};

#define THREAD_MAGIC 0x54485244

struct thread_config {
    const char   *name;
    void        (*start)(void *);       /* when it returns, the thread exits */
    void         *argument;
    void        (*departed)(struct thread *);   /* as above; its group, if it joins one, sets it */
    unsigned      cpu;                  /* the only CPU that may run it, or CPU_ANY */
    cpu_mask      affinity;             /* with CPU_ANY: those that may; 0 stands for all */
    struct quota *quota;                /* charged for the kernel stack until it is freed */
    void         *process;              /* or NULL */
    struct space *space;                /* or NULL */
    struct Env   *env;                  /* or NULL */
};

/* The calling thread.  Callable anywhere. */
static inline struct thread *thread_current(void)
{
    return (struct thread *)current_context();
}

/* The registers with which the thread goes to user mode, next or (from a trap) again: the traps
 * that it takes there find the stack empty, so this is where they save them.
 * SUBTLE: user-registers */
static inline struct trapframe *thread_user_frame(struct thread *thread)
{
    return (struct trapframe *)thread - 1;
}

/* Makes a thread that is not ready yet, its user frame all zero; E_EXCEEDS_QUOTA or E_MEM.
 * Does not block. */
MUST_USE int thread_create(const struct thread_config *config, struct thread **thread);

/* Makes a created thread ready, after the others of its owner.  Cannot fail. */
void thread_start(struct thread *thread);

/* Records what the thread is: its name and process (pcpu/trace.h). */
void thread_trace_begin(const struct thread *thread);

/* thread_create() and thread_start(). */
MUST_USE int thread_spawn(const struct thread_config *config, struct thread **thread);


/* A created thread's first FS and GS, and where %gs:0 is if GS is SEG_USER_TLS. */
void thread_set_segments(struct thread *thread, uint16_t fs, uint16_t gs, uint64_t tls_segment);

/* A created thread begins with the registers with which the caller, in a system call, will go
 * back to user mode: FPU, segments and thread pointer, too. */
void thread_copy_registers(struct thread *thread);

/* Ends the calling thread, which has left its address space, and its group, if it was in one. */
NORETURN void thread_exit(void);

/* Blocks until `deadline` (microseconds since boot): 0, or E_KILLED. */
MUST_USE int thread_sleep_until(uint64_t deadline);

/* Gives back the stack, and the charge for it, of a thread that was switched away from for the last
 * time, or was never started. */
void thread_free(struct thread *thread);

/* Marks the thread as killed: its interruptible waits end with E_KILLED, and it does not
 * return to user mode (trap layer).  The caller makes sure that it is not freed meanwhile.
 * Does not block; callable from interrupt handlers. */
void thread_kill(struct thread *thread);

static inline bool thread_is_killed(const struct thread *thread)
{
    return __atomic_load_n(&thread->context.pending, __ATOMIC_RELAXED) & THREAD_KILL;
}

/* Must the calling thread handle something before it goes to user mode?  Interrupts off: what
 * comes later comes with an interrupt. */
static inline bool thread_has_pending(void)
{
    return __atomic_load_n(&current_context()->pending, __ATOMIC_RELAXED) != 0;
}

/* Gives the calling thread another address space and loads it; NULL: the kernel's. */
void thread_set_space(struct space *space);

/* The calling thread used the FPU for the first time (#NM): gives it a state of its own. */
void thread_use_fpu(void);
