/* Tests of page frames: allocation, sharing, and all CPUs at once. */
#include "pmm/pmm_priv.h"
#include "pmm/pmm_test.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"
#include "pcpu/x86.h"

enum { THREADS = 8 };

struct pmm_level pmm_level(void)
{
    struct account root = quota_account(&quota_root);

    return (struct pmm_level){ page_census().held, root.used, root.delegated };
}

void pmm_expect_level(struct pmm_level before)
{
    struct pmm_level after = pmm_level();

    EXPECT_EQ(after.held, before.held);
    EXPECT_EQ(after.used, before.used);
    EXPECT_EQ(after.delegated, before.delegated);
    pmm_check();
}

static void do_nothing(unsigned index, void *argument)
{
    (void)index, (void)argument;
}

void pmm_warm_up(unsigned nthreads)
{
    ktest_parallel(nthreads, do_nothing, NULL);
}

static uint32_t first_difference(paddr_t page, uint32_t word)
{
    const uint32_t *words = page_pointer(page);
    uint32_t i = 0;

    while (i < PAGE_SIZE / 4 && words[i] == word)
        i++;
    return i;
}

#define EXPECT_ALL(page, word) EXPECT_EQ(first_difference(page, word), PAGE_SIZE / 4)

static void fill_page(paddr_t page, uint32_t word)
{
    uint32_t *words = page_pointer(page);

    for (unsigned i = 0; i < PAGE_SIZE / 4; i++)
        words[i] = word;
}

KTEST(pmm, usage)
{
    struct pmm_usage usage = pmm_usage();

    EXPECT(usage.pages > 1000 && usage.free < usage.pages);
    EXPECT(usage.pages <= pmm_memory_end() / PAGE_SIZE);
    EXPECT(pmm_memory_end() <= KERNEL_LIMIT && pmm_memory_end() % PAGE_SIZE == 0);
    EXPECT_EQ(page_references(0), 0);
    EXPECT_EQ(page_references(pmm_start_page()), 0);
    EXPECT_EQ(page_references(KERNEL_LIMIT - PAGE_SIZE), 0);
    EXPECT_EQ(page_references(0xfffff000), 0);
}

enum { SOME = 40 };

/* Allocates all of a quota of SOME pages. */
static void alloc_some(struct quota *quota, paddr_t pages[SOME])
{
    EXPECT_EQ(quota_split(&quota_root, quota, SOME), 0);
    for (unsigned i = 0; i < SOME; i++)
        EXPECT_EQ(page_alloc(quota, &pages[i]), 0);
}

KTEST(pmm, alloc_gives_each_page_to_one_holder)
{
    struct pmm_level before = pmm_level();
    struct quota quota;
    paddr_t pages[SOME];

    alloc_some(&quota, pages);
    for (unsigned i = 0; i < SOME; i++) {
        EXPECT(pages[i] % PAGE_SIZE == 0 && pages[i] < pmm_memory_end());
        EXPECT(pages[i] != 0 && pages[i] != pmm_start_page());
        EXPECT_EQ(page_references(pages[i]), 1);
        for (unsigned j = 0; j < i; j++)
            EXPECT(pages[j] != pages[i]);
        fill_page(pages[i], i);
    }
    for (unsigned i = 0; i < SOME; i++) {
        EXPECT_ALL(pages[i], i);
        page_release(&quota, pages[i]);
        EXPECT_EQ(page_references(pages[i]), 0);
    }
    quota_close(&quota);
    pmm_expect_level(before);
}

KTEST(pmm, pages_are_charged_until_they_are_released)
{
    struct pmm_level before = pmm_level();
    struct quota quota;
    paddr_t pages[SOME];

    alloc_some(&quota, pages);
    EXPECT_EQ(page_census().held, before.held + SOME);
    EXPECT_EQ(quota_free(&quota), 0);
    for (unsigned i = 0; i < SOME; i++) {
        page_release(&quota, pages[i]);
        EXPECT_EQ(quota_free(&quota), i + 1);
    }
    quota_close(&quota);
    pmm_expect_level(before);
}

KTEST(pmm, the_next_holder_finds_no_owner)
{
    struct pmm_level before = pmm_level();
    struct quota quota;
    paddr_t pages[SOME];

    alloc_some(&quota, pages);
    for (unsigned i = 0; i < SOME; i++) {
        EXPECT(!page_note(pages[i])->owner);
        page_note(pages[i])->owner = &quota;
        page_release(&quota, pages[i]);
    }
    EXPECT_EQ(page_alloc(&quota, &pages[0]), 0);
    EXPECT(!page_note(pages[0])->owner);
    page_release(&quota, pages[0]);
    quota_close(&quota);
    pmm_expect_level(before);
}

KTEST(pmm, alloc_zeroed)
{
    struct pmm_level before = pmm_level();
    paddr_t pages[8];

    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 8; i++) {
            EXPECT_EQ(page_alloc_zeroed(&quota_root, &pages[i]), 0);
            EXPECT_ALL(pages[i], 0);
            fill_page(pages[i], ~0u);
        }
        for (unsigned i = 0; i < 8; i++) {
            if (i % 2 == round % 2) {
                fill_page(pages[i], 0);
                page_release_zeroed(&quota_root, pages[i]);
            } else {
                page_release(&quota_root, pages[i]);
            }
        }
    }
    pmm_expect_level(before);
}

KTEST(pmm, each_reference_is_counted_and_paid_for)
{
    struct pmm_level before = pmm_level();
    struct quota one, two;
    paddr_t page, other;

    EXPECT_EQ(quota_split(&quota_root, &one, 2), 0);
    EXPECT_EQ(quota_split(&quota_root, &two, 1), 0);
    EXPECT_EQ(page_alloc(&one, &page), 0);
    EXPECT_EQ(page_share(&two, page), 0);
    EXPECT_EQ(page_share(&one, page), 0);
    EXPECT_EQ(page_references(page), 3);
    EXPECT_EQ(page_share(&one, page), E_EXCEEDS_QUOTA);
    EXPECT_EQ(page_share(&two, page), E_EXCEEDS_QUOTA);
    EXPECT_EQ(page_references(page), 3);
    EXPECT_EQ(page_alloc(&one, &other), E_EXCEEDS_QUOTA);
    EXPECT_EQ(page_alloc_zeroed(&two, &other), E_EXCEEDS_QUOTA);
    EXPECT_EQ(page_census().held, before.held + 1);
    page_release(&one, page);
    page_release(&one, page);
    page_release(&two, page);
    quota_close(&one);
    quota_close(&two);
    pmm_expect_level(before);
}

KTEST(pmm, a_shared_page_stays_until_its_last_holder_releases_it)
{
    struct pmm_level before = pmm_level();
    struct quota one, two;
    paddr_t page;

    EXPECT_EQ(quota_split(&quota_root, &one, 1), 0);
    EXPECT_EQ(quota_split(&quota_root, &two, 1), 0);
    EXPECT_EQ(page_alloc(&one, &page), 0);
    EXPECT_EQ(page_share(&two, page), 0);
    fill_page(page, 77);
    page_release(&one, page);
    EXPECT_EQ(page_references(page), 1);
    EXPECT_ALL(page, 77);
    EXPECT_EQ(quota_free(&one), 1);
    EXPECT_EQ(quota_free(&two), 0);
    page_release(&two, page);
    EXPECT_EQ(page_references(page), 0);
    quota_close(&one);
    quota_close(&two);
    pmm_expect_level(before);
}

/* Dropping takes the reference, and leaves the charge to be given back. */
KTEST(pmm, drop)
{
    struct pmm_level before = pmm_level();
    paddr_t page, zeroed;

    EXPECT_EQ(page_alloc(&quota_root, &page), 0);
    EXPECT_EQ(page_share(&quota_root, page), 0);
    EXPECT_EQ(page_alloc_zeroed(&quota_root, &zeroed), 0);
    page_drop(page);
    EXPECT_EQ(page_references(page), 1);
    page_drop(page);
    page_drop_zeroed(zeroed);
    EXPECT_EQ(page_references(page), 0);
    EXPECT_EQ(page_references(zeroed), 0);
    EXPECT_EQ(quota_account(&quota_root).used, before.used + 3);
    quota_uncharge(&quota_root, 3);
    pmm_expect_level(before);
}

/* --- all CPUs at once -------------------------------------------------------------------- */

/* Each thread has pages of its own, which no other may get, with zeros where promised. */
static void churn_pages(unsigned index, void *argument)
{
    enum { MOST = 24, ROUNDS = 1500 };
    struct quota *parent = argument, quota;
    paddr_t pages[MOST];
    unsigned held = 0;
    struct random random;

    random_seed(&random, index);
    if (quota_split(parent, &quota, MOST))
        return ktest_fail(__FILE__, __LINE__, "no quota");
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t choice = random_below(&random, 8);
        if (choice < 3 && held < MOST) {
            EXPECT_EQ(page_alloc(&quota, &pages[held]), 0);
            fill_page(pages[held++], index);
        } else if (choice < 5 && held < MOST) {
            EXPECT_EQ(page_alloc_zeroed(&quota, &pages[held]), 0);
            EXPECT_ALL(pages[held], 0);
            fill_page(pages[held++], index);
        } else if (held > 0) {
            uint32_t victim = random_below(&random, held);
            EXPECT_ALL(pages[victim], index);
            EXPECT_EQ(page_references(pages[victim]), 1);
            if (choice == 7)
                fill_page(pages[victim], 0), page_release_zeroed(&quota, pages[victim]);
            else
                page_release(&quota, pages[victim]);
            pages[victim] = pages[--held];
        }
        EXPECT_EQ(quota_free(&quota), MOST - held);
    }
    while (held > 0)
        page_release(&quota, pages[--held]);
    quota_close(&quota);
}

KTEST(pmm, churn)
{
    pmm_warm_up(THREADS);
    struct pmm_level before = pmm_level();
    ktest_parallel(THREADS, churn_pages, &quota_root);
    pmm_expect_level(before);
}

/* Pages change hands: each slot holds a page and its reference, which the thread that takes it out
 * of the slot has, may share and must put back or release. */
enum { SLOTS = 6 };

struct market {
    struct quota quota;
    paddr_t      slots[SLOTS];          /* atomic; 0: empty */
};

static void trade_pages(unsigned index, void *argument)
{
    enum { ROUNDS = 2500 };
    struct market *market = argument;
    struct random random;

    random_seed(&random, index + 100);
    for (unsigned i = 0; i < ROUNDS; i++) {
        paddr_t page = 0, *slot = &market->slots[random_below(&random, SLOTS)];
        uint32_t choice = random_below(&random, 4);
        if (choice == 0 && page_alloc(&market->quota, &page))
            page = 0;
        page = __atomic_exchange_n(slot, page, __ATOMIC_ACQ_REL);
        if (page == 0)
            continue;
        EXPECT(page_references(page) > 0);
        slot = &market->slots[random_below(&random, SLOTS)];
        if (choice == 1 && page_share(&market->quota, page) == 0) {
            paddr_t before = __atomic_exchange_n(slot, page, __ATOMIC_ACQ_REL);
            if (before)
                page_release(&market->quota, before);
        }
        page_release(&market->quota, page);
    }
}

KTEST(pmm, trade)
{
    static struct market market;

    pmm_warm_up(THREADS);
    struct pmm_level before = pmm_level();
    EXPECT_EQ(quota_split(&quota_root, &market.quota, SLOTS + THREADS), 0);
    ktest_parallel(THREADS, trade_pages, &market);
    for (unsigned i = 0; i < SLOTS; i++)
        if (market.slots[i])
            page_release(&market.quota, market.slots[i]);
    memset(market.slots, 0, sizeof market.slots);
    EXPECT_EQ(quota_account(&market.quota).used, 0);
    quota_close(&market.quota);
    pmm_expect_level(before);
}

/* All share one page, each charged to a quota of its own, so that they meet nowhere else.  They let
 * go of it at the same time: one of them is the last. */
struct relay {
    paddr_t      page;
    struct quota quotas[THREADS];
};

static void share_and_release(unsigned index, void *argument)
{
    enum { ROUNDS = 4000 };
    struct relay *relay = argument;
    struct quota *quota = &relay->quotas[index];

    for (unsigned i = 0; i < ROUNDS; i++) {
        EXPECT_EQ(page_share(quota, relay->page), 0);
        EXPECT(page_references(relay->page) >= 2);
        page_release(quota, relay->page);
    }
    page_release(quota, relay->page);
}

KTEST(pmm, last_release)
{
    enum { ROUNDS = 5 };
    static struct relay relay;

    pmm_warm_up(THREADS);
    struct pmm_level before = pmm_level();
    for (unsigned i = 0; i < THREADS; i++)
        EXPECT_EQ(quota_split(&quota_root, &relay.quotas[i], 2), 0);
    for (unsigned round = 0; round < ROUNDS; round++) {
        EXPECT_EQ(page_alloc(&relay.quotas[0], &relay.page), 0);
        for (unsigned i = 1; i < THREADS; i++)
            EXPECT_EQ(page_share(&relay.quotas[i], relay.page), 0);
        ktest_parallel(THREADS, share_and_release, &relay);
        EXPECT_EQ(page_references(relay.page), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        quota_close(&relay.quotas[i]);
    pmm_expect_level(before);
}

/* Pairs: one publishes a page that both hold and lets go of it at once; so does the other
 * one as soon as it sees the page.  The last one frees it. */
static void publish_or_pick_up(unsigned index, void *argument)
{
    enum { ROUNDS = 3000 };
    struct market *market = argument;
    paddr_t page, *slot = &market->slots[index / 2];

    for (unsigned i = 0; i < ROUNDS; i++) {
        if (index % 2 == 0) {
            EXPECT_EQ(page_alloc(&market->quota, &page), 0);
            EXPECT_EQ(page_share(&market->quota, page), 0);
            paddr_t missed = __atomic_exchange_n(slot, page, __ATOMIC_ACQ_REL);
            if (missed)
                page_release(&market->quota, missed);
            page_release(&market->quota, page);
        } else {
            for (unsigned turns = 0; turns < 100 && !__atomic_load_n(slot, __ATOMIC_RELAXED); )
                turns++, pause();
            page = __atomic_exchange_n(slot, 0, __ATOMIC_ACQ_REL);
            if (page)
                page_release(&market->quota, page);
        }
    }
}

KTEST(pmm, last_of_two)
{
    static struct market market;

    pmm_warm_up(THREADS);
    struct pmm_level before = pmm_level();
    EXPECT_EQ(quota_split(&quota_root, &market.quota, 2 * THREADS), 0);
    ktest_parallel(THREADS, publish_or_pick_up, &market);
    for (unsigned i = 0; i < THREADS / 2; i++)
        if (market.slots[i])
            page_release(&market.quota, market.slots[i]);
    memset(market.slots, 0, sizeof market.slots);
    EXPECT_EQ(quota_account(&market.quota).used, 0);
    quota_close(&market.quota);
    pmm_expect_level(before);
}
