/* Tests of spinlocks, the interrupt flag and schedule points. */
#include "pcpu/spinlock.h"

#include "lib/ktest.h"
#include "pcpu/lock_edges.h"
#include "pcpu/spin_limit.h"

static const struct lock_class high_class = LOCK_CLASS("pcpu.test_high", 15);
static const struct lock_class low_class = LOCK_CLASS("pcpu.test_low", 14);

KTEST(pcpu, spinlock_keeps_interrupts_off)
{
    struct spinlock lock = SPINLOCK_INITIALIZER(&high_class);

    EXPECT(intr_are_enabled());
    spinlock_acquire(&lock);
    EXPECT(!intr_are_enabled());
    EXPECT(spinlock_holding(&lock));
    EXPECT_EQ(current_context()->lock_depth, 1);
    spinlock_release(&lock);
    EXPECT(intr_are_enabled());
    EXPECT(!spinlock_holding(&lock));
    EXPECT_EQ(current_context()->lock_depth, 0);
}

KTEST(pcpu, spinlocks_release_in_any_order)
{
    struct spinlock high = SPINLOCK_INITIALIZER(&high_class);
    struct spinlock low = SPINLOCK_INITIALIZER(&low_class);

    spinlock_acquire(&high);
    spinlock_acquire(&low);
    spinlock_release(&high);
    EXPECT(!intr_are_enabled());
    EXPECT(spinlock_holding(&low) && !spinlock_holding(&high));
    spinlock_release(&low);
    EXPECT(intr_are_enabled());
}

static bool down_was_seen, up_was_seen;

static void look_for_edges(const struct lock_class *held, const struct lock_class *taken)
{
    down_was_seen |= held == &high_class && taken == &low_class;
    up_was_seen |= held == &low_class && taken == &high_class;
}

KTEST(pcpu, lock_edges_are_noted)
{
    struct spinlock high = SPINLOCK_INITIALIZER(&high_class);
    struct spinlock low = SPINLOCK_INITIALIZER(&low_class);

    spinlock_acquire(&high);
    spinlock_acquire(&low);
    spinlock_release(&low);
    spinlock_release(&high);
    lock_edges_for_each(look_for_edges);
    EXPECT(down_was_seen && !up_was_seen);
}

/* As in an interrupt handler: with interrupts off before, they stay off after. */
KTEST(pcpu, spinlock_leaves_interrupts_as_they_were)
{
    struct spinlock lock = SPINLOCK_INITIALIZER(&high_class);

    intr_local_disable();
    spinlock_acquire(&lock);
    spinlock_release(&lock);
    EXPECT(!intr_are_enabled());
    intr_local_enable();
}

KTEST(pcpu, spinlock_records_its_holder)
{
    struct spinlock lock = SPINLOCK_INITIALIZER(&high_class);

    spinlock_acquire(&lock);
    EXPECT(lock.holder == current_context());
    EXPECT(lock.taken_at != 0);
    EXPECT(lock.taken_trace[0] != 0);
    spinlock_release(&lock);
    EXPECT(lock.holder == NULL);
}

/* Unlocked, these increments get lost: two halves that must stay equal. */
static struct {
    struct spinlock lock;
    volatile unsigned left, right, torn;
} pair;

enum { INCREMENTS = 400 };

static void increment_pair(unsigned index, void *unused)
{
    (void)index, (void)unused;
    for (unsigned i = 0; i < INCREMENTS; i++) {
        spinlock_acquire(&pair.lock);
        unsigned left = pair.left;
        pair.torn += left != pair.right;
        sched_point(POINT_QUEUE);
        pair.left = left + 1;
        pair.right = left + 1;
        spinlock_release(&pair.lock);
    }
}

KTEST(pcpu, spinlock_excludes)
{
    spinlock_init(&pair.lock, &high_class);
    pair.left = pair.right = pair.torn = 0;
    ktest_parallel(8, increment_pair, NULL);
    EXPECT_EQ(pair.left, 8 * INCREMENTS);
    EXPECT_EQ(pair.right, 8 * INCREMENTS);
    EXPECT_EQ(pair.torn, 0);
}

/* Long ago nothing had changed, and has not since: a deadlock.  Something has: none. */
KTEST(pcpu, spin_limit_sees_progress)
{
    struct spin_limit limit;

    spin_limit_begin(&limit, 7);
    EXPECT(!spin_limit_passed(&limit, 7));
    limit.turns = SPIN_LIMIT_TURNS;
    EXPECT(!spin_limit_passed(&limit, 7));      /* many turns, but not long */
    limit.since -= SPIN_LIMIT_CYCLES;
    EXPECT(!spin_limit_passed(&limit, 8));
    limit.since -= SPIN_LIMIT_CYCLES;
    EXPECT(!spin_limit_passed(&limit, 8));      /* long, but not many turns */
    limit.turns = SPIN_LIMIT_TURNS;
    EXPECT(spin_limit_passed(&limit, 8));
}

KTEST(pcpu, spinlock_counts_acquisitions)
{
    struct spinlock lock = SPINLOCK_INITIALIZER(&high_class);

    for (unsigned i = 1; i <= 3; i++) {
        spinlock_acquire(&lock);
        EXPECT_EQ(lock.taken, i);
        spinlock_release(&lock);
    }
}

/* A claimant on a CPU that is none: it sleeps for ever, or its turns are counted by
 * count_turns(). */
static struct cpu no_cpu;
static struct context no_thread = { .cpu = &no_cpu };
static enum { NOT_YET, COUNTING, DONE } counter;        /* [a] */

static void count_turns(void)
{
    __atomic_store_n(&counter, COUNTING, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 1000000 && __atomic_load_n(&counter, __ATOMIC_RELAXED) != DONE; i++) {
        __atomic_store_n(&no_cpu.spin_turns, i, __ATOMIC_RELAXED);
        pause();
    }
    __atomic_store_n(&counter, DONE, __ATOMIC_RELAXED);
}

/* True if the lock went to the claimant; else it is free again. */
static bool goes_to_claimant(struct spinlock *lock)
{
    spinlock_acquire(lock);
    lock->claimant = &no_thread;
    spinlock_release(lock);
    EXPECT(!lock->claimant && (!lock->holder || lock->holder == &no_thread));
    return lock->holder == &no_thread;
}

KTEST(pcpu, spinlock_passes_a_sleeper_over)
{
    struct spinlock lock = SPINLOCK_INITIALIZER(&high_class);

    EXPECT(!goes_to_claimant(&lock));
    spinlock_acquire(&lock);
    spinlock_release(&lock);
    EXPECT(intr_are_enabled());
}

static void give_to_claimant(unsigned index, void *given)
{
    struct spinlock lock = SPINLOCK_INITIALIZER(&high_class);

    if (index == 0) {
        count_turns();
        return;
    }
    while (__atomic_load_n(&counter, __ATOMIC_RELAXED) == NOT_YET)
        ktest_yield();
    while (__atomic_load_n(&counter, __ATOMIC_RELAXED) == COUNTING && !*(bool *)given)
        *(bool *)given = goes_to_claimant(&lock);
    __atomic_store_n(&counter, DONE, __ATOMIC_RELAXED);
    EXPECT(intr_are_enabled());
}

/* The one that counts may stand still whenever it is asked, but not always. */
KTEST(pcpu, spinlock_goes_to_a_claimant_that_waits)
{
    bool given = false;

    __atomic_store_n(&counter, NOT_YET, __ATOMIC_RELAXED);
    ktest_parallel(2, give_to_claimant, &given);
    EXPECT(given || !cpus[1].online);
}

/* As if the holder had not seen the claim when it freed the lock. */
HANDS_OVER
static void win_with_claim(struct spinlock *lock)
{
    lock->claimant = current_context();
    spinlock_begin(current_context());
    spinlock_contend(lock);
    spinlock_note_acquired(lock);
    EXPECT(spinlock_holding(lock) && !lock->claimant);
    spinlock_release(lock);
}

KTEST(pcpu, spinlock_winner_has_no_claim)
{
    struct spinlock lock = SPINLOCK_INITIALIZER(&high_class);

    win_with_claim(&lock);
    EXPECT(!spinlock_is_taken(&lock));
}

/* The lock looks as if others had taken it once more, and the waiter has looked since. */
static void overtake_waiter(struct spinlock *lock, const struct cpu *waiter)
{
    uint32_t turns = __atomic_load_n(&waiter->spin_turns, __ATOMIC_RELAXED);

    __atomic_store_n(&lock->taken, lock->taken + 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&waiter->spin_turns, __ATOMIC_RELAXED) - turns < 2)
        pause();
}

static void hold_and_overtake(struct spinlock *lock, const struct cpu *waiter)
{
    unsigned times = 0;

    spinlock_acquire(lock);
    while (__atomic_load_n(&waiter->waiting_for, __ATOMIC_RELAXED) != lock)
        pause();
    while (!__atomic_load_n(&lock->claimant, __ATOMIC_RELAXED) && times < 100) {
        overtake_waiter(lock, waiter);
        times++;
    }
    EXPECT(times > 1 && times < 100);
    spinlock_release(lock);
}

static void wait_overtaken(unsigned index, void *argument)
{
    struct spinlock *lock = argument;

    if (index == 0) {
        hold_and_overtake(lock, &cpus[1]);
        return;
    }
    while (!spinlock_is_taken(lock))
        ktest_yield();
    spinlock_acquire(lock);
    EXPECT(!lock->claimant);
    spinlock_release(lock);
}

/* Needs a second CPU, and that both are in the kernel at once.  Not with seed=N: each turn in which
 * one CPU waits for another takes QEMU milliseconds under the flags that make runs repeatable. */
KTEST(pcpu, spinlock_waiter_that_was_overtaken_claims_it)
{
    uint32_t points, hash;
    struct spinlock lock = SPINLOCK_INITIALIZER(&high_class);

    sched_points_result(&points, &hash);
    if (cpus[1].online && !this_cpu()->is_in_kernel && points == 0)
        ktest_parallel(2, wait_overtaken, &lock);
}

/* A schedule point lets other threads in, but never while a lock is held. */
KTEST(pcpu, schedule_points_count)
{
    uint32_t count, hash, count_after, hash_after;
    struct spinlock lock = SPINLOCK_INITIALIZER(&high_class);

    sched_points_result(&count, &hash);
    spinlock_acquire(&lock);
    spinlock_release(&lock);
    sched_points_result(&count_after, &hash_after);
    if (count != 0) {                   /* seed=N was given */
        EXPECT(count_after >= count + 2);
        EXPECT(hash_after != hash);
    } else {
        EXPECT_EQ(count_after, 0);
    }
}
