/* Looking at the members of a group, for the information calls.
 *
 * A thread's state, CPU and cycles belong together under its home's queue lock.  The lock of
 * its group keeps it from being freed meanwhile: it leaves the group before it exits.
 *
 * A few members are looked at under one hold of the lock.  A larger group has at most one look
 * under way, and each thread that asks does a part of it in turn.  A thread that comes while one is
 * under way waits for the next: so no answer is older than its question, and each one comes to an
 * end.  Members are seen in the order of their numbers.  One that leaves unseen is seen then; one
 * that leaves later was counted.  From then on the group has what a member has done.  So no sum is
 * less than an earlier one. */
#include "thread/look.h"

#include "lib/string.h"
#include "thread/group.h"
#include "thread/inspect_priv.h"
#include "thread/queue_priv.h"

enum { LOOK_AT = 4 };                   /* members, with the lock held */

uint64_t thread_cycles(const struct ready_queue *queue, const struct thread *thread, uint64_t now)
{
    return thread->cycles + (queue->current == thread ? now : 0);
}

enum info_state thread_info_state(const struct thread *thread)
{
    if (thread->state == THREAD_RUNNING)
        return INFO_RUNNING;
    return thread->state == THREAD_READY ? INFO_READY : INFO_WAITING;
}

HANDS_OVER
static void see_thread(struct figures *figures, const struct thread *thread)
{
    struct ready_queue *queue = queue_lock_home(thread);
    enum info_state state = thread_info_state(thread);

    figures->cycles += thread_cycles(queue, thread, rdtsc());
    figures->system_calls += count_seen(&thread->context.system_calls);
    if (figures->threads++ == 0 || state < figures->state) {
        figures->state = state;
        figures->cpu = thread->home;
        /* A constant string, which may be set or cleared just now. */
        figures->wait = state == INFO_WAITING
                        ? __atomic_load_n(&thread->wait_reason, __ATOMIC_RELAXED) : NULL;
    }
    spinlock_release(&queue->lock);
}

static struct thread *member_or_null(struct list_node *node)
{
    return node ? LIST_ENTRY(node, struct thread, member_node) : NULL;
}

static void see_next(struct thread_group *group)
{
    struct look *look = &group->look;

    see_thread(&look->so_far, look->next);
    look->next = member_or_null(list_next(&group->live, &look->next->member_node));
}

static void begin_look(struct thread_group *group)
{
    struct look *look = &group->look;

    look->begun++;
    look->next = member_or_null(list_first(&group->live));
    look->so_far = (struct figures){ .cycles = group->cycles,
                                     .system_calls = group->system_calls };
}

static void see_some(struct thread_group *group)
{
    struct look *look = &group->look;

    if (look->begun == look->done)
        begin_look(group);
    for (unsigned seen = 0; look->next && seen < LOOK_AT; seen++)
        see_next(group);
    if (look->next)
        return;
    look->last = look->so_far;
    look->done = look->begun;
}

void look_before_leaving(struct thread_group *group, struct thread *leaver)
{
    struct look *look = &group->look;

    spinlock_expect_held(&group->lock);
    if (look->next == leaver)
        see_next(group);
    else if (look->next->number < leaver->number)
        see_thread(&look->so_far, leaver);
}

static void tell_figures(const struct thread_group *group, struct process_info *info)
{
    const struct figures *last = &group->look.last;

    info->threads = last->threads;
    info->cpu = last->cpu;
    info->cycles = last->cycles;
    info->system_calls = last->system_calls;
    info->affinity = group->live_count > 0 ? group->affinity : 0;
    strlcpy(info->wait, last->wait ? last->wait : "", sizeof info->wait);
    info->state = last->state;
    if (group->ending || last->threads == 0)
        info->state = INFO_ENDING;
    else if (group->stopped)
        info->state = INFO_STOPPED;
}

bool thread_group_look(struct thread_group *group, uint32_t *ticket, struct process_info *info)
{
    struct look *look = &group->look;

    spinlock_acquire(&group->lock);
    if (*ticket == 0)
        *ticket = look->begun + 1;
    see_some(group);
    bool done = (int32_t)(look->done - *ticket) >= 0;
    if (done)
        tell_figures(group, info);
    spinlock_release(&group->lock);
    return done;
}
