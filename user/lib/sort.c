/* Heapsort (Williams 1964): no memory of its own, and no order of the elements makes it slow.
 * qsort() is weak: a program may have its own. */
#include "stdlib.h"

struct heap {
    char  *elements;
    size_t size;                        /* of an element */
    int  (*compare)(const void *, const void *);
};

static char *element(const struct heap *heap, size_t i)
{
    return heap->elements + i * heap->size;
}

static void swap(const struct heap *heap, size_t i, size_t j)
{
    char *one = element(heap, i), *other = element(heap, j);

    for (size_t at = 0; at < heap->size; at++) {
        char byte = one[at];
        one[at] = other[at];
        other[at] = byte;
    }
}

static bool is_before(const struct heap *heap, size_t i, size_t j)
{
    return heap->compare(element(heap, i), element(heap, j)) < 0;
}

/* Element i goes down among the first `count`, until no child of it is larger. */
static void sift_down(const struct heap *heap, size_t i, size_t count)
{
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && is_before(heap, child, child + 1))
            child++;
        if (!is_before(heap, i, child))
            return;
        swap(heap, i, child);
    }
}

__attribute__((weak)) void qsort(void *elements, size_t count, size_t size,
                                 int (*compare)(const void *, const void *))
{
    const struct heap heap = { elements, size, compare };

    for (size_t i = count / 2; i-- > 0;)
        sift_down(&heap, i, count);
    for (size_t last = count; last-- > 1;) {
        swap(&heap, 0, last);
        sift_down(&heap, 0, last);
    }
}
