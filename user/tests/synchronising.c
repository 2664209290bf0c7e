/* Mutexes, condition variables, semaphores and barriers among threads on all CPUs: exact counts,
 * no more than one in the mutex, none forgotten; malloc and printf used by all at once; and the
 * FPU's registers, which belong to each thread.
 *
 * Must print 18 times: ^synchronising: one line that is written in pieces$ */
#include "check.h"
#include "errno.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"

enum { THREADS = 6, TURNS = 1500, ITEMS = 400 };

/* Runs `function`(number) in all threads and waits for them. */
static void run_all(void *(*function)(void *))
{
    struct thread *threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++) {
        int error = thread_create(&threads[i], function, (void *)(uintptr_t)i);
        CHECK_EQ(error, 0);
        if (error)
            exit(EXIT_FAILURE);
    }
    for (unsigned i = 0; i < THREADS; i++)
        thread_join(threads[i]);
}

/* --- mutex --- */

static struct mutex mutex = MUTEX_INITIALIZER;
static unsigned counter, inside;        /* guarded by it */

static void *count_up(void *argument)
{
    for (unsigned i = 0; i < TURNS; i++) {
        if (i % 16 != 0 || !mutex_try_lock(&mutex))
            mutex_lock(&mutex);
        CHECK_EQ(++inside, 1);
        volatile unsigned *slowly = &counter;
        unsigned before = *slowly;
        if (i % 64 == (uintptr_t)argument)
            yield();
        *slowly = before + 1;
        inside--;
        mutex_unlock(&mutex);
    }
    return NULL;
}

static void check_mutex(void)
{
    run_all(count_up);
    CHECK_EQ(counter, THREADS * TURNS);
    CHECK_EQ(mutex.state, 0);
    CHECK(mutex_try_lock(&mutex));
    CHECK(!mutex_try_lock(&mutex));
    mutex_unlock(&mutex);
}

/* --- condition variables: a queue of three items at most --- */

static struct {
    struct mutex mutex;
    struct condition not_full, not_empty;       /* signalled, broadcast */
    unsigned count, put, taken, sum;
} queue;

static void *put_and_take(void *argument)
{
    uintptr_t number = (uintptr_t)argument;

    for (unsigned i = 0; i < ITEMS; i++) {
        mutex_lock(&queue.mutex);
        if (number % 2 == 0) {
            while (queue.count == 3)
                condition_wait(&queue.not_full, &queue.mutex);
            queue.count++;
            queue.put++;
            condition_broadcast(&queue.not_empty);
        } else {
            while (queue.count == 0)
                condition_wait(&queue.not_empty, &queue.mutex);
            queue.count--;
            queue.taken++;
            condition_signal(&queue.not_full);
        }
        mutex_unlock(&queue.mutex);
    }
    return NULL;
}

static void check_conditions(void)
{
    run_all(put_and_take);
    CHECK_EQ(queue.put, THREADS / 2 * ITEMS);
    CHECK_EQ(queue.taken, THREADS / 2 * ITEMS);
    CHECK_EQ(queue.not_full.waiters, 0);
    CHECK_EQ(queue.not_empty.waiters, 0);
    mutex_lock(&queue.mutex);
    CHECK_EQ(condition_wait_for(&queue.not_full, &queue.mutex, 1000), E_TIMEOUT);
    CHECK(!mutex_try_lock(&queue.mutex));
    mutex_unlock(&queue.mutex);
}

/* Two threads that take turns: a signal that comes between a waiter's unlock and its wait is not
 * lost, for there is no other that would wake it. */
static struct mutex turn_mutex;
static struct condition turn_over;
static unsigned turn;                   /* guarded by turn_mutex */

static void *take_turns(void *argument)
{
    unsigned own = (unsigned)(uintptr_t)argument;

    for (unsigned i = 0; i < TURNS; i++) {
        mutex_lock(&turn_mutex);
        while (turn % 2 != own)
            condition_wait(&turn_over, &turn_mutex);
        turn++;
        condition_signal(&turn_over);
        mutex_unlock(&turn_mutex);
    }
    return NULL;
}

static void check_turns(void)
{
    struct thread *other = NULL;

    CHECK_EQ(thread_create(&other, take_turns, (void *)1), 0);
    take_turns((void *)0);
    thread_join(other);
    CHECK_EQ(turn, 2 * TURNS);
}

/* --- semaphores: at most two at a time --- */

static struct semaphore two = SEMAPHORE_INITIALIZER(2);
static unsigned at_once, most;

static void *use_semaphore(void *unused)
{
    for (unsigned i = 0; i < ITEMS; i++) {
        if (i % 8 != 0 || !semaphore_try_wait(&two))
            semaphore_wait(&two);
        unsigned now = __atomic_add_fetch(&at_once, 1, __ATOMIC_SEQ_CST);
        if (now > __atomic_load_n(&most, __ATOMIC_SEQ_CST))
            __atomic_store_n(&most, now, __ATOMIC_SEQ_CST);
        if (i % 32 == 0)
            yield();
        __atomic_sub_fetch(&at_once, 1, __ATOMIC_SEQ_CST);
        semaphore_post(&two);
    }
    return unused;
}

/* Nothing but taking and giving, so that threads meet there. */
static void *take_and_give(void *unused)
{
    for (unsigned i = 0; i < 20 * TURNS; i++)
        if (semaphore_try_wait(&two))
            semaphore_post(&two);
    return unused;
}

static void check_semaphores(void)
{
    run_all(use_semaphore);
    run_all(take_and_give);
    CHECK(most == 1 || most == 2);
    CHECK_EQ(two.value, 2);
    CHECK_EQ(two.waiters, 0);
}

/* --- barriers --- */

static struct barrier barrier = BARRIER_INITIALIZER(THREADS);
static unsigned steps[THREADS], lasts;

static void *step(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument;

    for (unsigned i = 1; i <= 100; i++) {
        __atomic_store_n(&steps[number], i, __ATOMIC_SEQ_CST);
        if (barrier_wait(&barrier))
            __atomic_add_fetch(&lasts, 1, __ATOMIC_SEQ_CST);
        for (unsigned k = 0; k < THREADS; k++) {
            unsigned other = __atomic_load_n(&steps[k], __ATOMIC_SEQ_CST);
            CHECK(other == i || other == i + 1);
        }
    }
    return NULL;
}

static void check_barriers(void)
{
    run_all(step);
    CHECK_EQ(lasts, 100);
}

/* --- the library --- */

static void *use_library(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument, seed = number;
    char *blocks[8] = { NULL };

    for (unsigned i = 0; i < 600; i++) {
        unsigned k = i % ARRAY_SIZE(blocks);
        seed = seed * 1103515245 + 12345;
        if (blocks[k])
            CHECK_EQ(blocks[k][0], (char)(number + k));
        blocks[k] = realloc(blocks[k], 1 + seed / 65536 % 300);
        CHECK(blocks[k]);
        blocks[k][0] = (char)(number + k);
        if (i % 3 == 0) {
            free(blocks[k]);
            blocks[k] = NULL;
        }
        if (i % 200 == 0)
            printf("synchronising: %s %s\n", "one line that is", "written in pieces");
    }
    for (unsigned k = 0; k < ARRAY_SIZE(blocks); k++)
        free(blocks[k]);
    return NULL;
}

/* --- the FPU --- */

static void *compute(void *argument)
{
    double third = (double)((uintptr_t)argument + 1) / 3;

    __asm__ volatile("fldl %0" : : "m"(third));
    for (unsigned i = 0; i < 100; i++) {
        double kept;
        if (i % 4 == 0)
            yield();
        for (volatile unsigned k = 0; k < 2000; k++)
            continue;
        __asm__ volatile("fstl %0" : "=m"(kept));
        CHECK(memcmp(&kept, &third, sizeof kept) == 0);
    }
    __asm__ volatile("fstp %%st(0)" : : );
    return NULL;
}

int main(void)
{
    check_mutex();
    check_conditions();
    check_turns();
    check_semaphores();
    check_barriers();
    run_all(use_library);
    run_all(compute);
    CHECK_EQ(thread_count(), 1);
    return check_result();
}
