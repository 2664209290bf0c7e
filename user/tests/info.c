/* What the kernel tells about processes, CPUs and memory, against what is known of them. */
#include "abi/layout.h"
#include "check.h"
#include "info.h"
#include "proc.h"
#include "string.h"

#define CHILD_QUOTA 64
#define BUFFER      12

static int child(const char *what)
{
    if (strcmp(what, "exit") == 0)
        return 7;
    if (strcmp(what, "consume") == 0)
        return (int)consume(BUFFER);
    for (;;)
        yield();
}

static void check_self(void)
{
    struct process_info before, after;
    struct quota quota = { 0 };

    CHECK(find_process(getpid(), &before));
    CHECK_EQ(sys_quota(&quota), 0);
    CHECK_EQ(before.parent, getppid());
    CHECK_EQ(before.state, INFO_RUNNING);
    CHECK_EQ(before.threads, 1);
    CHECK(strcmp(before.name, "info") == 0);
    CHECK(strcmp(before.wait, "") == 0);
    CHECK_EQ(before.limit, quota.limit);
    CHECK_EQ(before.used, quota.used);
    CHECK_EQ(before.delegated, quota.delegated);
    CHECK(before.affinity >> before.cpu & 1);

    for (unsigned i = 0; i < 10; i++)
        yield();
    CHECK(find_process(getpid(), &after));
    CHECK(after.system_calls >= before.system_calls + 10);
    CHECK(after.cycles > before.cycles);
}

/* Waits until the child is seen in that state. */
static void await_state(int pid, enum info_state state, struct process_info *info)
{
    do {
        CHECK(find_process(pid, info));
        yield();
    } while (info->state != (uint32_t)state);
}

static void check_children(void)
{
    struct process_info info;
    int pid = spawn("info consume", CHILD_QUOTA);

    await_state(pid, INFO_WAITING, &info);
    CHECK_EQ(info.parent, getpid());
    CHECK_EQ(info.limit, CHILD_QUOTA);
    CHECK(info.used > 0 && info.used <= CHILD_QUOTA);
    CHECK(strcmp(info.wait, "") != 0);
    produce(BUFFER, 7);
    await_state(pid, INFO_EXITED, &info);
    CHECK_EQ(info.threads, 0);
    CHECK_EQ(info.affinity, 0);
    CHECK_EQ(sys_set_affinity(pid, 0), E_INVAL_CPU);
    CHECK_EQ(wait_status(pid), 7);
    CHECK(!find_process(pid, &info));
    CHECK_EQ(sys_set_affinity(pid, ~0ull), E_INVAL_PID);

    pid = spawn("info yield", CHILD_QUOTA);
    do
        CHECK(find_process(pid, &info));
    while (info.system_calls < 100);
    CHECK(info.cycles > 0);
    CHECK_EQ(sys_kill(pid), 0);
    CHECK_EQ(wait_status(pid), STATUS_KILLED);
}

/* No process comes twice, and the end is the end. */
static void check_walk(void)
{
    struct process_info info;
    unsigned slot = 0, last = 0, count = 0;
    struct memory_info memory = { 0 };
    int pid = spawn("info consume", CHILD_QUOTA);

    CHECK_EQ(sys_memory_info(&memory), 0);
    while (sys_process_info(&slot, &info) == 0) {
        CHECK(slot > last);
        last = slot;
        count++;
    }
    CHECK_EQ(sys_process_info(&slot, &info), E_NOT_FOUND);
    CHECK_EQ(slot, last);
    CHECK_EQ(count, memory.processes);
    CHECK(count >= 2 && count <= memory.processes_max);
    CHECK(memory.threads >= count + cpu_count());
    CHECK(memory.free > 0 && memory.free < memory.pages);
    CHECK_EQ(sys_kill(pid), 0);
    CHECK_EQ(wait_status(pid), STATUS_KILLED);
}

static void check_cpus(void)
{
    unsigned count = 0;

    for (unsigned cpu = 0; cpu < NUM_CPUS + 2; cpu++) {
        struct cpu_info before = { 0 }, after = { 0 };
        if (sys_cpu_info(cpu, &before) != 0)
            continue;
        count++;
        CHECK_EQ(sys_set_affinity(0, 1ull << cpu), 0);
        yield();
        CHECK_EQ(sys_cpu_info(cpu, &after), 0);
        CHECK(strcmp(after.current, "info") == 0);
        CHECK(after.cycles > before.cycles && after.idle_cycles <= after.cycles);
        CHECK(after.idle_cycles >= before.idle_cycles);
        CHECK(after.switches >= before.switches);
        CHECK(after.cycles_per_second > 0);
    }
    CHECK_EQ(count, cpu_count());
    CHECK_EQ(sys_set_affinity(0, ~0ull), 0);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return child(argv[1]);
    check_self();
    check_children();
    check_walk();
    check_cpus();
    return check_result();
}
