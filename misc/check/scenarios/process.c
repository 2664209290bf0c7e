/* Processes: each child is waited for once, orphans are freed by the reaper, a kill and an exit do
 * not disturb each other; and at the end nothing is left. */
#include "programs.h"

#include "abi/error.h"
#include "abi/syscall.h"

static pid_t child;

static void end(void)
{
    REQUIRE(proc_count() == 0);
}

/* --- a child and its parent --------------------------------------------------------------- */

static void exit_with_7(void)
{
    proc_exit(7);
}

static void start_and_wait(void *unused)
{
    (void)unused;
    pid_t pid = start_program(exit_with_7, QUOTA_OF_PARENT);
    REQUIRE(await_program(pid) == 7);
}

static void begin_wait(void)
{
    play("parent", 0, start_and_wait, NULL);
}

SCENARIO(exit_wait, .begin = begin_wait, .end = end, .has_processes = true);

/* --- two who wait ------------------------------------------------------------------------- */

static void wait_for_any(void *unused)
{
    (void)unused;
    REQUIRE(await_program(WAIT_ANY) == 7);
}

static void begin_two_wait(void)
{
    for (unsigned i = 0; i < 2; i++)
        (void)start_program(exit_with_7, QUOTA_OF_PARENT);
    play("waiter0", 0, wait_for_any, NULL);
    play("waiter1", 1, wait_for_any, NULL);
}

SCENARIO(two_wait, .begin = begin_two_wait, .end = end, .has_processes = true);

/* --- orphans ------------------------------------------------------------------------------ */

static void start_and_exit(void)
{
    (void)start_program(exit_with_7, QUOTA_OF_PARENT);
    proc_exit(8);
}

static void wait_for_child(void *unused)
{
    (void)unused;
    REQUIRE(await_program(child) == 8);
}

static void begin_orphan(void)
{
    child = start_program(start_and_exit, QUOTA_OF_PARENT);
    play("grandparent", 1, wait_for_child, NULL);
}

SCENARIO(orphan, .begin = begin_orphan, .end = end, .has_processes = true);

/* --- containers --------------------------------------------------------------------------- */

enum { CHILD_PAGES = 40, GRANDCHILD_PAGES = 15 };

/* What it has split off outlives it, and is then its grandparent's. */
static void split_and_exit(void)
{
    (void)start_program(exit_with_7, GRANDCHILD_PAGES);
    proc_exit(8);
}

static void begin_containers(void)
{
    child = start_program(split_and_exit, CHILD_PAGES);
    play("grandparent", 1, wait_for_child, NULL);
}

SCENARIO(containers, .begin = begin_containers, .end = end, .has_processes = true);

/* --- a kill ------------------------------------------------------------------------------- */

static void kill_child(void *unused)
{
    int error = proc_kill(child);

    (void)unused;
    REQUIRE(!error || error == E_INVAL_PID);
}

static void wait_for_killed(void *unused)
{
    (void)unused;
    uint32_t status = await_program(child);
    REQUIRE(status == 7 || status == STATUS_KILLED);
}

static void begin_kill(void)
{
    child = start_program(exit_with_7, QUOTA_OF_PARENT);
    play("killer", 0, kill_child, NULL);
    play("parent", 1, wait_for_killed, NULL);
}

SCENARIO(kill_process, .begin = begin_kill, .end = end, .has_processes = true);

/* --- a visitor ---------------------------------------------------------------------------- */

/* Works in its child's space, which ends meanwhile. */
static void visit_child(void)
{
    pid_t pid = start_program(exit_with_7, QUOTA_OF_PARENT);
    int error = proc_page_alloc((struct proc_place){ pid, VM_USERLO }, PERM_WRITE);

    REQUIRE(!error || error == E_INVAL_PID);
    REQUIRE(await_program(pid) == 7);
    proc_exit(8);
}

static void begin_visitor(void)
{
    child = start_program(visit_child, QUOTA_OF_PARENT);
    play("grandparent", 1, wait_for_child, NULL);
}

SCENARIO(visitor, .begin = begin_visitor, .end = end, .has_processes = true);

/* --- a second thread ---------------------------------------------------------------------- */

static void start_thread(void)
{
    const struct thread_start start = {
        .entry = program_address(proc_exit_thread), .stack = USTACKTOP,
    };
    uint32_t number;
    int error = proc_thread_create(&start, &number);

    REQUIRE(!error && number == 2);
    proc_exit(7);
}

/* A thread that has the place of the second one, if that has ended. */
static void take_its_place(void *unused)
{
    const struct thread_config config = { .name = "third", .cpu = CPU_ANY, .quota = &quota_root };
    struct thread *thread;
    int error = thread_create(&config, &thread);

    (void)unused;
    REQUIRE(!error);
    thread_free(thread);
    REQUIRE(await_program(child) == 7);
}

static void begin_thread(void)
{
    child = start_program(start_thread, QUOTA_OF_PARENT);
    play("grandparent", ANY_CPU, take_its_place, NULL);
}

SCENARIO(second_thread, .begin = begin_thread, .end = end, .has_processes = true);

/* --- slots -------------------------------------------------------------------------------- */

static struct process *taken[2];

static void take_slot(void *number)
{
    taken[(uintptr_t)number] = process_slot_get();
}

static void begin_slots(void)
{
    play("first", 0, take_slot, (void *)0);
    play("second", 1, take_slot, (void *)1);
}

/* Each has one of its own. */
static void end_slots(void)
{
    REQUIRE(taken[0] && taken[1] && taken[0] != taken[1] && taken[0]->id != taken[1]->id);
    for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
        process_slot_return(taken[i]);
}

SCENARIO(slots, .begin = begin_slots, .end = end_slots, .has_processes = true);

/* The one that will have the child's slot next is not there yet. */
static void kill_next(void *unused)
{
    (void)unused;
    REQUIRE(proc_kill(child + NUM_PROCESSES) == E_INVAL_PID);
}

static void wait_for_7(void *unused)
{
    (void)unused;
    REQUIRE(await_program(child) == 7);
}

static void begin_next(void)
{
    child = start_program(exit_with_7, QUOTA_OF_PARENT);
    play("killer", 0, kill_next, NULL);
    play("parent", 1, wait_for_7, NULL);
}

SCENARIO(slot_again, .begin = begin_next, .end = end, .has_processes = true);
