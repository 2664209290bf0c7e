/* Tests of copies of pages, at once and on writing. */
#include "vmm/vmm_priv.h"

#include "abi/env.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "vmm/usercopy.h"
#include "vmm/vmm_test.h"

enum { BASE = VM_USERLO + 8 * SUPERPAGE_SIZE, THREADS = 8 };

static uint32_t *words_at(struct space *space, uaddr_t va)
{
    return page_pointer(entry_page(space_entry(space, va)));
}

static uint32_t perm_at(struct space *space, uaddr_t va)
{
    return space_entry(space, va) & (PERM_WRITE | PERM_AVAILABLE);
}

static uint32_t references_at(struct space *space, uaddr_t va)
{
    return page_references(entry_page(space_entry(space, va)));
}

static uint32_t pages_used(struct test_space *test)
{
    return quota_account(&test->quota).used;
}

static int give_all(struct test_space *from, struct test_space *to, uaddr_t va, uaddr_t end)
{
    int error = 0;

    while (va < end && !error)
        error = space_give_range(&from->space, &to->space, &va, end);
    return error;
}

static struct test_space giver, receiver;

static void begin_two(uint32_t limit)
{
    test_space_begin(&giver, 300);
    test_space_begin(&receiver, limit);
}

static void end_two(void)
{
    test_space_close(&receiver);
    test_space_end(&giver);
}

/* --- one page ----------------------------------------------------------------------------- */

KTEST(vmm, copy_page_to_another_space)
{
    begin_two(4);
    EXPECT_EQ(test_map_words(&giver.space, BASE, 7, PERM_READ | PTE_COW), 0);
    EXPECT_EQ(space_copy_page(&giver.space, &receiver.space, BASE, PERM_WRITE), 0);
    EXPECT_EQ(words_at(&receiver.space, BASE)[0], 7);
    EXPECT_EQ(words_at(&receiver.space, BASE)[PAGE_SIZE / 4 - 1], 7);
    EXPECT_EQ(perm_at(&receiver.space, BASE), PERM_WRITE);
    EXPECT_EQ(perm_at(&giver.space, BASE), PTE_COW);
    EXPECT(words_at(&giver.space, BASE) != words_at(&receiver.space, BASE));
    EXPECT_EQ(pages_used(&receiver), 3);
    end_two();
}

KTEST(vmm, copy_page_replaces_what_was_there)
{
    begin_two(4);
    EXPECT_EQ(test_map_words(&giver.space, BASE, 7, PERM_READ), 0);
    EXPECT_EQ(test_map_words(&receiver.space, BASE, 8, PERM_READ), 0);
    EXPECT_EQ(space_copy_page(&giver.space, &receiver.space, BASE, PERM_READ), 0);
    EXPECT_EQ(words_at(&receiver.space, BASE)[5], 7);
    EXPECT_EQ(pages_used(&receiver), 3);
    EXPECT_EQ(space_copy_page(&giver.space, &receiver.space, BASE + SUPERPAGE_SIZE, 0),
              E_INVAL_ADDR);
    end_two();
}

KTEST(vmm, copy_page_refuses)
{
    begin_two(2);
    EXPECT_EQ(test_map_words(&giver.space, BASE, 7, PERM_READ), 0);
    EXPECT_EQ(space_copy_page(&giver.space, &receiver.space, BASE + 1, 0), E_INVAL_ADDR);
    EXPECT_EQ(space_copy_page(&giver.space, &receiver.space, UTOP, 0), E_INVAL_ADDR);
    EXPECT_EQ(space_copy_page(&giver.space, &receiver.space, VM_USERLO - PAGE_SIZE, 0),
              E_INVAL_ADDR);
    EXPECT_EQ(space_copy_page(&giver.space, &receiver.space, BASE, 1), E_INVAL_ARG);
    EXPECT_EQ(space_copy_page(&giver.space, &receiver.space, BASE, PERM_WRITE),
              E_EXCEEDS_QUOTA);                         /* there is none for the page table */
    EXPECT_EQ(pages_used(&receiver), 1);
    EXPECT_EQ(space_copy_page(&giver.space, &giver.space, BASE + PAGE_SIZE, 0), E_INVAL_ADDR);
    end_two();
}

/* In place: no other space has the page, so it is not copied, and costs nothing. */
KTEST(vmm, copy_page_takes_over)
{
    struct test_space test;

    test_space_begin(&test, 3);
    EXPECT_EQ(test_map_words(&test.space, BASE, 7, PERM_READ | PTE_COW), 0);
    const uint32_t *page = words_at(&test.space, BASE);
    EXPECT_EQ(space_copy_page(&test.space, &test.space, BASE, PERM_WRITE), 0);
    EXPECT_EQ(words_at(&test.space, BASE), page);
    EXPECT_EQ(perm_at(&test.space, BASE), PERM_WRITE);
    EXPECT_EQ(space_copy_page(&test.space, &test.space, BASE, PERM_READ), 0);
    EXPECT_EQ(perm_at(&test.space, BASE), PERM_WRITE);          /* it was its own already */
    test_space_end(&test);
}

/* In place, and another space has the page: it keeps it. */
KTEST(vmm, copy_page_in_place)
{
    begin_two(4);
    EXPECT_EQ(test_map_words(&giver.space, BASE, 7, PERM_WRITE), 0);
    EXPECT_EQ(give_all(&giver, &receiver, BASE, BASE + PAGE_SIZE), 0);
    EXPECT_EQ(space_copy_page(&receiver.space, &receiver.space, BASE, PERM_WRITE), 0);
    words_at(&receiver.space, BASE)[0] = 8;
    EXPECT_EQ(words_at(&giver.space, BASE)[0], 7);
    EXPECT_EQ(words_at(&receiver.space, BASE)[1], 7);
    EXPECT_EQ(references_at(&giver.space, BASE), 1);
    EXPECT_EQ(pages_used(&receiver), 3);
    end_two();
}

KTEST(vmm, copy_page_in_place_without_room)
{
    begin_two(3);
    EXPECT_EQ(test_map_words(&giver.space, BASE, 7, PERM_WRITE), 0);
    EXPECT_EQ(give_all(&giver, &receiver, BASE, BASE + PAGE_SIZE), 0);
    EXPECT_EQ(space_copy_page(&receiver.space, &receiver.space, BASE, PERM_WRITE),
              E_EXCEEDS_QUOTA);
    EXPECT_EQ(perm_at(&receiver.space, BASE), PTE_COW);
    EXPECT_EQ(space_copy_page(&giver.space, &giver.space, BASE, PERM_WRITE), 0);
    EXPECT_EQ(space_copy_page(&receiver.space, &receiver.space, BASE, PERM_WRITE), 0);
    end_two();
}

/* --- ranges ------------------------------------------------------------------------------- */

KTEST(vmm, give_range_restricts_what_can_be_written)
{
    static const struct {
        uint32_t before, after;
    } cases[] = {
        { PERM_WRITE, PTE_COW }, { PTE_COW, PTE_COW }, { PERM_READ, PERM_READ },
        { PERM_WRITE | PTE_SHARE, PERM_WRITE | PTE_SHARE }, { PTE_SHARE, PTE_SHARE },
        { PERM_WRITE | 0x200, PTE_COW | 0x200 }, { 0x200, 0x200 },
        { PERM_WRITE | PTE_COW, PTE_COW }, { PTE_SHARE | PTE_COW, PTE_SHARE | PTE_COW },
    };

    begin_two(30);
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
        EXPECT_EQ(test_map_words(&giver.space, BASE + i * PAGE_SIZE, i, cases[i].before), 0);
    EXPECT_EQ(give_all(&giver, &receiver, VM_USERLO, UTOP), 0);
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        uaddr_t va = BASE + i * PAGE_SIZE;
        EXPECT_EQ(perm_at(&giver.space, va), cases[i].after);
        EXPECT_EQ(perm_at(&receiver.space, va), cases[i].after);
        EXPECT_EQ(words_at(&giver.space, va), words_at(&receiver.space, va));
        EXPECT_EQ(references_at(&giver.space, va), 2);
    }
    EXPECT_EQ(pages_used(&receiver), 2 + ARRAY_SIZE(cases));
    end_two();
}

/* Over several batches and page tables, with gaps; and no page beside the range. */
KTEST(vmm, give_range_finds_each_page)
{
    enum { PAGES = 60, STEP = 37 };

    begin_two(200);
    for (unsigned i = 0; i < PAGES; i++)
        EXPECT_EQ(test_map_words(&giver.space, BASE + i * STEP * PAGE_SIZE, i, PERM_WRITE), 0);
    EXPECT_EQ(give_all(&giver, &receiver, BASE + PAGE_SIZE,
                       BASE + (PAGES - 1) * STEP * PAGE_SIZE), 0);
    for (unsigned i = 0; i < PAGES; i++) {
        bool inside = i > 0 && i < PAGES - 1;
        EXPECT_EQ(space_entry(&receiver.space, BASE + i * STEP * PAGE_SIZE) != 0, inside);
        EXPECT_EQ(references_at(&giver.space, BASE + i * STEP * PAGE_SIZE), inside ? 2 : 1);
    }
    end_two();
}

KTEST(vmm, give_range_releases_what_was_there)
{
    begin_two(4);
    EXPECT_EQ(test_map_words(&giver.space, BASE, 7, PERM_WRITE), 0);
    EXPECT_EQ(test_map_words(&receiver.space, BASE, 8, PERM_WRITE), 0);
    EXPECT_EQ(give_all(&giver, &receiver, BASE, BASE + PAGE_SIZE), 0);
    EXPECT_EQ(words_at(&receiver.space, BASE)[0], 7);
    EXPECT_EQ(pages_used(&receiver), 3);
    end_two();
}

/* What did not fit is not given, nor restricted; the rest was, and is told. */
KTEST(vmm, give_range_stops_where_the_quota_ends)
{
    enum { PAGES = 40, BATCH = 16 };
    uaddr_t va = BASE, end = BASE + PAGES * PAGE_SIZE;

    begin_two(2 + BATCH + 3);
    for (unsigned i = 0; i < PAGES; i++)
        EXPECT_EQ(test_map_words(&giver.space, BASE + i * PAGE_SIZE, i, PERM_WRITE), 0);
    EXPECT_EQ(space_give_range(&giver.space, &receiver.space, &va, end), 0);
    EXPECT_EQ(va, BASE + BATCH * PAGE_SIZE);
    EXPECT_EQ(space_give_range(&giver.space, &receiver.space, &va, end), E_EXCEEDS_QUOTA);
    EXPECT_EQ(va, BASE + BATCH * PAGE_SIZE);
    EXPECT_EQ(perm_at(&giver.space, va - PAGE_SIZE), PTE_COW);
    EXPECT_EQ(perm_at(&giver.space, va), PERM_WRITE);
    EXPECT_EQ(space_entry(&receiver.space, va), 0);
    EXPECT_EQ(pages_used(&receiver), 2 + BATCH);
    end_two();
}

KTEST(vmm, give_range_refuses)
{
    static const uaddr_t bad[][2] = {
        { BASE + 1, BASE + PAGE_SIZE }, { BASE, BASE + 1 }, { BASE + PAGE_SIZE, BASE },
        { VM_USERLO - PAGE_SIZE, BASE }, { BASE, UTOP + PAGE_SIZE }, { 0, 0 }, { 0, UTOP },
    };

    begin_two(5);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        uaddr_t va = bad[i][0];
        EXPECT_EQ(space_give_range(&giver.space, &receiver.space, &va, bad[i][1]), E_INVAL_ADDR);
    }
    uaddr_t va = BASE;
    EXPECT_EQ(space_give_range(&giver.space, &giver.space, &va, UTOP), E_INVAL_ARG);
    EXPECT_EQ(give_all(&giver, &receiver, VM_USERLO, UTOP), 0);             /* nothing to give */
    EXPECT_EQ(pages_used(&receiver), 1);
    end_two();
}

/* --- several threads ---------------------------------------------------------------------- */

enum { WRITERS = 4, ROUNDS = 150, COUNTERS = 8 };

static uint32_t written[WRITERS][COUNTERS];             /* [a] what each has written last */
static bool finished;                                   /* [a] */

static uaddr_t word_of(unsigned writer, unsigned page)
{
    return BASE + page * PAGE_SIZE + writer * sizeof(uint32_t);
}

/* As a program does: it writes, and if it must not, makes the page its own. */
static void write_word(uaddr_t va, uint32_t value)
{
    while (copy_to_user(va, &value, sizeof value) != 0)
        EXPECT_EQ(space_copy_page(&giver.space, &giver.space, ROUND_DOWN(va, PAGE_SIZE),
                                  PERM_WRITE), 0);
}

/* What a writer has written is there, or what it has written since. */
static void expect_written(unsigned writer, unsigned page)
{
    uint32_t least = __atomic_load_n(&written[writer][page], __ATOMIC_ACQUIRE), found = 0;

    EXPECT_EQ(copy_from_user(&found, word_of(writer, page), sizeof found), 0);
    if (found < least)
        ktest_fail(__FILE__, __LINE__, "page %u: writer %u wrote %u, found %u", page, writer,
                   least, found);
}

/* Each writes to a word of its own in each page, and reads its own and another one's. */
static void count_words(unsigned index)
{
    for (unsigned round = 1; !__atomic_load_n(&finished, __ATOMIC_ACQUIRE); round++) {
        unsigned page = round % COUNTERS;
        write_word(word_of(index, page), round);
        __atomic_store_n(&written[index][page], round, __ATOMIC_RELEASE);
        expect_written(index, page);
        expect_written(round / COUNTERS % WRITERS, page);
    }
}

static bool all_have_written(void)
{
    for (unsigned i = 0; i < WRITERS; i++)
        if (__atomic_load_n(&written[i][COUNTERS - 1], __ATOMIC_RELAXED) == 0)
            return false;
    return true;
}

static void give_again_and_again(void)
{
    for (unsigned round = 0; round < ROUNDS || !all_have_written(); round++) {
        EXPECT_EQ(give_all(&giver, &receiver, BASE, BASE + COUNTERS * PAGE_SIZE), 0);
        if (round % 3 == 0)
            space_unmap_range(&receiver.space, BASE, BASE + COUNTERS * PAGE_SIZE);
        ktest_yield();
    }
    __atomic_store_n(&finished, true, __ATOMIC_RELEASE);
}

static void write_or_give(unsigned index, void *unused)
{
    (void)unused;
    ktest_set_space(&giver.space);
    if (index < WRITERS)
        count_words(index);
    else
        give_again_and_again();
    ktest_set_space(NULL);
}

/* While one thread makes all pages copy on write, again and again, the others write to them: no
 * write is lost by a page's copying, and no thread reads an old page. */
KTEST(vmm, copy_race)
{
    pmm_warm_up(THREADS);
    begin_two(2 + 2 * COUNTERS);        /* they are replaced, one batch at a time */
    finished = false;
    memset(written, 0, sizeof written);
    for (unsigned i = 0; i < COUNTERS; i++)
        EXPECT_EQ(test_map_words(&giver.space, BASE + i * PAGE_SIZE, 0, PERM_WRITE), 0);
    ktest_parallel(WRITERS + 1, write_or_give, NULL);
    end_two();
}

static void own_everywhere(unsigned index, void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < COUNTERS; i++) {
        uaddr_t va = BASE + (index % 2 ? i : COUNTERS - 1 - i) * PAGE_SIZE;
        do                                              /* as the program does */
            EXPECT_EQ(space_copy_page(&receiver.space, &receiver.space, va, PERM_WRITE), 0);
        while (!(space_entry(&receiver.space, va) & PERM_WRITE));
    }
}

/* Many threads copy the same pages, with room for one page more at a time: none of them is told
 * that there is none. */
KTEST(vmm, copy_race_for_the_last_page)
{
    enum { TIMES = 20 };

    pmm_warm_up(THREADS);
    for (unsigned time = 0; time < TIMES; time++) {
        begin_two(2 + COUNTERS + 1);
        for (unsigned i = 0; i < COUNTERS; i++)
            EXPECT_EQ(test_map_words(&giver.space, BASE + i * PAGE_SIZE, i, PERM_WRITE), 0);
        EXPECT_EQ(give_all(&giver, &receiver, BASE, UTOP), 0);
        ktest_parallel(THREADS, own_everywhere, NULL);
        EXPECT_EQ(pages_used(&receiver), 2 + COUNTERS);
        for (unsigned i = 0; i < COUNTERS; i++)
            EXPECT_EQ(words_at(&receiver.space, BASE + i * PAGE_SIZE)[9], i);
        end_two();
    }
}
