/* Whose turn it is.  A CPU is shared like memory: among those who pay for it.  A thread's owner is
 * the quota that it is charged to.  So all threads of a program, and of what it has forked, have
 * one owner; the kernel's own threads have another one.
 *
 * - An owner whose threads want the CPU is in one of three rounds.  First comes the kernel, if all
 *   its threads there are new or were woken.  Then come owners whose threads had all been waiting
 *   for something and were woken; then all owners of which a thread wants to go on, or is a new
 *   one.  An owner stays in the latest round that one of its threads has brought it to, until none
 *   of them waits for the CPU any more.  But a round that was passed over for a whole time slice
 *   has the next turn.
 * - In a round, the owners take turns.
 * - Of an owner's threads, the one that came first runs first.
 *
 * A turn lasts one time slice at most.  So a program gets no larger share by making more threads
 * or children.  A woken thread waits for the rest of a slice, for the owners that were woken before
 * it, and in each slice for one turn of each other round, however many threads want to run.  And no
 * round starves another one.
 *
 * How it is kept.  A thread that finds no other one there is kept by itself, in no round and no
 * table: mostly it is taken before the next one comes.  The next one sees to it that it goes where
 * it would be.  SUBTLE: ready-alone
 *
 * An owner has one leader, the thread that came first, and it is in the leader's
 * round.  The leaders are on the round's list; an owner's other threads wait on its leader's list
 * `behind`.  A leader is found by its owner in a hash table.  When a leader goes, the thread behind
 * it leads.  So each step takes the same time, whatever the number of threads.  Only owners that
 * share a line of the table make it longer, and their number has a bound (NUM_PROCESSES, spread
 * over LEADER_LINES). */
#include "thread/turns_priv.h"

#include "lib/assert.h"
#include "thread/sched.h"

enum { LOOK_AT = 8 };                   /* threads that turns_find() looks at */

void turns_init(struct turns *turns)
{
    for (enum round round = 0; round < NUM_ROUNDS; round++)
        list_init(&turns->rounds[round]);
}

static struct thread *thread_by_node(struct list_node *node)
{
    return node ? LIST_ENTRY(node, struct thread, queue_node) : NULL;
}

/* Where the leader for this thread is linked in the table, or would be.  Quotas lie more than a
 * cache line apart. */
static struct thread **leader_link(struct turns *turns, const struct thread *thread)
{
    struct thread **link = &turns->leaders[(uintptr_t)thread->quota / CACHE_LINE % LEADER_LINES];

    while (*link && (*link)->quota != thread->quota)
        link = &(*link)->next_leader;
    return link;
}

/* The leader has gone from `link`: the thread behind it leads from now on, and is on no list. */
static struct thread *pass_lead(struct thread **link, struct thread *leader)
{
    struct thread *next = thread_by_node(list_pop_first(&leader->behind));

    list_append_all(&next->behind, &leader->behind);
    next->round = leader->round;
    next->next_leader = *link;
    *link = next;
    return next;
}

/* The leader goes.  Returns the next one of its owner; mostly NULL, as the owner has no other
 * thread there. */
static inline struct thread *leave_table(struct turns *turns, struct thread *leader)
{
    struct thread **link = leader_link(turns, leader);

    KERN_ASSERT(*link == leader);
    *link = leader->next_leader;
    leader->next_leader = NULL;
    return list_is_empty(&leader->behind) ? NULL : pass_lead(link, leader);
}

static void forgive_if_empty(struct turns *turns, enum round round)
{
    if (list_is_empty(&turns->rounds[round]))
        turns_forgive(turns, round);
}

/* The leader's owner, with all its threads, goes to the end of another round. */
static void change_round(struct turns *turns, struct thread *leader, enum round round)
{
    enum round before = leader->round;

    list_remove(&leader->queue_node);
    leader->round = round;
    list_append(&turns->rounds[round], &leader->queue_node);
    forgive_if_empty(turns, before);
}

/* Not inlined: turns_add() then needs few registers for what it does mostly. */
static NOINLINE void add_behind(struct turns *turns, struct thread *leader, struct thread *thread)
{
    list_append(&leader->behind, &thread->queue_node);
    if (thread->round > leader->round)
        change_round(turns, leader, thread->round);
}

static void enter_round(struct turns *turns, struct thread *thread)
{
    struct thread **link = leader_link(turns, thread);

    if (*link) {
        add_behind(turns, *link, thread);
        return;
    }
    *link = thread;
    list_append(&turns->rounds[thread->round], &thread->queue_node);
}

void turns_join_others(struct turns *turns, struct thread *thread)
{
    if (turns->alone)
        enter_round(turns, turns->alone);
    turns->alone = NULL;
    enter_round(turns, thread);
}

static void leave_round(struct turns *turns, struct thread *thread)
{
    struct list_node *before = thread->queue_node.prev;
    bool leads = *leader_link(turns, thread) == thread;

    list_remove(&thread->queue_node);
    if (!leads)
        return;
    struct thread *next = leave_table(turns, thread);
    if (next)
        list_link(before, &next->queue_node, before->next);
    forgive_if_empty(turns, thread->round);
}

void turns_remove(struct turns *turns, struct thread *thread)
{
    turns_set_count(turns, turns->count - 1);
    if (thread == turns->alone)
        turns_forget_alone(turns);
    else
        leave_round(turns, thread);
}

/* The round of the next turn; at least one has a thread. */
static enum round next_round(const struct turns *turns)
{
    enum round round = ROUND_KERNEL;

    if (turns->overdue)
        return (enum round)__builtin_ctz(turns->overdue);
    while (list_is_empty(&turns->rounds[round]))
        round++;
    return round;
}

struct thread *turns_take_leader(struct turns *turns)
{
    enum round round = next_round(turns);
    struct thread *thread = thread_by_node(list_pop_first(&turns->rounds[round]));
    struct thread *next = leave_table(turns, thread);

    if (next)
        list_append(&turns->rounds[round], &next->queue_node);
    turns->last = round;
    turns_forgive(turns, round);
    return thread;
}

static bool waits_in(const struct turns *turns, enum round round)
{
    return turns->alone ? turns->alone->round == round : !list_is_empty(&turns->rounds[round]);
}

void turns_tick(struct turns *turns, unsigned ms)
{
    for (enum round round = 0; round < NUM_ROUNDS; round++) {
        if (round == turns->last || !waits_in(turns, round))
            continue;
        turns->passed_over_ms[round] += ms;
        if (turns->passed_over_ms[round] >= SCHED_SLICE)
            turns->overdue |= 1u << round;
    }
}

/* The leader itself or a thread behind it that one of the CPUs `on` may run; `seen` counts the
 * threads that were looked at. */
static struct thread *find_behind(struct thread *leader, cpu_mask on, unsigned *seen)
{
    struct list_node *node;

    if (leader->affinity & on)
        return leader;
    LIST_FOR_EACH(node, &leader->behind) {
        if (++*seen >= LOOK_AT)
            break;
        if (thread_by_node(node)->affinity & on)
            return thread_by_node(node);
    }
    return NULL;
}

struct thread *turns_find(const struct turns *turns, cpu_mask on)
{
    unsigned seen = 0;
    struct list_node *node;

    if (turns->alone)
        return turns->alone->affinity & on ? turns->alone : NULL;
    for (enum round round = 0; round < NUM_ROUNDS; round++)
        LIST_FOR_EACH(node, &turns->rounds[round]) {
            struct thread *thread = find_behind(thread_by_node(node), on, &seen);
            if (thread || ++seen >= LOOK_AT)
                return thread;
        }
    return NULL;
}

static unsigned check_leader(struct thread *leader, enum round round, unsigned count)
{
    struct list_node *node;

    KERN_ASSERT(leader->round == round && list_check(&leader->behind, count));
    LIST_FOR_EACH(node, &leader->behind) {
        const struct thread *thread = thread_by_node(node);
        KERN_ASSERT(thread->quota == leader->quota && list_is_empty(&thread->behind));
    }
    return 1 + (unsigned)list_length(&leader->behind);
}

static unsigned leaders_in_table(const struct turns *turns)
{
    unsigned leaders = 0;

    for (unsigned line = 0; line < LEADER_LINES; line++)
        for (struct thread *thread = turns->leaders[line]; thread; thread = thread->next_leader)
            leaders++;
    return leaders;
}

void turns_check(const struct turns *turns)
{
    unsigned count = turns->count, threads = turns->alone ? 1 : 0, leaders = 0;
    struct list_node *node;

    KERN_ASSERT(!turns->alone || (count == 1 && !list_is_linked(&turns->alone->queue_node)));

    for (enum round round = 0; round < NUM_ROUNDS; round++) {
        KERN_ASSERT(list_check(&turns->rounds[round], count));
        LIST_FOR_EACH(node, &turns->rounds[round]) {
            threads += check_leader(thread_by_node(node), round, count);
            leaders++;
        }
    }
    KERN_ASSERT(threads == count && leaders == leaders_in_table(turns));
    for (enum round round = 0; round < NUM_ROUNDS; round++)
        KERN_ASSERT(!(turns->overdue >> round & 1) || waits_in(turns, round));
}
