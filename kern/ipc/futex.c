/* Futexes: threads wait until another thread has changed a word of user memory and wakes them.
 *
 * Which waiters a wake finds.  A waiter is listed twice: under the word's place in its space, and
 * under the word's physical address.  A wake looks under both names that its own word has now: so
 * it finds the waiters of other spaces that share the page, and those of its own space even if the
 * page has been replaced since they came (a copy-on-write page that was written to).
 *
 * No wakeup is lost.  A waiter lists itself first and compares afterwards; a waker changes the
 * word first and looks at the lists afterwards.  Both go through the lock of the list.  If the
 * waker has it first, the waiter sees the change when it compares, and does not wait.  If the
 * waiter has it first, it is on the list and is marked as woken, under the lock under which it
 * looks at the mark and blocks.  So user memory, which may fault, is never touched with a lock
 * held.
 *
 * No wakeup goes to the wrong waiter.  Between the page's replacement and the wake, the frame may
 * have gone to another process, whose wakes are not for this waiter.  So a wake finds it under its
 * physical address only if its space still has that frame there.  (It is in that system call, so
 * its space and its page tables exist.)  A waiter that was woken returns 0, even if it has also
 * timed out or found the word changed.  If it was killed, it wakes another one instead.
 *
 * No waker looks at a waiter that is gone: it lies on its thread's stack and takes itself off each
 * of the two lists under that list's lock, and wakers use it only while they hold the lock of a
 * list that it is on.  SUBTLE: listed-twice
 *
 * No waker holds a list for long.  It looks at a few listings, and releases the list.  Two listings
 * of its own stay there: one where it goes on, and one where the list ended when it began.  So it
 * comes to an end, however many new waiters come. */
#include "ipc/ipc.h"

#include "lib/assert.h"
#include "thread/condition.h"
#include "thread/thread.h"
#include "vmm/space.h"
#include "vmm/usercopy.h"

static const struct lock_class list_class = LOCK_CLASS("ipc.futex_list", 5);
static const struct lock_class waiter_class = LOCK_CLASS("ipc.futex_waiter", 4);

/* A word's name: in a space, or, if that is NULL, in physical memory. */
struct futex_name {
    const struct space *space;
    uint32_t address;
};

/* [l] the lock of the list that it is on  [I] constant while listed */
struct listing {
    struct list_node     node;          /* [l] */
    struct futex_name    name;          /* [I] */
    struct futex_waiter *waiter;        /* [I] NULL: a waker's own */
};

/* [w] lock  [I] constant while listed */
struct futex_waiter {
    struct spinlock  lock;
    bool             woken;             /* [w] */
    struct condition signal;            /* [w] woken became true */
    struct space    *space;             /* [I] where it waits */
    uaddr_t          address;           /* [I] */
    struct listing   by_place, by_frame;
};

enum { LISTS_LOG = 10, LISTS = 1 << LISTS_LOG };

/* Words that have nothing to do with each other share a list only by chance.  [l] lock */
static struct futex_list {
    struct spinlock lock;
    struct list     listings;           /* [l] first come, first woken */
} __attribute__((aligned(CACHE_LINE))) lists[LISTS];

void futex_init(void)
{
    for (unsigned i = 0; i < LISTS; i++) {
        spinlock_init(&lists[i].lock, &list_class);
        list_init(&lists[i].listings);
    }
}

/* 2^32 divided by the golden ratio, and an odd number that has nothing to do with it. */
#define GOLDEN          0x9e3779b9u
#define SPACE_FACTOR    0x85ebca6bu

/* Fibonacci hashing: the high bits of the product depend on all bits. */
static struct futex_list *list_of(const struct futex_name *name)
{
    uint32_t mixed = (uint32_t)(uintptr_t)name->space / CACHE_LINE * SPACE_FACTOR +
                     name->address;

    return &lists[mixed * GOLDEN >> (32 - LISTS_LOG)];
}

static bool is_same(const struct futex_name *one, const struct futex_name *other)
{
    return one->space == other->space && one->address == other->address;
}

/* What the word that a program calls `address` is in physical memory. */
static int find_frame(struct space *space, uaddr_t address, struct futex_name *frame)
{
    paddr_t page;
    uint32_t perm;
    int error = space_lookup(space, ROUND_DOWN(address, PAGE_SIZE), &page, &perm);

    if (!error)
        *frame = (struct futex_name){ NULL, page + address % PAGE_SIZE };
    return error;
}

static int find_names(uaddr_t address, struct futex_name *place, struct futex_name *frame)
{
    struct space *space = thread_current()->space;
    uint32_t value;

    if (address % sizeof value != 0)
        return E_INVAL_ADDR;
    int error = copy_from_user(&value, address, sizeof value);  /* the page may have to be made */
    *place = (struct futex_name){ space, address };
    return error ? error : find_frame(space, address, frame);
}

/* --- waking ------------------------------------------------------------------------------- */

/* False if it was woken before. */
static bool wake_waiter(struct futex_waiter *waiter)
{
    spinlock_acquire(&waiter->lock);
    bool is_first = !waiter->woken;
    waiter->woken = true;
    condition_signal(&waiter->signal, &waiter->lock);
    spinlock_release(&waiter->lock);
    return is_first;
}

/* Is the listing under the name that its word has now?  Its list is locked. */
static bool is_current(const struct listing *listing)
{
    const struct futex_waiter *waiter = listing->waiter;
    struct futex_name frame;

    return listing->name.space ||
           (find_frame(waiter->space, waiter->address, &frame) == 0 &&
            is_same(&frame, &listing->name));
}

static bool is_meant(const struct listing *listing, const struct futex_name *name)
{
    return listing->waiter && is_same(&listing->name, name) && is_current(listing);
}

enum { LOOK_AT = 2 };                   /* listings, before a waker releases the list */

/* What a waker wakes, and how far it is.  [l] the lock of its list */
struct walk {
    const struct futex_name *name;
    uint32_t                 count;     /* at most so many */
    uint32_t                 woken;
    struct listing           here, end; /* [l] its own listings, while it has released the list */
};

/* From `node` on.  The node at which to go on, or NULL: there is no more to do. */
static struct list_node *wake_some(struct list *listings, struct list_node *node,
                                   struct walk *walk)
{
    struct list_node *next;

    for (unsigned seen = 0; node && seen < LOOK_AT; seen++, node = next) {
        struct listing *listing = LIST_ENTRY(node, struct listing, node);
        if (listing == &walk->end || walk->woken == walk->count)
            return NULL;
        next = list_next(listings, node);
        if (is_meant(listing, walk->name)) {
            list_remove(node);
            walk->woken += wake_waiter(listing->waiter);
        }
    }
    return node;
}

/* Lets others have the list, which has more than a few listings, and finds its place again. */
HANDS_OVER
static struct list_node *pause_walk(struct futex_list *list, struct list_node *node,
                                    struct walk *walk)
{
    struct listing *here = &walk->here;

    if (!list_is_linked(&walk->end.node))
        list_append(&list->listings, &walk->end.node);
    list_link(node->prev, &here->node, node);
    spinlock_release(&list->lock);
    spinlock_acquire(&list->lock);
    node = here->node.next;             /* at the latest the walk's end */
    list_remove(&here->node);
    return node;
}

/* Wakes up to `count` waiters that are listed under the name; returns how many. */
HANDS_OVER
static uint32_t wake_listed(const struct futex_name *name, uint32_t count)
{
    struct futex_list *list = list_of(name);
    struct walk walk = { .name = name, .count = count };

    spinlock_acquire(&list->lock);
    struct list_node *node = wake_some(&list->listings, list_first(&list->listings), &walk);
    while (node) {
        node = pause_walk(list, node, &walk);
        node = wake_some(&list->listings, node, &walk);
    }
    if (list_is_linked(&walk.end.node))
        list_remove(&walk.end.node);
    spinlock_release(&list->lock);
    return walk.woken;
}

static uint32_t wake_both(const struct futex_name *place, const struct futex_name *frame,
                          uint32_t count)
{
    uint32_t woken = wake_listed(frame, count);

    return woken + (woken < count ? wake_listed(place, count - woken) : 0);
}

int futex_wake(uaddr_t address, uint32_t count, uint32_t *woken)
{
    struct futex_name place, frame;
    int error = find_names(address, &place, &frame);

    if (!error)
        *woken = wake_both(&place, &frame, count);
    return error;
}

/* --- waiting ------------------------------------------------------------------------------ */

static void enter_list(struct futex_waiter *waiter, struct listing *listing,
                       const struct futex_name *name)
{
    struct futex_list *list = list_of(name);

    listing->name = *name;
    listing->waiter = waiter;
    list_node_init(&listing->node);
    spinlock_acquire(&list->lock);
    list_append(&list->listings, &listing->node);
    spinlock_release(&list->lock);
}

static void leave_list(struct listing *listing)
{
    struct futex_list *list = list_of(&listing->name);

    spinlock_acquire(&list->lock);
    if (list_is_linked(&listing->node))
        list_remove(&listing->node);
    spinlock_release(&list->lock);
}

/* No wakeup is lost that comes when the waiter is listed.  0, E_CHANGED, or what reading gave. */
static int compare_word(uaddr_t address, uint32_t expected)
{
    uint32_t value;
    int error = copy_from_user(&value, address, sizeof value);

    if (error)
        return error;
    return value == expected ? 0 : E_CHANGED;
}

static int await_signal(struct futex_waiter *waiter, uint64_t deadline)
{
    struct thread *thread = thread_current();
    int error = 0;

    thread->wait_word = waiter->address;
    spinlock_acquire(&waiter->lock);
    while (!waiter->woken && !error)
        error = deadline == FUTEX_NO_DEADLINE
                ? condition_wait(&waiter->signal, &waiter->lock)
                : condition_wait_until(&waiter->signal, &waiter->lock, deadline);
    spinlock_release(&waiter->lock);
    thread->wait_word = 0;
    return error;
}

int futex_wait(uaddr_t address, uint32_t expected, uint64_t deadline)
{
    struct futex_waiter waiter = { .space = thread_current()->space, .address = address };
    struct futex_name place, frame;
    int error = find_names(address, &place, &frame);

    if (error)
        return error;
    spinlock_init(&waiter.lock, &waiter_class);
    condition_init(&waiter.signal, "futex");
    enter_list(&waiter, &waiter.by_frame, &frame);
    enter_list(&waiter, &waiter.by_place, &place);
    error = compare_word(address, expected);
    if (!error)
        error = await_signal(&waiter, deadline);
    leave_list(&waiter.by_place);
    leave_list(&waiter.by_frame);
    if (!waiter.woken)
        return error;
    if (!thread_is_killed(thread_current()))
        return 0;
    wake_both(&place, &frame, 1);
    return E_KILLED;
}

void futex_check(void)
{
    for (unsigned i = 0; i < LISTS; i++) {
        struct list_node *node;

        spinlock_acquire(&lists[i].lock);
        LIST_FOR_EACH(node, &lists[i].listings) {
            const struct listing *listing = LIST_ENTRY(node, struct listing, node);
            KERN_ASSERT(listing->waiter && list_of(&listing->name) == &lists[i]);
            KERN_ASSERT(listing == &listing->waiter->by_place ||
                        listing == &listing->waiter->by_frame);
        }
        spinlock_release(&lists[i].lock);
    }
}
