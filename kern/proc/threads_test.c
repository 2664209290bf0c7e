/* Tests of processes with several threads. */
#include "proc/proc_test.h"

#include "dev/clock.h"
#include "ipc/ipc.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "thread/group.h"
#include "thread/sched.h"
#include "thread/thread_test.h"
#include "vmm/kstack.h"

enum { GROUP_QUOTA = 64, STATUS_UD = STATUS_FAULT + 6 };

static pid_t start_group(const char *command)
{
    return test_create(code_group, command, GROUP_QUOTA, CPU_ANY);
}

/* A thread that ends the process ends all its threads, whatever they do, and sets the status.
 */
KTEST(proc, threads_end_together)
{
    static const struct {
        const char *command;
        uint32_t    status;
    } cases[] = {
        { "0sx", 1 }, { "4sx", 1 }, { "4yx", 1 }, { "4zx", 1 }, { "4bx", 1 }, { "4ex", 1 },
        { "4nx", 1 }, { "4sf", STATUS_UD }, { "1fs", STATUS_UD }, { "1fz", STATUS_UD },
        { "1fb", STATUS_UD }, { "1xs", 2 }, { "1xz", 2 }, { "1xy", 2 }, { "1xe", 2 },
        { "4sk", STATUS_KILLED }, { "1ks", STATUS_KILLED }, { "1kz", STATUS_KILLED },
        { "4ee", 0 }, { "4ne", 0 }, { "4en", 0 }, { "0ee", 0 },
    };
    struct test_usage before = test_usage();

    for (unsigned round = 0; round < 3; round++) {
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
            test_wait(start_group(cases[i].command), cases[i].status);
        test_expect_usage(&before);
    }
}

/* One of them wins, and only one. */
KTEST(proc, threads_race_to_exit)
{
    struct test_usage before = test_usage();
    unsigned seen = 0;

    for (unsigned round = 0; round < 40; round++) {
        uint32_t status = 0;
        pid_t child, pid = start_group(round % 2 ? "4xx" : "3xy");

        EXPECT_EQ(proc_wait(pid, &child, &status), 0);
        EXPECT(status >= 1 && status <= 5);
        seen |= 1u << status;
    }
    EXPECT(seen != 0);
    test_expect_usage(&before);
}

/* Killed from outside, at once and after a while. */
KTEST(proc, threads_killed)
{
    static const char *const commands[] = { "4ss", "4ye", "3zs", "4be", "4bz", "2yy" };
    struct test_usage before = test_usage();

    for (unsigned delay = 0; delay < 3; delay++) {
        for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
            pid_t pid = start_group(commands[i]);

            if (delay > 0)
                EXPECT_EQ(thread_sleep_until(clock_us() + delay * 1500), 0);
            EXPECT_EQ(proc_kill(pid), 0);
            test_wait(pid, STATUS_KILLED);
        }
    }
    test_expect_usage(&before);
}

/* Thousands of threads with room for a few: each stack is there again soon. */
KTEST(proc, threads_come_and_go)
{
    struct test_usage before = test_usage();

    test_wait(test_create(code_churn, "3", TEST_QUOTA, CPU_ANY), 'k');
    test_expect_usage(&before);
    test_wait(test_create(code_churn, "1", 6 + 2 * KSTACK_PAGES, CPU_ANY), 'k');
    test_expect_usage(&before);
}

static uint32_t used_by(pid_t pid)
{
    return quota_account(process_quota(process_slot(pid))).used;
}

static unsigned members_of(pid_t pid)
{
    struct thread_group *group = &process_slot(pid)->group;

    return test_look(&group->lock, &group->count);
}

static unsigned made_in(pid_t pid)
{
    struct thread_group *group = &process_slot(pid)->group;

    return test_look(&group->lock, &group->numbers);
}

/* What an ended thread had is given back while the process goes on. */
KTEST(proc, threads_give_back)
{
    struct test_usage before = test_usage();
    pid_t pid = start_group("4nz");

    AWAIT(members_of(pid) == 1 && made_in(pid) == 5);
    uint32_t with_one = used_by(pid);
    EXPECT_EQ(test_usage().threads, before.threads + 1);
    EXPECT_EQ(proc_kill(pid), 0);
    test_wait(pid, STATUS_KILLED);

    pid = start_group("4zz");
    AWAIT(members_of(pid) == 5);
    EXPECT_EQ(used_by(pid), with_one + 4 * KSTACK_PAGES);
    EXPECT_EQ(proc_kill(pid), 0);
    test_wait(pid, STATUS_KILLED);
    test_expect_usage(&before);
}

KTEST(proc, threads_out_of_quota)
{
    struct test_usage before = test_usage();

    test_wait(test_create(code_group, "9zz", 6 + 3 * KSTACK_PAGES, CPU_ANY), 'E');
    test_expect_usage(&before);
}

KTEST(proc, thread_pointers)
{
    struct test_usage before = test_usage();
    pid_t pids[4];

    for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
        pids[i] = test_create(code_pointers, "p", GROUP_QUOTA, test_cpu(i));
    for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
        test_wait(pids[i], 0);
    test_expect_usage(&before);
}

static int create_error;

static void create_thread(void *start)
{
    uint32_t number = 77;

    create_error = proc_thread_create(start, &number);
    EXPECT_EQ(number, 77);
}

KTEST(proc, thread_create_errors)
{
    static const struct thread_start good = { .entry = VM_USERLO, .stack = USTACKTOP };
    static const uaddr_t bad[] = { 0, 4, VM_USERLO - 1, UTOP, UVPT, 0xfffffffc };
    pid_t pid = test_create(code_sleep, "s", TEST_QUOTA, CPU_ANY);
    struct thread_start start;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        start = good;
        start.entry = bad[i];
        test_act_as(pid, create_thread, &start);
        EXPECT_EQ(create_error, E_INVAL_ADDR);
        start = good;
        start.stack = bad[i] + 1;
        test_act_as(pid, create_thread, &start);
        EXPECT_EQ(create_error, E_INVAL_ADDR);
        start = good;
        start.pointer = bad[i] ? bad[i] : 1;
        test_act_as(pid, create_thread, &start);
        EXPECT_EQ(create_error, E_INVAL_ADDR);
        start = good;
        start.exception_stack = bad[i] + 1;
        test_act_as(pid, create_thread, &start);
        EXPECT_EQ(create_error, E_INVAL_ADDR);
    }
    EXPECT_EQ(proc_kill(pid), 0);
    test_wait(pid, STATUS_KILLED);
}

/* Gives that order, and tells all members of it. */
static int order_group(struct thread_group *group, int (*order)(struct thread_group *))
{
    int error = order(group);
    uint32_t number = thread_group_last_order(group);

    while (thread_group_tell(group, number))
        continue;
    return error;
}

/* Stopped processes use no CPU, and go on where they were. */
KTEST(proc, stop_and_resume)
{
    struct test_usage before = test_usage();
    static const char *const commands[] = { "3sy", "0yy", "4yy", "2ys" };

    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        pid_t pid = start_group(commands[i]);
        struct thread_group *group = &process_slot(pid)->group;
        unsigned members = (unsigned)(commands[i][0] - '0') + 1;

        AWAIT(made_in(pid) == members);
        for (unsigned round = 0; round < 10; round++) {
            EXPECT_EQ(order_group(group, thread_group_stop), 0);
            EXPECT_EQ(order_group(group, thread_group_stop), 0);
            AWAIT(test_look(&group->lock, &group->parked) == members);
            EXPECT_EQ(order_group(group, thread_group_resume), 0);
            EXPECT_EQ(order_group(group, thread_group_resume), 0);
            AWAIT(test_look(&group->lock, &group->parked) == 0);
        }
        if (i % 2)
            EXPECT_EQ(order_group(group, thread_group_stop), 0);
        EXPECT_EQ(proc_kill(pid), 0);
        test_wait(pid, STATUS_KILLED);
    }
    test_expect_usage(&before);
}

/* --- storm -------------------------------------------------------------------------------- */

/* Groups that do all kinds of things are stopped, resumed and killed while they grow and end.
 */
static void group_storm(unsigned index, void *unused)
{
    static const char *const commands[] = { "4ss", "3ye", "4bz", "4xy", "2ks", "4ne", "4ee" };
    struct random random;

    (void)unused;
    random_seed(&random, 300 + index);
    for (unsigned round = 0; round < 30; round++) {
        const char *command = commands[random_below(&random, ARRAY_SIZE(commands))];
        pid_t child, pid = start_group(command);
        struct thread_group *group = &process_slot(pid)->group;
        uint32_t status;

        if (random_below(&random, 2)) {
            int error = order_group(group, thread_group_stop);
            EXPECT(error == 0 || error == E_KILLED);
        }
        for (unsigned i = random_below(&random, 4); i > 0; i--)
            thread_yield();
        if (random_below(&random, 2)) {
            int error = order_group(group, thread_group_resume);
            EXPECT(error == 0 || error == E_KILLED);
        }
        test_try_kill(pid);
        EXPECT_EQ(proc_wait(pid, &child, &status), 0);
        EXPECT(status <= 5 || status == STATUS_KILLED);
    }
}

KTEST(proc, threads_storm)
{
    struct test_usage before = test_usage();

    ktest_parallel(6, group_storm, NULL);
    test_expect_usage(&before);
    proc_check();
}
