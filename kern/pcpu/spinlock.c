/* Spinlocks: waiting, reports, and what debug builds check. */
#include "pcpu/spinlock.h"

#include "lib/panic.h"
#include "lib/string.h"

#ifdef DEBUG

/* Return addresses up the frame pointers, within the running stack. */
static void record_trace(uintptr_t trace[LOCK_TRACE_DEPTH])
{
    const uintptr_t *frame = __builtin_frame_address(0);
    uintptr_t end = (uintptr_t)current_context();

    for (unsigned i = 0; i < LOCK_TRACE_DEPTH; i++) {
        bool inside = (uintptr_t)frame >= end - KSTACK_SLOT && (uintptr_t)frame < end - 8;
        trace[i] = inside ? frame[1] : 0;
        if (inside)
            frame = (const uintptr_t *)frame[0];
    }
}

void spinlock_check_order(const struct spinlock *lock, unsigned same_class_allowed)
{
    const struct context *context = current_context();

    for (unsigned i = 0; i < context->held_count; i++) {
        const struct lock_class *held = context->held[i]->class;
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

/* Waits until the lock looks free.  Reads only, so that the line stays with the holder. */
static void spin_while_locked(struct spinlock *lock)
{
    struct cpu *cpu = this_cpu();
    uint64_t start = rdtsc();
    uint32_t turns = 0;

    if (spinlock_holding(lock))
        KERN_PANIC("lock %s is wanted again by its holder", lock->class->name);
    __atomic_store_n(&cpu->waiting_for, lock, __ATOMIC_RELAXED);
    while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED)) {
        pause();
        if (++turns >= SPIN_LIMIT_TURNS && rdtsc() - start >= SPIN_LIMIT_CYCLES)
            report_deadlock(lock);
    }
    __atomic_store_n(&cpu->waiting_for, NULL, __ATOMIC_RELAXED);
}

void spinlock_contend(struct spinlock *lock)
{
    do
        spin_while_locked(lock);
    while (xchg(&lock->locked, 1));
}

void spinlock_report_stranger(const struct spinlock *lock)
{
    KERN_PANIC("lock %s is not held by the thread that releases it or gives it away",
               lock->class->name);
}

void spinlock_hand_over(struct spinlock *lock, struct context *heir)
{
    if (!spinlock_holding(lock))
        spinlock_report_stranger(lock);
    spinlock_note_released(lock);
    __atomic_store_n(&lock->holder, heir, __ATOMIC_RELAXED);
#ifdef DEBUG
    heir->held[heir->held_count++] = lock;
#endif
}
