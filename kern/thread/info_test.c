/* Tests of what is told about threads and CPUs, and of the affinity of groups. */
#include "abi/error.h"

#include "abi/syscall.h"
#include "lib/assert.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "pmm/pmm.h"
#include "thread/affinity.h"
#include "thread/group.h"
#include "thread/inspect.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

static void leave_group(void *unused)
{
    (void)unused;
    bool last = thread_group_leave(thread_current()->group);

    (void)last;
}

static struct thread *create_member(void)
{
    struct thread *thread;
    const struct thread_config config = { .name = "member", .start = leave_group,
                                          .cpu = CPU_ANY, .quota = &quota_root };

    if (thread_create(&config, &thread))
        KERN_PANIC("no memory for a test's thread");
    return thread;
}

/* A thread that was made before the group's affinity changed, and joins after that, must not
 * run where the group may not. */
KTEST(thread, members_share_one_affinity)
{
    static struct thread_group group;
    struct thread *first = create_member(), *second = create_member();
    struct process_info info = { 0 };
    cpu_mask last = (cpu_mask)1 << test_cpu(7);

    thread_group_init(&group);
    thread_group_renew(&group);
    EXPECT_EQ(thread_group_affinity(&group), 0);
    EXPECT_EQ(thread_group_add(&group, first), 0);
    EXPECT_EQ(thread_group_set_affinity(&group, 0), E_INVAL_CPU);
    EXPECT(thread_group_affinity(&group) == ~(cpu_mask)0);
    EXPECT_EQ(thread_group_set_affinity(&group, last), 0);
    EXPECT_EQ(thread_group_add(&group, second), 0);
    EXPECT(affinity_of(first) == last);
    EXPECT(affinity_of(second) == last);
    EXPECT_EQ(first->home, test_cpu(7));
    EXPECT_EQ(second->home, test_cpu(7));

    thread_group_look(&group, &info);
    EXPECT_EQ(info.threads, 2);
    EXPECT_EQ(info.state, INFO_WAITING);
    EXPECT(strcmp(info.wait, "start") == 0);
    EXPECT_EQ(info.cpu, test_cpu(7));
    EXPECT(info.affinity == last);
    thread_start(first);
    thread_start(second);
    while (!__atomic_load_n(&group.ending, __ATOMIC_ACQUIRE))
        thread_yield();
    thread_group_await(&group);
    thread_group_look(&group, &info);
    EXPECT_EQ(info.threads, 0);
    EXPECT_EQ(info.state, INFO_ENDING);
    EXPECT(info.cycles > 0);
}

/* Idle time never exceeds all time, wherever the CPU is while it is looked at. */
KTEST(thread, cpu_info_is_consistent)
{
    struct cpu_info info;

    EXPECT_EQ(sched_cpu_info(NUM_CPUS, &info), E_INVAL_CPU);
    EXPECT_EQ(sched_cpu_info(UINT32_MAX, &info), E_INVAL_CPU);
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++) {
        int error = sched_cpu_info(cpu, &info);
        EXPECT_EQ(error, cpus[cpu].online ? 0 : E_INVAL_CPU);
        if (!error)
            EXPECT(info.idle_cycles <= info.cycles && info.current[0] != '\0');
    }
}
