/* Joining threads of the kernel: but for those of tests, they never end. */
#include "thread/thread_test.h"

#include "thread/condition.h"

static const struct lock_class join_class = LOCK_CLASS("thread.join", 2);
static const char done;                 /* where the argument of a thread points that is gone */

/* [j] lock; and each thread's argument from its departure on */
static struct {
    struct spinlock  lock;
    struct condition departed;          /* [j] one more thread did */
} join = {
    .lock = SPINLOCK_INITIALIZER(&join_class),
    .departed = CONDITION_INITIALIZER(join.departed, "join"),
};

/* From the release on, the joiner may free the thread. */
void test_departed(struct thread *thread)
{
    spinlock_acquire(&join.lock);
    __atomic_store_n(&thread->argument, (void *)&done, __ATOMIC_RELEASE);
    condition_broadcast(&join.departed, &join.lock);
    spinlock_release(&join.lock);
}

bool test_has_departed(const struct thread *thread)
{
    return __atomic_load_n(&thread->argument, __ATOMIC_ACQUIRE) == &done;
}

void thread_join(struct thread *thread)
{
    spinlock_acquire(&join.lock);
    while (!test_has_departed(thread))
        condition_wait_uninterruptible(&join.departed, &join.lock);
    spinlock_release(&join.lock);
    thread_free(thread);
}
