/* Tests of threads that are killed while they wait for a buffer or the terminal: nothing is
 * lost, doubled or broken, and no wakeup goes with them. */
#include "ipc/buffer_priv.h"

#include "abi/error.h"
#include "dev/clock.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

enum { BUFFER = 4, PATIENCE_US = 30000000 };

enum role { PRODUCER, CONSUMER };

/* A thread that makes one call, or calls until it is killed. */
struct caller {
    struct thread *thread;
    enum role role;
    uint32_t item;              /* to produce, or consumed */
    int error;                  /* of the last call */
    uint32_t succeeded;         /* calls */
};

static int call_buffer(struct caller *caller)
{
    caller->error = caller->role == PRODUCER ? buffer_produce(BUFFER, caller->item)
                                             : buffer_consume(BUFFER, &caller->item);
    if (!caller->error)
        caller->succeeded++;
    return caller->error;
}

static void call_once(void *argument)
{
    (void)call_buffer(argument);
}

static void call_until_killed(void *argument)
{
    while (call_buffer(argument) == 0)
        ;
}

static struct waiters *waiters_of(enum role role)
{
    return role == PRODUCER ? &buffers[BUFFER].nonfull : &buffers[BUFFER].nonempty;
}

static void await_waiters(enum role role, unsigned count)
{
    uint64_t deadline = clock_us() + PATIENCE_US;

    while (__atomic_load_n(&waiters_of(role)->count, __ATOMIC_RELAXED) != count &&
           clock_us() < deadline)
        thread_yield();
    EXPECT_EQ(waiters_of(role)->count, count);
}

/* Starts a caller that waits; those that are started before stand before it in the line. */
static void start_waiting(struct caller *caller, enum role role, uint32_t item)
{
    unsigned before = waiters_of(role)->count;

    *caller = (struct caller){ .role = role, .item = item, .error = -1 };
    caller->thread = test_spawn(thread_current()->home, call_once, caller);
    await_waiters(role, before + 1);
}

static void kill_and_join(struct caller *caller)
{
    thread_kill(caller->thread);
    thread_join(caller->thread);
    EXPECT_EQ(caller->error, E_KILLED);
}

static void join_caller(struct caller *caller)
{
    thread_join(caller->thread);
    EXPECT_EQ(caller->error, 0);
}

static uint32_t consume_item(void)
{
    uint32_t item = UINT32_MAX;

    EXPECT_EQ(buffer_consume(BUFFER, &item), 0);
    return item;
}

static unsigned thrown_away(void)
{
    unsigned count = 77;

    EXPECT_EQ(buffer_empty(BUFFER, &count), 0);
    return count;
}

/* Emptying takes all that is there, and lets the producers that wait go on: their items stay. */
KTEST(ipc, buffer_empty)
{
    struct buffer_statistics statistics;
    struct caller callers[3];

    EXPECT_EQ(buffer_configure(BUFFER, 2), 0);
    EXPECT_EQ(thrown_away(), 0);
    EXPECT_EQ(buffer_produce(BUFFER, 1), 0);
    EXPECT_EQ(buffer_produce(BUFFER, 2), 0);
    for (unsigned i = 0; i < 3; i++)
        start_waiting(&callers[i], PRODUCER, 3 + i);
    EXPECT_EQ(thrown_away(), 2);
    buffer_check();
    join_caller(&callers[0]);
    join_caller(&callers[1]);
    EXPECT_EQ(buffer_statistics(BUFFER, &statistics), 0);
    EXPECT_EQ(statistics.depth, 2);
    EXPECT_EQ(statistics.producers, 1);
    EXPECT_EQ(statistics.consumers, 0);
    uint32_t first = consume_item(), second = consume_item();
    EXPECT((first == 3 && second == 4) || (first == 4 && second == 3));  /* both were woken */
    join_caller(&callers[2]);
    EXPECT_EQ(thrown_away(), 1);
    EXPECT_EQ(buffer_statistics(BUFFER, &statistics), 0);
    EXPECT_EQ(statistics.out, 5);
    buffer_check();
    EXPECT_EQ(buffer_configure(BUFFER, BUFFER_CAPACITY_DEFAULT), 0);
}

/* The second of three waiting producers dies; the others are served in their order. */
KTEST(ipc, buffer_kill_producer)
{
    struct caller callers[3];

    EXPECT_EQ(buffer_configure(BUFFER, 2), 0);
    EXPECT_EQ(buffer_produce(BUFFER, 1), 0);
    EXPECT_EQ(buffer_produce(BUFFER, 2), 0);
    for (unsigned i = 0; i < 3; i++)
        start_waiting(&callers[i], PRODUCER, 3 + i);
    EXPECT_EQ(buffer_configure(BUFFER, 3), E_BUSY);
    kill_and_join(&callers[1]);
    buffer_check();
    EXPECT_EQ(consume_item(), 1);
    join_caller(&callers[0]);
    EXPECT_EQ(consume_item(), 2);
    join_caller(&callers[2]);
    EXPECT_EQ(consume_item(), 3);
    EXPECT_EQ(consume_item(), 5);
    buffer_check();
    EXPECT_EQ(buffers[BUFFER].times_full, 3);
    EXPECT_EQ(buffer_configure(BUFFER, BUFFER_CAPACITY_DEFAULT), 0);
}

KTEST(ipc, buffer_kill_consumer)
{
    struct caller callers[3];

    EXPECT_EQ(buffer_configure(BUFFER, 3), 0);      /* begins to count anew */
    for (unsigned i = 0; i < 3; i++)
        start_waiting(&callers[i], CONSUMER, 0);
    EXPECT_EQ(buffer_configure(BUFFER, 4), E_BUSY);
    kill_and_join(&callers[1]);
    buffer_check();
    EXPECT_EQ(buffer_produce(BUFFER, 10), 0);
    join_caller(&callers[0]);
    EXPECT_EQ(callers[0].item, 10);
    EXPECT_EQ(buffer_produce(BUFFER, 11), 0);
    join_caller(&callers[2]);
    EXPECT_EQ(callers[2].item, 11);
    buffer_check();
    EXPECT_EQ(buffers[BUFFER].times_empty, 3);
    EXPECT_EQ(buffer_configure(BUFFER, BUFFER_CAPACITY_DEFAULT), 0);
}

/* A waiter is killed after the signal woke it and before it runs (it lives on this CPU, and
 * interrupts are off): what it was promised goes to the next in line, or to any thread. */
static void signal_and_kill(struct caller *victim, enum role role)
{
    uint32_t item;

    intr_local_disable();
    if (role == CONSUMER)
        EXPECT_EQ(buffer_produce(BUFFER, 21), 0);
    else
        EXPECT_EQ(buffer_consume(BUFFER, &item), 0);
    EXPECT_EQ(waiters_of(role)->promised, 1);
    thread_kill(victim->thread);
    intr_local_enable();
    thread_join(victim->thread);
    EXPECT_EQ(victim->error, E_KILLED);
    buffer_check();
}

KTEST(ipc, buffer_kill_signalled_consumer)
{
    struct caller callers[2];

    start_waiting(&callers[0], CONSUMER, 0);
    start_waiting(&callers[1], CONSUMER, 0);
    signal_and_kill(&callers[0], CONSUMER);
    join_caller(&callers[1]);
    EXPECT_EQ(callers[1].item, 21);

    start_waiting(&callers[0], CONSUMER, 0);
    signal_and_kill(&callers[0], CONSUMER);
    EXPECT_EQ(waiters_of(CONSUMER)->promised, 0);
    EXPECT_EQ(consume_item(), 21);
    EXPECT_EQ(buffer_configure(BUFFER, BUFFER_CAPACITY_DEFAULT), 0);
}

KTEST(ipc, buffer_kill_signalled_producer)
{
    struct caller callers[2];

    EXPECT_EQ(buffer_configure(BUFFER, 1), 0);
    EXPECT_EQ(buffer_produce(BUFFER, 31), 0);
    start_waiting(&callers[0], PRODUCER, 32);
    start_waiting(&callers[1], PRODUCER, 33);
    signal_and_kill(&callers[0], PRODUCER);
    join_caller(&callers[1]);

    start_waiting(&callers[0], PRODUCER, 34);
    signal_and_kill(&callers[0], PRODUCER);         /* takes 33 out */
    EXPECT_EQ(waiters_of(PRODUCER)->promised, 0);
    EXPECT_EQ(buffer_produce(BUFFER, 35), 0);
    EXPECT_EQ(consume_item(), 35);
    EXPECT_EQ(buffer_configure(BUFFER, BUFFER_CAPACITY_DEFAULT), 0);
}

/* A thread that comes between the signal and the turn of the woken one must not take the slot: it
 * is promised. */
KTEST(ipc, buffer_no_overtaking)
{
    struct caller waiting, late;

    EXPECT_EQ(buffer_configure(BUFFER, 1), 0);
    EXPECT_EQ(buffer_produce(BUFFER, 1), 0);
    start_waiting(&waiting, PRODUCER, 2);
    late = (struct caller){ .role = PRODUCER, .item = 3, .error = -1 };
    intr_local_disable();                           /* late runs first, then waiting */
    late.thread = test_spawn(thread_current()->home, call_once, &late);
    EXPECT_EQ(consume_item(), 1);
    intr_local_enable();
    join_caller(&waiting);
    EXPECT_EQ(consume_item(), 2);
    join_caller(&late);
    EXPECT_EQ(consume_item(), 3);
    EXPECT_EQ(buffer_configure(BUFFER, BUFFER_CAPACITY_DEFAULT), 0);
}

/* Waits until a thread of this CPU that is about to wait does so, and wakes it without a signal:
 * it must wait on. */
static void wake_for_nothing(const struct caller *caller)
{
    while (!sched_ready(caller->thread))
        thread_yield();
    while (test_can_run(caller->thread))
        thread_yield();
    EXPECT_EQ(caller->error, -1);
}

KTEST(ipc, buffer_woken_for_nothing)
{
    struct caller caller;

    start_waiting(&caller, CONSUMER, 0);
    wake_for_nothing(&caller);
    EXPECT_EQ(waiters_of(CONSUMER)->count, 1);
    EXPECT_EQ(buffer_produce(BUFFER, 41), 0);
    join_caller(&caller);
    EXPECT_EQ(caller.item, 41);

    EXPECT_EQ(buffer_configure(BUFFER, 1), 0);
    EXPECT_EQ(buffer_produce(BUFFER, 42), 0);
    start_waiting(&caller, PRODUCER, 43);
    wake_for_nothing(&caller);
    EXPECT_EQ(waiters_of(PRODUCER)->count, 1);
    EXPECT_EQ(consume_item(), 42);
    join_caller(&caller);
    EXPECT_EQ(consume_item(), 43);
    EXPECT_EQ(buffer_configure(BUFFER, BUFFER_CAPACITY_DEFAULT), 0);
}

/* --- kill storm: callers on all CPUs die and are replaced; the books balance -------------- */

enum { STORM = 8, KILLS = 400 };

static void storm_start(struct caller *caller, unsigned index)
{
    *caller = (struct caller){ .role = index % 2 ? CONSUMER : PRODUCER, .item = index };
    caller->thread = test_spawn(test_cpu(index), call_until_killed, caller);
}

KTEST(ipc, buffer_kill_storm)
{
    static struct caller callers[STORM];
    struct buffer_statistics statistics;
    uint64_t produced = 0, consumed = 0;
    struct random random;

    random_seed(&random, 11);
    EXPECT_EQ(buffer_configure(BUFFER, 2), 0);
    for (unsigned i = 0; i < STORM; i++)
        storm_start(&callers[i], i);
    for (unsigned n = 0; n < KILLS + STORM; n++) {
        unsigned i = n < KILLS ? random_below(&random, STORM) : n - KILLS;

        kill_and_join(&callers[i]);
        if (callers[i].role == PRODUCER)
            produced += callers[i].succeeded;
        else
            consumed += callers[i].succeeded;
        if (n < KILLS)
            storm_start(&callers[i], i);
        buffer_check();
    }
    EXPECT_EQ(buffer_statistics(BUFFER, &statistics), 0);
    EXPECT(produced == statistics.in && consumed == statistics.out);
    EXPECT_EQ(buffers[BUFFER].nonfull.count + buffers[BUFFER].nonempty.count, 0);
    while (buffers[BUFFER].ring.count > 0)
        consume_item();
    EXPECT_EQ(buffer_configure(BUFFER, BUFFER_CAPACITY_DEFAULT), 0);
}
