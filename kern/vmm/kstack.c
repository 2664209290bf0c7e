/* Kernel stacks.
 *
 * A slot gets its pages once, when the stack is first made, and keeps them: mapping them
 * elsewhere would mean to make every CPU forget the old mapping.  So CPUs never remember
 * anything wrong here, and a stack in the pool is taken without touching a page table.
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
    SLOTS = (WINDOW_HI - WINDOW_LO) / KSTACK_SLOT,
    STACK_FLAGS = ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_GLOBAL,
    PAINT = 0xcc,
};

_Static_assert(STACK_BYTES < KSTACK_SLOT, "a stack needs a guard page below it");

static const struct lock_class kstack_class = LOCK_CLASS("vmm.kstack", 0);
static struct spinlock kstack_lock = SPINLOCK_INITIALIZER(&kstack_class);
static unsigned slots_used GUARDED_BY(kstack_lock);
static struct pool cache;               /* locks of its own; items lie in the lowest bytes of
                                         * their stacks */
static unsigned deepest;                /* [a] atomic */

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

static uintptr_t next_slot(void)
{
    spinlock_expect_held(&kstack_lock);
    return slots_used < SLOTS ? WINDOW_LO + ++slots_used * KSTACK_SLOT : 0;
}

/* The top of a slot that was never used, or 0. */
static uintptr_t take_slot(void)
{
    spinlock_acquire(&kstack_lock);
    uintptr_t top = next_slot();
    spinlock_release(&kstack_lock);
    return top;
}

/* Nothing was ever mapped in this slot, and CPUs do not remember that nothing was (SDM vol. 3,
 * 4.10.2.3). */
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
int kstack_alloc(struct quota *quota, void **top)
{
    struct pool_item *item = pool_get_near(&cache);
    uintptr_t address;
    int error = item ? 0 : make_stack(quota, &address);

    if (error == E_MEM)
        item = pool_get(&cache);
    if (item)
        error = reuse_stack(quota, item, &address);
    if (error)
        return error;
    paint_stack(address);
    *top = (void *)address;
    return 0;
}

void kstack_free(struct quota *quota, void *top)
{
    uintptr_t address = (uintptr_t)top;

    KERN_ASSERT(address % KSTACK_SLOT == 0 && address > WINDOW_LO && address <= WINDOW_HI);
    note_depth(address);
    pool_put(&cache, bottom_of(address));
    quota_uncharge(quota, KSTACK_PAGES);
}

struct kstack_usage kstack_usage(void)
{
    struct kstack_usage usage = { .cached = pool_count(&cache) };

    spinlock_acquire(&kstack_lock);
    usage.stacks = slots_used;
    spinlock_release(&kstack_lock);
    usage.deepest = __atomic_load_n(&deepest, __ATOMIC_RELAXED);
    return usage;
}
