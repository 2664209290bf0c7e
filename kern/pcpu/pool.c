/* Free lists with a cache per CPU. */
#include "pcpu/pool.h"

#include "lib/assert.h"

enum { BATCH = 16, SHARD_MAX = 2 * BATCH };

static const struct lock_class shared_class = LOCK_CLASS("pcpu.pool_shared", 1);
static const struct lock_class shard_class = LOCK_CLASS("pcpu.pool_shard", 0);

void pool_init(struct pool *pool)
{
    *pool = (struct pool){ .shared.lock = SPINLOCK_INITIALIZER(&shared_class) };
    for (unsigned i = 0; i < NUM_CPUS; i++)
        spinlock_init(&pool->shards[i].lock, &shard_class);
}

static void set_count(struct pool_list *list, unsigned count)
{
    __atomic_store_n(&list->count, count, __ATOMIC_RELAXED);
}

static struct pool_item *list_pop(struct pool_list *list)
{
    spinlock_expect_held(&list->lock);
    struct pool_item *item = list->first;

    if (item) {
        list->first = item->next;
        set_count(list, list->count - 1);
    }
    return item;
}

static void list_push(struct pool_list *list, struct pool_item *item)
{
    spinlock_expect_held(&list->lock);
    item->next = list->first;
    list->first = item;
    set_count(list, list->count + 1);
}

/* A hint: spares the lock of a list that seems empty. */
static bool looks_empty(const struct pool_list *list)
{
    return __atomic_load_n(&list->count, __ATOMIC_RELAXED) == 0;
}

static void list_move(struct pool_list *from, struct pool_list *to, unsigned count)
{
    struct pool_item *item;

    while (count-- > 0 && (item = list_pop(from)))
        list_push(to, item);
}

static NOINLINE struct pool_item *get_from(struct pool_list *list)
{
    spinlock_acquire(&list->lock);
    struct pool_item *item = list_pop(list);
    spinlock_release(&list->lock);
    return item;
}

/* The thread may move to another CPU between choosing the shard and locking it.  That does no harm:
 * with its lock held, any CPU may use a shard. */
static struct pool_list *own_shard(struct pool *pool)
{
    return KEPT(&pool->shards[get_pcpu_idx()]);
}

/* Takes one object from the shared list, and a batch more into the own shard. */
static NOINLINE struct pool_item *refill_shard(struct pool *pool)
{
    struct pool_list *shard = own_shard(pool);

    spinlock_acquire(&pool->shared.lock);
    struct pool_item *item = list_pop(&pool->shared);
    if (item) {
        spinlock_acquire(&shard->lock);
        list_move(&pool->shared, shard, BATCH - 1);
        spinlock_release(&shard->lock);
    }
    spinlock_release(&pool->shared.lock);
    return item;
}

/* From any list.  The shared lock keeps objects from moving between lists meanwhile: an object that
 * is in some list all the time is found, also where a list is passed over that looks empty. */
static struct pool_item *search_lists(struct pool *pool)
{
    spinlock_expect_held(&pool->shared.lock);
    struct pool_item *item = list_pop(&pool->shared);
    FOR_EACH_CPU(cpu)
        if (!item && !looks_empty(&pool->shards[cpu]))
            item = get_from(&pool->shards[cpu]);
    return item;
}

static struct pool_item *steal_item(struct pool *pool)
{
    spinlock_acquire(&pool->shared.lock);
    struct pool_item *item = search_lists(pool);
    spinlock_release(&pool->shared.lock);
    return item;
}

struct pool_item *pool_get_near(struct pool *pool)
{
    struct pool_list *shard = own_shard(pool);
    struct pool_item *item = looks_empty(shard) ? NULL : get_from(shard);

    if (!item && !looks_empty(&pool->shared))
        item = refill_shard(pool);
    return item;
}

bool pool_has_spare(const struct pool *pool, unsigned kept)
{
    return __atomic_load_n(&pool->shared.count, __ATOMIC_RELAXED) > kept;
}

struct pool_item *pool_get_spare(struct pool *pool, unsigned kept)
{
    struct pool_item *item = NULL;

    spinlock_acquire(&pool->shared.lock);
    if (pool->shared.count > kept)
        item = list_pop(&pool->shared);
    spinlock_release(&pool->shared.lock);
    return item;
}

struct pool_item *pool_get(struct pool *pool)
{
    struct pool_item *item = pool_get_near(pool);

    return item ? item : steal_item(pool);
}

static void flush_shard(struct pool *pool, struct pool_list *shard)
{
    spinlock_acquire(&pool->shared.lock);
    spinlock_acquire(&shard->lock);
    list_move(shard, &pool->shared, BATCH);
    spinlock_release(&shard->lock);
    spinlock_release(&pool->shared.lock);
}

static inline void put_items(struct pool *pool, struct pool_item *first, struct pool_item *last,
                             unsigned count)
{
    struct pool_list *shard = own_shard(pool);

    spinlock_acquire(&shard->lock);
    last->next = shard->first;
    shard->first = first;
    set_count(shard, shard->count + count);
    __atomic_store_n(&shard->puts, shard->puts + count, __ATOMIC_RELAXED);
    bool full = shard->count > SHARD_MAX;
    spinlock_release(&shard->lock);
    if (full)
        flush_shard(pool, shard);
}

void pool_put_chain(struct pool *pool, struct pool_item *first, struct pool_item *last,
                    unsigned count)
{
    KERN_ASSERT(count <= BATCH);
    put_items(pool, first, last, count);
}

void pool_put(struct pool *pool, struct pool_item *item)
{
    put_items(pool, item, item, 1);
}

unsigned pool_estimate(const struct pool *pool)
{
    unsigned count = __atomic_load_n(&pool->shared.count, __ATOMIC_RELAXED);

    FOR_EACH_CPU(cpu)
        count += __atomic_load_n(&pool->shards[cpu].count, __ATOMIC_RELAXED);
    return count;
}

unsigned pool_count(struct pool *pool)
{
    spinlock_acquire(&pool->shared.lock);       /* else an object on its way counts in no list */
    unsigned count = pool_estimate(pool);
    spinlock_release(&pool->shared.lock);
    return count;
}

unsigned pool_puts(const struct pool *pool)
{
    unsigned puts = 0;

    FOR_EACH_CPU(cpu)
        puts += __atomic_load_n(&pool->shards[cpu].puts, __ATOMIC_ACQUIRE);
    return puts;
}
