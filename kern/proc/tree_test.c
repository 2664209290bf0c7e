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

enum { MOTHER = 100, DEAD = 20, SLEEPING = 21, SPINNING = 22 };         /* quotas */

/* A mother with three children, one of which has exited; and their grandmother. */
struct family {
    struct test_usage before;
    pid_t grandmother, mother, dead, sleeping, spinning;
};

static void family_begin(struct family *f)
{
    f->before = test_usage();
    f->grandmother = test_create(code_sleep, "g", 200, CPU_ANY);
    f->mother = test_create_as(f->grandmother, code_sleep, MOTHER);
    f->dead = test_create_as(f->mother, code_exit, DEAD);
    f->sleeping = test_create_as(f->mother, code_sleep, SLEEPING);
    f->spinning = test_create_as(f->mother, code_spin, SPINNING);
    AWAIT(test_is_zombie(f->dead));
}

/* The child that had exited vanishes with her. */
static void mother_ends(const struct family *f)
{
    EXPECT_EQ(test_kill_as(f->grandmother, f->mother), 0);
    AWAIT(test_is_zombie(f->mother));
    AWAIT(proc_count() == f->before.processes + 4);
}

static void grandmother_ends(const struct family *f)
{
    EXPECT_EQ(proc_kill(f->grandmother), 0);
    test_wait(f->grandmother, STATUS_KILLED);
}

static void family_end(const struct family *f)
{
    test_try_kill(f->sleeping);
    test_try_kill(f->spinning);
    test_await_usage(&f->before);
}

/* She can kill them, and need not wait for them: the reaper frees them. */
KTEST(proc, orphans_become_the_grandmothers)
{
    struct family f;

    family_begin(&f);
    mother_ends(&f);
    EXPECT_EQ(process_slot(f.sleeping)->parent->id, f.grandmother);
    EXPECT_EQ(process_slot(f.spinning)->parent->id, f.grandmother);
    EXPECT_EQ(process_slot(f.grandmother)->child_count, 1);
    EXPECT_EQ(test_kill_as(f.grandmother, f.sleeping), 0);
    AWAIT(proc_count() == f.before.processes + 3);
    grandmother_ends(&f);
    family_end(&f);
}

/* To the mother it goes back only as long as no process has waited for her. */
KTEST(proc, orphans_quota_goes_to_the_grandmother_in_the_end)
{
    struct family f;

    family_begin(&f);
    EXPECT_EQ(delegated_by(f.grandmother), MOTHER);
    mother_ends(&f);
    AWAIT(delegated_by(f.mother) == SLEEPING + SPINNING);
    EXPECT_EQ(delegated_by(f.grandmother), MOTHER);
    EXPECT_EQ(test_wait_as(f.grandmother, f.mother), 0);
    EXPECT_EQ(delegated_by(f.grandmother), SLEEPING + SPINNING);
    EXPECT_EQ(test_kill_as(f.grandmother, f.sleeping), 0);
    AWAIT(delegated_by(f.grandmother) == SPINNING);
    grandmother_ends(&f);
    family_end(&f);
}

KTEST(proc, the_kernel_inherits_orphans_without_waiting_for_them)
{
    struct family f;
    pid_t child;
    uint32_t status;

    family_begin(&f);
    mother_ends(&f);
    grandmother_ends(&f);
    AWAIT(proc_count() == f.before.processes + 2);
    EXPECT(process_slot(f.spinning)->parent == ROOT_PROCESS);
    EXPECT_EQ(proc_wait(f.spinning, &child, &status), E_INVAL_PID);
    EXPECT_EQ(proc_wait(WAIT_ANY, &child, &status), E_NO_CHILD);
    family_end(&f);
}

/* Programs that spawn programs and do not wait; the tree is torn down while it grows. */
KTEST(proc, tree)
{
    struct test_usage before = test_usage();
    struct test_file file;

    test_programs_save_for(&file, "tree", code_tree);
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
    test_await_usage(&before);
    proc_check();
    test_programs_restore();
}

/* --- storm -------------------------------------------------------------------------------- */

enum { STORM_THREADS = 8, STORM_ROUNDS = 25, STORM_CHILDREN = 4 };

static pid_t storm_pids[STORM_THREADS][STORM_CHILDREN];

/* Each thread has some children of its own, kills any thread's, and waits for its own. */
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
    test_await_usage(&before);
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
    test_await_usage(&before);
    proc_check();
}
