/* The storm of TLB shootdowns: each thread has slots of its own in one space, which it maps,
 * protects and unmaps, while it reads and writes those of the others.  Every page is marked
 * with its slot, so one that is used for something else while some CPU still remembers it is
 * noticed. */
#include "vmm/vmm_priv.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "vmm/usercopy.h"
#include "vmm/vmm_test.h"

enum {
    BASE = VM_USERLO + 8 * SUPERPAGE_SIZE, SCRATCH = PAGE_SIZE - 4,
    STORM_MAX = 8, SLOTS = 20, STEPS = 250,
};

int test_map_words(struct space *space, uaddr_t va, uint32_t word, uint32_t perm)
{
    paddr_t page;
    int error = page_alloc(space->quota, &page);

    if (error)
        return error;
    for (unsigned i = 0; i < PAGE_SIZE / 4; i++)
        ((uint32_t *)page_pointer(page))[i] = word;
    error = space_map(space, va, page, perm);
    EXPECT_EQ(error, 0);
    return error;
}

void test_protect(struct space *space, uaddr_t va)
{
    paddr_t page;
    uint32_t perm;

    EXPECT_EQ(space_lookup(space, va, &page, &perm), 0);
    EXPECT_EQ(page_share(space->quota, page), 0);
    EXPECT_EQ(space_map(space, va, page, PERM_READ), 0);
}

static struct test_space storm;

static uaddr_t slot_address(unsigned owner, unsigned slot)
{
    return BASE + (owner * SLOTS + slot) * PAGE_SIZE;
}

static uint32_t slot_mark(unsigned owner, unsigned slot)
{
    return 0x51000000 | owner << 16 | slot << 8;
}

/* No thread can write there any more. */
static void expect_still(const uint32_t *word)
{
    uint32_t before = __atomic_load_n(word, __ATOMIC_RELAXED);

    pause();
    EXPECT_EQ(__atomic_load_n(word, __ATOMIC_RELAXED), before);
}

static void change_own(unsigned owner, struct random *random)
{
    struct space *space = &storm.space;
    unsigned slot = random_below(random, SLOTS);
    uaddr_t va = slot_address(owner, slot);
    paddr_t page;
    uint32_t perm;

    switch (random_below(random, 8)) {
    case 0:
        space_unmap_range(space, slot_address(owner, 0), slot_address(owner, SLOTS));
        break;
    case 1:
    case 2:
        EXPECT_EQ(space_unmap(space, va), 0);
        break;
    case 3:
        if (space_lookup(space, va, &page, &perm) == 0) {
            test_protect(space, va);
            expect_still((uint32_t *)((char *)page_pointer(page) + SCRATCH));
        }
        break;
    default:
        EXPECT_EQ(test_map_words(space, va, slot_mark(owner, slot), PERM_WRITE), 0);
    }
}

static void access_others(struct random *random, unsigned threads)
{
    unsigned owner = random_below(random, threads), slot = random_below(random, SLOTS);
    uaddr_t va = slot_address(owner, slot);
    uint32_t word, mark = slot_mark(owner, slot), scratch = random_next(random);

    if (copy_from_user(&word, va + random_below(random, 100) * 4, 4) == 0 && word != mark)
        ktest_fail(__FILE__, __LINE__, "slot %u of %u has %x", slot, owner, word);
    (void)!copy_to_user(va + SCRATCH, &scratch, sizeof scratch);
}

static void storm_member(unsigned index, void *argument)
{
    unsigned threads = *(const unsigned *)argument;
    struct random random;

    random_seed(&random, index + 77);
    ktest_set_space(&storm.space);
    for (unsigned step = 0; step < STEPS; step++) {
        change_own(index, &random);
        for (unsigned i = 0; i < 10; i++)
            access_others(&random, threads);
        if (random_below(&random, 8) == 0) {            /* somewhere else for a while */
            ktest_set_space(NULL);
            ktest_yield();
            ktest_set_space(&storm.space);
        }
    }
    ktest_set_space(NULL);
}

void test_shootdown_storm(unsigned threads, test_runner *run)
{
    test_space_begin(&storm, threads * (SLOTS + 2) + 10);
    run(threads, storm_member, &threads);
    test_space_end(&storm);
}

KTEST(vmm, shootdown_storm)
{
    pmm_warm_up(STORM_MAX);
    for (unsigned threads = 2; threads <= STORM_MAX; threads *= 2)
        test_shootdown_storm(threads, ktest_parallel);
}
