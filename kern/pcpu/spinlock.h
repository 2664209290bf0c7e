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
 * A test-and-set lock, not a ticket lock: with more virtual CPUs than real ones a FIFO lock
 * stands still whenever the next in line does not run. */
#pragma once

#include "lib/panic.h"
#include "pcpu/pcpu.h"
#include "pcpu/sched_point.h"

struct lock_class {
    const char *name;                   /* "layer.what" */
    unsigned    rank;
};

/* `order`: 0 to 15, the lock's place within its layer; a higher one is taken first. */
#define LOCK_CLASS(class_name, order) { .name = class_name, .rank = LAYER_RANK * 16 + (order) }

#define LOCK_TRACE_DEPTH 8

/* [I] set before others see the lock  [a] atomic  [h] written by the holder only */
struct spinlock {
    uint32_t                 locked;    /* [a] */
    const struct lock_class *class;     /* [I] */
    struct context          *holder;    /* [h] NULL while free */
    uintptr_t                taken_at;  /* [h] return address of the acquire, for reports */
#ifdef DEBUG
    uintptr_t                taken_trace[LOCK_TRACE_DEPTH];     /* [h] its backtrace */
#endif
};

#define SPINLOCK_INITIALIZER(lock_class) { .class = (lock_class) }

void spinlock_init(struct spinlock *lock, const struct lock_class *class);

/* Takes the lock; spins while another CPU holds it, and reports a deadlock (a panic that shows
 * both sides) after SPIN_LIMIT.  Does not block.  Not recursive. */
void spinlock_acquire(struct spinlock *lock);

/* The same for a lock of the same class as one already held.  The caller's layer states the
 * order among locks of that class. */
void spinlock_acquire_nested(struct spinlock *lock);

/* The caller must hold the lock.  With the last one, interrupts are as they were before the
 * first. */
void spinlock_release(struct spinlock *lock);

/* Does the running thread hold it? */
static inline bool spinlock_holding(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->holder, __ATOMIC_RELAXED) == current_context();
}

/* Debug builds panic unless the running thread holds the lock: the first line of functions that
 * need it, so that a lock left out is found by whatever test comes by. */
static inline void spinlock_expect_held(const struct spinlock *lock)
{
#ifdef DEBUG
    KERN_ASSERT(spinlock_holding(lock));
#endif
    (void)lock;
}

/* The running thread's lock becomes `heir`'s, which is about to be switched to (thread
 * layer). */
void spinlock_hand_over(struct spinlock *lock, struct context *heir);

/* A spin that lasts this many turns and cycles is a deadlock: locks are held for microseconds.
 * Both, because a virtual CPU may stand still while the time stamp counter runs on. */
#define SPIN_LIMIT_TURNS        1000000
#define SPIN_LIMIT_CYCLES       (1ull << 33)
