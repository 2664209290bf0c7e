/* Mutexes, condition variables, semaphores and barriers, on futexes: a word has the whole state,
 * and a thread that must wait until it changes waits in the kernel.
 *
 * Each of them that skips the wake when no thread waits relies on one order: a waiter says in
 * memory that it waits, then the kernel compares the word; a waker changes the word, then looks for
 * waiters.  All four are locked or otherwise sequentially consistent accesses, so one of the two
 * sees the other. */
#include "thread_priv.h"

#include "abi/futex.h"
#include "assert.h"
#include "syscall.h"

static uint32_t load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/* `*word` becomes `after` if it is `before`. */
static bool replace(uint32_t *word, uint32_t before, uint32_t after)
{
    return __atomic_compare_exchange_n(word, &before, after, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

/* E_CHANGED and a wake without a change are all the same to threads that wait in loops. */
static void await_change(const uint32_t *word, uint32_t seen)
{
    int error = sys_futex_wait(word, seen, 0);

    assert(!error || error == E_CHANGED);
}

static void wake(const uint32_t *word, unsigned count)
{
    unsigned woken;

    assert(sys_futex_wake(word, count, &woken) == 0);
}

/* --- mutexes --- */

/* Else the owner's number, so that a deadlock can be told; with CONTENDED if a thread may wait, so
 * that the one that unlocks must wake one. */
enum { FREE };
#define CONTENDED FUTEX_OWNED

bool mutex_try_lock(struct mutex *mutex)
{
    return replace(&mutex->state, FREE, thread_self()->number);
}

/* Waits until the mutex, which has an owner, has another state than it had. */
static void await_owner(struct mutex *mutex, uint32_t state)
{
    if ((state & CONTENDED) || replace(&mutex->state, state, state | CONTENDED))
        await_change(&mutex->state, state | CONTENDED);
}

/* A thread that has waited once takes the mutex as CONTENDED, since it cannot know whether others
 * wait as well.  So there may be an unneeded wake, but never one is missing. */
void mutex_lock(struct mutex *mutex)
{
    if (mutex_try_lock(mutex))
        return;
    const uint32_t mine = thread_self()->number | CONTENDED;
    while (!replace(&mutex->state, FREE, mine)) {
        uint32_t state = load(&mutex->state);
        if (state != FREE)
            await_owner(mutex, state);
    }
}

/* After the exchange the mutex is not touched: its next owner may have given it up for good. */
void mutex_unlock(struct mutex *mutex)
{
    uint32_t before = __atomic_exchange_n(&mutex->state, FREE, __ATOMIC_SEQ_CST);

    assert(before != FREE);
    if (before & CONTENDED) {
        unsigned woken;
        sys_futex_wake(&mutex->state, 1, &woken);   /* its page may be gone, too */
    }
}

/* --- condition variables --- */

/* A waiter has read the sequence with the mutex held; a signal, which comes after a change of the
 * predicate made with the mutex held, therefore changes it after that.  It would take 2^32 signals
 * between the read and the wait for one to be missed. */
static int wait(struct condition *condition, struct mutex *mutex, unsigned microseconds)
{
    __atomic_fetch_add(&condition->waiters, 1, __ATOMIC_SEQ_CST);
    uint32_t seen = load(&condition->sequence);
    mutex_unlock(mutex);
    int error = sys_futex_wait(&condition->sequence, seen, microseconds);
    __atomic_fetch_sub(&condition->waiters, 1, __ATOMIC_SEQ_CST);
    mutex_lock(mutex);
    return error == E_TIMEOUT ? E_TIMEOUT : 0;
}

void condition_wait(struct condition *condition, struct mutex *mutex)
{
    (void)wait(condition, mutex, 0);
}

int condition_wait_for(struct condition *condition, struct mutex *mutex, unsigned microseconds)
{
    return wait(condition, mutex, microseconds);
}

static void signal(struct condition *condition, unsigned count)
{
    __atomic_fetch_add(&condition->sequence, 1, __ATOMIC_SEQ_CST);
    if (load(&condition->waiters) > 0)
        wake(&condition->sequence, count);
}

void condition_signal(struct condition *condition)
{
    signal(condition, 1);
}

void condition_broadcast(struct condition *condition)
{
    signal(condition, UINT32_MAX);
}

/* --- semaphores --- */

bool semaphore_try_wait(struct semaphore *semaphore)
{
    uint32_t value;

    while ((value = load(&semaphore->value)) > 0)
        if (replace(&semaphore->value, value, value - 1))
            return true;
    return false;
}

void semaphore_wait(struct semaphore *semaphore)
{
    while (!semaphore_try_wait(semaphore)) {
        __atomic_fetch_add(&semaphore->waiters, 1, __ATOMIC_SEQ_CST);
        await_change(&semaphore->value, 0);
        __atomic_fetch_sub(&semaphore->waiters, 1, __ATOMIC_SEQ_CST);
    }
}

void semaphore_post(struct semaphore *semaphore)
{
    __atomic_fetch_add(&semaphore->value, 1, __ATOMIC_SEQ_CST);
    if (load(&semaphore->waiters) > 0)
        wake(&semaphore->value, 1);
}

/* --- barriers --- */

bool barrier_wait(struct barrier *barrier)
{
    mutex_lock(&barrier->mutex);
    uint32_t round = barrier->round;
    bool is_last = ++barrier->arrived == barrier->members;
    if (is_last) {
        barrier->arrived = 0;
        __atomic_store_n(&barrier->round, round + 1, __ATOMIC_SEQ_CST);
        wake(&barrier->round, UINT32_MAX);
    }
    mutex_unlock(&barrier->mutex);
    while (load(&barrier->round) == round)
        await_change(&barrier->round, round);
    return is_last;
}
