/* Where a process may run: its own wish, its parent's, its threads', and whose wish counts. */
#include "abi/layout.h"
#include "check.h"
#include "info.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define CHILD_QUOTA 64
#define GATE        11
#define THREADS     3
#define ROUNDS      50

static uint64_t all(void)
{
    return cpu_count() == 64 ? ~0ull : (1ull << cpu_count()) - 1;
}

static uint64_t mask_of(int pid)
{
    uint64_t mask = 0;

    CHECK_EQ(sys_get_affinity(pid, &mask), 0);
    return mask;
}

/* --- what children do --------------------------------------------------------------------- */

NORETURN static void run_for_ever(void)
{
    for (;;)
        __asm__ volatile("pause");
}

/* Exits with the CPU it runs on when the gate opens. */
static int where(void)
{
    consume(GATE);
    return (int)cpu_index();
}

/* No process may move its parent or its sibling. */
static int rebel(const char *sibling)
{
    unsigned pid = 0;

    CHECK(parse_unsigned(sibling, &pid));
    CHECK_EQ(sys_set_affinity(getppid(), 1), E_INVAL_PID);
    CHECK_EQ(sys_set_affinity((int)pid, 1), E_INVAL_PID);
    uint64_t mask = 42;
    CHECK_EQ(sys_get_affinity((int)pid, &mask), E_INVAL_PID);
    CHECK_EQ(mask, 42);
    return check_result();
}

/* --- what is checked ---------------------------------------------------------------------- */

/* The caller is there when the call returns, and stays. */
static void check_self(void)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned cpu = round % cpu_count();
        CHECK_EQ(sys_set_affinity(round % 2 ? 0 : getpid(), 1ull << cpu), 0);
        CHECK_EQ(cpu_index(), cpu);
        yield();
        CHECK_EQ(cpu_index(), cpu);
        CHECK(mask_of(0) == 1ull << cpu);
        CHECK(mask_of(getpid()) == 1ull << cpu);
    }
}

static void check_errors(void)
{
    uint64_t before = mask_of(0);

    CHECK_EQ(sys_set_affinity(0, 0), E_INVAL_CPU);
    if (cpu_count() < 64)
        CHECK_EQ(sys_set_affinity(0, ~all()), E_INVAL_CPU);
    CHECK(mask_of(0) == before);
    CHECK_EQ(sys_set_affinity(0, ~0ull), 0);
    CHECK(mask_of(0) == ~0ull);
}

/* Children begin where their parent may run; the parent moves them while they wait and run. */
static void check_children(void)
{
    unsigned last = cpu_count() - 1;
    struct process_info info;

    CHECK_EQ(sys_set_affinity(0, 1ull << last), 0);
    int waiting = spawn("affinity where", CHILD_QUOTA);
    int running = spawn("affinity spin", CHILD_QUOTA);
    CHECK(mask_of(waiting) == 1ull << last && mask_of(running) == 1ull << last);
    for (unsigned cpu = 0; cpu <= last; cpu++) {
        CHECK_EQ(sys_set_affinity(running, 1ull << cpu), 0);
        CHECK(mask_of(running) == 1ull << cpu);
        CHECK(find_process(running, &info));
        uint64_t before = info.cycles;
        do {
            CHECK(find_process(running, &info));
            yield();
        } while (info.cpu != cpu || info.cycles == before);
    }
    CHECK_EQ(sys_set_affinity(waiting, 1), 0);
    produce(GATE, 0);
    CHECK_EQ(wait_status(waiting), 0);
    char command[COMMAND_MAX];
    snprintf(command, sizeof command, "affinity rebel %d", running);
    CHECK_EQ(run(command, CHILD_QUOTA), 0);
    CHECK_EQ(sys_kill(running), 0);
    CHECK_EQ(wait_status(running), STATUS_KILLED);
    CHECK_EQ(sys_set_affinity(0, ~0ull), 0);
}

/* --- threads ------------------------------------------------------------------------------ */

static struct {
    unsigned cpu;                       /* where it last was */
    unsigned calls;
} volatile seen[THREADS];
static char stacks[THREADS][4096] __attribute__((aligned(16)));

static void __attribute__((regparm(1))) thread_main(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument;

    for (;;) {
        seen[number].cpu = cpu_index();
        seen[number].calls++;
    }
}

static void start_thread(unsigned number)
{
    unsigned tid = 0;
    const struct thread_entry entry = {
        .function = thread_main, .argument = (void *)(uintptr_t)number,
        .stack = stacks[number] + sizeof stacks[number],
    };

    CHECK_EQ(sys_thread_create(&entry, &tid), 0);
}

/* After each call, all threads soon are where it says, and stay. */
static void check_threads(void)
{
    for (unsigned number = 0; number < THREADS; number++)
        start_thread(number);
    for (unsigned round = 0; round < 3 * cpu_count(); round++) {
        unsigned cpu = round % cpu_count();
        CHECK_EQ(sys_set_affinity(0, 1ull << cpu), 0);
        CHECK_EQ(cpu_index(), cpu);
        for (unsigned number = 0; number < THREADS; number++) {
            while (seen[number].cpu != cpu)
                yield();
            for (unsigned calls = seen[number].calls; seen[number].calls < calls + 10;) {
                CHECK_EQ(seen[number].cpu, cpu);
                yield();
            }
        }
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "spin") == 0)
        run_for_ever();
    if (argc > 1 && strcmp(argv[1], "where") == 0)
        return where();
    if (argc > 2 && strcmp(argv[1], "rebel") == 0)
        return rebel(argv[2]);
    check_self();
    check_errors();
    check_children();
    check_threads();
    return check_result();
}
