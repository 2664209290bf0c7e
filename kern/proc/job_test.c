/* Tests of what the terminal's interrupt key ends. */
#include "proc/proc_test.h"

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

/* kernel -> shell -> program and its child; another job of the shell's; another child of the
 * kernel's.  The key ends the program and its child. */
KTEST(proc, interrupt_ends_the_job_in_the_foreground)
{
    struct test_usage before = test_usage();
    pid_t zero = 0;

    EXPECT(!proc_interrupt());
    pid_t other = test_create(code_sleep, "o", TEST_QUOTA, CPU_ANY);
    pid_t shell = test_create(code_sleep, "s", 300, CPU_ANY);
    EXPECT_EQ(proc_set_foreground(shell), 0);
    test_act_as(shell, set_foreground, &zero);
    pid_t program = test_create_as(shell, code_spin, 100);
    pid_t background = test_create_as(shell, code_sleep, TEST_QUOTA);
    EXPECT(!proc_interrupt());          /* the shell heeds the key itself */
    expect_has_terminal(shell, true);
    expect_has_terminal(program, false);
    expect_has_terminal(other, false);
    test_act_as(shell, refuse_foreground, &shell);
    test_act_as(shell, refuse_foreground, &other);
    EXPECT(!proc_interrupt());
    test_act_as(shell, set_foreground, &program);
    pid_t child = test_create_as(program, code_sleep, TEST_QUOTA);
    expect_has_terminal(child, true);
    expect_has_terminal(background, false);
    expect_has_terminal(shell, false);

    EXPECT(proc_interrupt());
    EXPECT(is_ending(program) && is_ending(child));
    EXPECT(!is_ending(shell) && !is_ending(background) && !is_ending(other));
    AWAIT(process_slot(program)->state == PROCESS_ZOMBIE);
    test_act_as(shell, set_foreground, &background);
    EXPECT(proc_interrupt());
    EXPECT(is_ending(background) && !is_ending(shell));

    EXPECT_EQ(proc_set_foreground(0), 0);
    EXPECT(!proc_interrupt());
    EXPECT_EQ(proc_kill(shell), 0);
    EXPECT_EQ(proc_kill(other), 0);
    test_wait(shell, STATUS_KILLED);
    test_wait(other, STATUS_KILLED);
    AWAIT(proc_count() == before.processes);
    test_expect_usage(&before);
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
    AWAIT(proc_count() == before.processes);
    test_expect_usage(&before);
}

/* A job that grows while it is ended, on other CPUs, from which the parents vanish: nobody of
 * it is left. */
KTEST(proc, interrupt_leaves_nobody_of_a_growing_job)
{
    struct test_usage before = test_usage();
    struct test_file file;
    const struct boot_module module = { .name = "tree", .image = &file, .size = sizeof file };

    test_file_make(&file, code_tree, 0);
    test_programs_save();
    programs_init(&module, 1);
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
        bool ended = proc_interrupt();
        while (ended && proc_next(&slot, &info))
            if (info.state != INFO_EXITED)
                EXPECT_EQ(info.state, INFO_ENDING);
        EXPECT_EQ(proc_wait(pid, &child, &status), 0);
    }
    EXPECT_EQ(proc_set_foreground(0), 0);
    AWAIT(proc_count() == before.processes);
    test_programs_restore();
    test_expect_usage(&before);
}
