/* spawn, wait, exit and kill: statuses, order, which processes one may wait for and kill, and
 * processes that are killed in every state. */
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define CHILD_QUOTA 64
#define BUFFER      14
#define CAPACITY    16              /* of the buffer after it */
#define GATE        13              /* a buffer: an item lets an orphan end */
#define ORPHANS_MAX 16

static int start(const char *command)
{
    int pid = spawn(command, CHILD_QUOTA);

    CHECK(pid > 0);
    return pid;
}

static void spin(void)
{
    for (;;)
        __asm__ volatile("pause");
}

/* --- what the children do ----------------------------------------------------------------- */

static int child(int argc, char **argv)
{
    const char *what = argv[1];
    unsigned number = 0;

    if (argc > 2 && !parse_unsigned(argv[2], &number))
        return EXIT_FAILURE;
    if (strcmp(what, "exit") == 0)
        return (int)number;
    if (strcmp(what, "parent") == 0)
        return getppid() == (int)number ? EXIT_SUCCESS : EXIT_FAILURE;
    if (strcmp(what, "kill") == 0)
        return sys_kill((int)number);
    if (strcmp(what, "wait") == 0)
        return -wait((int)number, &(int) { 0 });
    if (strcmp(what, "consume") == 0)
        consume(BUFFER);
    if (strcmp(what, "produce") == 0)
        for (;;)
            produce(BUFFER + 1, 1);
    if (strcmp(what, "sleep") == 0)
        sleep_us(100000000);
    if (strcmp(what, "getc") == 0)
        getchar();
    if (strcmp(what, "spin") == 0)
        spin();
    if (strcmp(what, "yield") == 0)
        for (;;)
            yield();
    if (strcmp(what, "suicide") == 0)
        sys_kill(getpid());
    if (strcmp(what, "gate") == 0)
        consume(GATE);
    if (strcmp(what, "wait-for-gate") == 0)
        wait_status(start("processes gate"));
    return EXIT_FAILURE;
}

/* --- what is checked ---------------------------------------------------------------------- */

static void check_statuses(void)
{
    static const int statuses[] = { 0, 1, 2, 63, 64, 127, 255 };

    if (run("processes exit 1", CHILD_QUOTA) != 1)
        __builtin_trap();               /* this test's own status would say nothing */
    for (unsigned i = 0; i < ARRAY_SIZE(statuses); i++) {
        char command[COMMAND_MAX];

        snprintf(command, sizeof command, "processes exit %d", statuses[i]);
        CHECK_EQ(run(command, CHILD_QUOTA), statuses[i]);
    }
    CHECK_EQ(run("processes suicide", CHILD_QUOTA), STATUS_KILLED);
}

static void check_wait(void)
{
    int first = start("processes exit 11"), second = start("processes exit 22");
    int third = start("processes exit 33"), status = 0, seen = 0;

    CHECK(first != second && second != third && first != third);
    CHECK_EQ(wait_status(second), 22);                  /* not in the order of their start */
    CHECK_EQ(wait_status(second), -E_INVAL_PID);         /* once is enough */
    for (int i = 0; i < 2; i++) {
        int pid = wait(WAIT_ANY, &status);

        CHECK((pid == first && status == 11) || (pid == third && status == 33));
        seen += pid;
    }
    CHECK_EQ(seen, first + third);
    CHECK_EQ(wait(WAIT_ANY, &status), -E_NO_CHILD);
    CHECK_EQ(wait_status(first), -E_INVAL_PID);         /* a stale pid names no process */
}

static void check_parent(void)
{
    char command[COMMAND_MAX];

    snprintf(command, sizeof command, "processes parent %d", getpid());
    CHECK_EQ(run(command, CHILD_QUOTA), EXIT_SUCCESS);
}

struct victim {
    const char *command;
    const char *wait;                   /* what it waits for in the end; NULL: it runs for ever */
};

static const struct victim producer = { "processes produce", "buffer not full" };

enum moment { AT_ONCE, SOMEWHERE, THERE, MOMENTS };

static void kill_one(const struct victim *victim, unsigned cpu, enum moment moment)
{
    int pid = spawn_on(cpu, victim->command, 3 * CHILD_QUOTA);

    CHECK(pid > 0);
    if (moment == THERE && victim->wait)
        check_waits(pid, victim->wait);
    else if (moment != AT_ONCE)
        sleep_us(moment == SOMEWHERE ? 1000 : 4000);
    CHECK_EQ(sys_kill(pid), 0);
    CHECK_EQ(wait_status(pid), STATUS_KILLED);
    CHECK_EQ(sys_kill(pid), E_INVAL_PID);
}

/* Kills a child in each state in which it can be.  The last producer finds the buffer full. */
static void check_kill(void)
{
    static const struct victim others[] = {
        { "processes spin", NULL }, { "processes yield", NULL }, { "processes sleep", "sleep" },
        { "processes consume", "buffer not empty" }, { "processes getc", "terminal" },
        { "processes wait-for-gate", "wait" },
    };

    for (unsigned cpu = 0; cpu < MIN(cpu_count(), 2u); cpu++)
        for (enum moment moment = AT_ONCE; moment < MOMENTS; moment++) {
            for (unsigned i = 0; i < ARRAY_SIZE(others); i++)
                kill_one(&others[i], cpu, moment);
            kill_one(&producer, cpu, moment);
        }
}

/* The buffers of which consumers and producers were killed work as before: the one is empty,
 * the other one full. */
static void check_buffer(void)
{
    uint32_t item;

    produce(BUFFER, 7);
    CHECK_EQ(consume(BUFFER), 7);
    for (unsigned i = 0; i < CAPACITY; i++)
        if (sys_consume(BUFFER + 1, &item) != 0 || item != 1)
            check_fail(__FILE__, __LINE__, "item %u", i);
    CHECK_EQ(sys_buffer_configure(BUFFER + 1, CAPACITY), 0);   /* it is unused: empty */
}

/* No process may kill or wait for one that is not its descendant. */
static void check_strangers(void)
{
    char command[COMMAND_MAX];
    int sibling = start("processes spin");

    snprintf(command, sizeof command, "processes kill %d", sibling);
    CHECK_EQ(run(command, CHILD_QUOTA), E_INVAL_PID);
    snprintf(command, sizeof command, "processes wait %d", sibling);
    CHECK_EQ(run(command, CHILD_QUOTA), E_INVAL_PID);
    snprintf(command, sizeof command, "processes kill %d", getpid());
    CHECK_EQ(run(command, CHILD_QUOTA), E_INVAL_PID);
    CHECK_EQ(sys_kill(sibling), 0);
    CHECK_EQ(wait_status(sibling), STATUS_KILLED);
}

/* One that has ended but was not waited for: killing it changes nothing. */
static void check_kill_ended(void)
{
    int pid = start("processes exit 5");

    check_exits(pid);
    CHECK_EQ(sys_kill(pid), 0);
    CHECK_EQ(wait_status(pid), 5);
}

/* A killed process leaves its own children alone, and they hold a part of our quota until they
 * end.  Their number is not known: some were killed before they had a child. */
static void let_orphans_end(const struct quota *before)
{
    struct quota now = { 0 };

    for (unsigned tries = 0; tries < 10000; tries++) {
        CHECK_EQ(sys_quota(&now), 0);
        if (memcmp(before, &now, sizeof now) == 0)
            return;
        if (tries < ORPHANS_MAX)        /* then there is an item for each of them */
            produce(GATE, 0);
        sleep_us(1000);
    }
    check_fail(__FILE__, __LINE__, "delegated: %u, before: %u", now.delegated,
               before->delegated);
}

int main(int argc, char **argv)
{
    struct quota before = { 0 };

    if (argc > 1)
        return child(argc, argv);
    CHECK_EQ(sys_buffer_configure(BUFFER + 1, CAPACITY), 0);
    CHECK_EQ(sys_buffer_configure(GATE, ORPHANS_MAX), 0);
    CHECK_EQ(sys_quota(&before), 0);
    check_statuses();
    check_wait();
    check_parent();
    check_kill();
    check_buffer();
    check_strangers();
    check_kill_ended();
    let_orphans_end(&before);
    return check_result();
}
