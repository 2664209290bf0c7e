/* Tests of pages that come on demand. */
#include "vmm/vmm_priv.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "vmm/vmm_test.h"

enum { HEAP = VM_USERLO + SUPERPAGE_SIZE - 4 * PAGE_SIZE, THREADS = 8 };

static uint32_t pages_used(struct test_space *test)
{
    return quota_account(&test->quota).used;
}

KTEST(vmm, fault_where)
{
    static const struct {
        uaddr_t  va;
        int      error;
        uint32_t cost;                      /* pages and tables */
    } cases[] = {
        { 0, E_INVAL_ADDR, 0 }, { PAGE_SIZE, E_INVAL_ADDR, 0 },
        { VM_USERLO - 1, E_INVAL_ADDR, 0 }, { VM_USERLO, E_INVAL_ADDR, 0 },
        { HEAP - 1, E_INVAL_ADDR, 0 }, { HEAP, 0, 2 }, { HEAP, 0, 0 }, { HEAP + 4095, 0, 0 },
        { HEAP + 4 * PAGE_SIZE - 1, 0, 1 }, { HEAP + 4 * PAGE_SIZE, 0, 2 },
        { HEAP + 5 * PAGE_SIZE, E_INVAL_ADDR, 0 },          /* after the break's page */
        { UHEAP_HI, E_INVAL_ADDR, 0 },
        { USTACK_LO - 1, E_INVAL_ADDR, 0 }, { USTACK_LO, 0, 2 },
        { USTACKTOP - 1, 0, 1 }, { USTACKTOP, E_INVAL_ADDR, 0 },
        { UXSTACKTOP - 1, E_INVAL_ADDR, 0 }, { UTOP, E_INVAL_ADDR, 0 },
        { UVPT, E_INVAL_ADDR, 0 }, { VM_USERHI, E_INVAL_ADDR, 0 },
        { DEVICE_LO, E_INVAL_ADDR, 0 }, { UINT32_MAX, E_INVAL_ADDR, 0 },
    };
    struct test_space test;

    test_space_begin(&test, 50);
    EXPECT_EQ(space_set_heap(&test.space, HEAP + 1), E_INVAL_ADDR);
    EXPECT_EQ(space_set_heap(&test.space, VM_USERLO - PAGE_SIZE), E_INVAL_ADDR);
    EXPECT_EQ(space_set_heap(&test.space, UHEAP_HI + PAGE_SIZE), E_INVAL_ADDR);
    EXPECT_EQ(space_set_heap(&test.space, HEAP), 0);
    EXPECT_EQ(space_fault(&test.space, HEAP, SPACE_READ), E_INVAL_ADDR);
    EXPECT_EQ(space_set_break(&test.space, HEAP + 4 * PAGE_SIZE + 1), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint32_t before = pages_used(&test);
        EXPECT_EQ(space_fault(&test.space, cases[i].va, i % 2 ? SPACE_READ : SPACE_WRITE),
                  cases[i].error);
        EXPECT_EQ(pages_used(&test), before + cases[i].cost);
    }
    test_space_end(&test);
}

/* The stacks of a thread fill as soon as its own page is there, with the guards left out; in a slot
 * without a thread nothing does. */
KTEST(vmm, fault_on_thread_stacks)
{
    enum { SLOT = UTHREADS_LO + 3 * UTHREAD_SLOT };
    static const struct {
        uint32_t offset;
        int      error;
    } cases[] = {
        { 0, E_INVAL_ADDR }, { PAGE_SIZE - 1, E_INVAL_ADDR }, { PAGE_SIZE, 0 },
        { UTHREAD_PAGE - 1, 0 }, { UTHREAD_PAGE, 0 }, { UTHREAD_PAGE + PAGE_SIZE, E_INVAL_ADDR },
        { UTHREAD_EXCEPTION_PAGE - 1, E_INVAL_ADDR }, { UTHREAD_EXCEPTION_PAGE, 0 },
        { UTHREAD_SLOT - 1, 0 }, { UTHREAD_SLOT + PAGE_SIZE, E_INVAL_ADDR },
    };
    struct test_space test;

    test_space_begin(&test, 20);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        EXPECT_EQ(space_fault(&test.space, SLOT + cases[i].offset, SPACE_WRITE), E_INVAL_ADDR);
    EXPECT_EQ(space_alloc_page(&test.space, SLOT + UTHREAD_PAGE, PERM_WRITE), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        EXPECT_EQ(space_fault(&test.space, SLOT + cases[i].offset, SPACE_WRITE), cases[i].error);
    EXPECT_EQ(space_alloc_page(&test.space, UTHREADS_HI + UTHREAD_PAGE, PERM_WRITE), 0);
    EXPECT_EQ(space_fault(&test.space, UTHREADS_HI + PAGE_SIZE, SPACE_WRITE), E_INVAL_ADDR);
    test_space_end(&test);
}

/* Faults on what is mapped already: another thread was faster, or it is not allowed. */
KTEST(vmm, fault_mapped)
{
    struct test_space test;

    test_space_begin(&test, 10);
    EXPECT_EQ(space_alloc_page(&test.space, HEAP, PERM_READ), 0);
    EXPECT_EQ(space_alloc_page(&test.space, HEAP + PAGE_SIZE, PERM_WRITE), 0);
    EXPECT_EQ(space_alloc_page(&test.space, USTACK_LO, PERM_READ), 0);
    uint32_t before = pages_used(&test);
    EXPECT_EQ(space_fault(&test.space, HEAP + 9, SPACE_READ), 0);
    EXPECT_EQ(space_fault(&test.space, HEAP + 9, SPACE_WRITE), E_INVAL_ADDR);
    EXPECT_EQ(space_fault(&test.space, HEAP + PAGE_SIZE, SPACE_WRITE), 0);
    EXPECT_EQ(space_fault(&test.space, USTACK_LO, SPACE_WRITE), E_INVAL_ADDR);
    EXPECT_EQ(pages_used(&test), before);
    test_space_end(&test);
}

KTEST(vmm, fault_zeroes)
{
    struct test_space test;
    paddr_t page;
    uint32_t perm;

    test_space_begin(&test, 10);
    EXPECT_EQ(space_fault(&test.space, USTACKTOP - 5, SPACE_WRITE), 0);
    EXPECT_EQ(space_lookup(&test.space, USTACKTOP - PAGE_SIZE, &page, &perm), 0);
    EXPECT_EQ(perm, PERM_WRITE);
    for (unsigned i = 0; i < PAGE_SIZE / 4; i++)
        EXPECT_EQ(((const uint32_t *)page_pointer(page))[i], 0);
    test_space_end(&test);
}

/* One page too few, for the table or for the page itself. */
KTEST(vmm, fault_quota)
{
    for (uint32_t limit = 1; limit <= 3; limit++) {
        struct test_space test;
        test_space_begin(&test, limit);
        EXPECT_EQ(space_fault(&test.space, USTACK_LO, SPACE_WRITE),
                  limit == 3 ? 0 : E_EXCEEDS_QUOTA);
        EXPECT_EQ(pages_used(&test), limit);        /* a table is left for next time */
        space_check(&test.space);
        test_space_end(&test);
    }
}

/* A heap of ten pages. */
static void heap_begin(struct test_space *test)
{
    test_space_begin(test, 30);
    EXPECT_EQ(space_set_heap(&test->space, HEAP), 0);
    EXPECT_EQ(space_set_break(&test->space, HEAP + 10 * PAGE_SIZE), 0);
}

static void touch_heap(struct test_space *test)
{
    for (unsigned i = 0; i < 10; i++)
        EXPECT_EQ(space_fault(&test->space, HEAP + i * PAGE_SIZE, SPACE_WRITE), 0);
}

KTEST(vmm, a_heap_costs_what_is_touched)
{
    struct test_space test;

    heap_begin(&test);
    EXPECT_EQ(pages_used(&test), 1);
    touch_heap(&test);
    EXPECT_EQ(pages_used(&test), 1 + 2 + 10);
    EXPECT_EQ(space_set_break(&test.space, UHEAP_HI), 0);
    EXPECT_EQ(space_fault(&test.space, UHEAP_HI - 1, SPACE_READ), 0);
    test_space_end(&test);
}

KTEST(vmm, a_break_outside_the_heap_is_refused)
{
    static const uaddr_t bad[] = { HEAP - 1, UHEAP_HI + 1, UINT32_MAX };
    struct test_space test;

    heap_begin(&test);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        EXPECT_EQ(space_set_break(&test.space, bad[i]), E_INVAL_ADDR);
    EXPECT_EQ(test.space.heap_break, HEAP + 10 * PAGE_SIZE);
    test_space_end(&test);
}

/* The page with the break in it stays; tables stay until the end. */
KTEST(vmm, a_lower_break_gives_pages_back)
{
    struct test_space test;

    heap_begin(&test);
    touch_heap(&test);
    EXPECT_EQ(space_set_break(&test.space, HEAP + 6 * PAGE_SIZE + 1), 0);
    EXPECT_EQ(pages_used(&test), 1 + 2 + 7);
    EXPECT_EQ(space_fault(&test.space, HEAP + 7 * PAGE_SIZE, SPACE_READ), E_INVAL_ADDR);
    EXPECT_EQ(space_set_break(&test.space, HEAP + 6 * PAGE_SIZE), 0);
    EXPECT_EQ(pages_used(&test), 1 + 2 + 6);
    EXPECT_EQ(space_set_break(&test.space, HEAP + 6 * PAGE_SIZE), 0);
    EXPECT_EQ(space_set_break(&test.space, HEAP), 0);
    EXPECT_EQ(pages_used(&test), 1 + 2);
    EXPECT_EQ(space_fault(&test.space, HEAP, SPACE_READ), E_INVAL_ADDR);
    test_space_end(&test);
}

/* --- all CPUs at once -------------------------------------------------------------------- */

enum { PAGES = 48 };

static void fault_everywhere(unsigned index, void *argument)
{
    struct test_space *test = argument;

    for (unsigned i = 0; i < PAGES; i++) {
        uaddr_t va = HEAP + (index % 2 ? i : PAGES - 1 - i) * PAGE_SIZE + index;
        do                                          /* as the program does */
            EXPECT_EQ(space_fault(&test->space, va, SPACE_WRITE), 0);
        while (space_entry(&test->space, va) == 0);
    }
}

/* Many threads fault on the same pages: each page is filled once.  With room for one page too many
 * per thread, or with none: then a thread may find the quota used up by a page that another one
 * is about to map, or to give back. */
KTEST(vmm, fault_race)
{
    enum { ROUNDS = 20 };

    pmm_warm_up(THREADS);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct test_space test;
        test_space_begin(&test, 3 + PAGES + (round % 2) * THREADS);
        EXPECT_EQ(space_set_heap(&test.space, HEAP), 0);
        EXPECT_EQ(space_set_break(&test.space, HEAP + PAGES * PAGE_SIZE), 0);
        ktest_parallel(THREADS, fault_everywhere, &test);
        EXPECT_EQ(pages_used(&test), 3 + PAGES);
        test_space_end(&test);
    }
}

/* The break goes up and down while others fault: no page above the break is left, none is
 * lost, and the books agree.  Only one thread moves the break, as the rule is. */
static void move_or_fault(unsigned index, void *argument)
{
    enum { ROUNDS = 600 };
    struct test_space *test = argument;
    struct random random;

    random_seed(&random, index);
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t offset = random_below(&random, PAGES * PAGE_SIZE);
        if (index == 0) {
            EXPECT_EQ(space_set_break(&test->space, HEAP + offset), 0);
            for (uaddr_t va = ROUND_UP(HEAP + offset, PAGE_SIZE);
                 va < HEAP + PAGES * PAGE_SIZE; va += PAGE_SIZE)
                EXPECT_EQ(space_entry(&test->space, va), 0);
        } else {
            int error = space_fault(&test->space, HEAP + offset, SPACE_WRITE);
            EXPECT(error == 0 || error == E_INVAL_ADDR);
        }
    }
}

KTEST(vmm, break_race)
{
    struct test_space test;

    pmm_warm_up(THREADS);
    test_space_begin(&test, 3 + PAGES + THREADS);
    EXPECT_EQ(space_set_heap(&test.space, HEAP), 0);
    ktest_parallel(THREADS, move_or_fault, &test);
    space_check(&test.space);
    EXPECT_EQ(space_set_break(&test.space, HEAP), 0);
    EXPECT(pages_used(&test) <= 3);
    test_space_end(&test);
}
