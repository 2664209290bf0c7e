/* Lists: order and links after each operation, a long random run against a model, and that
 * the checker finds broken lists. */
#include "lib/list.h"

#include "lib/ktest.h"
#include "lib/random.h"

#define ITEMS 8

struct item {
    unsigned value;
    struct list_node node;
};

static struct item items[ITEMS];
static struct list list;

static void reset_items(void)
{
    list_init(&list);
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i].value = i;
        list_node_init(&items[i].node);
    }
}

/* Does the list consist of these `count` items, forwards and backwards? */
static void expect_order(const unsigned *values, unsigned count)
{
    struct list_node *node = list_first(&list);

    EXPECT(list_check(&list, ITEMS));
    EXPECT_EQ(list_length(&list), count);
    EXPECT_EQ(list_is_empty(&list), count == 0);
    for (unsigned i = 0; i < count; i++) {
        EXPECT(node == &items[values[i]].node);
        EXPECT(list_is_linked(node));
        EXPECT_EQ(LIST_ENTRY(node, struct item, node)->value, values[i]);
        node = list_next(&list, node);
    }
    EXPECT(!node);
    node = list.head.prev;
    for (unsigned i = count; i > 0; i--) {
        EXPECT(node == &items[values[i - 1]].node);
        node = node->prev;
    }
    EXPECT(node == &list.head);
}

KTEST(lib, list_empty)
{
    static struct list initialized = LIST_INITIALIZER(initialized);

    reset_items();
    expect_order(NULL, 0);
    EXPECT(list_first(&list) == NULL);
    EXPECT(list_pop_first(&list) == NULL);
    EXPECT(!list_is_linked(&items[0].node));
    EXPECT(list_check(&initialized, 0) && list_is_empty(&initialized));
}

KTEST(lib, list_append_prepend)
{
    reset_items();
    list_append(&list, &items[1].node);
    expect_order((unsigned[]) { 1 }, 1);
    list_append(&list, &items[2].node);
    expect_order((unsigned[]) { 1, 2 }, 2);
    list_prepend(&list, &items[0].node);
    expect_order((unsigned[]) { 0, 1, 2 }, 3);
}

KTEST(lib, list_remove)
{
    reset_items();
    for (unsigned i = 0; i < 5; i++)
        list_append(&list, &items[i].node);
    list_remove(&items[2].node);
    EXPECT(!list_is_linked(&items[2].node) && !items[2].node.prev);
    expect_order((unsigned[]) { 0, 1, 3, 4 }, 4);
    list_remove(&items[0].node);
    expect_order((unsigned[]) { 1, 3, 4 }, 3);
    list_remove(&items[4].node);
    expect_order((unsigned[]) { 1, 3 }, 2);
    EXPECT(list_pop_first(&list) == &items[1].node);
    EXPECT(!list_is_linked(&items[1].node));
    EXPECT(list_pop_first(&list) == &items[3].node);
    expect_order(NULL, 0);
    list_append(&list, &items[2].node);
    expect_order((unsigned[]) { 2 }, 1);
}

/* Moves entry `at` of an array of `count` out, or makes room for one there. */
static void close_gap(unsigned *values, unsigned at, unsigned count)
{
    for (unsigned i = at; i + 1 < count; i++)
        values[i] = values[i + 1];
}

static void open_gap(unsigned *values, unsigned at, unsigned count)
{
    for (unsigned i = count; i > at; i--)
        values[i] = values[i - 1];
}

KTEST(lib, list_random_run)
{
    struct random random;
    unsigned model[ITEMS], count = 0;

    random_seed(&random, 1);
    reset_items();
    for (unsigned step = 0; step < 2000; step++) {
        unsigned item = random_below(&random, ITEMS), at = 0;

        while (at < count && model[at] != item)
            at++;
        if (at < count) {
            list_remove(&items[item].node);
            close_gap(model, at, count--);
        } else if (random_below(&random, 2) == 0) {
            list_append(&list, &items[item].node);
            model[count++] = item;
        } else {
            list_prepend(&list, &items[item].node);
            open_gap(model, 0, count++);
            model[0] = item;
        }
        expect_order(model, count);
    }
}

KTEST(lib, list_check_finds_damage)
{
    reset_items();
    for (unsigned i = 0; i < 4; i++)
        list_append(&list, &items[i].node);
    EXPECT(list_check(&list, 4));
    EXPECT(!list_check(&list, 3));

    items[1].node.prev = &items[3].node;
    EXPECT(!list_check(&list, ITEMS));
    items[1].node.prev = &items[0].node;
    EXPECT(list_check(&list, ITEMS));

    items[1].node.next = &items[1].node;
    EXPECT(!list_check(&list, ITEMS));
    items[1].node.next = NULL;
    EXPECT(!list_check(&list, ITEMS));
    items[1].node.next = &items[3].node;
    items[3].node.prev = &items[1].node;
    EXPECT(list_check(&list, ITEMS));
    items[3].node.next = &items[0].node;        /* a ring without the head */
    items[0].node.prev = &items[3].node;
    EXPECT(!list_check(&list, ITEMS));
}
