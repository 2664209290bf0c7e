/* A thread is killed while it waits, or is woken.  What was meant for it goes to another one. */
#include "items.h"

#include "abi/error.h"
#include "ipc/ipc.h"
#include "thread/timeouts_priv.h"

static unsigned taken, killed;
static struct thread *victim;
static bool victim_ends;                /* it must: it is killed */

static void note_end(int error)
{
    REQUIRE(!error || error == E_KILLED);
    __atomic_fetch_add(error ? &killed : &taken, 1, __ATOMIC_RELAXED);
    if (thread_current() == victim)
        victim_ends = true;
}

static void take_or_end(void *unused)
{
    (void)unused;
    note_end(take_item());
}

static void begin_condition(void)
{
    victim = play("victim", 0, take_or_end, NULL);
    play("other", 1, take_or_end, NULL);
    play("putter", 1, put, NULL);
    play("killer", 1, kill_player, victim);
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
    note_end(error);
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
    play("killer", 1, kill_player, victim);
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
    REQUIRE(!timeout_is_set(thread_current()));
}

static void begin_sleep(void)
{
    victim = play("victim", 1, sleep, NULL);
    play("killer", 0, kill_player, victim);
}

SCENARIO(kill_condition, .begin = begin_condition, .end = end_condition, .may_wait = 1,
         .keeps_threads = true);
SCENARIO(kill_buffer, .begin = begin_buffer, .end = end_buffer, .may_wait = 1,
         .keeps_threads = true);
SCENARIO(kill_sleep, .begin = begin_sleep, .ticks = 2, .keeps_threads = true);
