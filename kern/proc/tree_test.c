/* Tests of parents that end before their children, and of processes that are created, killed
 * and waited for on all CPUs at once. */
#include "proc/proc_test.h"

#include "dev/clock.h"
#include "dev/delay_test.h"
#include "ipc/ipc.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

/* --- orphans ------------------------------------------------------------------------------ */

static uint32_t delegated_by(pid_t pid)
{
    return quota_account(process_quota(process_slot(pid))).delegated;
}

/* The mother ends: a zombie child vanishes, living ones become the grandmother's, who can kill
 * them, need not wait for them, and gets their quota in the end: to the mother it goes back only
 * as long as nobody has waited for her. */
KTEST(proc, orphans)
{
    struct test_usage before = test_usage();
    pid_t grandmother = test_create(code_sleep, "g", 200, CPU_ANY);
    pid_t mother = test_create_as(grandmother, code_sleep, 100);
    pid_t dead = test_create_as(mother, code_exit, 20);
    pid_t sleeping = test_create_as(mother, code_sleep, 21);
    pid_t spinning = test_create_as(mother, code_spin, 22);

    AWAIT(process_slot(dead)->state == PROCESS_ZOMBIE);
    EXPECT_EQ(delegated_by(grandmother), 100);
    EXPECT_EQ(test_kill_as(grandmother, mother), 0);
    AWAIT(process_slot(mother)->state == PROCESS_ZOMBIE);
    AWAIT(proc_count() == before.processes + 4);        /* without the dead one */
    EXPECT_EQ(process_slot(sleeping)->parent->id, grandmother);
    EXPECT_EQ(process_slot(spinning)->parent->id, grandmother);
    AWAIT(delegated_by(mother) == 21 + 22);
    EXPECT_EQ(delegated_by(grandmother), 100);
    EXPECT_EQ(process_slot(grandmother)->child_count, 1);
    EXPECT_EQ(test_wait_as(grandmother, mother), 0);
    EXPECT_EQ(delegated_by(grandmother), 21 + 22);

    EXPECT_EQ(test_kill_as(grandmother, sleeping), 0);
    AWAIT(delegated_by(grandmother) == 22);             /* freed by the reaper alone */
    EXPECT_EQ(proc_kill(grandmother), 0);
    test_wait(grandmother, STATUS_KILLED);
    AWAIT(proc_count() == before.processes + 1);
    EXPECT(process_slot(spinning)->parent == ROOT_PROCESS);
    pid_t child;
    uint32_t status;
    EXPECT_EQ(proc_wait(spinning, &child, &status), E_INVAL_PID);
    EXPECT_EQ(proc_wait(WAIT_ANY, &child, &status), E_NO_CHILD);
    EXPECT_EQ(proc_kill(spinning), 0);
    AWAIT(proc_count() == before.processes);
    test_expect_usage(&before);
}

/* Programs that spawn programs and do not wait; the tree is torn down while it grows. */
KTEST(proc, tree)
{
    struct test_usage before = test_usage();
    struct test_file file;
    const struct boot_module module = { .name = "tree", .image = &file, .size = sizeof file };

    test_file_make(&file, code_tree, 0);
    test_programs_save();
    programs_init(&module, 1);

    for (unsigned round = 0; round < 30; round++) {
        struct process_config config = { .command = "tree", .quota = 600 };
        pid_t pid;

        config.cpu = test_cpu(round);
        EXPECT_EQ(proc_create(&config, &pid), 0);
        if (round % 3 == 0)
            EXPECT_EQ(proc_kill(pid), 0);
        pid_t child;
        uint32_t status;
        EXPECT_EQ(proc_wait(pid, &child, &status), 0);
        EXPECT(status == 0 || status == STATUS_KILLED);
    }
    AWAIT(proc_count() == before.processes);
    test_expect_usage(&before);
    proc_check();
    test_programs_restore();
}

/* --- storm -------------------------------------------------------------------------------- */

enum { STORM_THREADS = 8, STORM_ROUNDS = 25, STORM_CHILDREN = 4 };

static pid_t storm_pids[STORM_THREADS][STORM_CHILDREN];

/* Each thread has some children of its own, kills anybody's, and waits for its own. */
static void tree_storm(unsigned index, void *unused)
{
    static const char *const codes[] = { code_exit, code_spin, code_sleep, code_block };
    struct random random;

    (void)unused;
    random_seed(&random, 100 + index);
    for (unsigned round = 0; round < STORM_ROUNDS; round++) {
        pid_t *own = storm_pids[index];

        for (unsigned i = 0; i < STORM_CHILDREN; i++) {
            const char *code = codes[random_below(&random, ARRAY_SIZE(codes))];
            pid_t pid = test_create(code, "x", TEST_QUOTA, test_cpu(random_next(&random) % 64));
            __atomic_store_n(&own[i], pid, __ATOMIC_RELAXED);
        }
        for (unsigned i = 0; i < STORM_CHILDREN; i++) {
            pid_t *other = storm_pids[random_below(&random, STORM_THREADS)];
            test_try_kill(__atomic_load_n(&other[i], __ATOMIC_RELAXED));
        }
        for (unsigned i = 0; i < STORM_CHILDREN; i++) {
            pid_t child = -1;
            uint32_t status = 0;

            test_try_kill(own[i]);            /* it may be gone already, but not its id */
            EXPECT_EQ(proc_wait(own[i], &child, &status), 0);
            EXPECT_EQ(child, own[i]);
            EXPECT(status == STATUS_KILLED || status == 'x');
        }
    }
}

KTEST(proc, storm)
{
    struct test_usage before = test_usage();

    memset(storm_pids, 0, sizeof storm_pids);
    ktest_parallel(STORM_THREADS, tree_storm, NULL);
    test_expect_usage(&before);
    proc_check();
}

/* A child of this mother, or an orphan that she inherited. */
static pid_t create_below(pid_t mother, bool orphan)
{
    if (!orphan)
        return test_create_as(mother, code_sleep, TEST_QUOTA);
    pid_t middle = test_create_as(mother, code_sleep, 60);
    pid_t child = test_create_as(middle, code_block, TEST_QUOTA);
    EXPECT_EQ(proc_kill(middle), 0);
    AWAIT(__atomic_load_n(&process_slot(child)->parent, __ATOMIC_RELAXED) ==
          process_slot(mother));
    return child;
}

/* Mother and child end at the same time, on different CPUs or in turns: the child ends as a
 * child, or as an orphan, and is freed once. */
KTEST(proc, exit_race)
{
    struct test_usage before = test_usage();
    struct random random;

    random_seed(&random, 300);
    for (unsigned round = 0; round < 100; round++) {
        pid_t mother = test_create(code_sleep, "m", 100, test_cpu(1));
        pid_t child = create_below(mother, round % 2);

        test_try_kill(child);
        clock_delay_us(random_below(&random, 300));
        EXPECT_EQ(proc_kill(mother), 0);
        test_wait(mother, STATUS_KILLED);
    }
    AWAIT(proc_count() == before.processes);
    test_expect_usage(&before);
    proc_check();
}

/* Mothers are killed while they have children, and while their children exit and are killed. */
static void family_storm(unsigned index, void *unused)
{
    struct random random;

    (void)unused;
    random_seed(&random, 200 + index);
    for (unsigned round = 0; round < STORM_ROUNDS; round++) {
        pid_t mother = test_create(code_sleep, "m", 200, test_cpu(index));
        pid_t first = test_create_as(mother, code_exit, 60);
        pid_t second = test_create_as(mother, code_spin, 60);

        if (random_below(&random, 2))
            test_try_kill(second);
        if (random_below(&random, 2))
            thread_yield();
        EXPECT_EQ(proc_kill(mother), 0);
        test_try_kill(first);
        test_wait(mother, STATUS_KILLED);
        test_try_kill(second);
    }
}

KTEST(proc, family_storm)
{
    struct test_usage before = test_usage();

    ktest_parallel(STORM_THREADS, family_storm, NULL);
    AWAIT(proc_count() == before.processes);
    test_expect_usage(&before);
    proc_check();
}
