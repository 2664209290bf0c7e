/* Spinlocks.
 *
 * While a thread holds a spinlock, interrupts are off on its CPU, so it is neither preempted
 * nor interrupted, and no handler on that CPU can want the lock.  How many locks are held, and
 * whether interrupts were on before the first, belongs to the thread (struct context): nothing
 * needs to be carried around a context switch, and locks may be released in any order.
 *
 * Each lock has a class with a rank.  A lock may be taken only if its rank is lower than that
 * of every lock held; ranks follow the layers (calls go down, so locks are taken downward), and
 * within a layer the order that its header states.  Debug builds check rank, holder, recursion
 * and the interrupt flag.
 *
 * A waiter that finds the lock free takes it: there is no queue.  With more virtual CPUs than real
 * ones a lock that goes in turns stands still whenever the next in line does not run.  But no
 * waiter is passed over for ever (spinlock.c): one that has seen many others take the lock comes
 * next. misc/LOCKS.md has the figures.  SUBTLE: flag-of-thread */
#pragma once

#include "lib/assert.h"
#include "pcpu/branch.h"
#include "pcpu/pcpu.h"
#include "pcpu/sched_point.h"

/* What clang checks of locks when it compiles (-Wthread-safety: each clang build, so `make lint`);
 * other compilers see nothing.  After a prototype: the function returns with the lock held; needs
 * it and releases it; or needs it throughout.  HANDS_OVER, before a definition: the lock comes
 * from, or goes to, where clang cannot follow it: it is found on the way and returned to the
 * caller; the caller has got it so; or the next thread on this CPU releases it. */
#ifdef __clang__
#define LOCKING(property) __attribute__((property))
#else
#define LOCKING(property)
#endif
#define ACQUIRES(lock)  LOCKING(acquire_capability(lock))
#define RELEASES(lock)  LOCKING(release_capability(lock))
#define NEEDS(lock)     LOCKING(requires_capability(lock))
#define HANDS_OVER      LOCKING(no_thread_safety_analysis)
#define GUARDED_BY(lock) LOCKING(guarded_by(lock))      /* after a static variable's name */

struct lock_class {
    const char *name;                   /* "layer.what" */
    unsigned    rank;
};

/* `order`: 0 to 15, the lock's place within its layer; a higher one is taken first. */
#define LOCK_CLASS(class_name, order) { .name = class_name, .rank = LAYER_RANK * 16 + (order) }

enum { LOCK_TRACE_DEPTH = 7 };

/* [I] set before others see the lock  [a] atomic  [h] written by the holder only */
struct LOCKING(capability("spinlock")) spinlock {
    struct context          *holder;    /* [a] NULL while free; changed by the holder, or from
                                         * NULL by the CPU that takes it */
    struct context          *claimant;  /* [a] a waiter that comes next, or NULL; changed by the
                                         * holder, or from NULL by the waiter itself */
    uint32_t                 taken;     /* [h] how often: the number of the acquisition; [a] for
                                         * waiters, who read it meanwhile */
    const struct lock_class *class;     /* [I] */
    uintptr_t                taken_at;  /* [h] where in the code, for reports */
#ifdef DEBUG
    uintptr_t                taken_trace[LOCK_TRACE_DEPTH];     /* [h] its backtrace */
#endif
};

#define SPINLOCK_INITIALIZER(lock_class) { .class = (lock_class) }

void spinlock_init(struct spinlock *lock, const struct lock_class *class);

/* From now on all locks are watched: their figures count (lockstat.h), and the record tells who has
 * a lock that others wait for.  Where they are not, it costs an instruction whenever a lock is
 * taken or released.  At boot, as branch_set(). */
static inline void spinlocks_watch(void)
{
    branch_set(BRANCH_LOCKS_WATCHED);
}

/* The rare parts, in spinlock.c: waits until the lock is the caller's; gives it to the claimant,
 * or frees it; tells of a watched lock; reports that its holder is another thread. */
COLD void spinlock_contend(struct spinlock *lock);
COLD void spinlock_pass_on(struct spinlock *lock);
void spinlock_tell_taken(const struct spinlock *lock);
void spinlock_tell_released(const struct spinlock *lock);
NORETURN void spinlock_report_stranger(const struct spinlock *lock);

/* What debug builds check and note, and others do not. */
#ifdef DEBUG
enum { LOCK_OTHER_CLASS, LOCK_SAME_CLASS };
void spinlock_check_order(const struct spinlock *lock, unsigned same_class_allowed);
void spinlock_note_acquired(struct spinlock *lock);
void spinlock_note_released(struct spinlock *lock);
void spinlock_note_inherited(struct spinlock *lock, struct context *heir);
#else
#define spinlock_check_order(lock, same_class_allowed) ((void)0)
#define spinlock_note_acquired(lock) ((void)0)
#define spinlock_note_released(lock) ((void)0)
#define spinlock_note_inherited(lock, heir) ((void)0)
#endif

/* Takes the lock if it is free. */
static inline bool spinlock_try(struct spinlock *lock, struct context *context)
{
    struct context *nobody = NULL;

    return __atomic_compare_exchange_n(&lock->holder, &nobody, context, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* The first half of taking a lock: the thread stays on its CPU from here on.  Interrupts go off
 * before the depth is raised: an interrupt in between would find a thread that seems to hold a
 * lock. */
static inline void spinlock_begin(struct context *context)
{
    uint32_t depth = context->lock_depth;

    if (__builtin_expect(depth == 0, true)) {
        uint32_t flags = read_eflags();
        cli();
        context->flags = flags;
    }
    context->lock_depth = depth + 1;
}

/* The same for a thread that holds another lock: interrupts are off already. */
static inline void spinlock_begin_another(struct context *context)
{
    context->lock_depth++;
}

static inline void spinlock_take(struct spinlock *lock, struct context *context, uintptr_t place)
{
    if (!spinlock_try(lock, context))
        spinlock_contend(lock);
    count_up(&lock->taken);
    lock->taken_at = place;
    if (branch_is_on(BRANCH_LOCKS_WATCHED))
        spinlock_tell_taken(lock);
    spinlock_note_acquired(lock);
}

/* The second half, for a lock that is this CPU's own: which one that is, the caller has found out
 * after spinlock_begin(), or knows from the lock that it holds (spinlock_begin_another()).
 * `context` is the caller's. */
#define spinlock_acquire_begun(lock, context)                                           \
    spinlock_acquire_begun_at((lock), (context), CURRENT_PLACE())
static inline void spinlock_acquire_begun_at(struct spinlock *lock, struct context *context,
                                             uintptr_t place) ACQUIRES(*lock);
HANDS_OVER
static inline void spinlock_acquire_begun_at(struct spinlock *lock, struct context *context,
                                             uintptr_t place)
{
    spinlock_check_order(lock, LOCK_OTHER_CLASS);
    spinlock_take(lock, context, place);
}

/* Takes the lock; spins while another CPU holds it, and reports a deadlock (a panic that shows
 * both sides) if it is not released for too long (spin_limit.h).  Does not block.  Not
 * recursive. */
#define spinlock_acquire(lock) spinlock_acquire_at((lock), CURRENT_PLACE())
static inline void spinlock_acquire_at(struct spinlock *lock, uintptr_t place) ACQUIRES(*lock);
HANDS_OVER
static inline void spinlock_acquire_at(struct spinlock *lock, uintptr_t place)
{
    struct context *context = current_context();

    sched_point(POINT_LOCK);
    spinlock_begin(context);
    spinlock_check_order(lock, LOCK_OTHER_CLASS);
    spinlock_take(lock, context, place);
}

/* The same for a lock of the same class as one already held.  The caller's layer states the
 * order among locks of that class. */
#define spinlock_acquire_nested(lock) spinlock_acquire_nested_at((lock), CURRENT_PLACE())
static inline void spinlock_acquire_nested_at(struct spinlock *lock, uintptr_t place)
    ACQUIRES(*lock);
HANDS_OVER
static inline void spinlock_acquire_nested_at(struct spinlock *lock, uintptr_t place)
{
    struct context *context = current_context();

    sched_point(POINT_LOCK);
    spinlock_check_order(lock, LOCK_SAME_CLASS);
    spinlock_begin(context);
    spinlock_take(lock, context, place);
}

/* The store that frees the lock is the last access to it: the next holder may free its memory. */
static inline void spinlock_drop(struct spinlock *lock, struct context *context)
{
    if (lock->holder != context)        /* a plain read: while it is ours no other CPU changes it */
        spinlock_report_stranger(lock);
    spinlock_note_released(lock);
    if (branch_is_on(BRANCH_LOCKS_WATCHED))
        spinlock_tell_released(lock);
    if (__atomic_load_n(&lock->claimant, __ATOMIC_RELAXED))
        spinlock_pass_on(lock);
    else
        __atomic_store_n(&lock->holder, NULL, __ATOMIC_RELEASE);
}

/* The caller, whose context it is, must hold the lock.  With the last one, interrupts are as they
 * were before the first. */
static inline void spinlock_release_by(struct spinlock *lock, struct context *context)
    RELEASES(*lock);
HANDS_OVER
static inline void spinlock_release_by(struct spinlock *lock, struct context *context)
{
    spinlock_drop(lock, context);
    if (__builtin_expect(--context->lock_depth == 0 && (context->flags & EFLAGS_IF), true))
        sti();
    sched_point(POINT_UNLOCK);
}

static inline void spinlock_release(struct spinlock *lock) RELEASES(*lock);
HANDS_OVER
static inline void spinlock_release(struct spinlock *lock)
{
    spinlock_release_by(lock, current_context());
}

/* The same for a caller that goes on holding another lock: interrupts stay off. */
static inline void spinlock_release_one(struct spinlock *lock, struct context *context)
    RELEASES(*lock);
HANDS_OVER
static inline void spinlock_release_one(struct spinlock *lock, struct context *context)
{
    spinlock_drop(lock, context);
    context->lock_depth--;
    sched_point(POINT_UNLOCK);
}

/* Does the running thread hold it? */
static inline bool spinlock_holding(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->holder, __ATOMIC_RELAXED) == current_context();
}

/* Does any thread?  */
static inline bool spinlock_is_taken(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->holder, __ATOMIC_ACQUIRE) != NULL;
}

/* Debug builds panic unless the running thread holds the lock: the first line of functions that
 * need it, so that any test that gets there finds a lock that was left out. */
static inline void spinlock_expect_held(const struct spinlock *lock)
    LOCKING(assert_capability(*lock));
#ifdef DEBUG
HANDS_OVER
static inline void spinlock_expect_held(const struct spinlock *lock)
{
    KERN_ASSERT(spinlock_holding(lock));
}
#else
HANDS_OVER
static inline void spinlock_expect_held(const struct spinlock *lock)
{
    (void)lock;
}
#endif

/* The running thread's lock becomes `heir`'s, to which this CPU is about to switch (thread
 * layer). */
static inline void spinlock_hand_over(struct spinlock *lock, const struct context *context,
                                      struct context *heir) RELEASES(*lock);
HANDS_OVER
static inline void spinlock_hand_over(struct spinlock *lock, const struct context *context,
                                      struct context *heir)
{
    if (lock->holder != context)
        spinlock_report_stranger(lock);
    spinlock_note_released(lock);
    __atomic_store_n(&lock->holder, heir, __ATOMIC_RELAXED);
    spinlock_note_inherited(lock, heir);
}
