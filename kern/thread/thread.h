/* Who runs and who waits: threads, per-CPU ready queues, condition variables, sleeping
 * mutexes and timed waits.
 *
 * A thread lives at the end of its own kernel stack slot (pcpu/pcpu.h).  It is READY on the
 * ready queue of its home CPU, RUNNING there, BLOCKED, or DEAD.  Two verbs change that, and
 * everything that waits is built on them: sched_block() and sched_ready() (sched.c, where
 * the argument stands why no wakeup is lost and no half-saved thread is ever run).
 *
 * Locks, first taken first: a monitor's own lock (of a higher layer, or thread.group,
 * thread.mutex, thread.exit, thread.sleep), then one CPU's thread.timeouts, then one CPU's
 * thread.ready_queue.  No function here may be called from an interrupt handler but those
 * that say so. */
#pragma once

#include "abi/info.h"
#include "lib/list.h"
#include "lib/types.h"
#include "pcpu/fpu.h"
#include "pcpu/pcpu.h"
#include "pcpu/spinlock.h"

#define SCHED_SLICE     5               /* milliseconds a thread runs before another one may */

struct Env;
struct quota;
struct space;
struct thread;
struct thread_group;

typedef uint64_t cpu_mask;              /* bit n: CPU n */
_Static_assert(NUM_CPUS <= 64, "a cpu_mask has a bit for each CPU");

/* --- condition variables (condition.c) ------------------------------------------------- */

/* Mesa style: wait in a `while` that tests the predicate; signal with the lock held that
 * guards the predicate.  First come, first woken. */
/* [m] the monitor's lock  [I] set before others see it */
struct condition {
    struct list waiters;                /* [m] */
    const char *name;                   /* [I] the wait reason in reports */
};

#define CONDITION_INITIALIZER(condition, condition_name)                                \
    { .waiters = LIST_INITIALIZER((condition).waiters), .name = (condition_name) }

void condition_init(struct condition *condition, const char *name);

/* All of these need `lock`, the monitor's, to be held, as the only spinlock.  The waits release
 * it, block, and hold it again when they return. */

/* Waits for a signal.  Returns 0, or E_KILLED when the thread was killed: a signal that it
 * may have received is passed on to the next waiter.  May return 0 without a signal. */
MUST_USE int condition_wait(struct condition *condition, struct spinlock *lock);

/* The same, but gives up at `deadline` (microseconds since boot): E_TIMEOUT. */
MUST_USE int condition_wait_until(struct condition *condition, struct spinlock *lock,
                                  uint64_t deadline);

/* For kernel waits that a kill must not cut short. */
void condition_wait_uninterruptible(struct condition *condition, struct spinlock *lock);

/* Wakes the longest waiter, if there is one; all of them.  Do not block; callable from
 * interrupt handlers. */
void condition_signal(struct condition *condition, struct spinlock *lock);
void condition_broadcast(struct condition *condition, struct spinlock *lock);

/* --- threads (thread.c) ----------------------------------------------------------------- */

enum thread_state { THREAD_READY, THREAD_RUNNING, THREAD_BLOCKED, THREAD_DEAD };

/* What a thread has to heed before it goes (back) to user mode: bits of context.requests. */
enum thread_request {
    THREAD_KILL = 1,                    /* it must not go there any more */
    THREAD_STOP = 2,                    /* it must wait in thread_group_park() first */
};

/* [I] set before the thread is published  [r] its home CPU's ready queue lock
 * [m] the lock of the monitor it waits in  [t] its timeout list's lock  [o] the thread itself
 * [x] exit.lock  [g] its group's lock  [a] atomic */
struct thread {
    struct context    context;          /* its own legend; must be first (pcpu/pcpu.h) */
    uint32_t          magic;            /* [I] THREAD_MAGIC while the slot holds a thread */
    enum thread_state state;            /* [r] */
    struct list_node  queue_node;       /* [r] on a ready queue while READY */
    unsigned          home;             /* [r] index of the CPU on whose queue it goes */
    cpu_mask          affinity;         /* [r] the CPUs that may run it */
    bool              interruptible;    /* [r] a kill may end its wait */
    struct list_node  wait_node;        /* [m] on a condition's list while it waits */
    const char       *wait_reason;      /* [o] NULL when not waiting */
    struct list_node  timeout_node;     /* [t] on a timeout list while a deadline is set */
    struct timeouts  *timeouts;         /* [o] that list */
    uint64_t          deadline;         /* [t] */
    uint64_t          cycles;           /* [r] run so far, up to the last switch */
    void            (*start)(void *);   /* [I] */
    void             *argument;         /* [I] */
    void             *process;          /* [I] its process (proc layer), or NULL */
    struct space     *space;            /* [o] its address space; NULL: the kernel's */
    struct quota     *quota;            /* [I] charged for the stack */
    struct Env       *env;              /* [r] where its process shows what it does, or NULL */
    uint64_t          tls_segment;      /* [I] the descriptor of SEG_USER_TLS while it runs */
    struct thread_group *group;         /* [I] its own, or NULL: then it must be joined */
    struct list_node  member_node;      /* [g] on group->live */
    uint32_t          number;           /* [I] in its group, from 1 */
    char              name[16];         /* [I] */
    uint32_t          exception_stack;  /* [I] top of its page-fault handler's, or 0: the usual */
    struct {
        uint32_t which;                 /* [o] the last one that its program was given */
        uint32_t changes;               /* [o] of the space until then */
        uint32_t times;                 /* [o] in a row */
    } last_fault;                       /* (trap layer) */
    struct {
        struct spinlock  lock;
        bool             done;          /* [x] switched out for the last time */
        struct condition joined;        /* [x] done became true */
    } exit;
    bool              uses_fpu;         /* [o] */
    struct fpu_state  fpu;              /* [o] */
};

#define THREAD_MAGIC 0x54485244

struct thread_config {
    const char   *name;
    void        (*start)(void *);       /* when it returns, the thread exits */
    void         *argument;
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
 * that it takes there find the stack empty, so this is where they save them. */
static inline struct trapframe *thread_user_frame(struct thread *thread)
{
    return (struct trapframe *)thread - 1;
}

/* Makes a thread that is not ready yet, its user frame all zero; E_EXCEEDS_QUOTA or E_MEM.
 * Does not block. */
MUST_USE int thread_create(const struct thread_config *config, struct thread **thread);

/* Makes a created thread ready, at the tail of its CPU's queue.  Cannot fail. */
void thread_start(struct thread *thread);

/* thread_create() and thread_start(). */
MUST_USE int thread_spawn(const struct thread_config *config, struct thread **thread);

/* Gives back a created thread that was never started. */
void thread_discard(struct thread *thread);

/* A created thread's first FS and GS, and where %gs:0 is if GS is SEG_USER_TLS. */
void thread_set_segments(struct thread *thread, uint16_t fs, uint16_t gs, uint64_t tls_segment);

/* A created thread begins with the registers with which the caller, in a system call, will go
 * back to user mode: FPU, segments and thread pointer, too. */
void thread_copy_registers(struct thread *thread);

/* Waits until the thread, which is in no group, has exited, and frees it.  Exactly one caller
 * per thread.  Not cut short by a kill.  Blocks. */
void thread_join(struct thread *thread);

/* Ends the calling thread.  Somebody must join it, or it has left its group. */
NORETURN void thread_exit(void);

/* Lets the other ready threads of this CPU run first. */
void thread_yield(void);

/* Blocks until `deadline` (microseconds since boot): 0, or E_KILLED. */
MUST_USE int thread_sleep_until(uint64_t deadline);

/* Marks the thread as killed: its interruptible waits end with E_KILLED, and it does not
 * return to user mode (trap layer).  The caller makes sure that it is not joined meanwhile.
 * Does not block; callable from interrupt handlers. */
void thread_kill(struct thread *thread);

static inline bool thread_is_killed(const struct thread *thread)
{
    return __atomic_load_n(&thread->context.requests, __ATOMIC_RELAXED) & THREAD_KILL;
}

/* Must the calling thread heed a request before it goes to user mode?  Interrupts off: one that
 * comes later comes with an interrupt. */
static inline bool thread_is_requested(void)
{
    return __atomic_load_n(&current_context()->requests, __ATOMIC_RELAXED) != 0;
}

/* Gives the calling thread another address space and loads it; NULL: the kernel's. */
void thread_set_space(struct space *space);

/* The calling thread used the FPU for the first time (#NM): gives it a state of its own. */
void thread_use_fpu(void);

/* --- thread groups (group.c) -------------------------------------------------------------- */

/* The threads that live and end together: those of one process.  Members are not joined; each
 * one's stack goes back, with its charge, as soon as it has been switched away from.
 * [g] lock */
struct thread_group {
    struct spinlock  lock;
    struct list      live;              /* [g] members that have not left */
    unsigned         live_count;        /* [g] of them */
    unsigned         count;             /* [g] members whose stacks have not gone back */
    uint32_t         numbers;           /* [g] given so far */
    bool             ending;            /* [g] nobody may join any more */
    uint32_t         status;            /* [g] what the first one to end it said */
    bool             stopped;           /* [g] members must not be in user mode */
    unsigned         parked;            /* [g] members that wait in thread_group_park() */
    struct thread   *unstarted;         /* [g] created, and to be started by the first resume */
    struct condition resumed;           /* [g] stopped became false */
    struct condition gone;              /* [g] count became 0 */
    uint32_t         system_calls;      /* [g] made by members that are gone */
    uint64_t         cycles;            /* [g] run by them */
};

/* None of these blocks but thread_group_park() and thread_group_await(). */

/* Once for each group, and before each use but the first: an empty group. */
void thread_group_init(struct thread_group *group);
void thread_group_renew(struct thread_group *group);

/* Makes a created thread a member; it stops at once if the group is stopped.  E_KILLED if the
 * group is ending: then it is still the caller's, to be discarded. */
MUST_USE int thread_group_add(struct thread_group *group, struct thread *thread);

/* The group is stopped, and its only member, which was created just now, starts when the group
 * is resumed or ended. */
void thread_group_hold(struct thread_group *group, struct thread *thread);

/* Kills all members, the caller perhaps among them; nobody can join any more.  What `status`
 * the group ends with was decided by the first who called this. */
void thread_group_end(struct thread_group *group, uint32_t status);

/* The same if the group is stopped; else nothing happens. */
void thread_group_end_stopped(struct thread_group *group, uint32_t status);

/* Has that been called?  Then it stays so. */
bool thread_group_is_ending(struct thread_group *group);

/* The calling thread is a member no more; it has left its address space and will do nothing but
 * exit.  True if it was the last one: then the group is ending. */
MUST_USE bool thread_group_leave(struct thread_group *group);

/* Waits until all members are gone and their stacks have been given back.  The group is ending.
 * Not cut short by a kill. */
void thread_group_await(struct thread_group *group);

/* Keeps all members from user mode: they stop on their next way there; and lets them go again.
 * E_KILLED if the group is ending.  Nothing changes if it is so already. */
MUST_USE int thread_group_stop(struct thread_group *group);
MUST_USE int thread_group_resume(struct thread_group *group);

/* Gives the only member another user frame, if it is stopped and has stopped, or was not
 * started yet; else E_BUSY.  E_KILLED if the group is ending. */
MUST_USE int thread_group_set_frame(struct thread_group *group, const struct trapframe *frame);

/* The calling member waits here as long as its group is stopped and it is not killed. */
void thread_group_park(void);

/* Lets all members, and those that join later, run on those CPUs only, as soon as
 * sched_set_affinity() does it.  E_INVAL_CPU if none of the CPUs is online. */
MUST_USE int thread_group_set_affinity(struct thread_group *group, cpu_mask affinity);

/* The CPUs that may run the members; 0 if there are none any more. */
cpu_mask thread_group_affinity(struct thread_group *group);

/* Fills in what concerns threads, of members that there are and were (info.c). */
void thread_group_look(struct thread_group *group, struct process_info *info);

/* --- sleeping mutexes (mutex.c) ---------------------------------------------------------- */

/* For sections that may block or take long.  Not recursive.  [x] lock */
struct mutex {
    struct spinlock  lock;
    struct thread   *owner;             /* [x] */
    struct condition free;              /* [x] owner became NULL */
};

void mutex_init(struct mutex *mutex, const char *name);
void mutex_lock(struct mutex *mutex);           /* blocks */
void mutex_unlock(struct mutex *mutex);         /* the caller must own it */
bool mutex_holding(const struct mutex *mutex);

/* --- scheduling (sched.c, preempt.c) ------------------------------------------------------ */

/* When a timer interrupt may take the CPU from a thread: the three stages of the lab. */
enum preemption { PREEMPT_NEVER, PREEMPT_USER, PREEMPT_KERNEL };

/* Where an interrupt came from, as far as preemption is concerned. */
enum interrupted { INTERRUPTED_USER, INTERRUPTED_KERNEL };

/* Prepares the ready queues; the running boot stack becomes the idle thread of CPU 0. */
void thread_init(void);

/* Makes the idle thread of another CPU; returns its stack top for the CPU's start. */
MUST_USE int thread_create_idle(unsigned cpu, void **stack_top);

/* The rest of a CPU's boot context: runs whatever is ready and halts when nothing is.  The
 * CPU counts as online from here on. */
NORETURN void sched_idle(void);

void sched_set_preemption(enum preemption preemption);

/* Blocks the calling thread and releases `lock`, the only spinlock held, in such a way that a
 * waker who takes `lock` next finds it blocked.  The caller has put it on a queue that `lock`
 * guards.  Returns, without the lock, when somebody called sched_ready() on it. */
enum wait_kind { WAIT_INTERRUPTIBLE, WAIT_UNINTERRUPTIBLE };
void sched_block(struct spinlock *lock, enum wait_kind kind);

/* sched_ready(next) and sched_block(lock, kind) in one: if `next` belongs to this CPU it runs
 * at once, on what is left of the caller's time slice.  The caller has taken `next` off a queue
 * that `lock` guards. */
void sched_hand_off(struct spinlock *lock, enum wait_kind kind, struct thread *next);

/* Makes a blocked thread ready, and its CPU take notice if it idles.  False if it was not
 * blocked (another waker came first).  Callable from interrupt handlers. */
bool sched_ready(struct thread *thread);

/* Timer interrupt: counts this CPU's milliseconds since the last switch, ends the current
 * thread's turn after SCHED_SLICE of them, and wakes whoever's deadline has passed. */
void sched_update(void);

/* Another CPU asked this one to look at its queue (reschedule interrupt). */
void sched_request(void);

/* Last step of each interrupt, interrupts off, none held: switches to another thread if one
 * was asked for and the preemption stage allows it. */
void sched_preempt(enum interrupted where);

/* Switches whether asked for or not: the forced preemption of schedule points. */
void sched_preempt_now(enum interrupted where);

/* True if a turn has ended that could not be acted on yet. */
bool sched_is_requested(void);

/* Lets the thread run on those CPUs only, from its next switch at the latest; E_INVAL_CPU if
 * none of them is online.  The caller makes sure that the thread is not joined meanwhile.
 * Does not block. */
MUST_USE int sched_set_affinity(struct thread *thread, cpu_mask affinity);

/* Is one of those CPUs online? */
bool sched_affinity_is_sound(cpu_mask affinity);

/* The CPUs that may run it. */
cpu_mask sched_affinity(const struct thread *thread);

/* --- looking, for reports and tests ------------------------------------------------------- */

/* Calls visit() for each live thread; exact only while nothing changes (panic, tests). */
void thread_for_each(void (*visit)(const struct thread *thread, void *argument),
                     void *argument);

/* Prints each thread with its state and wait reason. */
void thread_report(void);

#define THREAD_TRACE_DEPTH 16

/* Where a thread stands, copied (trace.c). */
struct thread_trace {
    uint32_t  state;                    /* enum info_state: running, ready or waiting */
    int32_t   pid;                      /* 0: the kernel's */
    unsigned  cpu;
    unsigned  depth;                    /* 0: it runs */
    uintptr_t addresses[THREAD_TRACE_DEPTH];    /* return addresses, the innermost first */
    char      name[INFO_NAME_MAX], wait[INFO_NAME_MAX];
};

/* For visit() of thread_for_each(), at any time; false: the thread is gone. */
bool thread_trace(const struct thread *thread, struct thread_trace *trace);

/* Threads that exist, idle threads included. */
unsigned thread_count(void);

/* What a CPU does and has done so far; E_INVAL_CPU: it does not run.  Callable at any time. */
MUST_USE int sched_cpu_info(unsigned cpu, struct cpu_info *info);

/* Panics unless queues, states and counts agree.  Call while the CPUs are quiet or paused. */
void thread_check(void);
