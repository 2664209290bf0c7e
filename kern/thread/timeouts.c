/* Timed waits: per CPU a heap of threads by deadline, looked at after each of that CPU's ticks.
 *
 * A deadline only wakes: whether the wait timed out, the thread finds out itself, under its
 * monitor's lock (condition.c).  The wake happens under the heap's lock, so after
 * timeout_clear() none is on its way.
 *
 * However many deadlines pass at one moment, only a few threads are woken at a stretch, and
 * interrupts are on in between.  None is forgotten if the waker is preempted there: a thread stays
 * in the heap until it is woken, and the next tick finds it there.  A woken thread does not take
 * the CPU from the waker, which goes on until all are woken or its time slice ends: so a program
 * delays another one's wakeup by the time that it takes to wake its own threads.
 *
 * No deadline is lost.  It is set before its thread is BLOCKED, and a waker that came in between
 * would find nothing to wake.  What is due is decided on the heap's own CPU with interrupts off
 * (`due`), so no thread there is between the two.  The waker, perhaps on another CPU by now, wakes
 * only what was due then; and a new deadline is set later than that, even if it has passed already.
 *
 * The heap is a leftist tree (Knuth, The Art of Computer Programming, vol. 3, 5.2.3): no thread has
 * an earlier deadline than the one above it, and a step to the right leads to a lower rank.  A tree
 * of n threads has a rank of at most log2(n + 1).  So adding and removing take so many steps. */
#include "thread/timeouts_priv.h"

#include "dev/clock.h"
#include "lib/assert.h"
#include "thread/sched.h"

enum { WAKE_AT_ONCE = 2 };              /* threads, with the heap's lock held */

static const struct lock_class timeouts_class = LOCK_CLASS("thread.timeouts", 1);

/* [t] lock */
struct timeouts {
    struct spinlock lock;
    struct thread  *first;              /* [t] the earliest deadline, or NULL; [a] for reading */
    uint64_t        due;                /* [t] deadlines up to it are due */
} __attribute__((aligned(CACHE_LINE)));

static struct timeouts timeouts_of[NUM_CPUS];

void timeouts_init(void)
{
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        spinlock_init(&timeouts_of[cpu].lock, &timeouts_class);
}

/* --- the heap ----------------------------------------------------------------------------- */

static unsigned rank_of(const struct thread *thread)
{
    return thread ? thread->timeout.rank : 0;
}

/* `lower` may be NULL. */
static void link_right(struct thread *thread, struct thread *lower)
{
    struct timeout *timeout = &thread->timeout;

    timeout->right = lower;
    if (lower)
        lower->timeout.above = thread;
    if (rank_of(timeout->left) < rank_of(lower)) {
        timeout->right = timeout->left;
        timeout->left = lower;
    }
    timeout->rank = rank_of(timeout->right) + 1;
}

/* One of two heaps, either of which may be empty.  As deep as their ranks together. */
static struct thread *merge_heaps(struct thread *one, struct thread *other)
{
    if (!one || !other)
        return one ? one : other;
    if (other->deadline < one->deadline) {
        struct thread *earlier = other;
        other = one;
        one = earlier;
    }
    link_right(one, merge_heaps(one->timeout.right, other));
    return one;
}

static void set_first(struct timeouts *timeouts, struct thread *first)
{
    if (first)
        first->timeout.above = NULL;
    __atomic_store_n(&timeouts->first, first, __ATOMIC_RELAXED);
}

/* Under `above`, `lower` takes the place of `thread`; it may be NULL.  Of two ranks that change,
 * one right above the other, the upper one falls to one more than the lower one has now, or rises
 * from one more than the lower one had.  So no more ranks change than a heap's rank can be. */
static void replace_below(struct thread *above, const struct thread *thread, struct thread *lower)
{
    if (lower)
        lower->timeout.above = above;
    if (above->timeout.left == thread)
        above->timeout.left = lower;
    else
        above->timeout.right = lower;
    for (; above; above = above->timeout.above) {
        unsigned before = above->timeout.rank;
        link_right(above, above->timeout.right);
        if (above->timeout.rank == before)
            return;
    }
}

static void remove_thread(struct timeouts *timeouts, struct thread *thread)
{
    struct thread *lower = merge_heaps(thread->timeout.left, thread->timeout.right);

    spinlock_expect_held(&timeouts->lock);
    if (thread->timeout.above)
        replace_below(thread->timeout.above, thread, lower);
    else
        set_first(timeouts, lower);
    thread->timeout = (struct timeout){ .rank = 0 };
}

/* --- deadlines ---------------------------------------------------------------------------- */

void timeout_set(struct thread *thread, uint64_t deadline)
{
    struct timeouts *timeouts = &timeouts_of[get_pcpu_idx()];

    KERN_ASSERT(thread == thread_current() && !intr_are_enabled());
    spinlock_acquire(&timeouts->lock);
    thread->timeouts = timeouts;
    thread->deadline = MAX(deadline, timeouts->due + 1);
    thread->timeout = (struct timeout){ .rank = 1 };
    set_first(timeouts, merge_heaps(timeouts->first, thread));
    spinlock_release(&timeouts->lock);
}

void timeout_clear(struct thread *thread)
{
    struct timeouts *timeouts = thread->timeouts;

    spinlock_acquire(&timeouts->lock);
    if (timeout_is_set(thread))
        remove_thread(timeouts, thread);
    spinlock_release(&timeouts->lock);
}

/* True if others may be due. */
static bool wake_some(struct timeouts *timeouts)
{
    struct thread *thread;
    unsigned woken = 0;

    spinlock_acquire(&timeouts->lock);
    while (woken < WAKE_AT_ONCE && (thread = timeouts->first) &&
           thread->deadline <= timeouts->due) {
        remove_thread(timeouts, thread);
        sched_ready(thread);
        woken++;
    }
    spinlock_release(&timeouts->lock);
    return woken == WAKE_AT_ONCE;
}

unsigned timeouts_note_due(void)
{
    uint32_t flags = intr_save();
    unsigned cpu = get_pcpu_idx();
    struct timeouts *timeouts = &timeouts_of[cpu];

    if (timeouts_are_set_on(cpu)) {
        spinlock_acquire(&timeouts->lock);
        timeouts->due = clock_us();
        spinlock_release(&timeouts->lock);
    }
    intr_restore(flags);
    return cpu;
}

void timeouts_wake_due(unsigned cpu)
{
    while (timeouts_are_set_on(cpu) && wake_some(&timeouts_of[cpu]))
        continue;
}

void timeouts_expire(void)
{
    timeouts_wake_due(timeouts_note_due());
}

/* Without the lock: only this CPU adds to its heap, so "none" is certain.  "Some" may be out of
 * date when another CPU removes the last one, and costs a look or a tick. */
bool timeouts_are_set(void)
{
    return timeouts_are_set_on(get_pcpu_idx());
}

bool timeouts_are_set_on(unsigned cpu)
{
    return __atomic_load_n(&timeouts_of[cpu].first, __ATOMIC_RELAXED) != NULL;
}
