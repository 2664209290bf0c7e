/* Tests of address spaces: mappings, what they cost, and what the audit finds. */
#include "vmm/vmm_priv.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"
#include "pmm/pmm_test.h"
#include "vmm/tlb.h"
#include "vmm/vmm.h"
#include "vmm/vmm_test.h"

enum { BASE = VM_USERLO + 8 * SUPERPAGE_SIZE, THREADS = 8 };

/* Fails the test unless `va` maps `page` with `perm`. */
static void expect_mapped(struct space *space, uaddr_t va, paddr_t page, uint32_t perm)
{
    paddr_t found = 0;
    uint32_t found_perm = ~0u;

    EXPECT_EQ(space_lookup(space, va, &found, &found_perm), 0);
    EXPECT_EQ(found, page);
    EXPECT_EQ(found_perm, perm);
}

static void expect_unmapped(struct space *space, uaddr_t va)
{
    paddr_t page;
    uint32_t perm;

    EXPECT_EQ(space_lookup(space, va, &page, &perm), E_INVAL_ADDR);
}

void test_space_begin(struct test_space *test, uint32_t limit)
{
    test->before = pmm_level();
    EXPECT_EQ(quota_split(&quota_root, &test->quota, limit), 0);
    EXPECT_EQ(space_create(&test->space, &test->quota), 0);
}

void test_space_close(struct test_space *test)
{
    space_check(&test->space);
    space_destroy(&test->space);
    EXPECT_EQ(quota_account(&test->quota).used, 0);
    quota_close(&test->quota);
}

void test_space_end(struct test_space *test)
{
    test_space_close(test);
    pmm_expect_level(test->before);
}

KTEST(vmm, space_empty)
{
    struct test_space test;

    test_space_begin(&test, 1);
    EXPECT_EQ(quota_free(&test.quota), 0);
    EXPECT_EQ(space_entry(&test.space, VM_USERLO), 0);
    EXPECT_EQ(space_set_break(&test.space, UHEAP_HI), 0);
    EXPECT_EQ(space_set_break(&test.space, UHEAP_HI - 1), E_INVAL_ADDR);
    test_space_end(&test);
}

/* What was mapped is found there with its permissions, and nowhere beside. */
KTEST(vmm, mapped_page_is_found)
{
    struct test_space test;
    paddr_t page;

    test_space_begin(&test, 10);
    EXPECT_EQ(page_alloc(&test.quota, &page), 0);
    expect_unmapped(&test.space, BASE);
    EXPECT_EQ(space_map(&test.space, BASE, page, PERM_WRITE), 0);
    expect_mapped(&test.space, BASE, page, PERM_WRITE);
    expect_unmapped(&test.space, BASE + PAGE_SIZE);
    expect_unmapped(&test.space, BASE - PAGE_SIZE);
    EXPECT_EQ(quota_account(&test.quota).used, 3);  /* directory, table, page */
    test_space_end(&test);
}

/* A page at two addresses has two references and is charged twice. */
KTEST(vmm, page_at_two_addresses)
{
    enum { OTHER = BASE + 5 * PAGE_SIZE };
    struct test_space test;
    paddr_t page;

    test_space_begin(&test, 10);
    EXPECT_EQ(page_alloc(&test.quota, &page), 0);
    EXPECT_EQ(space_map(&test.space, BASE, page, PERM_WRITE), 0);
    EXPECT_EQ(page_share(&test.quota, page), 0);
    EXPECT_EQ(space_map(&test.space, OTHER, page, PERM_READ | 0xA00), 0);
    expect_mapped(&test.space, BASE, page, PERM_WRITE);
    expect_mapped(&test.space, OTHER, page, 0xA00);
    EXPECT_EQ(page_references(page), 2);
    EXPECT_EQ(quota_account(&test.quota).used, 4);
    test_space_end(&test);
    EXPECT_EQ(page_references(page), 0);
}

/* Unmapping gives back the page and its charge, and does nothing where no page is. */
KTEST(vmm, unmapped_page_is_released)
{
    struct test_space test;
    paddr_t page;
    uint32_t perm;

    test_space_begin(&test, 10);
    EXPECT_EQ(space_alloc_page(&test.space, BASE, PERM_WRITE), 0);
    EXPECT_EQ(space_lookup(&test.space, BASE, &page, &perm), 0);
    for (unsigned times = 0; times < 2; times++) {
        EXPECT_EQ(space_unmap(&test.space, BASE), 0);
        expect_unmapped(&test.space, BASE);
        EXPECT_EQ(page_references(page), 0);
        EXPECT_EQ(quota_account(&test.quota).used, 2);      /* directory and table stay */
    }
    test_space_end(&test);
}

/* What is mapped over is released. */
KTEST(vmm, map_over)
{
    struct test_space test;
    paddr_t first, second;
    uint32_t perm;

    test_space_begin(&test, 10);
    EXPECT_EQ(space_alloc_page(&test.space, BASE, PERM_READ), 0);
    EXPECT_EQ(space_lookup(&test.space, BASE, &first, &perm), 0);
    EXPECT_EQ(space_alloc_page(&test.space, BASE, PERM_WRITE), 0);
    EXPECT_EQ(space_lookup(&test.space, BASE, &second, &perm), 0);
    EXPECT(first != second && page_references(first) == 0);
    EXPECT_EQ(page_share(&test.quota, second), 0);
    EXPECT_EQ(space_map(&test.space, BASE, second, PERM_READ), 0);  /* itself, restricted */
    expect_mapped(&test.space, BASE, second, PERM_READ);
    EXPECT_EQ(page_references(second), 1);
    EXPECT_EQ(quota_account(&test.quota).used, 3);
    test_space_end(&test);
}

/* Bad arguments get their error and change nothing, not even a page table. */
KTEST(vmm, map_arguments)
{
    static const struct {
        uaddr_t  va;
        uint32_t perm;
        int      error;
    } cases[] = {
        { BASE + 1, 0, E_INVAL_ADDR }, { BASE + PAGE_SIZE - 1, 0, E_INVAL_ADDR },
        { 0, 0, E_INVAL_ADDR }, { PAGE_SIZE, 0, E_INVAL_ADDR },
        { VM_USERLO - PAGE_SIZE, 0, E_INVAL_ADDR }, { WINDOW_LO, 0, E_INVAL_ADDR },
        { UTOP, 0, E_INVAL_ADDR }, { UVPT, 0, E_INVAL_ADDR },
        { UVPT + UVPT / 1024, 0, E_INVAL_ADDR }, { VM_USERHI, 0, E_INVAL_ADDR },
        { 0u - PAGE_SIZE, 0, E_INVAL_ADDR },
        { BASE, 1, E_INVAL_ARG }, { BASE, 4, E_INVAL_ARG }, { BASE, 0x100, E_INVAL_ARG },
        { BASE, PERM_WRITE | 0x40, E_INVAL_ARG }, { BASE, 0x1000, E_INVAL_ARG },
        { VM_USERLO, PERM_READ, 0 }, { UTOP - PAGE_SIZE, PERM_WRITE | PERM_AVAILABLE, 0 },
    };
    struct test_space test;

    test_space_begin(&test, 10);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint32_t used = quota_account(&test.quota).used;
        EXPECT_EQ(space_alloc_page(&test.space, cases[i].va, cases[i].perm), cases[i].error);
        uint32_t wanted = cases[i].error ? used : used + 2;
        EXPECT_EQ(quota_account(&test.quota).used, wanted);
        if (cases[i].error == E_INVAL_ADDR) {
            expect_unmapped(&test.space, cases[i].va);
            EXPECT_EQ(space_unmap(&test.space, cases[i].va), E_INVAL_ADDR);
        }
    }
    test_space_end(&test);
}

/* Whichever page the quota lacks: an error, and nothing is lost. */
KTEST(vmm, map_quota)
{
    enum { NEEDED = 1 + 3 * 2 };                    /* directory, three tables, three pages */
    struct pmm_level before = pmm_level();

    for (uint32_t limit = 0; limit <= NEEDED; limit++) {
        struct quota quota;
        struct space space;
        EXPECT_EQ(quota_split(&quota_root, &quota, limit), 0);
        int error = space_create(&space, &quota);
        EXPECT_EQ(error, limit == 0 ? E_EXCEEDS_QUOTA : 0);
        for (unsigned i = 0; i < 3 && limit > 0; i++) {
            uint32_t used = quota_account(&quota).used;
            error = space_alloc_page(&space, BASE + i * SUPERPAGE_SIZE, PERM_WRITE);
            EXPECT_EQ(error, limit >= 3 + 2 * i ? 0 : E_EXCEEDS_QUOTA);
            EXPECT_EQ(quota_account(&quota).used, error ? used : used + 2);
            space_check(&space);
        }
        if (limit > 0)
            space_destroy(&space);
        EXPECT_EQ(quota_account(&quota).used, 0);
        quota_close(&quota);
        pmm_expect_level(before);
    }
}

/* Spaces share pages if told to, and page tables never. */
KTEST(vmm, two_spaces)
{
    struct test_space one, two;
    paddr_t page;
    uint32_t perm, word = 0x12345678;

    test_space_begin(&one, 10);
    test_space_begin(&two, 10);
    EXPECT_EQ(space_alloc_page(&one.space, BASE, PERM_WRITE), 0);
    expect_unmapped(&two.space, BASE);
    EXPECT_EQ(space_lookup(&one.space, BASE, &page, &perm), 0);
    EXPECT_EQ(page_share(&two.quota, page), 0);
    EXPECT_EQ(space_map(&two.space, BASE, page, PERM_READ), 0);
    EXPECT(space_table(&one.space, directory_index(BASE)) !=
           space_table(&two.space, directory_index(BASE)));
    EXPECT_EQ(space_alloc_page(&two.space, BASE + PAGE_SIZE, PERM_READ), 0);
    expect_unmapped(&one.space, BASE + PAGE_SIZE);
    EXPECT_EQ(space_write(&one.space, BASE + 8, &word, sizeof word), 0);
    space_check(&two.space);
    test_space_close(&one);
    EXPECT_EQ(page_references(page), 1);
    EXPECT_EQ(((uint32_t *)page_pointer(page))[2], word);
    test_space_close(&two);
    pmm_expect_level(one.before);
}

KTEST(vmm, write)
{
    static char data[3 * PAGE_SIZE];
    struct test_space test;
    struct random random;

    test_space_begin(&test, 10);
    random_seed(&random, 5);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)random_next(&random);
    for (unsigned i = 0; i < 3; i++)                /* across a page table's end */
        EXPECT_EQ(space_alloc_page(&test.space, BASE + SUPERPAGE_SIZE - PAGE_SIZE +
                                   i * PAGE_SIZE, PERM_READ), 0);
    uaddr_t lo = BASE + SUPERPAGE_SIZE - PAGE_SIZE;
    EXPECT_EQ(space_write(&test.space, lo + 123, data + 123, sizeof data - 123), 0);
    for (unsigned i = 0; i < 3; i++) {
        unsigned skip = i == 0 ? 123 : 0;
        uint32_t entry = space_entry(&test.space, lo + i * PAGE_SIZE);
        const char *page = page_pointer(entry_page(entry));
        EXPECT_EQ(memcmp(page + skip, data + i * PAGE_SIZE + skip, PAGE_SIZE - skip), 0);
    }
    EXPECT_EQ(space_write(&test.space, lo, data, 0), 0);
    EXPECT_EQ(space_write(&test.space, lo + 1, data, sizeof data), E_INVAL_ADDR);
    EXPECT_EQ(space_write(&test.space, lo - 1, data, 2), E_INVAL_ADDR);
    EXPECT_EQ(space_write(&test.space, lo, data, 0u - lo), E_INVAL_ADDR);
    EXPECT_EQ(space_write(&test.space, lo, data, UINT32_MAX), E_INVAL_ADDR);
    EXPECT_EQ(space_write(&test.space, 0x1000, data, 4), E_INVAL_ADDR);
    EXPECT_EQ(space_write(&test.space, UVPT, data, 4), E_INVAL_ADDR);
    test_space_end(&test);
}

/* Unmapping a range takes all of it and nothing beside it, in more pages than one batch. */
KTEST(vmm, unmap_range)
{
    enum { PAGES = 150 };
    const uaddr_t lo = BASE + SUPERPAGE_SIZE - 70 * PAGE_SIZE;
    struct test_space test;

    test_space_begin(&test, PAGES + 10);
    for (unsigned i = 0; i < PAGES; i++)
        EXPECT_EQ(space_alloc_page(&test.space, lo + i * PAGE_SIZE, PERM_WRITE), 0);
    EXPECT_EQ(test.space.pages, PAGES + 3);
    space_unmap_range(&test.space, lo + 3 * PAGE_SIZE, lo + 3 * PAGE_SIZE);
    EXPECT_EQ(test.space.pages, PAGES + 3);
    space_unmap_range(&test.space, lo + 3 * PAGE_SIZE, lo + (PAGES - 2) * PAGE_SIZE);
    for (unsigned i = 0; i < PAGES; i++)
        EXPECT_EQ(space_entry(&test.space, lo + i * PAGE_SIZE) != 0, i < 3 || i >= PAGES - 2);
    EXPECT_EQ(test.space.pages, 3 + 2 + 3);
    EXPECT_EQ(quota_account(&test.quota).used, 3 + 2 + 3);
    space_unmap_range(&test.space, VM_USERLO, UTOP);
    EXPECT_EQ(test.space.pages, 3);
    test_space_end(&test);
}

static void expect_fault(struct test_space *test, const char *fault)
{
    const char *found = space_audit(&test->space);

    if (!found || strcmp(found, fault) != 0)
        ktest_fail(__FILE__, __LINE__, "audit says \"%s\" for \"%s\"", found ? found : "fine",
                   fault);
}

/* The audit finds each kind of damage, and nothing once it is repaired. */
KTEST(vmm, audit)
{
    static const char kernel_half[] = "another kernel half than the kernel's";
    const unsigned index = directory_index(BASE);
    struct test_space test, other;

    test_space_begin(&test, 10);
    EXPECT_EQ(space_alloc_page(&test.space, BASE, PERM_READ), 0);
    uint32_t *directory = test.space.directory->entries;
    uint32_t *entry = &space_table(&test.space, index)->entries[table_index(BASE)];
    const struct {
        uint32_t   *word, damage;           /* bits to flip */
        const char *fault;
    } cases[] = {
        { &directory[1], 0x2, kernel_half },
        { &directory[WINDOW_LO / SUPERPAGE_SIZE], 0x1000, kernel_half },
        { &directory[1023], 0x4, kernel_half },
        { &directory[UVPT / SUPERPAGE_SIZE], 0x2, "a wrong view of its page table" },
        { &directory[UVPT / SUPERPAGE_SIZE], 0x1000, "a wrong view of its page table" },
        { &directory[UINFO / SUPERPAGE_SIZE], 0x1007, kernel_half },
        { &directory[index], 0x4, "a wrong directory entry" },
        { entry, 0x1, "a wrong page-table entry" },
        { entry, 0x4, "a wrong page-table entry" },
        { entry, 0x100, "a wrong page-table entry" },
        { entry + 32, 0x1005, "a wrong page-table entry" },
        { &test.space.pages, 0x8, "a charge other than for what it has" },
    };

    EXPECT(!space_audit(&test.space));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        *cases[i].word ^= cases[i].damage;
        expect_fault(&test, cases[i].fault);
        *cases[i].word ^= cases[i].damage;
        EXPECT(!space_audit(&test.space));
    }
    /* The classic: two directories with one page table. */
    test_space_begin(&other, 10);
    EXPECT_EQ(space_alloc_page(&other.space, BASE, PERM_READ), 0);
    uint32_t own = directory[index];
    directory[index] = other.space.directory->entries[index];
    expect_fault(&test, "a page table that belongs to another space");
    directory[index] = own;
    test_space_end(&other);
    test_space_end(&test);
}

/* --- activation -------------------------------------------------------------------------- */

KTEST(vmm, activate)
{
    struct test_space one, two;

    test_space_begin(&one, 10);
    test_space_begin(&two, 10);
    intr_local_disable();
    unsigned cpu = get_pcpu_idx();
    uint32_t loads = cpus[cpu].statistics.space_loads;
    struct space *before = space_active();
    EXPECT(!before);
    space_activate(this_cpu(), &one.space);
    EXPECT_EQ(read_cr3(), page_address(one.space.directory));
    EXPECT(space_active() == &one.space);
    EXPECT_EQ(one.space.active[cpu], true);
    space_activate(this_cpu(), &one.space);     /* is loaded already */
    EXPECT_EQ(cpus[cpu].statistics.space_loads, loads + 1);
    space_activate(this_cpu(), &two.space);
    EXPECT_EQ(one.space.active[cpu], false);
    EXPECT_EQ(two.space.active[cpu], true);
    space_activate(this_cpu(), NULL);
    EXPECT_EQ(read_cr3(), page_address(&kernel_directory));
    EXPECT_EQ(two.space.active[cpu], false);
    EXPECT_EQ(cpus[cpu].statistics.space_loads, loads + 3);
    intr_local_enable();
    test_space_close(&two);
    test_space_end(&one);
}

/* --- all CPUs at once -------------------------------------------------------------------- */

/* Spaces come and go on all CPUs, all charged to one quota. */
static void live_and_die(unsigned index, void *argument)
{
    enum { ROUNDS = 40, PAGES = 12 };
    struct quota *quota = argument;
    struct random random;

    random_seed(&random, index);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct space space;
        uint32_t mark = index << 16 | round;
        if (space_create(&space, quota))
            continue;
        for (unsigned i = 0; i < PAGES; i++) {
            uaddr_t va = BASE + random_below(&random, 3000) * PAGE_SIZE;
            if (space_alloc_page(&space, va, PERM_WRITE) == 0)
                EXPECT_EQ(space_write(&space, va, &mark, sizeof mark), 0);
            EXPECT_EQ(space_unmap(&space, BASE + random_below(&random, 3000) * PAGE_SIZE), 0);
        }
        space_check(&space);
        space_destroy(&space);
    }
}

KTEST(vmm, space_storm)
{
    struct quota quota;

    pmm_warm_up(THREADS);
    struct pmm_level before = pmm_level();
    EXPECT_EQ(quota_split(&quota_root, &quota, THREADS * 10), 0);   /* not enough for all */
    ktest_parallel(THREADS, live_and_die, &quota);
    EXPECT_EQ(quota_account(&quota).used, 0);
    quota_close(&quota);
    pmm_expect_level(before);
    vmm_check();
}
