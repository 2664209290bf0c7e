/* A thread is killed while it waits, or is woken.  What was meant for it goes to another one. */
#include "scenario.h"

#include "abi/error.h"
#include "ipc/ipc.h"

static struct spinlock lock = SPINLOCK_INITIALIZER(&scenario_lock);
static struct condition filled = CONDITION_INITIALIZER(filled, "filled");
static unsigned items, taken, killed;
static struct thread *victim;
static bool victim_ends;                /* it must: it is killed */

static void take(void *unused)
{
    int error = 0;

    (void)unused;
    spinlock_acquire(&lock);
    while (items == 0 && !error)
        error = condition_wait(&filled, &lock);
    if (!error) {
        items--;
        taken++;
    } else {
        REQUIRE(error == E_KILLED);
        killed++;
    }
    spinlock_release(&lock);
    if (thread_current() == victim)
        victim_ends = true;
}

static void put(void *unused)
{
    (void)unused;
    spinlock_acquire(&lock);
    items++;
    condition_signal(&filled, &lock);
    spinlock_release(&lock);
}

static void kill_victim(void *unused)
{
    (void)unused;
    thread_kill(victim);
}

static void begin_condition(void)
{
    victim = play("victim", 0, take, NULL);
    play("other", 1, take, NULL);
    play("putter", 1, put, NULL);
    play("killer", 1, kill_victim, NULL);
}

static void end_condition(void)
{
    REQUIRE(taken == 1 && items == 0 && victim_ends);
}

enum { BUFFER = 0 };

static void consume(void *unused)
{
    uint32_t item;
    int error = buffer_consume(BUFFER, &item);

    (void)unused;
    REQUIRE(!error || error == E_KILLED);
    __atomic_fetch_add(error ? &killed : &taken, 1, __ATOMIC_RELAXED);
    if (thread_current() == victim)
        victim_ends = true;
}

static void produce(void *unused)
{
    int error = buffer_produce(BUFFER, 7);

    (void)unused;
    REQUIRE(!error);
}

static void begin_buffer(void)
{
    int error = buffer_configure(BUFFER, 1);

    REQUIRE(!error);
    victim = play("victim", 0, consume, NULL);
    play("other", 1, consume, NULL);
    play("producer", 1, produce, NULL);
    play("killer", 1, kill_victim, NULL);
}

static void end_buffer(void)
{
    REQUIRE(taken == 1 && victim_ends);
}

static void sleep(void *unused)
{
    int error = thread_sleep_until(3000);

    (void)unused;
    REQUIRE(!error || error == E_KILLED);
}

static void begin_sleep(void)
{
    victim = play("victim", 1, sleep, NULL);
    play("killer", 0, kill_victim, NULL);
}

SCENARIO(kill_condition, .begin = begin_condition, .end = end_condition, .may_wait = 1,
         .keeps_threads = true);
SCENARIO(kill_buffer, .begin = begin_buffer, .end = end_buffer, .may_wait = 1,
         .keeps_threads = true);
SCENARIO(kill_sleep, .begin = begin_sleep, .ticks = 2, .keeps_threads = true);
