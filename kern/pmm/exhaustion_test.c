/* Tests of page frames when there are no more. */
#include "pmm/pmm_priv.h"
#include "pmm/pmm_test.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"

enum { THREADS = 8 };

/* Pages chained by their first word; the second one is the holder's mark. */
static void hold_page(paddr_t *chain, paddr_t page, uint32_t mark)
{
    uint32_t *words = page_pointer(page);

    words[0] = *chain;
    words[1] = mark;
    *chain = page;
}

/* Gives up to `most` pages of a chain back; they must bear the mark still. */
static uint32_t let_go(paddr_t *chain, uint32_t mark, uint32_t most)
{
    uint32_t count = 0;

    for (; *chain && count < most; count++) {
        paddr_t page = *chain;
        const uint32_t *words = page_pointer(page);
        *chain = words[0];
        EXPECT_EQ(words[1], mark);
        page_release(&quota_root, page);
    }
    return count;
}

struct hoard {
    paddr_t  chain;
    uint32_t count;
    int      error;
};

static void take_all(unsigned index, void *argument)
{
    struct hoard *hoard = &((struct hoard *)argument)[index];
    paddr_t page;

    hoard->count = 0;
    while (!(hoard->error = page_alloc(&quota_root, &page))) {
        hold_page(&hoard->chain, page, index);
        hoard->count++;
    }
}

static void give_all(unsigned index, void *argument)
{
    struct hoard *hoard = &((struct hoard *)argument)[index];

    EXPECT_EQ(let_go(&hoard->chain, index, UINT32_MAX), hoard->count);
    EXPECT_EQ(hoard->chain, 0);
}

static uint32_t take_all_in_parallel(struct hoard hoards[THREADS])
{
    uint32_t sum = 0;

    ktest_parallel(THREADS, take_all, hoards);
    for (unsigned i = 0; i < THREADS; i++)
        sum += hoards[i].count;
    return sum;
}

/* No thread holds more than one page, and there are as many as threads: one is always free. */
static void take_one_always(unsigned index, void *argument)
{
    unsigned rounds = 2000 / *(unsigned *)argument;
    struct random random;

    random_seed(&random, index);
    while (rounds-- > 0) {
        paddr_t page = 0;
        int error = random_below(&random, 2) ? page_alloc(&quota_root, &page)
                                              : page_alloc_zeroed(&quota_root, &page);
        EXPECT_EQ(error, 0);
        if (error)
            continue;
        if (random_below(&random, 3) == 0)
            memset(page_pointer(page), 0, PAGE_SIZE), page_release_zeroed(&quota_root, page);
        else
            page_release(&quota_root, page);
    }
}

/* All CPUs take all pages there are, then none is left.  Then they fight for a few of them:
 * most of what one finds lies on another one's list. */
KTEST(pmm, exhaustion)
{
    enum { FEW = 100, ROUNDS = 20 };
    static struct hoard all[THREADS], few[THREADS], rest;
    paddr_t page;

    /* Twice as many stacks as needed: their pages are charged to no quota, so that frames run out
     * before quota, and a failing allocation's charge does not keep a thread from starting. */
    pmm_warm_up(2 * THREADS);
    struct pmm_level before = pmm_level();
    uint32_t free = pmm_usage().free;
    EXPECT(free < quota_free(&quota_root));
    EXPECT_EQ(take_all_in_parallel(all), free);
    EXPECT_EQ(pmm_usage().free, 0);
    EXPECT_EQ(page_alloc(&quota_root, &page), E_MEM);
    EXPECT_EQ(page_alloc_zeroed(&quota_root, &page), E_MEM);
    EXPECT_EQ(quota_account(&quota_root).used, before.used + free);

    for (unsigned i = 0; i < THREADS; i++)
        rest.count += let_go(&all[i].chain, i, FEW - rest.count);
    EXPECT_EQ(rest.count, FEW);
    for (unsigned round = 0; round < ROUNDS; round++) {
        EXPECT_EQ(take_all_in_parallel(few), FEW);
        ktest_parallel(THREADS, give_all, few);
    }
    for (unsigned threads = THREADS; threads > 1; threads -= threads > 3 ? 5 : 1) {
        for (; rest.count > threads; rest.count--) {
            EXPECT_EQ(page_alloc(&quota_root, &page), 0);
            hold_page(&rest.chain, page, THREADS);
        }
        ktest_parallel(threads, take_one_always, &threads);
    }
    EXPECT_EQ(let_go(&rest.chain, THREADS, UINT32_MAX), FEW - rest.count);
    rest.count = 0;
    for (unsigned i = 0; i < THREADS; i++)
        let_go(&all[i].chain, i, UINT32_MAX);
    pmm_expect_level(before);
}
