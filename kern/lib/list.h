/* Doubly linked lists of nodes that lie inside the objects listed.  A node is on at most one
 * list; the list's owner guards it with a lock of its own.  Nothing here blocks. */
#pragma once

#include "lib/assert.h"
#include "lib/types.h"

/* Invariants: the nodes form a ring that contains the list's head; for every node of it
 * node->next->prev == node == node->prev->next.  A node on no list has two NULLs. */
struct list_node {
    struct list_node *prev;
    struct list_node *next;
};

struct list {
    struct list_node head;      /* not an element: next is the first, prev the last */
};

/* A list that is empty from the start. */
#define LIST_INITIALIZER(list) { { &(list).head, &(list).head } }

/* The object that a node (not NULL) belongs to. */
#define LIST_ENTRY(node, type, member) container_of(node, type, member)

/* `node` goes from the first to the last; the body must not remove it. */
#define LIST_FOR_EACH(node, list) \
    for ((node) = list_first(list); (node) != NULL; (node) = list_next((list), (node)))

static inline void list_init(struct list *list)
{
    list->head.prev = &list->head;
    list->head.next = &list->head;
}

static inline void list_node_init(struct list_node *node)
{
    node->prev = NULL;
    node->next = NULL;
}

static inline bool list_is_empty(const struct list *list)
{
    return list->head.next == &list->head;
}

static inline bool list_is_linked(const struct list_node *node)
{
    return node->next != NULL;
}

/* The first node, or NULL. */
static inline struct list_node *list_first(const struct list *list)
{
    return list_is_empty(list) ? NULL : list->head.next;
}

/* The node after `node`, which is on `list`, or NULL. */
static inline struct list_node *list_next(const struct list *list,
                                          const struct list_node *node)
{
    return node->next == &list->head ? NULL : node->next;
}

/* Links `node`, which is on no list, between two neighbours. */
static inline void list_link(struct list_node *prev, struct list_node *node,
                             struct list_node *next)
{
    KERN_ASSERT(!list_is_linked(node));
    node->prev = prev;
    node->next = next;
    prev->next = node;
    next->prev = node;
}

/* Makes `node`, which is on no list, the last one. */
static inline void list_append(struct list *list, struct list_node *node)
{
    list_link(list->head.prev, node, &list->head);
}

/* Makes `node`, which is on no list, the first one. */
static inline void list_prepend(struct list *list, struct list_node *node)
{
    list_link(&list->head, node, list->head.next);
}

/* Takes `node` off the list that it is on. */
static inline void list_remove(struct list_node *node)
{
    KERN_ASSERT(list_is_linked(node));
    KERN_ASSERT(node->prev->next == node && node->next->prev == node);
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_node_init(node);
}

/* Takes the first node off and returns it; NULL if there is none. */
static inline struct list_node *list_pop_first(struct list *list)
{
    struct list_node *node = list_first(list);

    if (!node)
        return NULL;
    KERN_ASSERT(node->prev == &list->head && node->next->prev == node);
    list->head.next = node->next;
    node->next->prev = &list->head;
    list_node_init(node);
    return node;
}

/* All nodes of `from` go to the end of `to`, in their order. */
static inline void list_append_all(struct list *to, struct list *from)
{
    if (list_is_empty(from))
        return;
    from->head.next->prev = to->head.prev;
    to->head.prev->next = from->head.next;
    from->head.prev->next = &to->head;
    to->head.prev = from->head.prev;
    list_init(from);
}

/* How many nodes: walks the list. */
size_t list_length(const struct list *list);

/* Do the invariants hold?  Walks the list, at most `length_max` nodes of it: a longer list
 * does not pass, so that a broken ring cannot catch the walker. */
MUST_USE bool list_check(const struct list *list, size_t length_max);
