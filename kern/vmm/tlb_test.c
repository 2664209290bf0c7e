/* Tests of TLB shootdowns: several CPUs in one space while its mappings are taken away. */
#include "vmm/vmm_priv.h"

#include "dev/clock.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "vmm/tlb.h"
#include "vmm/usercopy.h"
#include "vmm/vmm_test.h"

enum { BASE = VM_USERLO + 8 * SUPERPAGE_SIZE, PATIENCE_US = 30000000 };

static uint32_t load_word(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void store_word(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

static unsigned online_cpus(void)
{
    unsigned count = 0;

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        count += cpus[cpu].online;
    return count;
}

/* --- one page, one owner, all others access it ------------------------------------------ */

/* What the owner has done last, and in which round: the stage is round * STAGES + this.  While
 * it does the next thing, CHANGING is added. */
enum { UNMAPPED, WRITABLE, PROTECTED, REPLACED, STAGES };
#define CHANGING 0x80000000
enum { ROUNDS = 30, RACERS_MAX = 4, OVER = (ROUNDS + 1) * STAGES, HELD_TURNS = 30 };

static struct {
    struct test_space test;
    unsigned racers;                    /* the owner is number 0 */
    uint32_t stage;                     /* [a] OVER: that was all */
    uint32_t passed[RACERS_MAX];        /* [a] the last stage that each has made an access in */
} race;

/* The word in the page's first part names the round; readers write to the last word. */
enum { WORD = 16, SCRATCH = PAGE_SIZE - 4, REPLACEMENT = 0x40000000 };

static bool all_passed(uint32_t stage)
{
    for (unsigned i = 1; i < race.racers; i++)
        if (load_word(&race.passed[i]) != stage)
            return false;
    return true;
}

/* The change is over.  Before the next one, every CPU uses the mapping and so remembers it. */
static void enter_stage(uint32_t stage)
{
    uint64_t deadline = clock_us() + PATIENCE_US;

    store_word(&race.stage, stage);
    while (!all_passed(stage) && clock_us() < deadline)
        ktest_yield();
    EXPECT(all_passed(stage));
    store_word(&race.stage, stage | CHANGING);
}

/* No thread can write to the page any more, whatever the others remembered. */
static void expect_still(void)
{
    paddr_t page;
    uint32_t perm;

    EXPECT_EQ(space_lookup(&race.test.space, BASE, &page, &perm), 0);
    uint32_t *word = (uint32_t *)((char *)page_pointer(page) + SCRATCH), before = load_word(word);
    for (unsigned i = 0; i < HELD_TURNS; i++)
        pause();
    EXPECT_EQ(load_word(word), before);
}

static void own_page(void)
{
    struct space *space = &race.test.space;

    for (uint32_t round = 0; round < ROUNDS; round++) {
        EXPECT_EQ(test_map_words(space, BASE, round, PERM_WRITE), 0);
        enter_stage(round * STAGES + WRITABLE);
        test_protect(space, BASE);
        expect_still();
        enter_stage(round * STAGES + PROTECTED);
        EXPECT_EQ(test_map_words(space, BASE, round | REPLACEMENT, PERM_WRITE), 0);
        enter_stage(round * STAGES + REPLACED);
        EXPECT_EQ(space_unmap(space, BASE), 0);
        enter_stage((round + 1) * STAGES + UNMAPPED);
    }
}

/* What an access may find in the stage that lasted from before until after it. */
static void judge_access(uint32_t stage, int read, uint32_t word, int written)
{
    uint32_t round = stage / STAGES, did = stage % STAGES;

    if (did == UNMAPPED) {
        EXPECT_EQ(read, E_INVAL_ADDR);
    } else {
        EXPECT_EQ(read, 0);
        EXPECT_EQ(word, did == REPLACED ? round | REPLACEMENT : round);
    }
    if (did == UNMAPPED || did == PROTECTED)
        EXPECT_EQ(written, E_INVAL_ADDR);
}

/* Something changed meanwhile: the word is what was there before, after or between. */
static void judge_roughly(uint32_t before, uint32_t after, int read, uint32_t word)
{
    uint32_t round = word & ~(uint32_t)REPLACEMENT;

    if (read == 0 && (round < before / STAGES || round > after / STAGES))
        ktest_fail(__FILE__, __LINE__, "read %x from stage %u to %u", word, before, after);
}

static void access_page(unsigned index)
{
    uint32_t word = 0, scratch = index, before = load_word(&race.stage);
    int read = copy_from_user(&word, BASE + WORD, sizeof word);
    int written = copy_to_user(BASE + SCRATCH, &scratch, sizeof scratch);
    uint32_t after = load_word(&race.stage);

    if (before == after && !(before & CHANGING)) {
        judge_access(before, read, word, written);
        store_word(&race.passed[index], before);
    } else {
        judge_roughly(before & ~CHANGING, (after & ~CHANGING) + 1, read, word);
    }
}

/* With interrupts off this CPU cannot be made to forget: as long as the entry was still there
 * then, its removal must not be over before interrupts are on. */
static void hold_up(void)
{
    intr_local_disable();
    uint32_t stage = load_word(&race.stage) & ~CHANGING;
    if (stage % STAGES == REPLACED && space_entry(&race.test.space, BASE) != 0) {
        for (unsigned i = 0; i < HELD_TURNS; i++)
            pause();
        EXPECT_EQ(load_word(&race.stage) & ~CHANGING, stage);
    }
    intr_local_enable();
}

static void race_member(unsigned index, void *argument)
{
    (void)argument;
    ktest_set_space(&race.test.space);
    if (index == 0) {
        own_page();
        store_word(&race.stage, OVER);
    }
    while (index > 0 && load_word(&race.stage) != OVER) {
        access_page(index);
        hold_up();
        ktest_yield();
    }
    ktest_set_space(NULL);
}

static void run_race(unsigned racers)
{
    test_space_begin(&race.test, 20);
    race.racers = racers;
    race.stage = CHANGING;
    memset(race.passed, 0, sizeof race.passed);
    ktest_parallel(racers, race_member, NULL);
    test_space_end(&race.test);
}

KTEST(vmm, shootdown_race)
{
    pmm_warm_up(RACERS_MAX);
    run_race(2);
    run_race(MIN(MAX(online_cpus(), 2u), (unsigned)RACERS_MAX));
}

/* --- which CPUs are interrupted --------------------------------------------------------- */

static struct {
    struct test_space shared, other;
    struct space     *second;           /* the space that the second thread is in, or NULL */
    uint32_t          ready, done;      /* [a] */
} pair;

static uint32_t all_shootdowns(void)
{
    uint32_t sum = 0;

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        sum += load_word(&cpus[cpu].statistics.shootdowns_sent);
    return sum;
}

static void unmap_pages(unsigned pages, uint32_t expected)
{
    struct space *space = &pair.shared.space;

    for (unsigned i = 0; i < pages; i++)
        EXPECT_EQ(test_map_words(space, BASE + i * PAGE_SIZE, i, PERM_WRITE), 0);
    uint32_t before = all_shootdowns();
    space_unmap_range(space, BASE, BASE + pages * PAGE_SIZE);
    EXPECT_EQ(all_shootdowns() - before, expected);
}

/* Mapping where nothing was and unmapping nothing interrupts no CPU; unmapping interrupts the
 * other CPU once for each batch, if it is in this space. */
static void count_interrupts(void)
{
    uint32_t each = online_cpus() > 1 && pair.second == &pair.shared.space;
    uint32_t before = all_shootdowns();

    EXPECT_EQ(test_map_words(&pair.shared.space, BASE, 1, PERM_WRITE), 0);
    space_unmap_range(&pair.shared.space, BASE + PAGE_SIZE, BASE + 90 * PAGE_SIZE);
    EXPECT_EQ(all_shootdowns() - before, 0);
    unmap_pages(1, each);
    unmap_pages(7, each);
    unmap_pages(32, each);
    unmap_pages(64, 2 * each);
}

static void pair_member(unsigned index, void *argument)
{
    (void)argument;
    if (index == 0) {
        ktest_set_space(&pair.shared.space);
        while (!load_word(&pair.ready))
            ktest_yield();
        count_interrupts();
        store_word(&pair.done, true);
    } else {
        ktest_set_space(pair.second);
        store_word(&pair.ready, true);
        while (!load_word(&pair.done))
            ktest_yield();
    }
    ktest_set_space(NULL);
}

KTEST(vmm, shootdown_only_where_needed)
{
    struct space *const seconds[] = { NULL, &pair.other.space, &pair.shared.space, NULL };

    pmm_warm_up(2);
    for (unsigned i = 0; i < ARRAY_SIZE(seconds); i++) {
        pair.second = seconds[i];
        pair.ready = pair.done = false;
        test_space_begin(&pair.shared, 80);
        test_space_begin(&pair.other, 10);
        ktest_parallel(2, pair_member, NULL);
        test_space_close(&pair.other);
        test_space_end(&pair.shared);
    }
}

/* --- one request for many pages ----------------------------------------------------------- */

/* The step that both threads are at: the second one follows the first. */
enum { MANY_MAX = 40, MAP_THEM = 1, READ_THEM, UNMAP_THEM };

static struct {
    struct test_space test;
    uint32_t step;                      /* [a] */
} many;

static void await_step(uint32_t step)
{
    while (load_word(&many.step) != step)
        ktest_yield();
}

static unsigned count_readable(void)
{
    unsigned count = 0;
    uint32_t word;

    for (unsigned i = 0; i < MANY_MAX; i++)
        count += copy_from_user(&word, BASE + i * PAGE_SIZE, sizeof word) == 0;
    return count;
}

/* Whatever the number of pages, all of them are forgotten and no others. */
static void many_member(unsigned index, void *argument)
{
    unsigned pages = *(const unsigned *)argument;

    ktest_set_space(&many.test.space);
    if (index == 0) {
        for (unsigned i = 0; i < MANY_MAX; i++)
            EXPECT_EQ(test_map_words(&many.test.space, BASE + i * PAGE_SIZE, i, PERM_WRITE), 0);
        store_word(&many.step, READ_THEM);
        await_step(UNMAP_THEM);
        EXPECT_EQ(count_readable(), MANY_MAX);
        space_unmap_range(&many.test.space, BASE, BASE + pages * PAGE_SIZE);
        EXPECT_EQ(count_readable(), MANY_MAX - pages);
        store_word(&many.step, MAP_THEM);
    } else {
        await_step(READ_THEM);
        EXPECT_EQ(count_readable(), MANY_MAX);
        store_word(&many.step, UNMAP_THEM);
        await_step(MAP_THEM);
        EXPECT_EQ(count_readable(), MANY_MAX - pages);
    }
    ktest_set_space(NULL);
}

KTEST(vmm, shootdown_many_pages)
{
    pmm_warm_up(2);
    for (unsigned pages = 1; pages <= MANY_MAX; pages++) {
        test_space_begin(&many.test, MANY_MAX + 2);
        many.step = MAP_THEM;
        ktest_parallel(2, many_member, &pages);
        test_space_end(&many.test);
    }
}

/* --- requests that merge ------------------------------------------------------------------ */

/* Two threads take pages away; both together are more than a CPU forgets one by one. */
enum { MERGED = 10 };

static struct {
    struct test_space test;
    uint32_t held;                      /* [a] the third thread's CPU takes no interrupts */
} merge;

static unsigned count_remembered(void)
{
    unsigned count = 0;
    uint32_t word;

    for (unsigned i = 0; i < 2 * MERGED; i++)
        count += copy_from_user(&word, BASE + i * PAGE_SIZE, sizeof word) == 0;
    return count;
}

/* Both requests come before the interrupt is taken that the first of them has sent. */
static void hold_till_both_have_come(void)
{
    EXPECT_EQ(count_remembered(), 2 * MERGED);
    intr_local_disable();
    store_word(&merge.held, true);
    while (tlb_pending(get_pcpu_idx()) < 2)
        pause();
    intr_local_enable();
    EXPECT_EQ(count_remembered(), 0);
}

/* The last thread holds: when it runs, the other two are there, wherever they were made. */
static void merge_member(unsigned index, void *unused)
{
    uaddr_t begin = BASE + index * MERGED * PAGE_SIZE;

    (void)unused;
    ktest_set_space(&merge.test.space);
    if (index == 2) {
        hold_till_both_have_come();
    } else {
        while (!load_word(&merge.held))
            ktest_yield();
        space_unmap_range(&merge.test.space, begin, begin + MERGED * PAGE_SIZE);
    }
    ktest_set_space(NULL);
}

/* Under the big lock no two threads ask at once. */
KTEST(vmm, shootdowns_of_two_cpus_merge)
{
    if (online_cpus() < 3 || this_cpu()->is_in_kernel)
        return;
    pmm_warm_up(3);
    test_space_begin(&merge.test, 2 * MERGED + 2);
    merge.held = false;
    for (unsigned i = 0; i < 2 * MERGED; i++)
        EXPECT_EQ(test_map_words(&merge.test.space, BASE + i * PAGE_SIZE, i, PERM_WRITE), 0);
    ktest_parallel(3, merge_member, NULL);
    test_space_end(&merge.test);
}
