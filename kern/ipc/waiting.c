/* The exchanges that wait in one line: in their order, and to be found by their process.
 *
 * The oldest one of the line is by itself: mostly there is no other.  Of the others, the oldest one
 * of each process leads, and those of the same process wait behind it in their order.  The leaders
 * are the nodes of a digital search tree (Knuth, The Art of Computer Programming, vol. 3, 6.3): at
 * a node of depth n, bit n of the id that is looked for says on which side to go on.
 *
 * So each step takes a bounded time, however many wait.  Two ids that differ do so in their lowest
 * bits, those that count process slots: no slot has two processes, and a process is there as long
 * as a thread of its waits.  So the tree is not deeper than a slot's number has bits, and one. */
#include "ipc/endpoint_priv.h"

#include "lib/assert.h"

void waiting_init(struct waiting_list *list)
{
    list->first = NULL;
    list_init(&list->others);
    list->leaders = NULL;
}

/* Where the leader of that process is linked in the tree, or would be. */
static struct exchange **leader_link(struct waiting_list *list, int32_t id)
{
    struct exchange **link = &list->leaders;

    for (uint32_t bits = (uint32_t)id; *link && (*link)->id != id; bits >>= 1)
        link = &(*link)->lower[bits & 1];
    return link;
}

static void place_leader(struct exchange **link, struct exchange *exchange)
{
    exchange->leads = true;
    exchange->lower[0] = exchange->lower[1] = NULL;
    list_init(&exchange->behind);
    *link = exchange;
}

void waiting_join_others(struct waiting_list *list, struct exchange *exchange)
{
    struct exchange **link = leader_link(list, exchange->id);

    if (*link) {
        exchange->leads = false;
        list_node_init(&exchange->node_behind);
        list_append(&(*link)->behind, &exchange->node_behind);
    } else {
        place_leader(link, exchange);
    }
    list_node_init(&exchange->node);
    list_append(&list->others, &exchange->node);
}

/* Takes a leader that has none below it, from below this one; NULL: there is none. */
static struct exchange *take_leaf(struct exchange *leader)
{
    struct exchange **link = &leader;

    while ((*link)->lower[0] || (*link)->lower[1])
        link = &(*link)->lower[!(*link)->lower[0]];
    struct exchange *leaf = *link;
    if (link == &leader)
        return NULL;
    *link = NULL;
    return leaf;
}

/* The next one of its process leads in its place; or, if there is none, any leader from below can
 * stand there: the bits that led here are the same in its id. */
static void remove_leader(struct exchange **link)
{
    struct exchange *leader = *link;
    struct list_node *node = list_pop_first(&leader->behind);

    if (!node) {
        *link = take_leaf(leader);
    } else {
        place_leader(link, LIST_ENTRY(node, struct exchange, node_behind));
        list_append_all(&(*link)->behind, &leader->behind);
    }
    if (*link) {
        (*link)->lower[0] = leader->lower[0];
        (*link)->lower[1] = leader->lower[1];
    }
}

void waiting_leave_others(struct exchange *exchange)
{
    list_remove(&exchange->node);
    if (exchange->leads)
        remove_leader(leader_link(exchange->list, exchange->id));
    else
        list_remove(&exchange->node_behind);
}

/* The first one leaves, and the oldest of the others takes its place. */
void waiting_move_up(struct waiting_list *list)
{
    list->first = exchange_by_node(list_first(&list->others));
    waiting_leave_others(list->first);
}

struct exchange *waiting_find(struct waiting_list *list, int32_t id)
{
    return *leader_link(list, id);
}
