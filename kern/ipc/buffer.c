/* Bounded buffers: monitors with two conditions, "not full" and "not empty" (Anderson and
 * Dahlin, Operating Systems: Principles and Practice, chapter 5; the lab's exercise 11).
 *
 * A textbook buffer lets the thread that comes first after a signal have the slot.  Then a running
 * producer may fill the buffer again each time before the producer that was woken runs, and so
 * starve it for ever.  With all of them on one CPU that is the normal course.  So here a slot that
 * becomes free while producers wait is promised to them: it counts as taken for every thread that
 * comes later, and only a producer that was woken uses it.  The same goes for items and consumers.
 * (buffer_priv.h states the invariants B1 to B4 used below.)
 *
 * Order.  All items go through one ring under one lock: first in, first out.  Signals go to the
 * longest waiter, and what is promised cannot be overtaken: threads are served as they came.
 *
 * No lost wakeup.  What sched.c shows for any monitor: a thread that takes the lock after a waiter
 * has released it finds the waiter on the condition's list, and a signal makes it run.  It remains
 * to show that each waiter is signalled when there is something for it.  Each put, not only the
 * first one into an empty buffer, promises the item and signals if some consumer has no promise
 * yet; each get does the same for a slot and producers.  So B3 holds after each: no thread waits
 * without a promise unless everything is promised.  B4: a promise comes with a signal; a woken
 * thread takes one promise; one that was killed passes its signal on to the next in the list
 * (condition_wait), so that the promise finds another taker; if there is none, then all who are
 * left have been signalled, and promises beyond their number are withdrawn (wait_for_turn): any
 * thread may have the slot or item again.  So as long as something is promised, a thread that will
 * take it is on its way.
 *
 * Which processes may use a buffer.  All may, unless one process keeps it: for itself, for those
 * that it makes from then on, and for those that these make.  Only the higher half of the buffers
 * can be kept, and only one that holds no item and for which no thread waits.  Each keeper has the
 * buffer's bit in thread_group.buffers, and is counted.  A buffer is given up only by its last
 * keeper, so no bit of an earlier keeping is left.  Then it is emptied, and all may use it again.
 *
 * A kill leaves the buffer intact: a thread changes ring and counters only when it no longer
 * waits, under the lock, and it cannot be stopped there.  No deadlock: a thread holds no other
 * lock while it holds this one, but those of the thread layer below.  No thread polls. */
#include "ipc/buffer_priv.h"

#include "abi/error.h"
#include "lib/assert.h"
#include "pcpu/trace.h"
#include "thread/condition.h"
#include "thread/group.h"

static const struct lock_class buffer_class = LOCK_CLASS("ipc.buffer", 0);

struct buffer buffers[NUM_BUFFERS];

static const struct buffer_observer *observer;  /* [a] atomic */

void buffer_observe(const struct buffer_observer *new_observer)
{
    __atomic_store_n(&observer, new_observer, __ATOMIC_RELEASE);
}

void buffer_init(void)
{
    for (unsigned id = 0; id < NUM_BUFFERS; id++) {
        struct buffer *buffer = &buffers[id];

        spinlock_init(&buffer->lock, &buffer_class);
        condition_init(&buffer->nonfull.condition, "buffer not full");
        condition_init(&buffer->nonempty.condition, "buffer not empty");
        ring_init(&buffer->ring, BUFFER_CAPACITY_DEFAULT);
    }
}

/* --- which processes may use it ----------------------------------------------------------- */

static uint32_t kept_by_caller(void)
{
    const struct thread_group *group = thread_current()->group;

    return group ? __atomic_load_n(&group->buffers, __ATOMIC_RELAXED) : ~0u;
}

static NOINLINE bool is_kept_by_caller(const struct buffer *buffer)
{
    return kept_by_caller() >> (buffer - buffers) & 1;
}

/* 0, or E_BUFFER_KEPT.  The kernel's own threads may use all. */
static int check_user(const struct buffer *buffer)
{
    spinlock_expect_held(&buffer->lock);
    return buffer->keepers == 0 || is_kept_by_caller(buffer) ? 0 : E_BUFFER_KEPT;
}

static bool is_in_use(const struct buffer *buffer)
{
    spinlock_expect_held(&buffer->lock);
    return !ring_is_empty(&buffer->ring) || buffer->nonfull.count > 0 ||
           buffer->nonempty.count > 0;
}

static unsigned bits_in(uint32_t mask)
{
    unsigned count = 0;

    for (; mask != 0; mask &= mask - 1)
        count++;
    return count;
}

/* False: they are as many as may be.  Another thread of the process may keep another buffer
 * meanwhile, under that one's lock. */
static bool add_kept(struct thread_group *group, uint32_t bit)
{
    uint32_t kept = __atomic_load_n(&group->buffers, __ATOMIC_RELAXED);

    do {
        if (bits_in(kept) == KEPT_BUFFERS_MAX)
            return false;
    } while (!__atomic_compare_exchange_n(&group->buffers, &kept, kept | bit, false,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return true;
}

static int keep_locked(struct buffer *buffer, struct thread_group *group)
{
    const uint32_t bit = 1u << (buffer - buffers);

    spinlock_expect_held(&buffer->lock);
    if (kept_by_caller() & bit)
        return 0;
    if (buffer->keepers > 0 || is_in_use(buffer))
        return E_BUSY;
    if (!add_kept(group, bit))
        return E_EXCEEDS_QUOTA;
    buffer->keepers = 1;
    return 0;
}

int buffer_keep(unsigned id)
{
    if (id >= NUM_BUFFERS)
        return E_INVAL_BUFFER;
    if (id < FIRST_KEEPABLE_BUFFER)
        return E_INVAL_ARG;

    spinlock_acquire(&buffers[id].lock);
    int error = keep_locked(&buffers[id], thread_current()->group);
    spinlock_release(&buffers[id].lock);
    return error;
}

void buffer_inherit(struct thread_group *child)
{
    uint32_t kept = thread_current()->group ? kept_by_caller() : 0;

    __atomic_store_n(&child->buffers, kept, __ATOMIC_RELAXED);
    for (; kept != 0; kept &= kept - 1) {
        struct buffer *buffer = &buffers[__builtin_ctz(kept)];
        spinlock_acquire(&buffer->lock);
        buffer->keepers++;
        spinlock_release(&buffer->lock);
    }
}

/* --- its use ------------------------------------------------------------------------------
 *
 * What a call mostly does is inlined; what it mostly does without, is not, and so costs it no
 * register. */

/* Is there a slot, or an item, for a thread that comes now? */
static bool has_open_slot(const struct buffer *buffer)
{
    spinlock_expect_held(&buffer->lock);
    return buffer->ring.count + buffer->nonfull.promised < buffer->ring.capacity;
}

static bool has_open_item(const struct buffer *buffer)
{
    spinlock_expect_held(&buffer->lock);
    return buffer->nonempty.promised < buffer->ring.count;
}

HANDS_OVER
static NOINLINE void signal_promise(struct waiters *waiters, struct buffer *buffer)
{
    waiters->promised++;
    condition_signal(&waiters->condition, &buffer->lock);
}

/* There is one slot, or item, more: it is promised to a waiter that has no promise yet. */
static inline void promise_turn(struct waiters *waiters, struct buffer *buffer)
{
    if (waiters->count > waiters->promised)
        signal_promise(waiters, buffer);
}

/* Waits until something is promised to this thread, and takes the promise.  It waits at least
 * once: a promise that is there when it comes is not its own.  E_KILLED: it took none. */
HANDS_OVER
static int wait_for_turn(struct waiters *waiters, struct buffer *buffer)
{
    int error;

    waiters->count++;
    do
        error = condition_wait(&waiters->condition, &buffer->lock);
    while (!error && waiters->promised == 0);
    waiters->count--;
    if (!error)
        waiters->promised--;
    else if (waiters->promised > waiters->count)
        waiters->promised = waiters->count;
    return error;
}

static inline void put_item(struct buffer *buffer, uint32_t item)
{
    spinlock_expect_held(&buffer->lock);
    ring_put(&buffer->ring, item);
    buffer->in++;
    trace_note(TRACE_PUT, (uintptr_t)(buffer - buffers), buffer->ring.count);
    if (buffer->ring.count > buffer->deepest)
        buffer->deepest = buffer->ring.count;
    promise_turn(&buffer->nonempty, buffer);
}

static inline uint32_t get_item(struct buffer *buffer)
{
    spinlock_expect_held(&buffer->lock);
    uint32_t item = ring_get(&buffer->ring);
    buffer->out++;
    trace_note(TRACE_GET, (uintptr_t)(buffer - buffers), buffer->ring.count);
    promise_turn(&buffer->nonfull, buffer);
    return item;
}

int buffer_produce(unsigned id, uint32_t item)
{
    if (id >= NUM_BUFFERS)
        return E_INVAL_BUFFER;

    struct buffer *buffer = KEPT(&buffers[id]);
    spinlock_acquire(&buffer->lock);
    int error = check_user(buffer);
    if (!error && !has_open_slot(buffer)) {
        buffer->times_full++;
        error = wait_for_turn(&buffer->nonfull, buffer);
    }
    if (!error)
        put_item(buffer, item);
    spinlock_release(&buffer->lock);
    const struct buffer_observer *watching = __atomic_load_n(&observer, __ATOMIC_ACQUIRE);
    if (watching && !error)
        watching->produced(item);
    return error;
}

int buffer_consume(unsigned id, uint32_t *item)
{
    if (id >= NUM_BUFFERS)
        return E_INVAL_BUFFER;

    struct buffer *buffer = KEPT(&buffers[id]);
    spinlock_acquire(&buffer->lock);
    int error = check_user(buffer);
    if (!error && !has_open_item(buffer)) {
        buffer->times_empty++;
        error = wait_for_turn(&buffer->nonempty, buffer);
    }
    if (!error)
        *item = get_item(buffer);
    spinlock_release(&buffer->lock);
    const struct buffer_observer *watching = __atomic_load_n(&observer, __ATOMIC_ACQUIRE);
    if (watching && !error)
        watching->consumed(*item);
    return error;
}

enum { THROW_AT_ONCE = 2 };              /* items: each may wake a producer */

/* Items that are promised to consumers stay.  Throws away a few, and `most` at most; returns how
 * many. */
static unsigned throw_some(struct buffer *buffer, unsigned most)
{
    unsigned count = 0;

    for (; count < MIN(most, (unsigned)THROW_AT_ONCE) && has_open_item(buffer); count++)
        (void)get_item(buffer);
    return count;
}

/* In pieces, between which others may use the buffer, or keep it.  So as many items go as there
 * were. */
int buffer_empty(unsigned id, unsigned *count)
{
    unsigned thrown = 0, now;
    int error;

    if (id >= NUM_BUFFERS)
        return E_INVAL_BUFFER;

    struct buffer *buffer = &buffers[id];
    spinlock_acquire(&buffer->lock);
    unsigned most = buffer->ring.count;
    while (!(error = check_user(buffer)) && (now = throw_some(buffer, most - thrown)) > 0) {
        thrown += now;
        spinlock_release(&buffer->lock);
        spinlock_acquire(&buffer->lock);
    }
    spinlock_release(&buffer->lock);
    if (error && thrown == 0)
        return error;
    *count = thrown;
    return 0;
}

/* One keeper less.  The last one empties it first: no other process can use it until then. */
static void leave_buffer(struct buffer *buffer)
{
    spinlock_acquire(&buffer->lock);
    while (buffer->keepers == 1 && throw_some(buffer, UINT32_MAX) > 0) {
        spinlock_release(&buffer->lock);
        spinlock_acquire(&buffer->lock);
    }
    buffer->keepers--;
    spinlock_release(&buffer->lock);
}

void buffer_leave(struct thread_group *group)
{
    uint32_t kept = group->buffers;

    group->buffers = 0;
    for (; kept != 0; kept &= kept - 1)
        leave_buffer(&buffers[__builtin_ctz(kept)]);
}

int buffer_configure(unsigned id, unsigned capacity)
{
    if (id >= NUM_BUFFERS)
        return E_INVAL_BUFFER;
    if (capacity < 1 || capacity > BUFFER_CAPACITY_MAX)
        return E_INVAL_ARG;

    struct buffer *buffer = &buffers[id];
    spinlock_acquire(&buffer->lock);
    int error = check_user(buffer);
    if (!error && is_in_use(buffer))
        error = E_BUSY;
    if (!error) {
        ring_init(&buffer->ring, capacity);
        buffer->deepest = 0;
        buffer->in = buffer->out = 0;
        buffer->times_full = buffer->times_empty = 0;
    }
    spinlock_release(&buffer->lock);
    return error;
}

int buffer_statistics(unsigned id, struct buffer_statistics *statistics)
{
    if (id >= NUM_BUFFERS)
        return E_INVAL_BUFFER;

    struct buffer *buffer = &buffers[id];
    spinlock_acquire(&buffer->lock);
    statistics->capacity = buffer->ring.capacity;
    statistics->depth = buffer->ring.count;
    statistics->deepest = buffer->deepest;
    statistics->in = buffer->in;
    statistics->out = buffer->out;
    statistics->times_full = buffer->times_full;
    statistics->times_empty = buffer->times_empty;
    statistics->producers = buffer->nonfull.count;
    statistics->consumers = buffer->nonempty.count;
    statistics->keepers = buffer->keepers;
    spinlock_release(&buffer->lock);
    return 0;
}

/* B2 to B4 for one side; `available` slots or items are there. */
static void check_waiters(const struct waiters *waiters, unsigned available)
{
    KERN_ASSERT(waiters->promised <= available && waiters->promised <= waiters->count);
    KERN_ASSERT(waiters->count == waiters->promised || waiters->promised == available);
    KERN_ASSERT(list_check(&waiters->condition.waiters, waiters->count));
    KERN_ASSERT(waiters->count - list_length(&waiters->condition.waiters) >= waiters->promised);
}

void buffer_check(void)
{
    for (unsigned id = 0; id < NUM_BUFFERS; id++) {
        struct buffer *buffer = &buffers[id];

        spinlock_acquire(&buffer->lock);
        KERN_ASSERT(ring_is_sound(&buffer->ring));
        KERN_ASSERT(buffer->in == buffer->out + buffer->ring.count);
        KERN_ASSERT(buffer->deepest >= buffer->ring.count);
        check_waiters(&buffer->nonfull, buffer->ring.capacity - buffer->ring.count);
        check_waiters(&buffer->nonempty, buffer->ring.count);
        spinlock_release(&buffer->lock);
    }
}
