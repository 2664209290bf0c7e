/* Spinlocks: waiting, reports, and what debug builds check.
 *
 * No waiter is passed over for ever.  Every waiter takes the lock if it finds it free.  One that
 * has seen PATIENCE acquisitions by others writes itself into `claimant`, if no other one stands
 * there.  A holder that releases the lock and finds a claimant gives the lock to it instead of
 * freeing it, so no other waiter can come between.  So while the waiters run, each waits for
 * PATIENCE acquisitions, and then for one hand-over to each that claims before it.  A waiter that
 * has had the lock must see PATIENCE acquisitions again before it claims; so of at most PATIENCE
 * others none claims twice before this one.  Where more CPUs want one lock, chance decides among
 * those that may claim.
 *
 * No CPU waits for one that does not run.  A waiting CPU counts its turns; the holder that releases
 * looks whether the claimant's count moves.  If it does not within ANSWER_TURNS (its virtual CPU
 * does not run just now), the holder takes the claim away and frees the lock.  The sleeper claims
 * again when it wakes.
 *
 * The claimant's context is there as long as the claim: it leaves spinlock_contend() only as the
 * holder, and until the store to `holder` we are that.  That store is the last access to the
 * lock, as in the usual release.
 *
 * A claim may come too late to be seen by one release.  Then the next one sees it.
 * SUBTLE: test-and-set */
#include "pcpu/spinlock.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/frame.h"
#include "pcpu/lock_edges.h"
#include "pcpu/lockstat.h"
#include "pcpu/spin_limit.h"
#include "pcpu/trace.h"

enum { PATIENCE = 32, ANSWER_TURNS = 64 };

#ifdef DEBUG

/* Return addresses up the frame pointers, as far as there are any. */
static void record_trace(uintptr_t trace[LOCK_TRACE_DEPTH])
{
    const struct stack_frame *frame = __builtin_frame_address(0);

    for (unsigned i = 0; i < LOCK_TRACE_DEPTH; i++) {
        trace[i] = frame ? frame->return_address : 0;
        frame = frame ? stack_frame_caller(frame) : NULL;
    }
}

void spinlock_check_order(const struct spinlock *lock, unsigned same_class_allowed)
{
    const struct context *context = current_context();

    for (unsigned i = 0; i < context->held_count; i++) {
        const struct lock_class *held = context->held[i]->class;
        lock_edge_note(held, lock->class);
        if (lock->class->rank >= held->rank + same_class_allowed)
            KERN_PANIC("lock order: %s (rank %u) wanted while %s (rank %u) is held",
                       lock->class->name, lock->class->rank, held->name, held->rank);
    }
}

void spinlock_note_acquired(struct spinlock *lock)
{
    struct context *context = current_context();

    KERN_ASSERT(context->held_count < MAX_HELD_LOCKS);
    context->held[context->held_count++] = lock;
    record_trace(lock->taken_trace);
}

void spinlock_note_released(struct spinlock *lock)
{
    struct context *context = current_context();
    unsigned i = context->held_count;

    KERN_ASSERT(!intr_are_enabled());
    while (i > 0 && context->held[i - 1] != lock)
        i--;
    KERN_ASSERT(i > 0);
    for (context->held_count--; i <= context->held_count; i++)
        context->held[i - 1] = context->held[i];
}

void spinlock_note_inherited(struct spinlock *lock, struct context *heir)
{
    heir->held[heir->held_count++] = lock;
}

#endif

void spinlock_init(struct spinlock *lock, const struct lock_class *class)
{
    *lock = (struct spinlock)SPINLOCK_INITIALIZER(class);
}

NORETURN static void report_deadlock(const struct spinlock *lock)
{
    const struct context *holder = __atomic_load_n(&lock->holder, __ATOMIC_RELAXED);

    if (!holder)
        KERN_PANIC("deadlock: lock %s is taken, but has no holder", lock->class->name);
    KERN_PANIC("deadlock: lock %s is held by CPU %u since %p", lock->class->name,
               holder->cpu->index, (void *)lock->taken_at);
}

/* --- watched locks ------------------------------------------------------------------------ */

/* Who begins to wait at this moment may be overlooked. */
static bool is_waited_for(const struct spinlock *lock)
{
    FOR_EACH_ONLINE_CPU(cpu)
        if (__atomic_load_n(&cpus[cpu].waiting_for, __ATOMIC_RELAXED) == lock)
            return true;
    return false;
}

void spinlock_tell_taken(const struct spinlock *lock)
{
    lockstat_taken(lock, lock->class, lock->taken_at);
    if (is_waited_for(lock))
        trace_note(TRACE_LOCK_HELD, (uintptr_t)lock, (uintptr_t)current_context());
}

void spinlock_tell_released(const struct spinlock *lock)
{
    lockstat_released(lock, lock->class, lock->taken_at);
    if (is_waited_for(lock))
        trace_note(TRACE_LOCK_RELEASE, (uintptr_t)lock, (uintptr_t)current_context());
}

/* --- waiting ------------------------------------------------------------------------------ */

/* What a waiter has seen. */
struct wait {
    struct spin_limit limit;
    unsigned          passed_over;      /* times that it saw the lock taken anew */
};

static uint32_t acquisition_number(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->taken, __ATOMIC_RELAXED);
}

/* Another waiter may be faster: then the next look claims. */
static void claim_next(struct spinlock *lock)
{
    struct context *nobody = NULL;

    __atomic_compare_exchange_n(&lock->claimant, &nobody, current_context(), false,
                                __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* The lock was not to be had: does it make progress, and have others had it for long enough? */
static void look_at_holder(struct spinlock *lock, struct wait *wait)
{
    uint32_t taken = acquisition_number(lock);

    if (taken != wait->limit.progress && ++wait->passed_over >= PATIENCE)
        claim_next(lock);
    if (spin_limit_passed(&wait->limit, taken))
        report_deadlock(lock);
}

/* Was the lock given to the caller, or is it free, and the caller is the first?  Reads first, so
 * that the lock's cache line stays with the holder. */
static bool is_ours(struct spinlock *lock, struct context *self)
{
    struct context *holder = __atomic_load_n(&lock->holder, __ATOMIC_ACQUIRE);

    return holder == self || (!holder && spinlock_try(lock, self));
}

static void show_turn(struct cpu *cpu)
{
    __atomic_store_n(&cpu->spin_turns, cpu->spin_turns + 1, __ATOMIC_RELAXED);
}

void spinlock_contend(struct spinlock *lock)
{
    struct context *self = current_context();
    struct cpu *cpu = this_cpu();
    struct wait wait = { .passed_over = 0 };

    if (spinlock_holding(lock))
        KERN_PANIC("lock %s is wanted again by its holder", lock->class->name);
    trace_note(TRACE_LOCK_WANTED, (uintptr_t)lock, (uintptr_t)lock->class->name);
    /* A thread's address is its context's; it may have released the lock meanwhile, or ended. */
    trace_note(TRACE_LOCK_HELD, (uintptr_t)lock,
               (uintptr_t)__atomic_load_n(&lock->holder, __ATOMIC_RELAXED));
    uint32_t turns = cpu->spin_turns;
    uint64_t begin = rdtsc();
    __atomic_store_n(&cpu->waiting_for, lock, __ATOMIC_RELAXED);
    spin_limit_begin(&wait.limit, acquisition_number(lock));
    while (!is_ours(lock, self)) {
        look_at_holder(lock, &wait);
        show_turn(cpu);
        pause();
    }
    if (__atomic_load_n(&lock->claimant, __ATOMIC_RELAXED) == self)
        __atomic_store_n(&lock->claimant, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&cpu->waiting_for, NULL, __ATOMIC_RELAXED);
    trace_note(TRACE_LOCK_TAKEN, (uintptr_t)lock, cpu->spin_turns - turns);
    if (branch_is_on(BRANCH_LOCKS_WATCHED))
        lockstat_waited(rdtsc() - begin, cpu->spin_turns - turns);
}

/* Does the CPU, which waits for a lock, run at this moment? */
static bool cpu_answers(const struct cpu *cpu)
{
    uint32_t turns = __atomic_load_n(&cpu->spin_turns, __ATOMIC_RELAXED);

    for (unsigned turn = 0; turn < ANSWER_TURNS; turn++) {
        if (__atomic_load_n(&cpu->spin_turns, __ATOMIC_RELAXED) != turns)
            return true;
        pause();
    }
    return false;
}

void spinlock_pass_on(struct spinlock *lock)
{
    struct context *claimant = __atomic_load_n(&lock->claimant, __ATOMIC_RELAXED);
    bool awake = cpu_answers(claimant->cpu);

    __atomic_store_n(&lock->claimant, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&lock->holder, awake ? claimant : NULL, __ATOMIC_RELEASE);
}

void spinlock_report_stranger(const struct spinlock *lock)
{
    KERN_PANIC("lock %s is not held by the thread that releases it or gives it away",
               lock->class->name);
}
