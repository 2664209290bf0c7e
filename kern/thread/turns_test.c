/* Tests of turns, on threads that never run: their order is all that is looked at. */
#include "lib/ktest.h"
#include "lib/string.h"
#include "pmm/pmm.h"
#include "thread/sched.h"
#include "thread/turns_priv.h"

enum { THREADS = 12 };

static struct thread made[THREADS];
static struct quota owners[3];
static struct turns turns;

static void clear_turns(void)
{
    memset(made, 0, sizeof made);
    memset(&turns, 0, sizeof turns);
    turns_init(&turns);
}

static struct thread *add_thread(unsigned number, struct quota *owner, enum round round)
{
    struct thread *thread = &made[number];

    list_init(&thread->behind);
    thread->quota = owner;
    thread->round = round;
    thread->affinity = (cpu_mask)1 << number;
    turns_add(&turns, thread);
    return thread;
}

/* Their numbers, in the order of their turns. */
static void expect_order(const unsigned *numbers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        turns_check(&turns);
        EXPECT_EQ(turns.count, count - i);
        EXPECT_EQ(turns_take_next(&turns) - made, numbers[i]);
    }
    turns_check(&turns);
    EXPECT_EQ(turns.count, 0);
}

#define EXPECT_ORDER(...)                                                               \
    do {                                                                                \
        const unsigned numbers_[] = { __VA_ARGS__ };                                    \
        expect_order(numbers_, sizeof numbers_ / sizeof numbers_[0]);                   \
    } while (0)

KTEST(thread, owners_take_turns)
{
    clear_turns();
    for (unsigned i = 0; i < 4; i++)
        add_thread(i, &owners[0], ROUND_RAN);
    add_thread(4, &owners[1], ROUND_RAN);
    add_thread(5, &owners[2], ROUND_RAN);
    add_thread(6, &owners[1], ROUND_RAN);
    EXPECT_ORDER(0, 4, 5, 1, 6, 2, 3);
}

/* One that runs and comes back finds the others of its owner before it, and its owner's place. */
KTEST(thread, owner_keeps_its_place)
{
    clear_turns();
    for (unsigned i = 0; i < 3; i++)
        add_thread(i, &owners[0], ROUND_RAN);
    add_thread(3, &owners[1], ROUND_RAN);
    EXPECT(turns_take_next(&turns) == &made[0]);
    add_thread(0, &owners[0], ROUND_RAN);
    EXPECT(turns_take_next(&turns) == &made[3]);
    add_thread(3, &owners[1], ROUND_RAN);
    EXPECT_ORDER(1, 3, 2, 0);
}

KTEST(thread, removed_leader_leaves_its_place)
{
    clear_turns();
    struct thread *first = add_thread(0, &owners[0], ROUND_RAN);
    add_thread(1, &owners[0], ROUND_RAN);
    struct thread *behind = add_thread(2, &owners[0], ROUND_RAN);
    add_thread(3, &owners[1], ROUND_RAN);
    turns_remove(&turns, first);
    turns_check(&turns);
    turns_remove(&turns, behind);
    EXPECT(!list_is_linked(&first->queue_node) && !list_is_linked(&behind->queue_node));
    EXPECT_ORDER(1, 3);
}

KTEST(thread, last_of_an_owner_leaves_no_place)
{
    clear_turns();
    struct thread *only = add_thread(0, &owners[0], ROUND_RAN);
    add_thread(1, &owners[1], ROUND_RAN);
    turns_remove(&turns, only);
    turns_check(&turns);
    add_thread(0, &owners[0], ROUND_RAN);
    EXPECT_ORDER(1, 0);
}

KTEST(thread, the_woken_come_first)
{
    clear_turns();
    add_thread(0, &owners[0], ROUND_RAN);
    add_thread(1, &owners[1], ROUND_WOKEN);
    add_thread(2, &owners[2], ROUND_WOKEN);
    add_thread(3, &owners[1], ROUND_WOKEN);
    add_thread(4, &quota_root, ROUND_KERNEL);
    EXPECT_ORDER(4, 1, 2, 3, 0);
}

/* An owner that wakes its own threads again and again, or makes more, gets no more turns. */
KTEST(thread, owner_has_one_place)
{
    clear_turns();
    add_thread(0, &owners[0], ROUND_WOKEN);
    add_thread(1, &owners[0], ROUND_WOKEN);
    add_thread(2, &owners[1], ROUND_RAN);
    EXPECT(turns_take_next(&turns) == &made[0]);
    turns_tick(&turns, SCHED_SLICE);
    EXPECT_EQ(turns.overdue, 1u << ROUND_RAN);
    add_thread(0, &owners[0], ROUND_RAN);
    EXPECT(list_is_empty(&turns.rounds[ROUND_WOKEN]));
    add_thread(3, &owners[0], ROUND_WOKEN);
    add_thread(4, &owners[1], ROUND_WOKEN);
    EXPECT_ORDER(2, 1, 4, 0, 3);
}

/* Threads that wake each other hold the others up for a slice at most. */
KTEST(thread, passed_over_round_is_next)
{
    clear_turns();
    add_thread(0, &owners[0], ROUND_RAN);
    add_thread(1, &owners[0], ROUND_RAN);
    add_thread(2, &owners[1], ROUND_WOKEN);
    add_thread(3, &owners[1], ROUND_WOKEN);
    EXPECT(turns_take_next(&turns) == &made[2]);
    for (unsigned ms = 1; ms < SCHED_SLICE; ms++)
        turns_tick(&turns, 1);
    EXPECT(turns_take_next(&turns) == &made[3]);
    add_thread(3, &owners[1], ROUND_WOKEN);
    turns_tick(&turns, 1);
    add_thread(2, &owners[1], ROUND_WOKEN);
    EXPECT_ORDER(0, 3, 2, 1);
}

/* While a round has its turn, or no thread, it is not passed over. */
KTEST(thread, own_turn_is_not_passed_over)
{
    clear_turns();
    add_thread(0, &owners[0], ROUND_RAN);
    add_thread(1, &owners[0], ROUND_RAN);
    EXPECT(turns_take_next(&turns) == &made[0]);
    turns_tick(&turns, SCHED_SLICE);
    add_thread(2, &owners[1], ROUND_WOKEN);
    turns_tick(&turns, SCHED_SLICE - 1);
    turns_remove(&turns, &made[2]);
    add_thread(2, &owners[1], ROUND_WOKEN);
    turns_tick(&turns, 1);
    EXPECT_EQ(turns.overdue, 0);
    turns_tick(&turns, SCHED_SLICE);
    EXPECT_EQ(turns.overdue, 1u << ROUND_WOKEN);
    turns_remove(&turns, &made[2]);
    EXPECT_ORDER(1);
}

/* One that waits alone is passed over like others, and found and taken off like them. */
KTEST(thread, alone_has_a_round)
{
    clear_turns();
    struct thread *alone = add_thread(0, &owners[0], ROUND_RAN);
    EXPECT(turns_have(&turns, alone) && turns.alone == alone);
    turns_check(&turns);
    turns_tick(&turns, SCHED_SLICE);
    EXPECT_EQ(turns.overdue, 1u << ROUND_RAN);
    EXPECT(turns_find(&turns, 1) == alone && !turns_find(&turns, 1 << 1));
    add_thread(1, &owners[1], ROUND_WOKEN);
    EXPECT(!turns.alone && turns_have(&turns, alone));
    EXPECT_ORDER(0, 1);
    add_thread(0, &owners[0], ROUND_RAN);
    turns_tick(&turns, SCHED_SLICE);
    turns_remove(&turns, alone);
    EXPECT(!turns_have(&turns, alone));
    EXPECT_EQ(turns.overdue, 0);
    EXPECT_EQ(turns.passed_over_ms[ROUND_RAN], 0);
}

/* A thread that goes on later, and the one that goes on now. */
KTEST(thread, exchange_leaves_as_many)
{
    clear_turns();
    add_thread(0, &owners[0], ROUND_WOKEN);
    list_init(&made[1].behind);
    made[1].quota = &owners[1];
    made[1].round = ROUND_RAN;
    EXPECT(turns_exchange(&turns, &made[1]) == &made[0]);
    EXPECT_EQ(turns.last, ROUND_WOKEN);
    EXPECT(turns.alone == &made[1]);
    turns_check(&turns);
    add_thread(2, &owners[2], ROUND_RAN);
    made[0].round = ROUND_RAN;
    EXPECT(turns_exchange(&turns, &made[0]) == &made[1]);
    EXPECT_ORDER(2, 0);
}

/* A CPU without work looks at a few threads, leaders and those behind them. */
KTEST(thread, find_looks_at_a_few)
{
    clear_turns();
    for (unsigned i = 0; i < THREADS; i++)
        add_thread(i, &owners[i % 2], ROUND_RAN);
    EXPECT(turns_find(&turns, 1) == &made[0]);
    EXPECT(turns_find(&turns, 1 << 2) == &made[2]);
    EXPECT(turns_find(&turns, 1 << 1 | 1 << 10) == &made[10]);
    EXPECT(!turns_find(&turns, (cpu_mask)1 << 40));
    EXPECT(!turns_find(&turns, 1 << (THREADS - 1)));
}
