/* Lock statistics.
 *
 * A CPU writes its own figures only.  A lock is held with interrupts off, so it is given back on
 * the CPU that took it, also if the thread changes in between (a ready queue's); so each CPU can
 * keep a list of what it holds and since when.  64-bit counters are read by other CPUs until two
 * looks agree, as the machine writes them in two halves. */
#include "pcpu/lockstat.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"

enum { CLASSES_MAX = 64 };              /* a power of two; the kernel has some 35 */

/* [c] all */
struct lockstat {
    struct lock_figures of[CLASSES_MAX];        /* by the class's place; without `class` */
    struct {
        const struct spinlock *lock;
        uint64_t               since;
    } held[MAX_HELD_LOCKS];
    unsigned held_count;
    uint64_t waited;                    /* for the lock that is taken next; 0: not at all */
    uint32_t turns;
};
_Static_assert(sizeof(struct lockstat) <= LOCKSTAT_SIZE, "one CPU's figures");

static struct lockstat *lockstats[NUM_CPUS];            /* [I] */
static const struct lock_class *classes[CLASSES_MAX];   /* [a] at their places; never changed once
                                                         * set */

void lockstat_begin(void *const memory[], unsigned count)
{
    for (unsigned cpu = 0; cpu < count; cpu++)
        lockstats[cpu] = memory[cpu];
}

/* Where the class stands among the classes, from its first time on. */
static unsigned place_of(const struct lock_class *class)
{
    unsigned place = (uintptr_t)class / sizeof(void *) % CLASSES_MAX;

    for (unsigned i = 0; i < CLASSES_MAX; i++, place = (place + 1) % CLASSES_MAX) {
        const struct lock_class *there = __atomic_load_n(&classes[place], __ATOMIC_RELAXED);
        if (there == class)
            return place;
        if (!there && __atomic_compare_exchange_n(&classes[place], &there, class, false,
                                                  __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return place;
        if (there == class)             /* another CPU was faster */
            return place;
    }
    KERN_PANIC("more than %d classes of locks", CLASSES_MAX);
}

static uint32_t at_most_32_bits(uint64_t cycles)
{
    return cycles > UINT32_MAX ? UINT32_MAX : (uint32_t)cycles;
}

static void keep_longest(uint64_t cycles, uintptr_t at, uint32_t *longest, uintptr_t *where)
{
    if (cycles <= *longest)
        return;
    *longest = at_most_32_bits(cycles);
    *where = at;
}

void lockstat_waited(uint64_t cycles, uint32_t turns)
{
    struct lockstat *own = lockstats[get_pcpu_idx()];

    if (!own)
        return;
    own->waited = cycles ? cycles : 1;
    own->turns = turns;
}

static void count_wait(struct lockstat *own, struct lock_figures *figures, uintptr_t at)
{
    figures->contended++;
    figures->turns += own->turns;
    keep_longest(own->waited, at, &figures->longest_wait, &figures->waited_at);
    own->waited = 0;
}

void lockstat_taken(const struct spinlock *lock, const struct lock_class *class, uintptr_t at)
{
    struct lockstat *own = lockstats[get_pcpu_idx()];

    if (!own)
        return;
    struct lock_figures *figures = &own->of[place_of(class)];
    figures->taken++;
    if (own->waited)
        count_wait(own, figures, at);
    KERN_ASSERT(own->held_count < MAX_HELD_LOCKS);
    own->held[own->held_count].lock = lock;
    own->held[own->held_count++].since = rdtsc();
}

/* A lock that was taken before lockstat_begin() is not on the list. */
void lockstat_released(const struct spinlock *lock, const struct lock_class *class, uintptr_t at)
{
    struct lockstat *own = lockstats[get_pcpu_idx()];
    unsigned i = own ? own->held_count : 0;

    while (i > 0 && own->held[i - 1].lock != lock)
        i--;
    if (i == 0)
        return;
    struct lock_figures *figures = &own->of[place_of(class)];
    keep_longest(rdtsc() - own->held[i - 1].since, at, &figures->longest_hold,
                 &figures->held_at);
    own->held[i - 1] = own->held[--own->held_count];
}

static uint64_t read_counter(const volatile uint64_t *counter)
{
    uint64_t value, again = *counter;

    do {
        value = again;
        again = *counter;
    } while (value != again);
    return value;
}

static void add_figures(struct lock_figures *sum, const struct lock_figures *of)
{
    sum->taken += read_counter(&of->taken);
    sum->contended += read_counter(&of->contended);
    sum->turns += read_counter(&of->turns);
    keep_longest(of->longest_hold, of->held_at, &sum->longest_hold, &sum->held_at);
    keep_longest(of->longest_wait, of->waited_at, &sum->longest_wait, &sum->waited_at);
}

bool lockstat_next(unsigned *index, struct lock_figures *figures)
{
    unsigned place = *index;

    while (place < CLASSES_MAX && !__atomic_load_n(&classes[place], __ATOMIC_RELAXED))
        place++;
    if (place >= CLASSES_MAX)
        return false;
    *figures = (struct lock_figures){ .class = classes[place] };
    for (unsigned cpu = 0; cpu < NUM_CPUS && lockstats[cpu]; cpu++)
        add_figures(figures, &lockstats[cpu]->of[place]);
    *index = place + 1;
    return true;
}
