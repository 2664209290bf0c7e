/* Tests of looks at groups that are too large for one hold of the lock, and of orders to them.  The
 * members do nothing before they are let go, so it is known which of them a look has seen, or an
 * order has reached. */
#include "lib/assert.h"
#include "lib/ktest.h"
#include "pmm/pmm.h"
#include "thread/group.h"
#include "thread/queue_priv.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

enum { MEMBERS = 6 };                   /* the first part of a look does not see the last two */

static struct thread_group group;
static struct thread *members[MEMBERS];
static struct process_info info;
static uint32_t ticket;

/* What the member that works does, step by step. */
enum step { WORK, LEAVE, EXIT };
static enum step wanted;                /* [a] */
enum { CALLS = 3 };                     /* system calls that it counts */

static void want_step(enum step step)
{
    __atomic_store_n(&wanted, step, __ATOMIC_RELEASE);
}

static void wait_for_step(enum step step)
{
    while (__atomic_load_n(&wanted, __ATOMIC_ACQUIRE) < step)
        thread_yield();
}

static void leave_group(void *unused)
{
    (void)unused;
    bool last = thread_group_leave(thread_current()->group);

    (void)last;
}

static void work_and_leave(void *unused)
{
    __atomic_store_n(&current_context()->system_calls, CALLS, __ATOMIC_RELEASE);
    wait_for_step(LEAVE);
    leave_group(unused);
    wait_for_step(EXIT);
}

static struct thread *create_member(void (*start)(void *))
{
    struct thread *thread;
    const struct thread_config config = { .name = "member", .start = start,
                                          .cpu = test_cpu(1), .quota = &quota_root };

    if (thread_create(&config, &thread))
        KERN_PANIC("no memory for a test's thread");
    return thread;
}

static void group_begin(void (*first)(void *))
{
    thread_group_init(&group);
    thread_group_renew(&group);
    for (unsigned i = 0; i < MEMBERS; i++) {
        members[i] = create_member(i == 0 ? first : leave_group);
        EXPECT_EQ(thread_group_add(&group, members[i]), 0);
    }
    ticket = 0;
}

static unsigned live_count(void)
{
    spinlock_acquire(&group.lock);
    unsigned count = group.live_count;
    spinlock_release(&group.lock);
    return count;
}

/* The member leaves; it may be running still. */
static void let_leave(unsigned member)
{
    unsigned before = live_count();

    thread_start(members[member]);
    members[member] = NULL;
    while (live_count() == before)
        thread_yield();
}

static void finish_look(void)
{
    while (!thread_group_look(&group, &ticket, &info))
        continue;
    ticket = 0;
}

static void group_end(void)
{
    for (unsigned i = 0; i < MEMBERS; i++)
        if (members[i])
            let_leave(i);
    thread_group_await(&group);
}

KTEST(thread, look_sees_a_member_that_leaves_unseen)
{
    group_begin(leave_group);
    EXPECT(!thread_group_look(&group, &ticket, &info));
    let_leave(MEMBERS - 1);
    finish_look();
    EXPECT_EQ(info.threads, MEMBERS);
    group_end();
}

KTEST(thread, look_goes_on_after_its_next_member_has_left)
{
    group_begin(leave_group);
    EXPECT(!thread_group_look(&group, &ticket, &info));
    let_leave((unsigned)(group.look.next->number - members[0]->number));
    finish_look();
    EXPECT_EQ(info.threads, MEMBERS);
    group_end();
}

/* What another look has counted already leaves.  The one that is asked for then does not tell
 * that. */
KTEST(thread, look_is_not_older_than_its_question)
{
    struct process_info earlier_info;
    uint32_t earlier = 0;

    group_begin(leave_group);
    EXPECT(!thread_group_look(&group, &earlier, &earlier_info));
    let_leave(0);
    finish_look();
    EXPECT_EQ(info.threads, MEMBERS - 1);
    EXPECT(thread_group_look(&group, &earlier, &earlier_info));
    group_end();
}

KTEST(thread, look_counts_no_member_twice)
{
    group_begin(leave_group);
    EXPECT(!thread_group_look(&group, &ticket, &info));
    let_leave(0);
    finish_look();
    EXPECT_EQ(info.threads, MEMBERS);
    finish_look();
    EXPECT_EQ(info.threads, MEMBERS - 1);
    group_end();
}

/* Between the moment when it leaves and the one when it has been switched away from for good. */
KTEST(thread, no_sum_shrinks_while_a_member_exits)
{
    want_step(WORK);
    group_begin(work_and_leave);
    thread_start(members[0]);
    do
        finish_look();
    while (info.system_calls < CALLS);
    uint64_t cycles = info.cycles;

    want_step(LEAVE);
    while (live_count() == MEMBERS)
        thread_yield();
    finish_look();
    EXPECT_EQ(info.threads, MEMBERS - 1);
    EXPECT_EQ(info.system_calls, CALLS);
    EXPECT(info.cycles >= cycles);
    cycles = info.cycles;

    want_step(EXIT);
    members[0] = NULL;
    group_end();
    finish_look();
    EXPECT_EQ(info.system_calls, CALLS);
    EXPECT(info.cycles >= cycles);
}

/* --- cycles ------------------------------------------------------------------------------- */

#define LONG (1ull << 40)               /* cycles, far more than a test takes */

HANDS_OVER
static void run_long(void)
{
    struct ready_queue *queue = queue_lock_home(thread_current());

    thread_current()->cycles += LONG;
    spinlock_release(&queue->lock);
}

static void run_long_and_leave(void *unused)
{
    run_long();
    work_and_leave(unused);
}

static void leave_and_run_long(void *unused)
{
    leave_group(unused);
    run_long();
}

static bool is_long(uint64_t cycles)
{
    return cycles >= LONG && cycles < 2 * LONG;
}

/* Those of a member that is there, and that has left. */
KTEST(thread, cycles_of_a_member_are_counted_once)
{
    want_step(WORK);
    group_begin(run_long_and_leave);
    thread_start(members[0]);
    do
        finish_look();
    while (info.system_calls < CALLS);
    finish_look();                      /* a look reads the calls after the cycles */
    EXPECT(is_long(info.cycles));
    want_step(EXIT);
    while (live_count() == MEMBERS)
        thread_yield();
    members[0] = NULL;
    group_end();
    finish_look();
    EXPECT(is_long(info.cycles));
}

/* Until the last one on its way out. */
KTEST(thread, cycles_after_leaving_are_counted_once)
{
    group_begin(leave_and_run_long);
    group_end();
    finish_look();
    EXPECT(is_long(info.cycles));
}

/* --- orders ------------------------------------------------------------------------------- */

static const cpu_mask ANYWHERE = ~(cpu_mask)0;

static void finish_order(void)
{
    while (thread_group_tell(&group, thread_group_last_order(&group)))
        continue;
}

static bool is_stopped(unsigned member)
{
    return members[member]->context.pending & THREAD_STOP;
}

KTEST(thread, order_goes_on_after_its_next_member_has_left)
{
    group_begin(leave_group);
    EXPECT_EQ(thread_group_stop(&group), 0);
    EXPECT(group.untold == members[1]);
    let_leave(1);
    finish_order();
    for (unsigned i = 0; i < MEMBERS; i++)
        EXPECT(!members[i] || is_stopped(i));
    group_end();
}

KTEST(thread, order_reaches_those_that_an_unfinished_one_has)
{
    group_begin(leave_group);
    EXPECT_EQ(thread_group_stop(&group), 0);
    EXPECT_EQ(thread_group_set_affinity(&group, ANYWHERE), 0);
    finish_order();
    for (unsigned i = 0; i < MEMBERS; i++)
        EXPECT(members[i]->affinity == ANYWHERE && is_stopped(i));
    group_end();
}

KTEST(thread, order_is_not_finished_for_another_one)
{
    group_begin(leave_group);
    EXPECT_EQ(thread_group_stop(&group), 0);
    uint32_t first = thread_group_last_order(&group);
    EXPECT_EQ(thread_group_resume(&group), 0);
    const struct thread *untold = group.untold;
    EXPECT(!thread_group_tell(&group, first));
    EXPECT(untold && group.untold == untold);
    finish_order();
    group_end();
}

static void move_and_leave(void *unused)
{
    EXPECT_EQ(thread_group_set_affinity(&group, ANYWHERE), 0);
    EXPECT(thread_current()->affinity == ANYWHERE);
    finish_order();
    leave_group(unused);
}

KTEST(thread, order_reaches_the_caller_at_once)
{
    group_begin(leave_group);
    struct thread *last = create_member(move_and_leave);

    EXPECT_EQ(thread_group_add(&group, last), 0);
    thread_start(last);
    while (live_count() > MEMBERS)
        thread_yield();
    group_end();
}
