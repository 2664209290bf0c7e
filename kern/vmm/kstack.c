/* Kernel stacks.
 *
 * A slot keeps its pages when its thread is gone, and lies in a cache: so the next thread gets a
 * stack without touching a page table.  What the cache holds is charged to no quota, so there is
 * a bound: exiting threads give back what lies on its shared list beyond SPARE_STACKS, and when
 * frames run short, everything goes back (frame.c).  Then a slot loses its pages, some slots at a
 * time, since every CPU has to be made to forget them.  A slot without pages is mapped again
 * without that: nothing was mapped there, and CPUs do not remember that nothing was (SDM vol. 3,
 * 4.10.2.3).
 *
 * A thread that looks at all threads reads slots that could lose their pages meanwhile.  So no
 * thread gives pages back while another one looks, and none looks while another one gives back.
 *
 * In debug builds a stack is painted when it is handed out; what was not painted over when it
 * comes back was never used. */
#include "vmm/vmm_priv.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"
#include "pcpu/pool.h"
#include "vmm/kstack.h"

enum {
    STACK_BYTES = KSTACK_PAGES * PAGE_SIZE,
    LOW_SLOTS = (WINDOW_HI - WINDOW_LO) / KSTACK_SLOT,
    SLOTS = LOW_SLOTS + (HIGH_WINDOW_HI - HIGH_WINDOW_LO) / KSTACK_SLOT,
    STACK_FLAGS = ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_GLOBAL,
    PAINT = 0xcc,
    SPARE_STACKS = 32,                  /* on the cache's shared list */
    BATCH_STACKS = 16 / KSTACK_PAGES,   /* so many pages CPUs forget one by one (tlb.c) */
};

_Static_assert(STACK_BYTES < KSTACK_SLOT, "a stack needs a guard page below it");

static const struct lock_class kstack_class = LOCK_CLASS("vmm.kstack", 0);
static struct spinlock kstack_lock = SPINLOCK_INITIALIZER(&kstack_class);
static unsigned slots_used;             /* slots 1 to this had pages once: its lock; [a] to read */
static unsigned stacks_made;            /* slots that have pages: its lock; [a] to read */
static unsigned first_bare GUARDED_BY(kstack_lock);     /* of those without pages, or 0; */
static uint16_t next_bare[SLOTS + 1] GUARDED_BY(kstack_lock);   /* and the next of each */
static struct pool cache;               /* locks of its own; items lie in the lowest bytes of
                                         * their stacks */
static unsigned deepest;                /* [a] atomic */
static int lookers;                     /* [a] threads that look at all slots; -1: a thread gives
                                         * stacks back */

void kstack_init(void)
{
    pool_init(&cache);
}

static void *bottom_of(uintptr_t top)
{
    return (void *)(top - STACK_BYTES);
}

#ifdef DEBUG

static void paint_stack(uintptr_t top)
{
    memset(bottom_of(top), PAINT, STACK_BYTES);
}

static void note_depth(uintptr_t top)
{
    const unsigned char *bottom = bottom_of(top);
    unsigned unused = 0, most = __atomic_load_n(&deepest, __ATOMIC_RELAXED);

    while (unused < STACK_BYTES && bottom[unused] == PAINT)
        unused++;
    while (STACK_BYTES - unused > most &&
           !__atomic_compare_exchange_n(&deepest, &most, STACK_BYTES - unused, true,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

#else

static inline void paint_stack(uintptr_t top)
{
    (void)top;
}

static inline void note_depth(uintptr_t top)
{
    (void)top;
}

#endif

static uintptr_t slot_end(unsigned slot)
{
    return slot <= LOW_SLOTS ? WINDOW_LO + slot * KSTACK_SLOT
                             : HIGH_WINDOW_LO + (slot - LOW_SLOTS) * KSTACK_SLOT;
}

static unsigned slot_of(uintptr_t top)
{
    return top <= WINDOW_HI ? (top - WINDOW_LO) / KSTACK_SLOT
                            : LOW_SLOTS + (top - HIGH_WINDOW_LO) / KSTACK_SLOT;
}

/* --- making ------------------------------------------------------------------------------- */

/* One that had pages once, or else one that never had; 0: all have some. */
static unsigned next_slot(void)
{
    spinlock_expect_held(&kstack_lock);
    unsigned slot = first_bare;

    if (slot != 0)
        first_bare = next_bare[slot];
    else if (slots_used < SLOTS)
        __atomic_store_n(&slots_used, slot = slots_used + 1, __ATOMIC_RELAXED);
    return slot;
}

static void set_made(unsigned made)
{
    spinlock_expect_held(&kstack_lock);
    __atomic_store_n(&stacks_made, made, __ATOMIC_RELAXED);
}

/* The end of a slot that has no pages, or 0. */
static uintptr_t take_slot(void)
{
    spinlock_acquire(&kstack_lock);
    unsigned slot = next_slot();
    if (slot != 0)
        set_made(stacks_made + 1);
    spinlock_release(&kstack_lock);
    return slot != 0 ? slot_end(slot) : 0;
}

static void return_slot(uintptr_t top)
{
    unsigned slot = slot_of(top);

    spinlock_acquire(&kstack_lock);
    next_bare[slot] = (uint16_t)first_bare;
    first_bare = slot;
    set_made(stacks_made - 1);
    spinlock_release(&kstack_lock);
}

static void map_stack(uintptr_t top, const paddr_t pages[KSTACK_PAGES])
{
    uintptr_t address = top - STACK_BYTES;

    for (unsigned i = 0; i < KSTACK_PAGES; i++, address += PAGE_SIZE)
        __atomic_store_n(kernel_window_entry(address), entry_make(pages[i], STACK_FLAGS),
                         __ATOMIC_RELEASE);
}

static int make_stack(struct quota *quota, uintptr_t *top)
{
    paddr_t pages[KSTACK_PAGES];
    unsigned count = 0;
    int error = 0;

    while (count < KSTACK_PAGES && !(error = page_alloc(quota, &pages[count])))
        count++;
    if (!error && !(*top = take_slot()))
        error = E_MEM;
    if (!error)
        map_stack(*top, pages);
    else
        while (count > 0)
            page_release(quota, pages[--count]);
    return error;
}

/* A stack that a thread gave back, its charge moved to `quota`. */
static int reuse_stack(struct quota *quota, struct pool_item *item, uintptr_t *top)
{
    int error = quota_charge(quota, KSTACK_PAGES);

    if (error)
        pool_put(&cache, item);
    else
        *top = (uintptr_t)item + STACK_BYTES;
    return error;
}

/* Other CPUs' stacks only if there is nothing else: a stack is best used where it was. */
static int find_stack(struct quota *quota, uintptr_t *top)
{
    struct pool_item *item = pool_get_near(&cache);
    int error = item ? 0 : make_stack(quota, top);

    if (error == E_MEM)
        item = pool_get(&cache);
    return item ? reuse_stack(quota, item, top) : error;
}

/* Slots in the cache do not count as free: they are few. */
static uint32_t free_slots(void)
{
    return SLOTS - __atomic_load_n(&stacks_made, __ATOMIC_RELAXED);
}

int kstack_alloc(struct quota *quota, void **top)
{
    uintptr_t address;
    int error = quota_take_stack(quota, free_slots());

    if (error)
        return error;
    error = find_stack(quota, &address);
    if (error) {
        quota_give_stack(quota);
        return error;
    }
    paint_stack(address);
    *top = (void *)address;
    return 0;
}

void kstack_free(struct quota *quota, void *top)
{
    uintptr_t address = (uintptr_t)top;

    KERN_ASSERT(address > WINDOW_LO && slot_end(slot_of(address)) == address);
    note_depth(address);
    pool_put(&cache, bottom_of(address));
    quota_uncharge(quota, KSTACK_PAGES);
    quota_give_stack(quota);
}

/* --- giving back -------------------------------------------------------------------------- */

bool kstack_begin_looking(void)
{
    int before = __atomic_load_n(&lookers, __ATOMIC_RELAXED);

    while (before >= 0)
        if (__atomic_compare_exchange_n(&lookers, &before, before + 1, true, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

void kstack_end_looking(void)
{
    __atomic_sub_fetch(&lookers, 1, __ATOMIC_RELEASE);
}

/* Stores what `lookers` was: 0 if it succeeds. */
static bool begin_giving(int *before)
{
    *before = 0;
    return __atomic_compare_exchange_n(&lookers, before, -1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* Takes the mappings of a stack away, and stores its pages and their addresses. */
static void unmap_stack(uintptr_t top, paddr_t *pages, uaddr_t *addresses)
{
    for (unsigned i = 0; i < KSTACK_PAGES; i++) {
        addresses[i] = top - STACK_BYTES + i * PAGE_SIZE;
        pages[i] = entry_page(__atomic_exchange_n(kernel_window_entry(addresses[i]), 0,
                                                  __ATOMIC_ACQ_REL));
    }
}

/* The slots of these stacks lose their pages: these go back when no CPU remembers them, and then
 * the slots. */
static void give_stacks(const uintptr_t *tops, unsigned count)
{
    paddr_t pages[BATCH_STACKS * KSTACK_PAGES];
    uaddr_t addresses[BATCH_STACKS * KSTACK_PAGES];

    for (unsigned i = 0; i < count; i++)
        unmap_stack(tops[i], &pages[i * KSTACK_PAGES], &addresses[i * KSTACK_PAGES]);
    tlb_flush(NULL, addresses, count * KSTACK_PAGES);
    for (unsigned i = 0; i < count * KSTACK_PAGES; i++)
        page_drop(pages[i]);
    for (unsigned i = 0; i < count; i++)
        return_slot(tops[i]);
}

static struct pool_item *take_cached(enum kstack_which which)
{
    return which == KSTACK_SPARE ? pool_get_spare(&cache, SPARE_STACKS) : pool_get(&cache);
}

static unsigned give_some(enum kstack_which which)
{
    uintptr_t tops[BATCH_STACKS];
    struct pool_item *item;
    unsigned count = 0;

    while (count < BATCH_STACKS && (item = take_cached(which)))
        tops[count++] = (uintptr_t)item + STACK_BYTES;
    if (count > 0)
        give_stacks(tops, count);
    return count;
}

static unsigned give_many(enum kstack_which which)
{
    unsigned total = 0, count;

    do
        total += count = give_some(which);
    while (count == BATCH_STACKS);
    return total;
}

/* False, and what `lookers` was, if others look or one gives back. */
static bool give_alone(enum kstack_which which, unsigned *given, int *before)
{
    if (!begin_giving(before))
        return false;
    *given = give_many(which);
    (void)__atomic_exchange_n(&lookers, 0, __ATOMIC_SEQ_CST);
    return true;
}

bool kstack_give_back(enum kstack_which which)
{
    unsigned given;
    int before;

    if (give_alone(which, &given, &before))
        return given > 0;
    pause();
    return before < 0;
}

/* A thread that exits while another one gives back leaves it to that one, which looks once more
 * when it has ended.  Both the attempt and the end are locked instructions, so the look comes after
 * all that the other thread had seen. */
void kstack_trim(void)
{
    unsigned given;
    int before;

    while (pool_has_spare(&cache, SPARE_STACKS) && give_alone(KSTACK_SPARE, &given, &before))
        continue;
}

/* --- looking ------------------------------------------------------------------------------ */

unsigned kstack_slots(void)
{
    return __atomic_load_n(&slots_used, __ATOMIC_RELAXED);
}

void *kstack_in_slot(unsigned slot)
{
    const uint32_t *entry = kernel_window_entry(slot_end(slot) - PAGE_SIZE);

    return __atomic_load_n(entry, __ATOMIC_ACQUIRE) ? (void *)slot_end(slot) : NULL;
}

struct kstack_usage kstack_usage(void)
{
    struct kstack_usage usage = { .cached = pool_count(&cache) };

    usage.stacks = __atomic_load_n(&stacks_made, __ATOMIC_RELAXED);
    usage.deepest = __atomic_load_n(&deepest, __ATOMIC_RELAXED);
    return usage;
}
