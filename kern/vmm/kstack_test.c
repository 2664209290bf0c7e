/* Tests of kernel stacks. */
#include "vmm/vmm_priv.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"
#include "vmm/frame.h"
#include "vmm/kstack.h"
#include "vmm/vmm.h"
#include "vmm/vmm_test.h"

enum { STACK_BYTES = KSTACK_PAGES * PAGE_SIZE, THREADS = 8 };

static uint32_t guard_entry(const void *top)
{
    return *kernel_window_entry((uintptr_t)top - STACK_BYTES - 1);
}

enum { STACKS = 20 };

/* The quota of `STACKS` stacks, and not quite of one more. */
static void begin_stacks(struct quota *quota, void *tops[STACKS])
{
    EXPECT_EQ(quota_split(&quota_root, quota, STACKS * KSTACK_PAGES + KSTACK_PAGES - 1), 0);
    for (unsigned i = 0; i < STACKS; i++)
        EXPECT_EQ(kstack_alloc(quota, &tops[i]), 0);
}

static void free_stacks(struct quota *quota, void *const tops[STACKS])
{
    for (unsigned i = 0; i < STACKS; i++)
        kstack_free(quota, tops[i]);
}

static void end_stacks(struct quota *quota, void *const tops[STACKS])
{
    free_stacks(quota, tops);
    quota_close(quota);
}

/* Each stack lies in a slot of its own in the kernel's window, with no page below it. */
KTEST(vmm, kstack_has_a_guard_page)
{
    struct quota quota;
    void *tops[STACKS];

    begin_stacks(&quota, tops);
    for (unsigned i = 0; i < STACKS; i++) {
        uintptr_t top = (uintptr_t)tops[i];
        EXPECT(top % KSTACK_SLOT == 0);
        EXPECT((top > WINDOW_LO && top <= WINDOW_HI) ||
               (top > HIGH_WINDOW_LO && top <= HIGH_WINDOW_HI));
        EXPECT_EQ(guard_entry(tops[i]), 0);
    }
    end_stacks(&quota, tops);
}

/* No two stacks share a byte. */
KTEST(vmm, kstacks_are_apart)
{
    struct quota quota;
    void *tops[STACKS];

    begin_stacks(&quota, tops);
    for (unsigned i = 0; i < STACKS; i++)
        memset((char *)tops[i] - STACK_BYTES, (int)i, STACK_BYTES);
    for (unsigned i = 0; i < STACKS; i++) {
        const unsigned char *stack = (const unsigned char *)tops[i] - STACK_BYTES;
        EXPECT(stack[0] == i && stack[STACK_BYTES - 1] == i);
    }
    end_stacks(&quota, tops);
}

/* A stack is charged while it is in use, and only then. */
KTEST(vmm, kstack_is_charged)
{
    struct quota quota;
    void *tops[STACKS], *one_more;

    begin_stacks(&quota, tops);
    EXPECT_EQ(quota_account(&quota).used, STACKS * KSTACK_PAGES);
    EXPECT_EQ(kstack_alloc(&quota, &one_more), E_EXCEEDS_QUOTA);
    EXPECT_EQ(quota_account(&quota).used, STACKS * KSTACK_PAGES);
    free_stacks(&quota, tops);
    EXPECT_EQ(quota_account(&quota).used, 0);
    quota_close(&quota);
}

/* A stack that comes back goes into the cache, and is used again before another one is made. */
KTEST(vmm, kstack_is_used_again)
{
    struct quota quota;
    void *tops[STACKS];

    begin_stacks(&quota, tops);
    unsigned cached = kstack_usage().cached;
    end_stacks(&quota, tops);
    EXPECT_EQ(kstack_usage().cached, cached + STACKS);
    struct pmm_level before = pmm_level();
    unsigned stacks = kstack_usage().stacks;
    begin_stacks(&quota, tops);
    EXPECT_EQ(kstack_usage().stacks, stacks);
    end_stacks(&quota, tops);
    pmm_expect_level(before);
}

static void try_limits(void)
{
    for (uint32_t limit = 0; limit <= KSTACK_PAGES; limit++) {
        struct pmm_level before = pmm_level();
        struct quota quota;
        void *top;
        EXPECT_EQ(quota_split(&quota_root, &quota, limit), 0);
        int error = kstack_alloc(&quota, &top);
        EXPECT_EQ(error, limit < KSTACK_PAGES ? E_EXCEEDS_QUOTA : 0);
        if (!error)
            kstack_free(&quota, top);
        EXPECT_EQ(quota_account(&quota).used, 0);
        quota_close(&quota);
        if (error)
            pmm_expect_level(before);
    }
}

/* Too little quota for the whole of it: nothing is kept, whether the stack would have to be made or
 * one from the cache. */
KTEST(vmm, kstack_quota)
{
    enum { MOST = 200 };
    static void *tops[MOST];
    unsigned count = 0, stacks = kstack_usage().stacks;

    while (kstack_usage().stacks == stacks && count < MOST) {
        EXPECT_EQ(kstack_alloc(&quota_root, &tops[count]), 0);
        count++;
    }
    EXPECT_EQ(kstack_usage().stacks, stacks + 1);
    try_limits();
    while (count > 0)
        kstack_free(&quota_root, tops[--count]);
    try_limits();
}

static void leave_stacks(unsigned index, void *unused)
{
    void *tops[4];

    (void)index, (void)unused;
    for (unsigned i = 0; i < ARRAY_SIZE(tops); i++)
        EXPECT_EQ(kstack_alloc(&quota_root, &tops[i]), 0);
    for (unsigned i = 0; i < ARRAY_SIZE(tops); i++)
        kstack_free(&quota_root, tops[i]);
}

/* Where the next one of a chain of stacks is noted. */
static void **link_of(void *top)
{
    return (void **)((char *)top - STACK_BYTES);
}

/* When all frames are held, every stack that lies in some CPU's cache can still be had. */
KTEST(vmm, kstack_without_frames)
{
    paddr_t pages = 0, page;
    void *stacks = NULL, *top;
    unsigned count = 0;

    ktest_parallel(THREADS, leave_stacks, NULL);
    struct pmm_level before = pmm_level();
    unsigned cached = kstack_usage().cached;
    while (!page_alloc(&quota_root, &page)) {
        *(paddr_t *)page_pointer(page) = pages;
        pages = page;
    }
    for (; !kstack_alloc(&quota_root, &top); count++) {
        *link_of(top) = stacks;
        stacks = top;
    }
    EXPECT_EQ(count, cached);
    while ((top = stacks)) {
        stacks = *link_of(top);
        kstack_free(&quota_root, top);
    }
    while ((page = pages)) {
        pages = *(paddr_t *)page_pointer(page);
        page_release(&quota_root, page);
    }
    pmm_expect_level(before);
}

/* Stacks that no thread uses give their pages back, and can be made anew in their slots. */
KTEST(vmm, kstack_give_back)
{
    enum { COUNT = 40 };
    static void *tops[COUNT];

    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < COUNT; i++) {
            EXPECT_EQ(kstack_alloc(&quota_root, &tops[i]), 0);
            memset((char *)tops[i] - STACK_BYTES, (int)i, STACK_BYTES);
        }
        for (unsigned i = 0; i < COUNT; i++)
            kstack_free(&quota_root, tops[i]);
        unsigned cached = kstack_usage().cached, stacks = kstack_usage().stacks;
        uint32_t free = pmm_usage().free;
        EXPECT(cached >= COUNT);
        EXPECT(kstack_begin_looking());
        EXPECT(!kstack_give_back(KSTACK_ALL));
        kstack_end_looking();
        EXPECT(kstack_give_back(KSTACK_ALL));
        EXPECT(!kstack_give_back(KSTACK_ALL));
        EXPECT_EQ(kstack_usage().cached, 0);
        EXPECT_EQ(kstack_usage().stacks, stacks - cached);
        EXPECT_EQ(pmm_usage().free, free + cached * KSTACK_PAGES);
        vmm_check();
    }
}

/* What exiting threads leave is bounded, however many there were. */
KTEST(vmm, kstack_trim)
{
    enum { COUNT = 400, KEPT = 32 };
    static void *tops[COUNT];

    for (unsigned i = 0; i < COUNT; i++)
        EXPECT_EQ(kstack_alloc(&quota_root, &tops[i]), 0);
    for (unsigned i = 0; i < COUNT; i++)
        kstack_free(&quota_root, tops[i]);
    EXPECT(kstack_usage().cached >= COUNT);
    kstack_trim();
    unsigned online = 0;
    FOR_EACH_ONLINE_CPU(cpu)
        online++;
    EXPECT(kstack_usage().cached <= KEPT * (online + 1));
}

/* A page comes out of the cache when there is no other. */
KTEST(vmm, frames_of_stacks)
{
    paddr_t pages = 0, page;
    unsigned count = 0;

    ktest_parallel(THREADS, leave_stacks, NULL);
    unsigned cached = kstack_usage().cached;
    while (!page_alloc(&quota_root, &page)) {
        quota_uncharge(&quota_root, 1);
        *(paddr_t *)page_pointer(page) = pages;
        pages = page;
    }
    for (int error; !(error = frame_alloc(&quota_root, &page)); count++) {
        quota_uncharge(&quota_root, 1);
        *(paddr_t *)page_pointer(page) = pages;
        pages = page;
    }
    EXPECT_EQ(count, cached * KSTACK_PAGES);
    EXPECT_EQ(frame_alloc_zeroed(&quota_root, &page), E_MEM);
    while ((page = pages)) {
        pages = *(paddr_t *)page_pointer(page);
        page_drop(page);
    }
    pmm_check();
}

/* Slots are shared by what each owner may have in pages, and some stay free. */
KTEST(vmm, kstack_share)
{
    struct quota quota;
    uint32_t pages = quota_root.account.limit;

    EXPECT_EQ(quota_split(&quota_root, &quota, pages / 16), 0);
    for (unsigned i = 0; i < 100; i++)
        EXPECT_EQ(quota_take_stack(&quota, 101), 0);
    EXPECT_EQ(quota_take_stack(&quota, 99), E_EXCEEDS_QUOTA);
    EXPECT_EQ(quota_take_stack(&quota, 0), E_EXCEEDS_QUOTA);
    EXPECT_EQ(quota_take_stack(&quota_root, 0), 0);
    quota_give_stack(&quota_root);
    for (unsigned i = 0; i < 100; i++)
        quota_give_stack(&quota);
    quota_close(&quota);
}

/* The depth that a stack was used to is noticed. */
KTEST(vmm, kstack_depth)
{
    void *top;

    EXPECT_EQ(kstack_alloc(&quota_root, &top), 0);
    ((char *)top)[-STACK_BYTES + 100] = 1;
    kstack_free(&quota_root, top);
    EXPECT(kstack_usage().deepest >= STACK_BYTES - 100);
}

/* Stacks go around among the CPUs, many made at once first; no other thread writes on one that is
 * in use, and no CPU remembers pages that its slot had before. */
enum { STORM_MOST = 16 };

static void use_stacks(unsigned index, void *argument)
{
    enum { ROUNDS = 200 };
    void *tops[STORM_MOST];
    unsigned held = 0;
    struct random random;

    random_seed(&random, index);
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (held < STORM_MOST && (i < STORM_MOST || random_below(&random, 2))) {
            EXPECT_EQ(kstack_alloc(argument, &tops[held]), 0);
            memset((char *)tops[held++] - STACK_BYTES, (int)index, STACK_BYTES);
        } else if (held > 0) {
            const unsigned char *stack = (const unsigned char *)tops[--held] - STACK_BYTES;
            for (unsigned j = 0; j < STACK_BYTES; j += 64)
                EXPECT_EQ(stack[j], index);
            kstack_free(argument, tops[held]);
        }
        if (i % 32 == index)
            (void)kstack_give_back(KSTACK_ALL);
    }
    while (held > 0)
        kstack_free(argument, tops[--held]);
}

KTEST(vmm, kstack_storm)
{
    struct quota quota;

    EXPECT_EQ(quota_split(&quota_root, &quota, THREADS * STORM_MOST * KSTACK_PAGES), 0);
    ktest_parallel(THREADS, use_stacks, &quota);
    EXPECT_EQ(quota_account(&quota).used, 0);
    quota_close(&quota);
    vmm_check();
    pmm_check();
}
