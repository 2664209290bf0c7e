/* Tests of what the terminal's interrupt key ends. */
#include "proc/proc_test.h"

#include "ipc/ipc.h"
#include "lib/ktest.h"
#include "thread/big_lock.h"
#include "thread/group.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

static void set_foreground(void *pid)
{
    EXPECT_EQ(proc_set_foreground(*(pid_t *)pid), 0);
}

static void refuse_foreground(void *pid)
{
    EXPECT_EQ(proc_set_foreground(*(pid_t *)pid), E_INVAL_PID);
}

static void expect_terminal(void *has)
{
    EXPECT_EQ(proc_has_terminal(), *(bool *)has);
}

static void expect_has_terminal(pid_t pid, bool has)
{
    test_act_as(pid, expect_terminal, &has);
}

static bool is_ending(pid_t pid)
{
    return thread_group_is_ending(&process_slot(pid)->group);
}

/* kernel -> shell, in the foreground, -> two jobs; and another child of the kernel's. */
struct jobs {
    struct test_usage before;
    pid_t shell, one, two, other;
};

/* The shell has said that it has jobs: else its children belong to its own. */
static void jobs_begin(struct jobs *jobs)
{
    pid_t none = 0;

    jobs->before = test_usage();
    jobs->other = test_create(code_sleep, "o", TEST_QUOTA, CPU_ANY);
    jobs->shell = test_create(code_sleep, "s", 300, CPU_ANY);
    EXPECT_EQ(proc_set_foreground(jobs->shell), 0);
    test_act_as(jobs->shell, set_foreground, &none);
    jobs->one = test_create_as(jobs->shell, code_spin, 100);
    jobs->two = test_create_as(jobs->shell, code_sleep, TEST_QUOTA);
}

static void jobs_end(const struct jobs *jobs)
{
    EXPECT_EQ(proc_set_foreground(0), 0);
    EXPECT_EQ(proc_kill(jobs->shell), 0);
    EXPECT_EQ(proc_kill(jobs->other), 0);
    test_wait(jobs->shell, STATUS_KILLED);
    test_wait(jobs->other, STATUS_KILLED);
    test_try_kill(jobs->one);
    test_try_kill(jobs->two);
    test_await_usage(&jobs->before);
}

/* Not even of a shell in the foreground, which acts on the key itself. */
KTEST(proc, interrupt_ends_nothing_without_a_job_in_the_foreground)
{
    struct jobs jobs;

    EXPECT(!proc_interrupt(NULL));
    jobs_begin(&jobs);
    EXPECT(!proc_interrupt(NULL));
    EXPECT_EQ(proc_set_foreground(0), 0);
    EXPECT(!proc_interrupt(NULL));
    jobs_end(&jobs);
}

/* A program runs before its maker has named it: a key that was typed by then is acted on when that
 * is done. */
KTEST(proc, interrupt_typed_before_the_foreground_is_set)
{
    struct test_usage before = test_usage();
    pid_t pid = test_create(code_spin, "p", TEST_QUOTA, CPU_ANY);

    terminal_input(TERMINAL_INTERRUPT_KEY);
    EXPECT_EQ(terminal_await_key(), TERMINAL_KEY_INTERRUPT);
    EXPECT(!proc_interrupt(NULL));
    EXPECT_EQ(proc_set_foreground(pid), 0);
    EXPECT_EQ(terminal_await_key(), TERMINAL_KEY_INTERRUPT);
    EXPECT(proc_interrupt(terminal_forget_interrupt));
    test_wait(pid, STATUS_KILLED);
    EXPECT_EQ(proc_set_foreground(0), 0);
    test_expect_usage(&before);
}

/* The shell's child acts on the key itself, and has a child that names one that is no more. */
KTEST(proc, quit_ends_whatever_the_shell_has_started)
{
    struct jobs jobs;
    pid_t none = 0;

    jobs_begin(&jobs);
    process_slot(jobs.shell)->shells = 1;
    pid_t outer = test_create_as(jobs.shell, code_sleep, 150);
    test_act_as(jobs.shell, set_foreground, &outer);
    test_act_as(outer, set_foreground, &none);
    pid_t inner = test_create_as(outer, code_spin, 60);
    test_act_as(outer, set_foreground, &inner);
    test_act_as(inner, set_foreground, &none);
    EXPECT(!proc_interrupt(NULL));
    EXPECT(proc_quit(NULL));
    EXPECT(is_ending(outer) && is_ending(inner));
    EXPECT(!is_ending(jobs.shell) && !is_ending(jobs.one) && !is_ending(jobs.other));
    test_act_as(jobs.shell, set_foreground, &none);
    EXPECT(!proc_quit(NULL));
    EXPECT(!is_ending(jobs.shell));
    jobs_end(&jobs);
}

/* The first program has it by its maker's word, and its children; theirs have it not. */
KTEST(proc, only_the_first_program_and_its_children_are_shells)
{
    struct test_usage before = test_usage();
    pid_t first = test_create(code_sleep, "f", 300, CPU_ANY);

    EXPECT_EQ(process_slot(first)->shells, 0);
    process_slot(first)->shells = 2;
    pid_t shell = test_create_as(first, code_sleep, 150);
    pid_t program = test_create_as(shell, code_sleep, 60);
    EXPECT_EQ(process_slot(shell)->shells, 1);
    EXPECT_EQ(process_slot(program)->shells, 0);
    EXPECT_EQ(process_slot(program)->outer_job, program);
    EXPECT_EQ(proc_kill(first), 0);
    test_wait(first, STATUS_KILLED);
    test_try_kill(shell);
    test_try_kill(program);
    test_await_usage(&before);
}

/* Whatever the one before in its slot was. */
KTEST(proc, no_program_is_a_shell_by_its_slot)
{
    for (unsigned i = 0; i < 3; i++) {
        pid_t pid = test_create(code_sleep, "n", TEST_QUOTA, CPU_ANY);

        EXPECT_EQ(process_slot(pid)->shells, 0);
        process_slot(pid)->shells = 2;
        EXPECT_EQ(proc_kill(pid), 0);
        test_wait(pid, STATUS_KILLED);
    }
}

KTEST(proc, only_a_child_can_be_put_in_the_foreground)
{
    struct jobs jobs;

    jobs_begin(&jobs);
    test_act_as(jobs.shell, refuse_foreground, &jobs.shell);
    test_act_as(jobs.shell, refuse_foreground, &jobs.other);
    test_act_as(jobs.shell, set_foreground, &jobs.one);
    jobs_end(&jobs);
}

/* The shell's while it has put no job there; then the job's, with all that it starts. */
KTEST(proc, the_terminal_is_the_foregrounds)
{
    struct jobs jobs;

    jobs_begin(&jobs);
    expect_has_terminal(jobs.shell, true);
    expect_has_terminal(jobs.one, false);
    expect_has_terminal(jobs.other, false);
    test_act_as(jobs.shell, set_foreground, &jobs.one);
    pid_t child = test_create_as(jobs.one, code_sleep, TEST_QUOTA);
    expect_has_terminal(child, true);
    expect_has_terminal(jobs.two, false);
    expect_has_terminal(jobs.shell, false);
    test_try_kill(child);
    jobs_end(&jobs);
}

/* The program and its child; then the other job, which is put there. */
KTEST(proc, interrupt_ends_the_job_in_the_foreground)
{
    struct jobs jobs;

    jobs_begin(&jobs);
    test_act_as(jobs.shell, set_foreground, &jobs.one);
    pid_t child = test_create_as(jobs.one, code_sleep, TEST_QUOTA);
    EXPECT(proc_interrupt(NULL));
    EXPECT(is_ending(jobs.one) && is_ending(child));
    EXPECT(!is_ending(jobs.shell) && !is_ending(jobs.two) && !is_ending(jobs.other));
    AWAIT(test_is_zombie(jobs.one));
    test_act_as(jobs.shell, set_foreground, &jobs.two);
    EXPECT(proc_interrupt(NULL));
    EXPECT(is_ending(jobs.two) && !is_ending(jobs.shell));
    jobs_end(&jobs);
}

static struct {
    bool holds, go;                     /* atomic */
} holder;

static void hold_cpu(void *unused)
{
    (void)unused;
    intr_local_disable();
    __atomic_store_n(&holder.holds, true, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&holder.go, __ATOMIC_ACQUIRE))
        pause();
    intr_local_enable();
}

/* A process that was ended, but cannot leave since its CPU does not get to it, is in the middle
 * of creating a child: the child is ended with it.  Needs two CPUs, and, as one stays in the
 * kernel meanwhile, more than one lock. */
KTEST(proc, who_is_ended_starts_nothing)
{
    struct test_usage before = test_usage();
    unsigned cpu = test_cpu(1);

    if (cpu == thread_current()->home || big_lock_is_on)
        return;
    holder.holds = holder.go = false;
    pid_t mother = test_create(code_sleep, "m", 100, cpu);
    struct thread *thread = test_spawn(cpu, hold_cpu, NULL);
    while (!__atomic_load_n(&holder.holds, __ATOMIC_ACQUIRE))
        thread_yield();
    EXPECT_EQ(proc_kill(mother), 0);
    pid_t child = test_create_as(mother, code_sleep, TEST_QUOTA);
    EXPECT(is_ending(mother) && is_ending(child));
    __atomic_store_n(&holder.go, true, __ATOMIC_RELEASE);
    thread_join(thread);
    test_wait(mother, STATUS_KILLED);
    test_await_usage(&before);
}

/* A job that grows while it is ended, on other CPUs, from which the parents vanish: no member
 * of it is left. */
KTEST(proc, interrupt_leaves_nobody_of_a_growing_job)
{
    struct test_usage before = test_usage();
    struct test_file file;

    test_programs_save_for(&file, "tree", code_tree);
    for (unsigned round = 0; round < 40; round++) {
        const struct process_config config = { .command = "tree", .quota = 600,
                                               .cpu = CPU_ANY };
        pid_t pid, child;
        uint32_t status;
        struct process_info info;
        unsigned slot = 0;

        EXPECT_EQ(proc_create(&config, &pid), 0);
        EXPECT_EQ(proc_set_foreground(pid), 0);
        for (unsigned i = 0; i < round; i++)
            thread_yield();
        bool ended = proc_interrupt(NULL);
        while (ended && proc_info_next(&slot, &info))
            if (info.state != INFO_EXITED)
                EXPECT_EQ(info.state, INFO_ENDING);
        EXPECT_EQ(proc_wait(pid, &child, &status), 0);
        /* A job that came too far to be ended has orphans, which are not of the next one. */
        AWAIT(proc_count() == before.processes);
    }
    EXPECT_EQ(proc_set_foreground(0), 0);
    test_programs_restore();
    test_expect_usage(&before);
}
