/* Tests of spinlocks, the interrupt flag and schedule points. */
#include "pcpu/spinlock.h"

#include "lib/ktest.h"

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
        sched_point(SP_QUEUE);
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
