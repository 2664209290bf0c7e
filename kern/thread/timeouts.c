/* Timed waits: per CPU a list of threads by deadline, looked at by that CPU's timer interrupt.
 *
 * A deadline only wakes: whether the wait timed out, the thread finds out itself, under its
 * monitor's lock (condition.c).  The wake happens under the list's lock, so after
 * timeout_clear() none is on its way. */
#include "thread/timeouts_priv.h"

#include "dev/clock.h"
#include "lib/assert.h"
#include "thread/sched.h"

static const struct lock_class timeouts_class = LOCK_CLASS("thread.timeouts", 1);

/* [t] lock */
struct timeouts {
    struct spinlock lock;
    struct list     threads;            /* [t] the earliest deadline first */
} __attribute__((aligned(CACHE_LINE)));

static struct timeouts timeouts_of[NUM_CPUS];

void timeouts_init(void)
{
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++) {
        spinlock_init(&timeouts_of[cpu].lock, &timeouts_class);
        list_init(&timeouts_of[cpu].threads);
    }
}

static struct thread *thread_by_node(struct list_node *node)
{
    return LIST_ENTRY(node, struct thread, timeout_node);
}

void timeout_set(struct thread *thread, uint64_t deadline)
{
    struct timeouts *timeouts = &timeouts_of[get_pcpu_idx()];

    KERN_ASSERT(thread == thread_current() && !intr_are_enabled());
    spinlock_acquire(&timeouts->lock);
    thread->timeouts = timeouts;
    thread->deadline = deadline;
    struct list_node *later = list_first(&timeouts->threads);
    while (later && thread_by_node(later)->deadline <= deadline)
        later = list_next(&timeouts->threads, later);
    if (later)
        list_link(later->prev, &thread->timeout_node, later);
    else
        list_append(&timeouts->threads, &thread->timeout_node);
    spinlock_release(&timeouts->lock);
}

void timeout_clear(struct thread *thread)
{
    struct timeouts *timeouts = thread->timeouts;

    spinlock_acquire(&timeouts->lock);
    if (list_is_linked(&thread->timeout_node))
        list_remove(&thread->timeout_node);
    spinlock_release(&timeouts->lock);
}

void timeouts_expire(void)
{
    struct timeouts *timeouts = &timeouts_of[get_pcpu_idx()];
    struct list_node *node;

    if (!timeouts_are_set())
        return;
    uint64_t now = clock_us();
    spinlock_acquire(&timeouts->lock);
    while ((node = list_first(&timeouts->threads)) && thread_by_node(node)->deadline <= now) {
        list_remove(node);
        sched_ready(thread_by_node(node));
    }
    spinlock_release(&timeouts->lock);
}

/* Without the lock: only this CPU adds to its list, so "none" is certain.  "Some" may be out of
 * date when another CPU removes the last one, and costs a look or a tick. */
bool timeouts_are_set(void)
{
    return timeouts_are_set_on(get_pcpu_idx());
}

bool timeouts_are_set_on(unsigned cpu)
{
    const struct timeouts *timeouts = &timeouts_of[cpu];

    return __atomic_load_n(&timeouts->threads.head.next, __ATOMIC_RELAXED) !=
           &timeouts->threads.head;
}
