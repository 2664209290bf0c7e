/* Tests of handing a page of one space to another one. */
#include "vmm/vmm_priv.h"

#include "lib/ktest.h"
#include "vmm/usercopy.h"
#include "vmm/vmm_test.h"

enum { BASE = VM_USERLO + 8 * SUPERPAGE_SIZE };

static paddr_t taken;

static int take_page(struct test_space *from, uaddr_t va, uint32_t perm, struct test_space *to)
{
    return space_take_reference(&from->space, va, perm, &to->quota, &taken);
}

/* A space with a page to read at BASE, and one to write after it; and one that may have three. */
static void two_spaces_begin(struct test_space *from, struct test_space *to)
{
    test_space_begin(from, 10);
    test_space_begin(to, 3);
    EXPECT_EQ(space_alloc_page(&from->space, BASE, PERM_READ), 0);
    EXPECT_EQ(space_alloc_page(&from->space, BASE + PAGE_SIZE, PERM_WRITE), 0);
}

KTEST(vmm, take_reference_takes_what_the_giver_may_do)
{
    struct test_space from, to;
    paddr_t page;
    uint32_t perm;

    two_spaces_begin(&from, &to);
    EXPECT_EQ(take_page(&from, BASE - PAGE_SIZE, PERM_READ, &to), E_INVAL_ADDR);
    EXPECT_EQ(take_page(&from, BASE + 1, PERM_READ, &to), E_INVAL_ADDR);
    EXPECT_EQ(take_page(&from, UTOP, PERM_READ, &to), E_INVAL_ADDR);
    EXPECT_EQ(take_page(&from, BASE, PERM_WRITE, &to), E_INVAL_ARG);
    EXPECT_EQ(take_page(&from, BASE + PAGE_SIZE, PERM_WRITE, &to), 0);
    EXPECT_EQ(space_lookup(&from.space, BASE + PAGE_SIZE, &page, &perm), 0);
    EXPECT_EQ(taken, page);
    EXPECT_EQ(page_references(page), 2);
    EXPECT_EQ(quota_account(&to.quota).used, 2);
    page_release(&to.quota, page);
    test_space_close(&to);
    test_space_end(&from);
}

/* With the place prepared before, mapping what was taken needs nothing that could be missing. */
KTEST(vmm, what_was_taken_is_mapped_in_a_prepared_place)
{
    struct test_space from, to;
    paddr_t page;
    uint32_t perm;

    two_spaces_begin(&from, &to);
    EXPECT_EQ(take_page(&from, BASE, PERM_READ | 0x800, &to), 0);
    EXPECT_EQ(space_prepare(&to.space, BASE), 0);
    EXPECT_EQ(space_prepare(&to.space, BASE + 9), E_INVAL_ADDR);
    EXPECT_EQ(quota_free(&to.quota), 0);
    EXPECT_EQ(space_map(&to.space, BASE, taken, 0x800), 0);
    EXPECT_EQ(space_lookup(&to.space, BASE, &page, &perm), 0);
    EXPECT(page == taken && perm == 0x800);
    EXPECT_EQ(take_page(&from, BASE, PERM_READ, &to), E_EXCEEDS_QUOTA);
    EXPECT_EQ(space_prepare(&to.space, BASE + SUPERPAGE_SIZE), E_EXCEEDS_QUOTA);
    test_space_close(&to);
    test_space_end(&from);
}

static uint32_t perm_at(struct space *space, uaddr_t va)
{
    paddr_t page;
    uint32_t perm = ~0u;

    EXPECT_EQ(space_lookup(space, va, &page, &perm), 0);
    return perm;
}

/* To the page where it is: its bits come and go, the right to write only goes. */
KTEST(vmm, rights_of_an_unshared_page)
{
    enum { ONE = 0x800, OTHER = 0x200 };
    struct test_space test;
    const struct space_place place = { &test.space, BASE };
    uint32_t word = 1;

    test_space_begin(&test, 3);
    EXPECT_EQ(space_alloc_page(&test.space, BASE, PERM_WRITE | ONE), 0);
    ktest_set_space(&test.space);
    EXPECT_EQ(copy_to_user(BASE, &word, sizeof word), 0);
    EXPECT_EQ(space_share(&place, &place, PERM_WRITE | OTHER), 0);
    EXPECT_EQ(perm_at(&test.space, BASE), PERM_WRITE | OTHER);
    EXPECT_EQ(copy_to_user(BASE, &word, sizeof word), 0);
    EXPECT_EQ(space_share(&place, &place, OTHER | ONE), 0);
    EXPECT_EQ(perm_at(&test.space, BASE), OTHER | ONE);
    EXPECT_EQ(copy_to_user(BASE, &word, sizeof word), E_INVAL_ADDR);
    EXPECT_EQ(space_share(&place, &place, PERM_WRITE), E_INVAL_ARG);
    EXPECT_EQ(perm_at(&test.space, BASE), OTHER | ONE);
    EXPECT_EQ(space_share(&place, &place, PERM_READ), 0);
    EXPECT_EQ(perm_at(&test.space, BASE), PERM_READ);
    ktest_set_space(NULL);
    EXPECT_EQ(test.space.restricted, 1);
    test_space_end(&test);
}
