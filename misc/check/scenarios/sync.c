/* Mutexes, condition variables, semaphores and barriers of user programs (user/lib/sync.c): who may
 * not be there together is not, and whoever may go on is woken. */
#include "user/names.h"

#include "pmm/pmm.h"
#include "thread.h"

static struct space space;

/* In the space's first page, where words of futexes must be. */
static struct shared {
    struct mutex     mutex;
    struct condition filled;
    struct semaphore semaphore;
    struct barrier   barrier;
    uint32_t         count;             /* whoever has the mutex */
} *shared;

static void make_shared(void)
{
    paddr_t frame;
    uint32_t perm;

    make_space(&space, &quota_root, PERM_WRITE);
    int error = space_lookup(&space, FIRST_PAGE, &frame, &perm);
    REQUIRE(!error);
    shared = page_pointer(frame);
}

static void end(void)
{
    space_destroy(&space);
}

/* --- a mutex ------------------------------------------------------------------------------ */

static void count_one(void *unused)
{
    (void)unused;
    enter_space(&space);
    mutex_lock(&shared->mutex);
    shared->count++;
    mutex_unlock(&shared->mutex);
    enter_space(NULL);
}

static void begin_mutex(void)
{
    make_shared();
    play("first", 0, count_one, NULL);
    play("second", 1, count_one, NULL);
    play("third", 1, count_one, NULL);
}

static void end_mutex(void)
{
    REQUIRE(shared->count == 3 && shared->mutex.state == 0);
    end();
}

SCENARIO(program_mutex, .begin = begin_mutex, .end = end_mutex);

/* --- a condition variable ----------------------------------------------------------------- */

static void take_one(void *unused)
{
    (void)unused;
    enter_space(&space);
    mutex_lock(&shared->mutex);
    while (shared->count == 0)
        condition_wait(&shared->filled, &shared->mutex);
    shared->count--;
    mutex_unlock(&shared->mutex);
    enter_space(NULL);
}

static void put_one(void *unused)
{
    (void)unused;
    enter_space(&space);
    mutex_lock(&shared->mutex);
    shared->count++;
    condition_signal(&shared->filled);
    mutex_unlock(&shared->mutex);
    enter_space(NULL);
}

static void begin_condition(void)
{
    make_shared();
    play("taker", 0, take_one, NULL);
    play("putter", 1, put_one, NULL);
}

static void end_condition(void)
{
    REQUIRE(shared->count == 0 && shared->filled.waiters == 0);
    end();
}

SCENARIO(program_condition, .begin = begin_condition, .end = end_condition);

/* --- a semaphore -------------------------------------------------------------------------- */

static void wait_for_post(void *unused)
{
    (void)unused;
    enter_space(&space);
    semaphore_wait(&shared->semaphore);
    enter_space(NULL);
}

static void post(void *unused)
{
    (void)unused;
    enter_space(&space);
    semaphore_post(&shared->semaphore);
    enter_space(NULL);
}

static void begin_semaphore(void)
{
    make_shared();
    play("waiter", 0, wait_for_post, NULL);
    play("poster", 1, post, NULL);
}

static void end_semaphore(void)
{
    REQUIRE(shared->semaphore.value == 0 && shared->semaphore.waiters == 0);
    end();
}

SCENARIO(program_semaphore, .begin = begin_semaphore, .end = end_semaphore);

/* --- a barrier ---------------------------------------------------------------------------- */

enum { ROUNDS = 2 };

/* Nobody is more than one round ahead. */
static void meet(void *own_rounds)
{
    static uint32_t rounds[2];
    uint32_t *own = &rounds[(uintptr_t)own_rounds], *other = &rounds[!(uintptr_t)own_rounds];

    enter_space(&space);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        __atomic_store_n(own, round, __ATOMIC_RELEASE);
        (void)barrier_wait(&shared->barrier);
        REQUIRE(__atomic_load_n(other, __ATOMIC_ACQUIRE) >= round);
    }
    enter_space(NULL);
}

static void begin_barrier(void)
{
    make_shared();
    shared->barrier.members = 2;
    play("first", 0, meet, (void *)0);
    play("second", 1, meet, (void *)1);
}

SCENARIO(program_barrier, .begin = begin_barrier, .end = end);
