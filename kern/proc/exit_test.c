/* Tests of ids, exit, wait and kill. */
#include "proc/proc_test.h"

#include "dev/clock.h"
#include "ipc/ipc.h"
#include "lib/ktest.h"
#include "thread/thread_test.h"

/* --- ids ---------------------------------------------------------------------------------- */

KTEST(proc, ids)
{
    enum { ROUNDS = 100 };
    static pid_t pids[ROUNDS];
    pid_t child;
    uint32_t status;

    for (unsigned i = 0; i < ROUNDS; i++) {
        pids[i] = test_create(code_exit, "i", TEST_QUOTA, CPU_ANY);
        EXPECT(pids[i] > 0);
        test_wait(pids[i], 'i');
    }
    pid_t alive = test_create(code_sleep, "s", TEST_QUOTA, CPU_ANY);
    for (unsigned i = 0; i < ROUNDS; i++) {     /* stale ids name no process */
        for (unsigned j = 0; j < i; j++)
            EXPECT(pids[i] != pids[j]);
        EXPECT(pids[i] != alive);
        EXPECT_EQ(proc_kill(pids[i]), E_INVAL_PID);
        EXPECT_EQ(proc_wait(pids[i], &child, &status), E_INVAL_PID);
        EXPECT_EQ(proc_kill(pids[i] + NUM_PROCESSES * 2 * ROUNDS), E_INVAL_PID);
    }
    EXPECT_EQ(proc_kill(alive), 0);
    test_wait(alive, STATUS_KILLED);
}

/* The last generation of a slot: it begins again, but rests as long as there are others. */
KTEST(proc, ids_wear_out)
{
    static struct process *taken[NUM_PROCESSES];
    pid_t first = test_create(code_exit, "i", TEST_QUOTA, CPU_ANY);
    struct process *slot = process_slot(first);
    unsigned count = 0;

    test_wait(first, 'i');
    slot->id = INT32_MAX - NUM_PROCESSES + 1 + (pid_t)(slot - processes);
    bool found = false;
    for (unsigned i = 0; i < 3; i++) {          /* the slot that was freed last comes next */
        pid_t pid = test_create(code_exit, "j", TEST_QUOTA, CPU_ANY);
        EXPECT(pid > 0);
        EXPECT(!found || process_slot(pid) != slot);
        found = found || process_slot(pid) == slot;
        test_wait(pid, 'j');
    }
    EXPECT(found);
    EXPECT_EQ(slot->id, slot - processes);
    while (count < process_slots && (taken[count] = process_slot_get()))
        count++;
    EXPECT_EQ(count, process_slots - 1);        /* the root has one */
    EXPECT(taken[count - 1] == slot);
    const struct process_start start = { .name = "none", .quota = QUOTA_OF_PARENT };
    EXPECT_EQ(process_begin(&start, &slot), E_INVAL_CHILD_ID);
    while (count > 0)
        process_slot_return(taken[--count]);
}

static uint32_t sum_of_ids(void)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < process_slots_used(); i++)
        sum += (uint32_t)processes[i].id;
    return sum;
}

/* Creation fails at one step after the other; no process has seen the id. */
KTEST(proc, ids_not_seen_are_given_again)
{
    struct test_file file;
    struct process_config config = { .command = "i", .cpu = CPU_ANY,
                                     .image = &file, .image_size = sizeof file };
    unsigned failed = 0;
    pid_t pid;

    test_file_make(&file, code_exit, 0);
    test_wait(test_create(code_exit, "i", TEST_QUOTA, CPU_ANY), 'i');
    uint32_t sum = sum_of_ids();
    while (proc_create(&config, &pid) == E_EXCEEDS_QUOTA) {
        EXPECT_EQ(sum_of_ids(), sum);
        config.quota++;
        failed++;
    }
    test_wait(pid, 'i');
    EXPECT(failed > 3);
}

/* --- exit and wait ------------------------------------------------------------------------ */

KTEST(proc, exit_status)
{
    static const char codes[] = { 1, 'a', '~', (char)0xff };
    struct test_usage before = test_usage();

    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        const char command[] = { codes[i], '\0' };
        test_wait(test_create(code_exit, command, TEST_QUOTA, test_cpu(i)), (uint8_t)codes[i]);
    }
    test_wait(test_create(code_fault, "f", TEST_QUOTA, CPU_ANY), STATUS_FAULT + 6);
    test_expect_usage(&before);
}

/* Many at once, and any of them first. */
KTEST(proc, wait_any)
{
    enum { CHILDREN = 20 };
    struct test_usage before = test_usage();
    unsigned seen[CHILDREN] = { 0 };
    pid_t child;
    uint32_t status;

    for (unsigned i = 0; i < CHILDREN; i++)
        test_create(code_exit, (const char[]){ (char)('A' + i), '\0' }, TEST_QUOTA,
                    test_cpu(i));
    for (unsigned i = 0; i < CHILDREN; i++) {
        EXPECT_EQ(proc_wait(WAIT_ANY, &child, &status), 0);
        EXPECT(status >= 'A' && status < 'A' + CHILDREN);
        if (status >= 'A' && status < 'A' + CHILDREN)
            seen[status - 'A']++;
    }
    for (unsigned i = 0; i < CHILDREN; i++)
        EXPECT_EQ(seen[i], 1);
    test_expect_usage(&before);
}

KTEST(proc, wait_errors)
{
    pid_t child = -5;
    uint32_t status = 55;
    static const pid_t bad[] = { 1 << 20, -1, INT32_MIN, INT32_MAX, NUM_PROCESSES,
                                 NUM_PROCESSES - 1 };

    EXPECT_EQ(proc_wait(WAIT_ANY, &child, &status), E_NO_CHILD);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        EXPECT_EQ(proc_wait(bad[i], &child, &status), E_INVAL_PID);
        EXPECT_EQ(proc_kill(bad[i]), E_INVAL_PID);
    }
    EXPECT_EQ(proc_kill(0), E_INVAL_PID);
    EXPECT(child == -5 && status == 55);
}

/* Waiting for one child does not take another one's end. */
KTEST(proc, wait_chooses)
{
    pid_t quick = test_create(code_exit, "q", TEST_QUOTA, CPU_ANY);
    pid_t slow = test_create(code_block, "s", TEST_QUOTA, CPU_ANY);

    AWAIT(test_is_zombie(quick));
    EXPECT_EQ(proc_kill(quick), 0);             /* it is dead already */
    EXPECT_EQ(buffer_produce(TEST_BUFFER, 3), 0);
    test_wait(slow, 3);
    test_wait(quick, 'q');
}

/* Several threads of one process wait for one child: one gets it, the others an error. */
enum { RIVALS = 4 };

static struct {
    pid_t target;
    unsigned got, refused;
} race;

static void race_for_child(unsigned index, void *unused)
{
    pid_t child = -1;
    uint32_t status;
    int error = proc_wait(index % 2 ? race.target : WAIT_ANY, &child, &status);

    (void)unused;
    if (!error) {
        EXPECT_EQ(child, race.target);
        __atomic_fetch_add(&race.got, 1, __ATOMIC_RELAXED);
    } else {
        EXPECT_EQ(error, index % 2 ? E_INVAL_PID : E_NO_CHILD);
        __atomic_fetch_add(&race.refused, 1, __ATOMIC_RELAXED);
    }
}

KTEST(proc, wait_race)
{
    for (unsigned round = 0; round < 30; round++) {
        race.got = race.refused = 0;
        race.target = test_create(code_exit, "r", TEST_QUOTA, test_cpu(round));
        ktest_parallel(RIVALS, race_for_child, NULL);
        EXPECT_EQ(race.got, 1);
        EXPECT_EQ(race.refused, RIVALS - 1);
    }
}

/* --- kill --------------------------------------------------------------------------------- */

KTEST(proc, kill)
{
    static const char *const victims[] = { code_spin, code_block, code_sleep };

    for (unsigned cpu = 0; cpu < 3; cpu++) {
        for (size_t i = 0; i < ARRAY_SIZE(victims); i++) {
            struct test_usage before = test_usage();
            pid_t pid = test_create(victims[i], "v", TEST_QUOTA, test_cpu(cpu));

            if (i % 2 == cpu % 2)               /* at once, or when it does what it does */
                EXPECT_EQ(thread_sleep_until(clock_us() + 2000), 0);
            EXPECT_EQ(proc_kill(pid), 0);
            test_try_kill(pid);
            test_wait(pid, STATUS_KILLED);
            EXPECT_EQ(proc_kill(pid), E_INVAL_PID);
            test_expect_usage(&before);
        }
    }
}

/* Grandmother, mother, child, and the mother's sister: which of them may kill which. */
KTEST(proc, kill_descendants_only)
{
    struct test_usage before = test_usage();
    pid_t grandmother = test_create(code_sleep, "g", 200, CPU_ANY);
    pid_t mother = test_create_as(grandmother, code_sleep, 100);
    pid_t sister = test_create_as(grandmother, code_sleep, TEST_QUOTA);
    pid_t child = test_create_as(mother, code_sleep, TEST_QUOTA);

    proc_check();
    EXPECT_EQ(test_kill_as(sister, mother), E_INVAL_PID);
    EXPECT_EQ(test_kill_as(sister, child), E_INVAL_PID);
    EXPECT_EQ(test_kill_as(child, mother), E_INVAL_PID);
    EXPECT_EQ(test_kill_as(child, grandmother), E_INVAL_PID);
    EXPECT_EQ(test_kill_as(mother, grandmother), E_INVAL_PID);
    EXPECT_EQ(test_kill_as(mother, 0), E_INVAL_PID);

    EXPECT_EQ(test_kill_as(grandmother, child), 0);     /* two generations down */
    AWAIT(test_is_zombie(child));
    EXPECT_EQ(test_kill_as(grandmother, sister), 0);
    EXPECT_EQ(proc_kill(mother), 0);
    AWAIT(test_is_zombie(mother));
    EXPECT_EQ(proc_kill(grandmother), 0);
    test_wait(grandmother, STATUS_KILLED);
    test_await_usage(&before);
}

/* A process can kill itself, and cannot go back to its program then. */
KTEST(proc, kill_self)
{
    pid_t pid = test_create(code_suicide, "s", TEST_QUOTA, CPU_ANY);

    test_wait(pid, STATUS_KILLED);
}

static int wait_error;

static void wait_for_any(void *unused)
{
    pid_t child;
    uint32_t status;

    (void)unused;
    wait_error = proc_wait(WAIT_ANY, &child, &status);
}

static bool has_waiter(struct process *process)
{
    spinlock_acquire(&process->lock);
    bool has_one = !list_is_empty(&process->child_exited.waiters);
    spinlock_release(&process->lock);
    return has_one;
}

/* A thread that waits for children is killed: the children stay what they are. */
KTEST(proc, kill_waiting)
{
    pid_t mother = test_create(code_sleep, "m", 100, CPU_ANY);
    pid_t child = test_create_as(mother, code_sleep, TEST_QUOTA);
    struct thread *deputy = test_deputy(mother, wait_for_any, NULL);

    AWAIT(has_waiter(process_slot(mother)));
    thread_kill(deputy);
    thread_join(deputy);
    EXPECT_EQ(wait_error, E_KILLED);

    deputy = test_deputy(mother, wait_for_any, NULL);
    EXPECT_EQ(proc_kill(child), 0);
    thread_join(deputy);
    EXPECT_EQ(wait_error, 0);
    test_act_as(mother, wait_for_any, NULL);
    EXPECT_EQ(wait_error, E_NO_CHILD);
    EXPECT_EQ(proc_kill(mother), 0);
    test_wait(mother, STATUS_KILLED);
}
