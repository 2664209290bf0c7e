/* Sleeping mutexes. */
#include "thread/mutex.h"

#include "lib/assert.h"

const struct lock_class mutex_class = LOCK_CLASS("thread.mutex", 4);

void mutex_init(struct mutex *mutex, const char *name)
{
    spinlock_init(&mutex->lock, &mutex_class);
    mutex->owner = NULL;
    condition_init(&mutex->free, name);
}

void mutex_lock(struct mutex *mutex)
{
    KERN_ASSERT(!mutex_holding(mutex));
    spinlock_acquire(&mutex->lock);
    while (mutex->owner)
        condition_wait_uninterruptible(&mutex->free, &mutex->lock);
    __atomic_store_n(&mutex->owner, thread_current(), __ATOMIC_RELAXED);
    spinlock_release(&mutex->lock);
}

void mutex_unlock(struct mutex *mutex)
{
    KERN_ASSERT(mutex_holding(mutex));
    spinlock_acquire(&mutex->lock);
    __atomic_store_n(&mutex->owner, NULL, __ATOMIC_RELAXED);
    condition_signal(&mutex->free, &mutex->lock);
    spinlock_release(&mutex->lock);
}

/* Without the lock: only the caller itself makes this true or false. */
bool mutex_holding(const struct mutex *mutex)
{
    return __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) == thread_current();
}
