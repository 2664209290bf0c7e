/* The longest sections so far: a hash table, by the place where they begin, that only grows. */
#include "pcpu/sections.h"

#ifdef DEBUG

#include "lib/assert.h"
#include "pcpu/pcpu.h"

enum { PLACES_MAX = 1024 };             /* a power of two; the kernel has some 200 */

static bool measuring;                  /* [a] */

/* [c] only its own CPU with interrupts off */
static struct {
    uint64_t  since;                    /* [c] 0: in no section */
    uintptr_t place;                    /* [c] where it began */
} __attribute__((aligned(CACHE_LINE))) section_of[NUM_CPUS];

/* [a] A CPU claims a free line by writing `place`.  If two CPUs write `longest` at the same time,
 * one of the two figures may be lost. */
static struct {
    uintptr_t place;
    uint64_t  longest;
} places[PLACES_MAX];

static void note_length(uintptr_t place, uint64_t length)
{
    for (unsigned i = 0; i < PLACES_MAX; i++) {
        unsigned line = (unsigned)(place + i) % PLACES_MAX;
        uintptr_t none = 0;
        if (__atomic_compare_exchange_n(&places[line].place, &none, place, false,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED) || none == place) {
            places[line].longest = MAX(places[line].longest, length);
            return;
        }
    }
    KERN_PANIC("sections begin at more than %d places", PLACES_MAX);
}

void section_begin(uintptr_t place)
{
    if (!__atomic_load_n(&measuring, __ATOMIC_RELAXED))
        return;
    section_of[get_pcpu_idx()].place = place;
    section_of[get_pcpu_idx()].since = rdtsc();
}

void section_end(void)
{
    if (!__atomic_load_n(&measuring, __ATOMIC_RELAXED))
        return;
    uint64_t since = section_of[get_pcpu_idx()].since;
    if (since)
        note_length(section_of[get_pcpu_idx()].place, rdtsc() - since);
    section_of[get_pcpu_idx()].since = 0;
}

void sections_start(void)
{
    __atomic_store_n(&measuring, true, __ATOMIC_RELAXED);
}

void sections_for_each(void (*visit)(uintptr_t place, uint64_t longest))
{
    for (unsigned line = 0; line < PLACES_MAX; line++)
        if (places[line].longest)
            visit(places[line].place, places[line].longest);
}

#endif
