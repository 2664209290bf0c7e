/* The oracles at rest. */
#include "rest.h"

#include "machine.h"
#include "play.h"

#include "ipc/ipc.h"
#include "proc/proc.h"
#include "thread/inspect.h"
#include "thread/queue_priv.h"
#include "thread/timeouts_priv.h"

#include <stdio.h>

enum { TEXT_LENGTH = 1000 };

void rest_expect_no_work(void)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        if (ready_queues[cpu].turns.count > 0)
            fail("CPU %u is halted beside work: thread %s is ready there", cpu,
                 turns_find(&ready_queues[cpu].turns, (cpu_mask)1 << cpu)->name);
}

bool rest_needs_time(void)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        if (timeouts_are_set_on(cpu))
            return true;
    return false;
}

/* Stores what they wait for; returns how many have not ended. */
static unsigned describe_waiting(char *text, size_t size)
{
    unsigned waiting = 0;
    size_t length = 0;

    for (unsigned i = 0; i < player_count; i++) {
        const struct thread *thread = players[i].thread;
        if (players[i].ended)
            continue;
        length += (size_t)snprintf(text + length, size - length, "%s%s waits for \"%s\"",
                                   waiting++ > 0 ? ", " : "", players[i].name,
                                   thread->wait_reason ? thread->wait_reason : "nothing");
    }
    return waiting;
}

static void free_kept_threads(void)
{
    for (unsigned i = 0; i < player_count; i++)
        if (players[i].ended && scenario->keeps_threads)
            thread_free(players[i].thread);
}

static void check_kernel(void)
{
    thread_check();
    buffer_check();
    futex_check();
    pmm_check();
    if (scenario->has_processes)
        proc_check();
}

void rest_end_run(void)
{
    char text[TEXT_LENGTH] = "";
    unsigned waiting = describe_waiting(text, sizeof text);

    if (waiting > scenario->may_wait)
        fail("a wakeup is lost, or threads wait for each other: %s, and nothing more happens",
             text);
    if (scenario->end)
        scenario->end();
    free_kept_threads();
    if (waiting == 0 && quota_root.account.used != pages_at_begin)
        fail("%d pages are missing", (int)(quota_root.account.used - pages_at_begin));
    if (waiting == 0 && thread_count() != threads_at_begin)
        fail("%d threads are missing", (int)(thread_count() - threads_at_begin));
    check_kernel();
    succeed();
}

void rest_fail_spinning(unsigned first)
{
    char text[TEXT_LENGTH] = "";
    size_t length = 0;

    for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
        const struct spinlock *lock = cpus[cpu].waiting_for;
        if (lock && lock->holder)
            length += (size_t)snprintf(text + length, sizeof text - length,
                                       "; CPU %u wants lock %s, which %s holds", cpu,
                                       lock->class->name,
                                       ((const struct thread *)lock->holder)->name);
    }
    fail("deadlock: CPU %u spins for ever%s", first, text);
}
