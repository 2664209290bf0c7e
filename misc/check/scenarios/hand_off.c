/* Two threads of one CPU hand it to each other; one may be killed, or may be given to another CPU,
 * at any moment. */
#include "scenario.h"

#include "thread/affinity.h"

enum { ROUNDS = 2 };

static struct spinlock lock = SPINLOCK_INITIALIZER(&scenario_lock);
static struct thread *waiting;          /* [lock] the one that has handed over, or NULL */
static struct thread *second;

/* Waits until the other one hands over; the first of the two to come waits without a partner. */
static void hand_over(void)
{
    spinlock_acquire(&lock);
    struct thread *next = waiting;
    waiting = thread_current();
    if (next)
        sched_hand_off(&lock, next);
    else
        sched_block(&lock, WAIT_INTERRUPTIBLE);
}

static void take_turns(void *unused)
{
    (void)unused;
    for (unsigned round = 0; round < ROUNDS; round++)
        hand_over();
    spinlock_acquire(&lock);
    struct thread *other = waiting;
    waiting = NULL;
    if (other)
        sched_ready(other);
    spinlock_release(&lock);
}

static void move_second(void *unused)
{
    int error = affinity_set(second, 2);

    (void)unused;
    REQUIRE(!error);
}

/* The mover makes CPU 1 be online: it runs there. */
static void begin_moved(void)
{
    play("first", 0, take_turns, NULL);
    second = play("second", 0, take_turns, NULL);
    play("mover", 1, move_second, NULL);
}

/* The one that is woken last may wait for a partner that has ended. */
SCENARIO(hand_off_moved, .begin = begin_moved, .may_wait = 1, .keeps_threads = true);

/* --- one is killed ------------------------------------------------------------------------ */

static bool victim_ends;                /* it must: nobody else wakes it */

static void wait_for_partner(void *unused)
{
    (void)unused;
    spinlock_acquire(&lock);
    waiting = thread_current();
    sched_block(&lock, WAIT_INTERRUPTIBLE);
}

static void hand_over_and_end(void *unused)
{
    (void)unused;
    spinlock_acquire(&lock);
    struct thread *next = waiting;
    waiting = NULL;
    if (next)
        sched_hand_off(&lock, next);
    else
        spinlock_release(&lock);
    victim_ends = true;
}

static void begin_killed(void)
{
    play("partner", 0, wait_for_partner, NULL);
    struct thread *victim = play("victim", 0, hand_over_and_end, NULL);
    play("killer", 1, kill_player, victim);
}

static void end_killed(void)
{
    REQUIRE(victim_ends);
}

SCENARIO(hand_off_killed, .begin = begin_killed, .end = end_killed, .may_wait = 1,
         .keeps_threads = true);
