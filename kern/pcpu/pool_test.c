/* Tests of the per-CPU free lists. */
#include "pcpu/pool.h"

#include "lib/ktest.h"

enum { ITEMS = 200, PARTS = 8, ROUNDS = 150, HELD = 20 };

static struct pool pool;
static struct item {
    struct pool_item link;
    unsigned         owners;            /* atomic */
} items[ITEMS];

static void fill_pool(void)
{
    pool_init(&pool);
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i].owners = 0;
        pool_put(&pool, &items[i].link);
    }
}

static struct item *take_item(void)
{
    struct item *item = (struct item *)pool_get(&pool);

    if (item)
        EXPECT_EQ(__atomic_fetch_add(&item->owners, 1, __ATOMIC_RELAXED), 0);
    return item;
}

static void give_item(struct item *item)
{
    EXPECT_EQ(__atomic_fetch_sub(&item->owners, 1, __ATOMIC_RELAXED), 1);
    pool_put(&pool, &item->link);
}

KTEST(pcpu, pool_gives_each_item_once)
{
    fill_pool();
    EXPECT_EQ(pool_count(&pool), ITEMS);
    EXPECT_EQ(pool_puts(&pool), ITEMS);
    for (unsigned i = 0; i < ITEMS; i++)
        EXPECT(take_item() != NULL);
    EXPECT(pool_get(&pool) == NULL);
    EXPECT_EQ(pool_count(&pool), 0);
    for (unsigned i = 0; i < ITEMS; i++)
        EXPECT_EQ(items[i].owners, 1);
}

/* A shard that grows too long gives a batch to the shared list, one that is empty gets a batch
 * from there.  Interrupts are off, so that all is this CPU's shard. */
KTEST(pcpu, pool_moves_batches)
{
    enum { BATCH = 16, SHARD_MAX = 2 * BATCH };

    intr_local_disable();
    const struct pool_list *shard = &pool.shards[get_pcpu_idx()];
    pool_init(&pool);
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i].owners = 0;
        pool_put(&pool, &items[i].link);
        EXPECT(shard->count <= SHARD_MAX);
        EXPECT_EQ(shard->count + pool.shared.count, i + 1);
        EXPECT_EQ(pool.shared.count % BATCH, 0);
    }
    while (shard->count > 0)
        EXPECT(take_item() != NULL);
    unsigned shared = pool.shared.count;
    EXPECT(take_item() != NULL);
    EXPECT_EQ(shard->count, BATCH - 1);
    EXPECT_EQ(pool.shared.count, shared - BATCH);
    intr_local_enable();
}

/* The shared list keeps as many as are to be kept, to the last one. */
KTEST(pcpu, pool_spares_only_what_is_beyond)
{
    intr_local_disable();
    fill_pool();
    unsigned shared = pool.shared.count;

    EXPECT(shared > 1 && !pool_has_spare(&pool, shared) && !pool_get_spare(&pool, shared));
    EXPECT(pool_has_spare(&pool, shared - 1) && pool_get_spare(&pool, shared - 1));
    EXPECT_EQ(pool.shared.count, shared - 1);
    EXPECT(!pool_get_spare(&pool, shared - 1));
    intr_local_enable();
}

KTEST(pcpu, pool_takes_a_chain)
{
    enum { COUNT = 16, CHAINS = ITEMS / COUNT };

    pool_init(&pool);
    for (unsigned i = 0; i < CHAINS * COUNT; i++) {
        items[i].owners = 0;
        items[i].link.next = &items[i + 1].link;
        if (i % COUNT == COUNT - 1)
            pool_put_chain(&pool, &items[i + 1 - COUNT].link, &items[i].link, COUNT);
    }
    EXPECT_EQ(pool_count(&pool), CHAINS * COUNT);
    EXPECT_EQ(pool_puts(&pool), CHAINS * COUNT);
    for (unsigned i = 0; i < CHAINS * COUNT; i++)
        EXPECT(take_item() != NULL);
    EXPECT(pool_get(&pool) == NULL);
}

/* Items that lie in another CPU's shard must be found when all else is empty. */
static void give_all(unsigned index, void *unused)
{
    (void)unused;
    if (index == 1)
        for (unsigned i = 0; i < ITEMS; i++)
            give_item(&items[i]);
}

KTEST(pcpu, pool_finds_items_of_other_cpus)
{
    fill_pool();
    for (unsigned i = 0; i < ITEMS; i++)
        take_item();
    ktest_parallel(2, give_all, NULL);
    for (unsigned i = 0; i < ITEMS; i++)
        EXPECT(take_item() != NULL);
    EXPECT(pool_get(&pool) == NULL);
}

static void take_and_give(unsigned index, void *unused)
{
    struct item *held[HELD];

    (void)unused;
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned n = 0;
        while (n < HELD - index % 3 && (held[n] = take_item()))
            n++;
        EXPECT(n > 0);                  /* PARTS * HELD < ITEMS: none may go short */
        while (n > 0)
            give_item(held[--n]);
    }
}

KTEST(pcpu, pool_keeps_all_items_under_stress)
{
    fill_pool();
    ktest_parallel(PARTS, take_and_give, NULL);
    EXPECT_EQ(pool_count(&pool), ITEMS);
}
