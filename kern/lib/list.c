/* Functions that walk a whole list. */
#include "lib/list.h"

size_t list_length(const struct list *list)
{
    const struct list_node *node;
    size_t length = 0;

    LIST_FOR_EACH(node, list)
        length++;
    return length;
}

bool list_check(const struct list *list, size_t length_max)
{
    const struct list_node *node = &list->head;

    for (size_t i = 0; i <= length_max; i++) {
        if (!node->next || node->next->prev != node)
            return false;
        node = node->next;
        if (node == &list->head)
            return true;
    }
    return false;
}
