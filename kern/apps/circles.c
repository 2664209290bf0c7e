/* Threads of programs that wait for mutexes: whose, and which wait for each other in a circle. */
#include "apps/apps_priv.h"

#include "abi/futex.h"
#include "dev/log.h"
#include "thread/inspect.h"

/* One that waits, by its number in its process, and the one that it waits for. */
struct waits_for {
    pid_t    pid;
    uint32_t number, owner;
};

enum { WAITERS_MAX = 64 };              /* that are looked at; of more, circles are not found */

struct waiters {
    unsigned         count;
    struct waits_for all[WAITERS_MAX];
};

uint32_t mutex_owner(const struct thread_trace *trace)
{
    uint32_t word;

    if (trace->wait_word == 0 || !proc_read_word(trace->pid, trace->wait_word, &word))
        return 0;
    return word & FUTEX_OWNED && word != (FUTEX_OWNED | FUTEX_OWNER_UNKNOWN)
           ? word & ~FUTEX_OWNED : 0;
}

static void note_waiter(const struct thread *thread, void *argument)
{
    struct waiters *waiters = argument;
    struct thread_trace trace;

    if (waiters->count == WAITERS_MAX || !thread_trace(thread, &trace))
        return;
    uint32_t owner = mutex_owner(&trace);
    if (owner != 0)
        waiters->all[waiters->count++] = (struct waits_for){ trace.pid, trace.number, owner };
}

/* The owner, if it is one that waits itself. */
static const struct waits_for *next_waiter(const struct waiters *waiters,
                                           const struct waits_for *waiter)
{
    for (unsigned i = 0; i < waiters->count; i++)
        if (waiters->all[i].pid == waiter->pid && waiters->all[i].number == waiter->owner)
            return &waiters->all[i];
    return NULL;
}

/* Is it the first one, in our order, of a circle? */
static bool begins_circle(const struct waiters *waiters, const struct waits_for *first)
{
    const struct waits_for *waiter = next_waiter(waiters, first);

    for (unsigned step = 0; step < waiters->count && waiter > first; step++)
        waiter = next_waiter(waiters, waiter);
    return waiter == first;
}

static void print_circle(const struct waiters *waiters, const struct waits_for *first)
{
    const struct waits_for *waiter = first;

    KERN_INFO("A circle in process %d:\n", first->pid);
    do {
        KERN_INFO("  thread %u waits for a mutex of thread %u\n", waiter->number, waiter->owner);
        waiter = next_waiter(waiters, waiter);
    } while (waiter != first);
}

void print_circles(void)
{
    struct waiters waiters = { .count = 0 };

    thread_for_each(note_waiter, &waiters);
    for (unsigned i = 0; i < waiters.count; i++)
        if (begins_circle(&waiters, &waiters.all[i]))
            print_circle(&waiters, &waiters.all[i]);
}
