/* Tests of lines of exchanges: compared with a walk. */
#include "ipc/endpoint_priv.h"

#include "lib/ktest.h"
#include "lib/random.h"

enum { EXCHANGES = 60, STEPS = 4000, SLOTS = 2048 };

static struct exchange *walk_for(struct waiting_list *list, int32_t id)
{
    struct list_node *node;

    if (waiting_is_empty(list) || list->first->id == id)
        return list->first;
    LIST_FOR_EACH(node, &list->others)
        if (LIST_ENTRY(node, struct exchange, node)->id == id)
            return LIST_ENTRY(node, struct exchange, node);
    return NULL;
}

static unsigned depth_below(const struct exchange *leader)
{
    return leader ? 1 + MAX(depth_below(leader->lower[0]), depth_below(leader->lower[1])) : 0;
}

/* Few ids, so that many are the same; or many, of which some differ in high bits of the slot only;
 * and higher ones, of slots that were used before. */
static int32_t some_id(struct random *random, unsigned kind)
{
    uint32_t number = random_next(random);

    if (kind == 0)
        return (int32_t)(1 + number % 5);
    return (int32_t)(1 + (number % 64) * 32 % SLOTS + (kind - 1) * SLOTS * 77);
}

KTEST(ipc, the_oldest_of_a_process_is_found_in_any_line)
{
    static struct exchange exchanges[EXCHANGES];
    struct random random = { 1 };

    for (unsigned kind = 0; kind < 3; kind++) {
        struct waiting_list list;
        bool waits[EXCHANGES] = { false };
        unsigned wrong = 0;

        waiting_init(&list);
        for (unsigned i = 0; i < EXCHANGES; i++)
            list_node_init(&exchanges[i].node);
        for (unsigned step = 0; step < STEPS; step++) {
            unsigned i = random_next(&random) % EXCHANGES;
            if (waits[i]) {
                waiting_remove(&exchanges[i]);
            } else {
                exchanges[i].id = some_id(&random, kind);
                waiting_add(&list, &exchanges[i]);
            }
            waits[i] = !waits[i];
            int32_t id = some_id(&random, kind);
            wrong += waiting_first_of(&list, id) != walk_for(&list, id);
        }
        EXPECT_EQ(wrong, 0);
        EXPECT(depth_below(list.leaders) <= 12);
        for (unsigned i = 0; i < EXCHANGES; i++)
            if (waits[i])
                waiting_remove(&exchanges[i]);
        EXPECT(waiting_is_empty(&list) && list_is_empty(&list.others) && !list.leaders);
    }
}
