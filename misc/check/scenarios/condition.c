/* Condition variables: each signal lets one waiter go, a broadcast all of them, and a deadline ends
 * the wait that no signal has ended. */
#include "items.h"

#include "abi/error.h"

static void put_all(void *unused)
{
    (void)unused;
    spinlock_acquire(&lock);
    items += 2;
    condition_broadcast(&filled, &lock);
    spinlock_release(&lock);
}

/* The deadline is past at the third tick from now. */
static void take_in_time(void *unused)
{
    int error = 0;

    (void)unused;
    spinlock_acquire(&lock);
    while (items == 0 && !error)
        error = condition_wait_until(&filled, &lock, 3000);
    REQUIRE(!error || error == E_TIMEOUT);
    if (items > 0)
        items--;
    spinlock_release(&lock);
}

static void begin_signal(void)
{
    play("taker0", 0, take, NULL);
    play("taker1", 1, take, NULL);
    play("putter1", 1, put, NULL);
    play("putter0", 0, put, NULL);
}

static void begin_broadcast(void)
{
    play("taker0", 0, take, NULL);
    play("taker1", 1, take, NULL);
    play("putter", 1, put_all, NULL);
}

/* Signalled on CPU 1, which is busy, the taker may be taken to CPU 0 and end its wait there, while
 * the deadline is one of CPU 1's. */
static void put_and_work(void *unused)
{
    put(unused);
    thread_yield();
    thread_yield();
}

static void begin_moved_deadline(void)
{
    play("taker", ANY_CPU, take_in_time, NULL);
    play("putter", 1, put_and_work, NULL);
    play("other", 1, put_and_work, NULL);
}

static void begin_deadline(void)
{
    play("taker", 1, take_in_time, NULL);
    play("putter", 0, put, NULL);
}

static void end(void)
{
    REQUIRE(items == 0);
}

/* Nobody puts anything. */
static void begin_timeout(void)
{
    play("taker0", 0, take_in_time, NULL);
    play("taker1", 1, take_in_time, NULL);
}

static void end_deadline(void)
{
    REQUIRE(items <= 2 && list_is_empty(&filled.waiters));
}

SCENARIO(condition_signal, .begin = begin_signal, .end = end);
SCENARIO(condition_broadcast, .begin = begin_broadcast, .end = end);
SCENARIO(condition_deadline, .begin = begin_deadline, .end = end_deadline, .ticks = 2);
SCENARIO(condition_deadline_moves, .begin = begin_moved_deadline, .end = end_deadline, .ticks = 2);
SCENARIO(condition_timeout, .begin = begin_timeout, .end = end_deadline);
