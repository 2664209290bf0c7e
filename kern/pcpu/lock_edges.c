/* The pairs of lock classes that were seen: a hash table that only grows. */
#include "pcpu/lock_edges.h"

#ifdef DEBUG

#include "lib/assert.h"

enum { EDGES_MAX = 512 };               /* a power of two; the kernel has some 100 pairs */

/* [a] A CPU claims a free place by writing `held`, and completes it by writing `taken`.  Another
 * CPU that looks in between takes the place for another pair's, and notes the same one twice. */
static struct {
    const struct lock_class *held, *taken;
} edges[EDGES_MAX];

static unsigned place_of(const struct lock_class *held, const struct lock_class *taken)
{
    uintptr_t sum = (uintptr_t)held / sizeof(void *) * 31 + (uintptr_t)taken / sizeof(void *);

    return (unsigned)(sum % EDGES_MAX);
}

void lock_edge_note(const struct lock_class *held, const struct lock_class *taken)
{
    unsigned place = place_of(held, taken);

    for (unsigned i = 0; i < EDGES_MAX; i++, place = (place + 1) % EDGES_MAX) {
        const struct lock_class *none = NULL;
        if (__atomic_compare_exchange_n(&edges[place].held, &none, held, false,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            __atomic_store_n(&edges[place].taken, taken, __ATOMIC_RELAXED);
            return;
        }
        if (none == held && __atomic_load_n(&edges[place].taken, __ATOMIC_RELAXED) == taken)
            return;
    }
    KERN_PANIC("more than %d pairs of lock classes", EDGES_MAX);
}

void lock_edges_for_each(void (*visit)(const struct lock_class *held,
                                       const struct lock_class *taken))
{
    for (unsigned place = 0; place < EDGES_MAX; place++) {
        const struct lock_class *taken = __atomic_load_n(&edges[place].taken, __ATOMIC_RELAXED);
        if (taken)
            visit(__atomic_load_n(&edges[place].held, __ATOMIC_RELAXED), taken);
    }
}

#endif
