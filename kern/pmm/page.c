/* Page frames: free lists and reference counts.
 *
 * A frame is untouched (never held since boot), or in one of two pools (its contents are
 * anything, or known to be zeros), or held.  Allocation looks near first: own pools, shared
 * lists, untouched frames; and searches the other CPUs' shards only when all that is empty.
 *
 * Why reference counts are atomic and not under a lock.  A count changes by page_share() and
 * page_release().
 *  - A sharer is covered by a reference that lasts until it is done, so it finds at least 1 and
 *    never revives a free page.
 *  - Of several releases at once exactly one brings the count to 0, and it alone frees the
 *    page.
 *  - A release that reads 1 holds the last reference: all others were given up before (the
 *    acquire load orders their use of the page before our freeing it), and no thread can
 *    make a new one from nothing.  So it may store 0 plainly, which spares the locked
 *    instruction in the common case of a page that is not shared.
 * Two CPUs that release one page each write no common line.  A lock per frame would cost the same
 * locked instruction and more; one lock for all frames would make these CPUs meet.
 * SUBTLE: charge-per-holder */
#include "pmm/pmm_priv.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/fpu.h"
#include "pmm/refusal.h"

enum { BATCH = 16 };

static const struct lock_class untouched_class = LOCK_CLASS("pmm.untouched", 0);

/* [I] set at boot  [u] its lock  [a] atomic */
static struct {
    struct spinlock lock;
    const struct memmap *map;           /* [I] all frames */
    unsigned        extent;             /* [u] the one that `next` lies in */
    uint32_t        next;               /* [u] for writing, [a] for reading: the next to take */
} __attribute__((aligned(CACHE_LINE))) untouched = {    /* all CPUs read it at each page fault */
    .lock = SPINLOCK_INITIALIZER(&untouched_class),
};

static struct page *table;              /* [I] */
static struct pool dirty_pages, zeroed_pages;           /* locks of their own */

void page_init(const struct memmap *map, struct page *page_table)
{
    untouched.map = map;
    untouched.next = map->count > 0 ? map->extents[0].first : 0;
    table = page_table;
    pool_init(&dirty_pages);
    pool_init(&zeroed_pages);

    uint32_t gap = 0;
    for (unsigned i = 0; i < map->count; i++) {
        memset(&table[gap], 0, (map->extents[i].first - gap) * sizeof table[0]);
        gap = map->extents[i].end;
    }
}

static bool was_taken(uint32_t frame)
{
    return frame < __atomic_load_n(&untouched.next, __ATOMIC_ACQUIRE);
}

static struct page *page_of(paddr_t address)
{
    KERN_ASSERT(address % PAGE_SIZE == 0 && was_taken(address / PAGE_SIZE));
    return &table[address / PAGE_SIZE];
}

static paddr_t address_of(const struct page *page)
{
    return (paddr_t)(page - table) * PAGE_SIZE;
}

#ifdef DEBUG

/* A thread that reads a page which it has given back, or never got, finds this instead of data; a
 * thread that writes to one is found out when the page is allocated next. */
#define FREED_PATTERN 0xdbdbdbdbu

static void fill_freed(const struct page *page)
{
    memset(page_pointer(address_of(page)), FREED_PATTERN & 0xff, PAGE_SIZE);
}

static void check_contents(const struct page *page, uint32_t pattern)
{
    const uint32_t *words = page_pointer(address_of(page));

    for (unsigned i = 0; i < PAGE_SIZE / sizeof *words; i++)
        if (words[i] != pattern)
            KERN_PANIC("free page %p was written: %08x at offset %u", (const void *)words,
                       words[i], i * 4);
}

#else

static inline void fill_freed(const struct page *page)
{
    (void)page;
}

static inline void check_contents(const struct page *page, uint32_t pattern)
{
    (void)page, (void)pattern;
}

#define FREED_PATTERN 0

#endif

/* --- taking a frame ---------------------------------------------------------------------- */

/* The next frames in order, as many as a batch but of one extent; none if all were taken.
 * Their table entries become valid. */
static struct extent next_batch(void)
{
    const struct memmap *map = untouched.map;

    spinlock_expect_held(&untouched.lock);
    if (untouched.extent == map->count)
        return (struct extent){ 0, 0 };

    const struct extent *extent = &map->extents[untouched.extent];
    struct extent batch = { untouched.next, MIN(untouched.next + BATCH, extent->end) };
    for (uint32_t frame = batch.first; frame < batch.end; frame++)
        table[frame].references = 0;
    uint32_t next = batch.end;
    if (next == extent->end && ++untouched.extent < map->count)
        next = map->extents[untouched.extent].first;
    __atomic_store_n(&untouched.next, next, __ATOMIC_RELEASE);
    return batch;
}

/* The first of the batch; the others go into the pool. */
static struct page *split_batch(const struct extent *batch)
{
    for (uint32_t frame = batch->first; frame < batch->end; frame++) {
        fill_freed(&table[frame]);
        table[frame].free.next = &table[frame + 1].free;
    }
    if (batch->end - batch->first > 1)
        pool_put_chain(&dirty_pages, &table[batch->first + 1].free, &table[batch->end - 1].free,
                       batch->end - batch->first - 1);
    return &table[batch->first];
}

static struct page *take_untouched(void)
{
    struct page *page = NULL;

    /* Spares the lock: once all are taken it stays so. */
    if (page_untouched() == 0)
        return NULL;

    spinlock_acquire(&untouched.lock);
    struct extent batch = next_batch();
    if (batch.first < batch.end)
        page = split_batch(&batch);
    spinlock_release(&untouched.lock);
    return page;
}

/* Frames on their way from those that are untouched to the pool are there afterwards. */
static void await_batches(void)
{
    spinlock_acquire(&untouched.lock);
    spinlock_release(&untouched.lock);
}

enum contents { ANYTHING, ZEROS };

static struct pool *pool_of(enum contents contents)
{
    return contents == ZEROS ? &zeroed_pages : &dirty_pages;
}

/* From this CPU's shard or the shared list. */
static struct page *take_near(enum contents contents)
{
    struct pool_item *item = pool_get_near(pool_of(contents));

    return item ? container_of(item, struct page, free) : NULL;
}

/* From any CPU's shard. */
static struct page *take_far(enum contents contents)
{
    struct pool_item *item = pool_get(pool_of(contents));

    return item ? container_of(item, struct page, free) : NULL;
}

/* A frame from anywhere; *found says what it contains.  NULL only if at some moment there was none:
 * pools and untouched frames were found empty, and no page was freed while we looked. */
static NOINLINE struct page *search_frame(enum contents *found)
{
    struct page *page;
    unsigned puts;

    *found = ANYTHING;
    if ((page = take_untouched()))      /* once there are none it stays so */
        return page;
    do {
        puts = pool_puts(&dirty_pages) + pool_puts(&zeroed_pages);
        *found = ANYTHING;
        if ((page = take_far(ANYTHING)))
            return page;
        *found = ZEROS;
        if ((page = take_far(ZEROS)))
            return page;
        await_batches();
    } while (puts != pool_puts(&dirty_pages) + pool_puts(&zeroed_pages));
    return NULL;
}

/* One with the contents wanted if that is as easily had. */
static inline struct page *take_frame(enum contents wanted, enum contents *found)
{
    enum contents other = wanted == ZEROS ? ANYTHING : ZEROS;
    struct page *page;

    *found = wanted;
    if ((page = take_near(wanted)))
        return page;
    *found = other;
    if ((page = take_near(other)))
        return page;
    return search_frame(found);
}

static inline int alloc_frame(struct quota *quota, enum contents wanted, struct page **page,
                              enum contents *found)
{
    int error = quota_charge(quota, 1);

    if (error)
        return error;
    *page = refusal_is_due() ? NULL : take_frame(wanted, found);
    if (!*page) {
        quota_uncharge(quota, 1);
        return E_MEM;
    }
    KERN_ASSERT((*page)->references == 0);
    check_contents(*page, *found == ZEROS ? 0 : FREED_PATTERN);
    (*page)->note.owner = NULL;
    __atomic_store_n(&(*page)->references, 1, __ATOMIC_RELAXED);
    return 0;
}

int page_alloc(struct quota *quota, paddr_t *address)
{
    struct page *page;
    enum contents found;
    int error = alloc_frame(quota, ANYTHING, &page, &found);

    if (!error)
        *address = address_of(page);
    return error;
}

int page_alloc_zeroed(struct quota *quota, paddr_t *address)
{
    struct page *page;
    enum contents found;

    KERN_ASSERT(current_context()->lock_depth == 0);
    int error = alloc_frame(quota, ZEROS, &page, &found);
    if (!error) {
        *address = address_of(page);
        if (found != ZEROS)
            fpu_clear_page(page_pointer(*address));
    }
    return error;
}

/* --- references -------------------------------------------------------------------------- */

#define FOR_EVER UINT32_MAX             /* instead of a count */

static void keep_reference(struct page *page)
{
    if (__atomic_load_n(&page->references, __ATOMIC_RELAXED) == FOR_EVER)
        return;
    uint32_t before = __atomic_fetch_add(&page->references, 1, __ATOMIC_RELAXED);

    KERN_ASSERT(before > 0 && before < FOR_EVER - 1);
}

int page_share(struct quota *quota, paddr_t address)
{
    struct page *page = page_of(address);
    int error = quota_charge(quota, 1);

    if (!error)
        keep_reference(page);
    return error;
}

void page_keep(paddr_t address)
{
    keep_reference(page_of(address));
}

void page_keep_for_ever(paddr_t address)
{
    struct page *page = page_of(address);

    KERN_ASSERT(page->references == 1);
    __atomic_store_n(&page->references, FOR_EVER, __ATOMIC_RELAXED);
}

/* Gives one reference up; true if it was the last. */
static bool drop_reference(struct page *page)
{
    uint32_t references = __atomic_load_n(&page->references, __ATOMIC_ACQUIRE);

    KERN_ASSERT(references > 0);
    if (references == FOR_EVER)
        return false;
    if (references > 1)
        return __atomic_sub_fetch(&page->references, 1, __ATOMIC_ACQ_REL) == 0;
    __atomic_store_n(&page->references, 0, __ATOMIC_RELAXED);
    return true;
}

void page_drop(paddr_t address)
{
    struct page *page = page_of(address);

    if (drop_reference(page)) {
        fill_freed(page);
        pool_put(&dirty_pages, &page->free);
    }
}

void page_drop_zeroed(paddr_t address)
{
    struct page *page = page_of(address);
    bool last = drop_reference(page);

    KERN_ASSERT(last);
    check_contents(page, 0);
    pool_put(&zeroed_pages, &page->free);
}

/* The frame is free before its charge is given back: a charge that another CPU gets by it will
 * find the frame. */
void page_release(struct quota *quota, paddr_t address)
{
    page_drop(address);
    quota_uncharge(quota, 1);
}

void page_release_zeroed(struct quota *quota, paddr_t address)
{
    page_drop_zeroed(address);
    quota_uncharge(quota, 1);
}

uint32_t page_references(paddr_t address)
{
    uint32_t frame = address / PAGE_SIZE;

    return was_taken(frame) ? __atomic_load_n(&table[frame].references, __ATOMIC_RELAXED) : 0;
}

struct page_note *page_note(paddr_t address)
{
    return &page_of(address)->note;
}

/* --- looking ----------------------------------------------------------------------------- */

uint32_t page_untouched(void)
{
    uint32_t next = __atomic_load_n(&untouched.next, __ATOMIC_RELAXED);

    return memmap_frames_from(untouched.map, next);
}

uint32_t page_pooled(void)
{
    return pool_count(&dirty_pages) + pool_count(&zeroed_pages);
}

struct page_census page_census(void)
{
    struct page_census census = { .free = page_untouched() };

    for (unsigned i = 0; i < untouched.map->count; i++) {
        const struct extent *extent = &untouched.map->extents[i];
        for (uint32_t frame = extent->first; frame < extent->end && was_taken(frame); frame++) {
            if (table[frame].references > 0)
                census.held++;
            else
                census.free++;
        }
    }
    return census;
}
