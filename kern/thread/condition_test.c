/* Tests of condition variables and mutexes. */
#include "abi/error.h"

#include "dev/clock.h"
#include "lib/assert.h"
#include "lib/ktest.h"
#include "thread/mutex.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

static const struct lock_class test_class = LOCK_CLASS("thread.test", 15);

/* A monitor with a count that waiters take one of. */
struct counter {
    struct spinlock  lock;
    struct condition positive;
    unsigned         value, waiting, taken, killed, timed_out;
    unsigned         order[8];
};

static void counter_init(struct counter *counter)
{
    *counter = (struct counter){ .lock = SPINLOCK_INITIALIZER(&test_class) };
    condition_init(&counter->positive, "counter");
}

struct taker {
    struct counter *counter;
    unsigned        number;
    uint64_t        deadline;           /* 0: none */
};

HANDS_OVER
static int wait_positive(struct counter *counter, uint64_t deadline)
{
    int error = 0;

    counter->waiting++;
    while (!error && counter->value == 0)
        error = deadline ? condition_wait_until(&counter->positive, &counter->lock, deadline)
                         : condition_wait(&counter->positive, &counter->lock);
    counter->waiting--;
    return error;
}

static void take_one(void *argument)
{
    struct taker *taker = argument;
    struct counter *counter = taker->counter;

    spinlock_acquire(&counter->lock);
    int error = wait_positive(counter, taker->deadline);
    if (error == E_KILLED) {
        counter->killed++;
    } else if (error == E_TIMEOUT) {
        counter->timed_out++;
    } else {
        counter->value--;
        counter->order[counter->taken++] = taker->number;
    }
    spinlock_release(&counter->lock);
}

static void wait_until_waiting(struct counter *counter, unsigned n)
{
    for (;;) {
        spinlock_acquire(&counter->lock);
        bool reached = counter->waiting == n;
        spinlock_release(&counter->lock);
        if (reached)
            return;
        thread_yield();
    }
}

static void put_one(struct counter *counter)
{
    spinlock_acquire(&counter->lock);
    counter->value++;
    condition_signal(&counter->positive, &counter->lock);
    spinlock_release(&counter->lock);
}

KTEST(thread, signal_wakes_the_longest_waiter)
{
    struct counter counter;
    struct taker takers[4];
    struct thread *threads[4];

    counter_init(&counter);
    for (unsigned i = 0; i < 4; i++) {
        takers[i] = (struct taker){ &counter, i, 0 };
        threads[i] = test_spawn(test_cpu(i), take_one, &takers[i]);
        wait_until_waiting(&counter, i + 1);
    }
    for (unsigned i = 0; i < 4; i++) {
        put_one(&counter);
        wait_until_waiting(&counter, 3 - i);
    }
    for (unsigned i = 0; i < 4; i++) {
        thread_join(threads[i]);
        EXPECT_EQ(counter.order[i], i);
    }
    EXPECT(list_is_empty(&counter.positive.waiters));
}

enum { TAKERS = 6 };

/* Returns when all wait. */
static void start_takers(struct counter *counter, struct taker takers[TAKERS],
                         struct thread *threads[TAKERS])
{
    counter_init(counter);
    for (unsigned i = 0; i < TAKERS; i++) {
        takers[i] = (struct taker){ counter, i, 0 };
        threads[i] = test_spawn(test_cpu(i), take_one, &takers[i]);
    }
    wait_until_waiting(counter, TAKERS);
}

KTEST(thread, broadcast_wakes_all)
{
    struct counter counter;
    struct taker takers[TAKERS];
    struct thread *threads[TAKERS];

    start_takers(&counter, takers, threads);
    spinlock_acquire(&counter.lock);
    counter.value = TAKERS;
    condition_broadcast(&counter.positive, &counter.lock);
    EXPECT_EQ(list_length(&counter.positive.called), TAKERS - 1);   /* woken by one another */
    spinlock_release(&counter.lock);
    for (unsigned i = 0; i < TAKERS; i++)
        thread_join(threads[i]);
    EXPECT_EQ(counter.taken, TAKERS);
    EXPECT_EQ(counter.value, 0);
}

static size_t count_listed(struct counter *counter, const struct list *list)
{
    spinlock_acquire(&counter->lock);
    size_t length = list_length(list);
    spinlock_release(&counter->lock);
    return length;
}

/* They find nothing, and wait again: then none is called any more. */
KTEST(thread, broadcast_calls_nobody_twice)
{
    struct counter counter;
    struct taker takers[TAKERS];
    struct thread *threads[TAKERS];

    start_takers(&counter, takers, threads);
    spinlock_acquire(&counter.lock);
    condition_broadcast(&counter.positive, &counter.lock);
    condition_broadcast(&counter.positive, &counter.lock);
    spinlock_release(&counter.lock);
    while (count_listed(&counter, &counter.positive.waiters) < TAKERS)
        thread_yield();
    EXPECT_EQ(count_listed(&counter, &counter.positive.called), 0);
    for (unsigned i = 0; i < TAKERS; i++)
        put_one(&counter);
    for (unsigned i = 0; i < TAKERS; i++)
        thread_join(threads[i]);
}

KTEST(thread, wait_times_out)
{
    struct counter counter;
    uint64_t deadline = clock_us() + 3000;
    struct taker taker = { &counter, 0, deadline };

    counter_init(&counter);
    thread_join(test_spawn(test_cpu(1), take_one, &taker));
    EXPECT(clock_us() >= deadline);
    EXPECT_EQ(counter.timed_out, 1);
    EXPECT(list_is_empty(&counter.positive.waiters));
}

KTEST(thread, signal_before_the_deadline)
{
    struct counter counter;
    struct taker taker = { &counter, 0, UINT64_MAX };

    counter_init(&counter);
    struct thread *thread = test_spawn(test_cpu(1), take_one, &taker);
    wait_until_waiting(&counter, 1);
    put_one(&counter);
    thread_join(thread);
    EXPECT_EQ(counter.taken, 1);
    EXPECT_EQ(counter.timed_out, 0);
}

KTEST(thread, kill_ends_a_wait)
{
    struct counter counter;
    struct taker taker = { &counter, 0, 0 };

    counter_init(&counter);
    struct thread *thread = test_spawn(test_cpu(1), take_one, &taker);
    wait_until_waiting(&counter, 1);
    thread_kill(thread);
    thread_join(thread);
    EXPECT_EQ(counter.killed, 1);
    EXPECT(list_is_empty(&counter.positive.waiters));
}

/* The signal goes to the thread that was killed while it waited: it must not be lost, with a
 * deadline (0: none) or without. */
static void kill_and_signal(uint64_t deadline)
{
    struct counter counter;
    struct taker takers[2] = { { &counter, 0, deadline }, { &counter, 1, 0 } };
    struct thread *threads[2];

    counter_init(&counter);
    for (unsigned i = 0; i < 2; i++) {
        threads[i] = test_spawn(test_cpu(i + 1), take_one, &takers[i]);
        wait_until_waiting(&counter, i + 1);
    }
    spinlock_acquire(&counter.lock);    /* both happen before the waiter can look */
    thread_kill(threads[0]);
    counter.value++;
    condition_signal(&counter.positive, &counter.lock);
    spinlock_release(&counter.lock);
    thread_join(threads[0]);
    thread_join(threads[1]);
    EXPECT_EQ(counter.killed, 1);
    EXPECT_EQ(counter.taken, 1);
    EXPECT_EQ(counter.order[0], 1);
}

KTEST(thread, killed_waiter_passes_its_signal_on)
{
    kill_and_signal(0);
    kill_and_signal(UINT64_MAX);
}

static void join_it(void *thread)
{
    thread_join(thread);
}

/* The killed thread is joining another one: it must see that through, and sleep meanwhile.  It
 * lives on this CPU, so with interrupts off it cannot wake and wait again unseen. */
KTEST(thread, uninterruptible_wait_ignores_a_kill)
{
    struct counter counter;
    struct taker taker = { &counter, 0, 0 };

    counter_init(&counter);
    struct thread *child = test_spawn(test_cpu(1), take_one, &taker);
    wait_until_waiting(&counter, 1);
    struct thread *joiner = test_spawn(thread_current()->home, join_it, child);
    while (test_state(joiner) != THREAD_BLOCKED)
        thread_yield();
    intr_local_disable();
    thread_kill(joiner);
    EXPECT_EQ(test_state(joiner), THREAD_BLOCKED);
    intr_local_enable();
    put_one(&counter);
    thread_join(joiner);
    EXPECT_EQ(counter.taken, 1);
}

/* Takers with short deadlines against putters: what was put is taken or left, never both. */
struct race {
    struct counter counter;
    unsigned       put, taken;
};

enum { RACE_ROUNDS = 120 };

static void race_part(unsigned index, void *argument)
{
    struct race *race = argument;
    struct counter *counter = &race->counter;

    for (unsigned i = 0; i < RACE_ROUNDS; i++) {
        if (index % 2 == 0) {
            put_one(counter);
            __atomic_fetch_add(&race->put, 1, __ATOMIC_RELAXED);
        } else {
            spinlock_acquire(&counter->lock);
            if (wait_positive(counter, clock_us() + i % 5 * 300) == 0) {
                counter->value--;
                race->taken++;
            }
            spinlock_release(&counter->lock);
        }
        if (i % 4 == 0)
            thread_yield();
    }
}

KTEST(thread, stress_deadline_against_signal)
{
    static struct race race;

    race = (struct race){ .put = 0 };
    counter_init(&race.counter);
    ktest_parallel(8, race_part, &race);
    EXPECT_EQ(race.put, race.taken + race.counter.value);
    EXPECT_EQ(race.put, 4 * RACE_ROUNDS);
    EXPECT(list_is_empty(&race.counter.positive.waiters));
}

/* --- mutexes --- */

struct guarded {
    struct mutex mutex;
    unsigned     inside, entries, overlaps;
};

static void enter_often(unsigned index, void *argument)
{
    struct guarded *guarded = argument;

    for (unsigned i = 0; i < 60; i++) {
        mutex_lock(&guarded->mutex);
        EXPECT(mutex_holding(&guarded->mutex));
        guarded->overlaps += guarded->inside++ != 0;
        guarded->entries++;
        if ((i + index) % 3 == 0)
            thread_yield();             /* unlike a spinlock, it may be held across this */
        guarded->inside--;
        mutex_unlock(&guarded->mutex);
        EXPECT(!mutex_holding(&guarded->mutex));
    }
}

KTEST(thread, mutex_excludes)
{
    static struct guarded guarded;

    guarded = (struct guarded){ .entries = 0 };
    mutex_init(&guarded.mutex, "test mutex");
    ktest_parallel(10, enter_often, &guarded);
    EXPECT_EQ(guarded.entries, 600);
    EXPECT_EQ(guarded.overlaps, 0);
    EXPECT(guarded.mutex.owner == NULL);
}
