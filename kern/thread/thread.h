/* Who runs and who waits: threads, per-CPU ready queues, condition variables, sleeping
 * mutexes and timed waits.
 *
 * A thread lives at the end of its own kernel stack slot (pcpu/pcpu.h).  It is READY on the
 * ready queue of its home CPU, RUNNING there, BLOCKED, or DEAD.  Two verbs change that, and
 * everything that waits is built on them: sched_block() and sched_ready() (sched.c, where
 * the argument stands why no wakeup is lost and no half-saved thread is ever run).
 *
 * Locks, first taken first: a monitor's own lock (of a higher layer, or thread.mutex,
 * thread.exit, thread.sleep), then one CPU's thread.timeouts, then one CPU's
 * thread.ready_queue.  No function here may be called from an interrupt handler but those
 * that say so. */
#pragma once

#include "lib/list.h"
#include "lib/types.h"
#include "pcpu/fpu.h"
#include "pcpu/pcpu.h"
#include "pcpu/spinlock.h"

#define SCHED_SLICE     5               /* milliseconds a thread runs before another one may */

struct quota;
struct space;
struct thread;

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

/* [I] set before the thread is published  [r] its home CPU's ready queue lock
 * [m] the lock of the monitor it waits in  [t] its timeout list's lock  [o] the thread itself
 * [x] exit.lock  [a] atomic */
struct thread {
    struct context    context;          /* its own legend; must be first (pcpu/pcpu.h) */
    uint32_t          magic;            /* [I] THREAD_MAGIC while the slot holds a thread */
    enum thread_state state;            /* [r] */
    struct list_node  queue_node;       /* [r] on a ready queue while READY */
    unsigned          home;             /* [r] index of the CPU on whose queue it goes */
    cpu_mask          affinity;         /* [r] the CPUs that may run it */
    bool              interruptible;    /* [r] a kill may end its wait */
    bool              killed;           /* [r] for writing, [a] for reading */
    struct list_node  wait_node;        /* [m] on a condition's list while it waits */
    const char       *wait_reason;      /* [o] NULL when not waiting */
    struct list_node  timeout_node;     /* [t] on a timeout list while a deadline is set */
    struct timeouts  *timeouts;         /* [o] that list */
    uint64_t          deadline;         /* [t] */
    uint64_t          cycles;           /* [r] run so far, up to the last switch */
    uint32_t          system_calls;     /* [o] made so far */
    void            (*start)(void *);   /* [I] */
    void             *argument;         /* [I] */
    void             *process;          /* [I] its process (proc layer), or NULL */
    struct space     *space;            /* [o] its address space; NULL: the kernel's */
    struct quota     *quota;            /* [I] charged for the stack */
    char              name[16];         /* [I] */
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
    struct quota *quota;                /* charged for the kernel stack until it was joined */
    void         *process;              /* or NULL */
    struct space *space;                /* or NULL */
};

/* The calling thread.  Callable anywhere. */
static inline struct thread *thread_current(void)
{
    return (struct thread *)current_context();
}

/* Makes a thread that is not ready yet; E_EXCEEDS_QUOTA or E_MEM.  Does not block. */
MUST_USE int thread_create(const struct thread_config *config, struct thread **thread);

/* Makes a created thread ready, at the tail of its CPU's queue.  Cannot fail. */
void thread_start(struct thread *thread);

/* thread_create() and thread_start(). */
MUST_USE int thread_spawn(const struct thread_config *config, struct thread **thread);

/* Gives back a created thread that was never started. */
void thread_discard(struct thread *thread);

/* Waits until the thread has exited, and frees it.  Exactly one caller per thread.  Not cut
 * short by a kill.  Blocks. */
void thread_join(struct thread *thread);

/* Ends the calling thread; somebody must join it. */
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
    return __atomic_load_n(&thread->killed, __ATOMIC_RELAXED);
}

/* Gives the calling thread another address space and loads it; NULL: the kernel's. */
void thread_set_space(struct space *space);

/* The calling thread used the FPU for the first time (#NM): gives it a state of its own. */
void thread_use_fpu(void);

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

/* --- scheduling (sched.c) ---------------------------------------------------------------- */

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

/* The CPUs that may run it. */
cpu_mask sched_affinity(const struct thread *thread);

/* --- looking, for reports and tests ------------------------------------------------------- */

/* Calls visit() for each live thread; exact only while nothing changes (panic, tests). */
void thread_for_each(void (*visit)(const struct thread *thread, void *argument),
                     void *argument);

/* Prints each thread with its state and wait reason. */
void thread_report(void);

/* Threads that exist, idle threads included. */
unsigned thread_count(void);

/* This CPU's cycles spent idle so far and in all, for the demo's figures. */
void sched_cycles(unsigned cpu, uint64_t *idle, uint64_t *total);

/* Panics unless queues, states and counts agree.  Call while the CPUs are quiet or paused. */
void thread_check(void);
