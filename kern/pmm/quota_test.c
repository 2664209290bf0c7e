/* Tests of quotas: the arithmetic, the tree, and charges from many CPUs at once. */
#include "pmm/pmm.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "pmm/pmm_test.h"
#include "pmm/refusal.h"
#include "pmm/share.h"

KTEST(pmm, a_refused_charge_changes_nothing)
{
    uint32_t used = quota_account(&quota_root).used;

    refusal_plan(2);
    EXPECT_EQ(quota_charge(&quota_root, 1), 0);
    EXPECT_EQ(quota_charge(&quota_root, 1), E_EXCEEDS_QUOTA);
    EXPECT_EQ(quota_charge(&quota_root, 1), 0);
    EXPECT_EQ(refusal_end(), 3);
    EXPECT_EQ(quota_charge(&quota_root, 1), 0);
    EXPECT_EQ(quota_account(&quota_root).used, used + 3);
    quota_uncharge(&quota_root, 3);
}

KTEST(pmm, a_refused_frame_is_not_charged)
{
    uint32_t used = quota_account(&quota_root).used;
    paddr_t page;

    refusal_plan(2);                    /* a page is two allocations: its charge and its frame */
    EXPECT_EQ(page_alloc(&quota_root, &page), E_MEM);
    EXPECT_EQ(refusal_end(), 2);
    EXPECT_EQ(quota_account(&quota_root).used, used);
}

/* Every small sound account and every count: an operation that succeeds does exactly its work,
 * one that fails does nothing, and the result is sound. */
KTEST(pmm, account_exhaustive)
{
    enum { MOST = 5 };

    for (unsigned n = 0; n < (MOST + 1) * (MOST + 1) * (MOST + 1) * (MOST + 3); n++) {
        const struct account before = { n % 6, n / 6 % 6, n / 36 % 6 };
        uint32_t count = n / 216 <= MOST ? n / 216 : UINT32_MAX - (n / 216 - MOST - 1);
        if (!account_is_sound(&before)) {
            EXPECT(before.used + before.delegated > before.limit);
            continue;
        }
        uint32_t free = before.limit - before.used - before.delegated;
        EXPECT_EQ(account_free(&before), free);

        struct account after = before;
        EXPECT_EQ(account_charge(&after, count), count <= free);
        EXPECT_EQ(after.used, before.used + (count <= free ? count : 0));
        EXPECT(account_is_sound(&after) && after.delegated == before.delegated);
        after = before;
        EXPECT_EQ(account_delegate(&after, count), count <= free);
        EXPECT_EQ(after.delegated, before.delegated + (count <= free ? count : 0));
        EXPECT(account_is_sound(&after) && after.used == before.used);
        after = before;
        if (count <= before.delegated) {
            account_hand_up(&after, count);
            EXPECT(account_is_sound(&after) && account_free(&after) == free);
            after = before;
            account_take_back(&after, count);
            EXPECT(account_is_sound(&after) && account_free(&after) == free + count);
        }
    }
}

KTEST(pmm, account_unsound)
{
    static const struct account unsound[] = {
        { 5, 6, 0 }, { 5, 0, 6 }, { 5, 3, 3 }, { 0, 0, 1 }, { 5, UINT32_MAX, 6 },
        { UINT32_MAX, UINT32_MAX, 1 }, { 10, 5, UINT32_MAX - 3 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(unsound); i++)
        EXPECT(!account_is_sound(&unsound[i]));
}

static void expect_account(struct quota *quota, uint32_t limit, uint32_t used,
                           uint32_t delegated)
{
    struct account account = quota_account(quota);

    EXPECT_EQ(account.limit, limit);
    EXPECT_EQ(account.used, used);
    EXPECT_EQ(account.delegated, delegated);
    EXPECT_EQ(quota_free(quota), limit - used - delegated);
}

/* The owner of one page of SHARE_GENEROSITY may hold as many slots as are free. */
KTEST(pmm, a_share_is_used_up_at_its_bound)
{
    EXPECT(share_allows(1, SHARE_GENEROSITY, 0, 1));
    EXPECT(!share_allows(1, SHARE_GENEROSITY, 1, 1));
    EXPECT(share_allows(1, SHARE_GENEROSITY, 7, 8));
    EXPECT(!share_allows(1, SHARE_GENEROSITY, 8, 8));
}

KTEST(pmm, quota_root)
{
    struct account root = quota_account(&quota_root);

    EXPECT_EQ(root.limit, pmm_usage().pages);
    EXPECT(root.limit > 0 && root.used > 0 && account_is_sound(&root));
    EXPECT(!quota_root.parent);
}

KTEST(pmm, a_split_delegates_what_is_free)
{
    struct pmm_level before = pmm_level();
    struct quota child, grandchild;

    EXPECT_EQ(quota_split(&quota_root, &child, 100), 0);
    EXPECT_EQ(quota_account(&quota_root).delegated, before.delegated + 100);
    EXPECT(child.parent == &quota_root);
    EXPECT_EQ(quota_split(&child, &grandchild, 101), E_EXCEEDS_QUOTA);
    EXPECT_EQ(quota_split(&child, &grandchild, UINT32_MAX), E_EXCEEDS_QUOTA);
    expect_account(&child, 100, 0, 0);
    EXPECT_EQ(quota_split(&child, &grandchild, 60), 0);
    expect_account(&child, 100, 0, 60);
    quota_close(&grandchild);
    expect_account(&child, 100, 0, 0);
    quota_close(&child);
    pmm_expect_level(before);
}

KTEST(pmm, charges_and_splits_share_one_limit)
{
    struct pmm_level before = pmm_level();
    struct quota child, grandchild, sister;

    EXPECT_EQ(quota_split(&quota_root, &child, 100), 0);
    EXPECT_EQ(quota_split(&child, &grandchild, 60), 0);
    EXPECT_EQ(quota_charge(&child, 30), 0);
    expect_account(&child, 100, 30, 60);
    EXPECT_EQ(quota_split(&child, &sister, 11), E_EXCEEDS_QUOTA);
    EXPECT_EQ(quota_charge(&child, 11), E_EXCEEDS_QUOTA);
    EXPECT_EQ(quota_charge(&child, UINT32_MAX), E_EXCEEDS_QUOTA);
    EXPECT_EQ(quota_split(&child, &sister, 10), 0);
    EXPECT_EQ(quota_charge(&child, 1), E_EXCEEDS_QUOTA);
    EXPECT_EQ(quota_charge(&child, 0), 0);
    expect_account(&child, 100, 30, 70);
    quota_close(&sister);
    quota_close(&grandchild);
    quota_uncharge(&child, 30);
    quota_close(&child);
    pmm_expect_level(before);
}

/* What a child is charged was its parent's to give; and a closed quota has nothing. */
KTEST(pmm, a_childs_charges_are_its_own)
{
    struct pmm_level before = pmm_level();
    struct quota child, grandchild;

    EXPECT_EQ(quota_split(&quota_root, &child, 100), 0);
    EXPECT_EQ(quota_split(&child, &grandchild, 60), 0);
    EXPECT_EQ(quota_charge(&grandchild, 60), 0);
    EXPECT_EQ(quota_charge(&grandchild, 1), E_EXCEEDS_QUOTA);
    expect_account(&child, 100, 0, 60);
    quota_uncharge(&grandchild, 60);
    quota_close(&grandchild);
    EXPECT_EQ(quota_charge(&grandchild, 1), E_EXCEEDS_QUOTA);
    expect_account(&child, 100, 0, 0);
    quota_close(&child);
    pmm_expect_level(before);
}

/* A parent may be closed before its children: they go to the grandparent. */
KTEST(pmm, quota_adopt)
{
    struct pmm_level before = pmm_level();
    struct quota parent, child, other;

    EXPECT_EQ(quota_split(&quota_root, &parent, 50), 0);
    EXPECT_EQ(quota_split(&parent, &child, 20), 0);
    EXPECT_EQ(quota_split(&parent, &other, 5), 0);
    EXPECT_EQ(quota_charge(&child, 20), 0);
    quota_adopt(&child);
    EXPECT(child.parent == &quota_root);
    expect_account(&parent, 30, 0, 5);
    expect_account(&child, 20, 20, 0);
    quota_adopt(&other);
    EXPECT_EQ(quota_account(&quota_root).delegated, before.delegated + 50);
    quota_close(&parent);
    EXPECT_EQ(quota_account(&quota_root).delegated, before.delegated + 25);
    quota_uncharge(&child, 20);
    quota_close(&child);
    quota_close(&other);
    pmm_expect_level(before);
}

enum { THREADS = 8, ROUNDS = 2000 };

struct contest {
    struct quota quota;
    uint32_t     won[THREADS];
};

static void charge_until_full(unsigned index, void *argument)
{
    struct contest *contest = argument;

    while (quota_charge(&contest->quota, 1 + index % 2) == 0)
        contest->won[index] += 1 + index % 2;
    while (quota_charge(&contest->quota, 1) == 0)
        contest->won[index]++;
}

/* Charges from all CPUs add up to the limit, not one more or less. */
KTEST(pmm, quota_contest)
{
    static struct contest contest;
    uint32_t sum = 0;

    pmm_warm_up(THREADS);
    struct pmm_level before = pmm_level();
    contest = (struct contest){ .won = { 0 } };
    EXPECT_EQ(quota_split(&quota_root, &contest.quota, 5001), 0);
    ktest_parallel(THREADS, charge_until_full, &contest);
    for (unsigned i = 0; i < THREADS; i++)
        sum += contest.won[i];
    EXPECT_EQ(sum, 5001);
    expect_account(&contest.quota, 5001, 5001, 0);
    quota_uncharge(&contest.quota, sum);
    quota_close(&contest.quota);
    pmm_expect_level(before);
}

/* Splits, charges and closes at random under one parent; never more than its limit in all. */
static void split_and_charge(unsigned index, void *argument)
{
    struct quota *parent = argument;
    struct random random;

    random_seed(&random, index);
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t limit = random_below(&random, 40), part = random_below(&random, 40);
        struct quota child;
        if (quota_split(parent, &child, limit))
            continue;
        EXPECT_EQ(quota_charge(&child, part), part <= limit ? 0 : E_EXCEEDS_QUOTA);
        if (quota_charge(parent, part) == 0)
            quota_uncharge(parent, part);
        struct account account = quota_account(parent);
        EXPECT(account_is_sound(&account));
        if (part <= limit)
            quota_uncharge(&child, part);
        quota_close(&child);
    }
}

KTEST(pmm, quota_storm)
{
    struct quota parent;

    pmm_warm_up(THREADS);
    struct pmm_level before = pmm_level();
    EXPECT_EQ(quota_split(&quota_root, &parent, 100), 0);
    ktest_parallel(THREADS, split_and_charge, &parent);
    expect_account(&parent, 100, 0, 0);
    quota_close(&parent);
    pmm_expect_level(before);
}
