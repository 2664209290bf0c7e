/* Thread groups: the threads of one process, which end together.
 *
 * An order, that is the end, a stop, a resume or another affinity, takes the same time for any
 * number of members.  It changes the group's state, and one member is told at once.  The giver of
 * the order tells the rest, one at a time, with no lock held in between.  `untold` is
 * the first member that the last order has not reached; a member that leaves hands this place to
 * the next.  To tell a member is to make its own state that of the group; so one that is told
 * twice, or hears of two orders at once, is right in any case.  A giver that finds that another
 * order was given meanwhile leaves the telling to the giver of that one.
 *
 * The end forgets no member.  A member joins under the group's lock and only if the group is not
 * ending; the end marks it as ending under the same lock.  So a thread that joins is either on the
 * list in time, or is refused.  No other order follows, so the thread that ends the group tells all
 * members on the list.  And no member on the list can be freed, since a member takes itself off the
 * list before it exits.
 *
 * No member is freed too early.  A member's stack goes back by member_departed(), which the next
 * thread on its CPU calls after the switch away is complete.  `count` falls after that; so once
 * thread_group_await() returns, no stack and no charge of the group is left, and no member's
 * departure uses the group any more (a spinlock is not touched after the store that frees it).
 *
 * No member in user mode misses a stop.  The stop marks the group and then each member,
 * and interrupts those that run.  A member looks at its mark with interrupts off before it goes to
 * user mode: either it sees it, or it is interrupted there and comes by again.  When the group
 * goes on, a member that has stopped takes its mark off itself: it need not be told.
 * SUBTLE: stack-of-exited */
#include "thread/group.h"

#include "abi/error.h"
#include "lib/assert.h"
#include "thread/affinity.h"
#include "thread/inspect_priv.h"
#include "thread/queue_priv.h"
#include "thread/stop_priv.h"
#include "vmm/space.h"

static const struct lock_class group_class = LOCK_CLASS("thread.group", 5);

void thread_group_init(struct thread_group *group)
{
    spinlock_init(&group->lock, &group_class);
    list_init(&group->live);
    condition_init(&group->resumed, "stopped");
    condition_init(&group->gone, "threads");
}

void thread_group_renew(struct thread_group *group)
{
    KERN_ASSERT(list_is_empty(&group->live) && group->count == 0 && group->parked == 0);
    group->live_count = 0;
    group->numbers = 0;
    group->untold = NULL;
    group->look = (struct look){ .next = NULL };
    group->orders = 0;
    group->ending = false;
    group->status = 0;
    group->buffers = 0;
    group->stopped = false;
    group->unstarted = NULL;
    group->system_calls = 0;
    group->cycles = 0;
}

static struct thread *member_by_node(struct list_node *node)
{
    return LIST_ENTRY(node, struct thread, member_node);
}

static struct thread *first_member(struct thread_group *group)
{
    struct list_node *first = list_first(&group->live);

    return first ? member_by_node(first) : NULL;
}

static struct thread *next_member(struct thread_group *group, struct thread *thread)
{
    struct list_node *next = list_next(&group->live, &thread->member_node);

    return next ? member_by_node(next) : NULL;
}

/* All members have one affinity: a new one may have been made before it was changed. */
static void share_affinity(struct thread_group *group, struct thread *thread)
{
    int error = thread->affinity == group->affinity ? 0 : affinity_set(thread, group->affinity);

    KERN_ASSERT(!error);                /* CPUs do not go offline */
}

/* --- orders ------------------------------------------------------------------------------- */

static void tell_member(struct thread_group *group, struct thread *thread)
{
    if (group->ending) {
        thread_kill(thread);
        return;
    }
    if (group->stopped)
        thread_stop(thread);
    else
        thread_unstop(thread);
    share_affinity(group, thread);
}

/* Tells one more member.  True if others are left. */
static bool tell_next(struct thread_group *group)
{
    struct thread *thread = group->untold;

    spinlock_expect_held(&group->lock);
    if (!thread)
        return false;
    tell_member(group, thread);
    __atomic_store_n(&group->untold, next_member(group, thread), __ATOMIC_RELAXED);
    return group->untold != NULL;
}

static void begin_order(struct thread_group *group)
{
    spinlock_expect_held(&group->lock);
    count_up(&group->orders);
    __atomic_store_n(&group->untold, first_member(group), __ATOMIC_RELAXED);
}

bool thread_group_tell(struct thread_group *group, uint32_t order)
{
    spinlock_acquire(&group->lock);
    bool more = group->orders == order && tell_next(group);
    spinlock_release(&group->lock);
    return more;
}

/* --- members ------------------------------------------------------------------------------ */

/* What the thread has run since it left is read before the thread is freed, and added after. */
static void member_departed(struct thread *thread)
{
    struct thread_group *group = thread->group;
    uint64_t cycles = thread->cycles;

    KERN_ASSERT(!list_is_linked(&thread->member_node));
    thread_free(thread);
    spinlock_acquire(&group->lock);
    group->cycles += cycles;
    if (--group->count == 0)
        condition_broadcast(&group->gone, &group->lock);
    spinlock_release(&group->lock);
}

static void add_member(struct thread_group *group, struct thread *thread)
{
    if (list_is_empty(&group->live))
        group->affinity = thread->affinity;
    share_affinity(group, thread);
    thread->group = group;
    thread->departed = member_departed;
    thread->number = ++group->numbers;
    list_append(&group->live, &thread->member_node);
    group->live_count++;
    group->count++;
}

int thread_group_add(struct thread_group *group, struct thread *thread)
{
    spinlock_acquire(&group->lock);
    bool may_join = !group->ending;
    if (may_join) {
        add_member(group, thread);
        if (group->stopped)
            thread_stop(thread);
    }
    spinlock_release(&group->lock);
    return may_join ? 0 : E_KILLED;
}

/* It counts as parked: it stopped where its user frame says. */
void thread_group_hold(struct thread_group *group, struct thread *thread)
{
    spinlock_acquire(&group->lock);
    KERN_ASSERT(!group->ending && group->live_count == 0);
    add_member(group, thread);
    thread->interruptible = true;
    group->stopped = true;
    group->unstarted = thread;
    spinlock_release(&group->lock);
}

static void begin_end(struct thread_group *group, uint32_t status)
{
    group->ending = true;
    group->status = status;
    group->unstarted = NULL;            /* the kill starts it */
    begin_order(group);
}

bool thread_group_end(struct thread_group *group, uint32_t status)
{
    spinlock_acquire(&group->lock);
    if (!group->ending)
        begin_end(group, status);
    bool more = tell_next(group);
    spinlock_release(&group->lock);
    return more;
}

bool thread_group_end_stopped(struct thread_group *group, uint32_t status)
{
    spinlock_acquire(&group->lock);
    if (group->stopped && !group->ending)
        begin_end(group, status);
    bool more = group->ending && tell_next(group);
    spinlock_release(&group->lock);
    return more;
}

bool thread_group_is_ending(struct thread_group *group)
{
    spinlock_acquire(&group->lock);
    bool ending = group->ending;
    spinlock_release(&group->lock);
    return ending;
}

/* The group has from now on what the calling thread has counted, which begins anew: what it still
 * runs is added when it has departed. */
HANDS_OVER
static void take_over_counts(struct thread_group *group)
{
    struct thread *thread = thread_current();
    struct ready_queue *queue = queue_lock_home(thread);
    uint64_t cycles = thread_cycles(queue, thread, rdtsc());

    thread->cycles -= cycles;
    spinlock_release(&queue->lock);
    group->cycles += cycles;
    group->system_calls += thread->context.system_calls;
    thread->context.system_calls = 0;
}

bool thread_group_leave(struct thread_group *group)
{
    struct thread *thread = thread_current();

    KERN_ASSERT(thread->group == group && !thread->space);
    spinlock_acquire(&group->lock);
    if (group->untold == thread)
        __atomic_store_n(&group->untold, next_member(group, thread), __ATOMIC_RELAXED);
    if (group->look.next)
        look_before_leaving(group, thread);
    take_over_counts(group);
    list_remove(&thread->member_node);
    bool is_last = --group->live_count == 0;
    if (is_last)
        group->ending = true;
    thread->env = NULL;                 /* from now on it is none of the process's, and what it
                                         * does is not shown */
    thread->shown = &thread->unseen;
    spinlock_release(&group->lock);
    return is_last;
}

void thread_group_await(struct thread_group *group)
{
    spinlock_acquire(&group->lock);
    KERN_ASSERT(group->ending);
    while (group->count > 0)
        condition_wait_uninterruptible(&group->gone, &group->lock);
    spinlock_release(&group->lock);
}

int thread_group_stop(struct thread_group *group)
{
    spinlock_acquire(&group->lock);
    bool ending = group->ending;
    if (!ending && !group->stopped) {
        group->stopped = true;
        begin_order(group);
        (void)tell_next(group);
    }
    spinlock_release(&group->lock);
    return ending ? E_KILLED : 0;
}

HANDS_OVER
static void resume_members(struct thread_group *group)
{
    struct thread *unstarted = group->unstarted;

    group->stopped = false;
    group->unstarted = NULL;
    if (unstarted) {                    /* the only member; it takes its own mark off */
        thread_start(unstarted);
        return;
    }
    begin_order(group);
    (void)tell_next(group);
    condition_broadcast(&group->resumed, &group->lock);
}

int thread_group_resume(struct thread_group *group)
{
    spinlock_acquire(&group->lock);
    bool ending = group->ending;
    if (!ending && group->stopped)
        resume_members(group);
    spinlock_release(&group->lock);
    return ending ? E_KILLED : 0;
}

/* A parked thread cannot go on without the lock, and an unstarted one not without being started
 * under it; both find the new frame then. */
int thread_group_set_frame(struct thread_group *group, const struct trapframe *frame)
{
    int error = E_BUSY;

    spinlock_acquire(&group->lock);
    if (group->ending) {
        error = E_KILLED;
    } else if (group->stopped && group->live_count == 1 &&
               (group->unstarted || group->parked == 1)) {
        *thread_user_frame(first_member(group)) = *frame;
        error = 0;
    }
    spinlock_release(&group->lock);
    return error;
}

void thread_group_park(void)
{
    struct thread_group *group = thread_current()->group;
    int error = 0;

    spinlock_acquire(&group->lock);
    group->parked++;
    while (group->stopped && !error)
        error = condition_wait(&group->resumed, &group->lock);
    group->parked--;
    if (!group->stopped)
        thread_unstop(thread_current());
    spinlock_release(&group->lock);
}

/* The caller itself must not return to where it may not run. */
int thread_group_set_affinity(struct thread_group *group, cpu_mask affinity)
{
    if (!affinity_is_sound(affinity))
        return E_INVAL_CPU;
    spinlock_acquire(&group->lock);
    if (!group->ending) {
        group->affinity = affinity;
        begin_order(group);
        if (thread_current()->group == group)
            tell_member(group, thread_current());
        (void)tell_next(group);
    }
    spinlock_release(&group->lock);
    return 0;
}

cpu_mask thread_group_affinity(struct thread_group *group)
{
    spinlock_acquire(&group->lock);
    cpu_mask affinity = group->live_count > 0 ? group->affinity : 0;
    spinlock_release(&group->lock);
    return affinity;
}
