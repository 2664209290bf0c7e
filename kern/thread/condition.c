/* Condition variables, on sched_block() and sched_ready().
 *
 * A broadcast takes the same time for any number of waiters: it calls all, wakes the first, and
 * each one that comes back wakes two more of those called.  None is forgotten: as long as some are
 * called, at least one that was woken is on its way to the monitor's lock, and with that held it
 * wakes the next before it does anything else, even if it was killed.  Threads that wait from then
 * on are not among those called.  SUBTLE: wakers-race */
#include "thread/condition.h"

#include "abi/error.h"
#include "lib/assert.h"
#include "thread/sched.h"
#include "thread/timeouts_priv.h"

void condition_init(struct condition *condition, const char *name)
{
    list_init(&condition->waiters);
    list_init(&condition->called);
    condition->name = name;
}

static void wake_first(struct list *waiters)
{
    struct list_node *node = list_pop_first(waiters);

    if (node)
        sched_ready(LIST_ENTRY(node, struct thread, wait_node));
}

static void wake_called(struct condition *condition)
{
    enum { AT_ONCE = 2 };

    for (unsigned i = 0; i < AT_ONCE && !list_is_empty(&condition->called); i++)
        wake_first(&condition->called);
}

/* Waits and takes itself off the list if no signal did.  True if a signal did. */
HANDS_OVER
static bool wait_for_signal(struct condition *condition, struct spinlock *lock, enum wait_kind kind)
{
    struct thread *thread = thread_current();

    spinlock_expect_held(lock);
    sched_point(POINT_CONDITION);
    thread->wait_reason = condition->name;
    list_append(&condition->waiters, &thread->wait_node);
    sched_block(lock, kind);
    spinlock_acquire(lock);
    wake_called(condition);
    thread->wait_reason = NULL;
    if (!list_is_linked(&thread->wait_node))
        return true;
    list_remove(&thread->wait_node);
    return false;
}

int condition_wait(struct condition *condition, struct spinlock *lock)
{
    bool signalled = wait_for_signal(condition, lock, WAIT_INTERRUPTIBLE);

    if (!thread_is_killed(thread_current()))
        return 0;
    if (signalled)                      /* meant for a thread that can still act on it */
        condition_signal(condition, lock);
    return E_KILLED;
}

int condition_wait_until(struct condition *condition, struct spinlock *lock, uint64_t deadline)
{
    struct thread *thread = thread_current();

    timeout_set(thread, deadline);
    bool signalled = wait_for_signal(condition, lock, WAIT_INTERRUPTIBLE);
    timeout_clear(thread);
    if (thread_is_killed(thread)) {
        if (signalled)
            condition_signal(condition, lock);
        return E_KILLED;
    }
    return signalled ? 0 : E_TIMEOUT;
}

void condition_wait_uninterruptible(struct condition *condition, struct spinlock *lock)
{
    (void)wait_for_signal(condition, lock, WAIT_UNINTERRUPTIBLE);
}

/* A waiter that is on the list may have been woken by a deadline or a kill already; then it is
 * READY and waits for `lock`.  The signal still goes to it: it finds itself off the list, and
 * acts on the signal or passes it on. */
void condition_signal(struct condition *condition, struct spinlock *lock)
{
    KERN_ASSERT(spinlock_holding(lock));
    sched_point(POINT_CONDITION);
    wake_first(&condition->waiters);
}

void condition_broadcast(struct condition *condition, struct spinlock *lock)
{
    KERN_ASSERT(spinlock_holding(lock));
    sched_point(POINT_CONDITION);
    list_append_all(&condition->called, &condition->waiters);
    wake_first(&condition->called);
}
