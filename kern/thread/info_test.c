/* Tests of the information on threads and CPUs, and of the affinity of groups. */
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

static struct thread_group group;

/* The group, with one of two members that have not started. */
static void group_begin(struct thread *members[2])
{
    members[0] = create_member();
    members[1] = create_member();
    thread_group_init(&group);
    thread_group_renew(&group);
    EXPECT_EQ(thread_group_affinity(&group), 0);
    EXPECT_EQ(thread_group_add(&group, members[0]), 0);
}

static void group_end(struct thread *members[2])
{
    thread_start(members[0]);
    thread_start(members[1]);
    while (!thread_group_is_ending(&group))
        thread_yield();
    thread_group_await(&group);
}

/* A thread that was made before the group's affinity changed, and joins after that, must not
 * run where the group may not. */
KTEST(thread, members_share_one_affinity)
{
    cpu_mask last = (cpu_mask)1 << test_cpu(7);
    struct thread *members[2];

    group_begin(members);
    EXPECT_EQ(thread_group_set_affinity(&group, 0), E_INVAL_CPU);
    EXPECT(thread_group_affinity(&group) == ~(cpu_mask)0);
    EXPECT_EQ(thread_group_set_affinity(&group, last), 0);
    EXPECT_EQ(thread_group_add(&group, members[1]), 0);
    for (unsigned i = 0; i < 2; i++) {
        EXPECT(affinity_of(members[i]) == last);
        EXPECT_EQ(members[i]->home, test_cpu(7));
    }
    group_end(members);
}

KTEST(thread, group_info_tells_of_its_members)
{
    cpu_mask last = (cpu_mask)1 << test_cpu(7);
    struct thread *members[2];
    struct process_info info = { 0 };
    uint32_t first = 0, second = 0;

    group_begin(members);
    EXPECT_EQ(thread_group_add(&group, members[1]), 0);
    EXPECT_EQ(thread_group_set_affinity(&group, last), 0);
    EXPECT(thread_group_look(&group, &first, &info));
    EXPECT_EQ(info.threads, 2);
    EXPECT_EQ(info.state, INFO_WAITING);
    EXPECT(strcmp(info.wait, "start") == 0);
    EXPECT_EQ(info.cpu, test_cpu(7));
    EXPECT(info.affinity == last);
    group_end(members);
    EXPECT(thread_group_look(&group, &second, &info));
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
