/* Tests of copying user memory: every address that a program could name. */
#include "vmm/vmm_priv.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"
#include "vmm/usercopy.h"
#include "vmm/vmm_test.h"

/* Two writable pages with nothing around them, one read-only page further up with nothing
 * after it, and a heap of two pages. */
enum {
    DATA = VM_USERLO + 4 * PAGE_SIZE,
    CONSTANT = DATA + 8 * PAGE_SIZE,
    HEAP = CONSTANT + 8 * PAGE_SIZE,
    THREADS = 6,
};

static void set_up(struct test_space *test)
{
    test_space_begin(test, 30);
    EXPECT_EQ(space_alloc_page(&test->space, DATA, PERM_WRITE), 0);
    EXPECT_EQ(space_alloc_page(&test->space, DATA + PAGE_SIZE, PERM_WRITE), 0);
    EXPECT_EQ(space_alloc_page(&test->space, CONSTANT, PERM_READ), 0);
    EXPECT_EQ(space_set_heap(&test->space, HEAP), 0);
    EXPECT_EQ(space_set_break(&test->space, HEAP + 2 * PAGE_SIZE), 0);
    ktest_set_space(&test->space);
}

static void tear_down(struct test_space *test)
{
    ktest_set_space(NULL);
    test_space_end(test);
}

/* May `size` bytes at `address` be read and written? */
static const struct {
    uaddr_t address;
    size_t  size;
    bool    readable, writable;
} ranges[] = {
    { DATA, 1, true, true }, { DATA, PAGE_SIZE, true, true },
    { DATA + 4093, 6, true, true },                         /* across pages */
    { DATA + 2 * PAGE_SIZE - 4, 4, true, true },
    { DATA + 2 * PAGE_SIZE - 4, 5, false, false },          /* half valid */
    { DATA + 2 * PAGE_SIZE - 1, 2, false, false },
    { DATA + 2 * PAGE_SIZE, 1, false, false },              /* unmapped */
    { DATA - 1, 2, false, false }, { DATA - 4, 8, false, false },
    { CONSTANT, PAGE_SIZE, true, false }, { CONSTANT + 4095, 1, true, false },
    { CONSTANT + 4095, 2, false, false },
    { HEAP, 2 * PAGE_SIZE, true, true },                    /* filled on demand */
    { HEAP + 2 * PAGE_SIZE - 1, 2, false, false },
    { USTACKTOP - PAGE_SIZE, PAGE_SIZE, true, true }, { USTACKTOP - 1, 2, false, false },
    { USTACK_LO, 1, true, true }, { USTACK_LO - 1, 1, false, false },
    { UVPT + DATA / 1024, 4, true, false },                 /* its own page table */
    { UVPT + UVPT / 1024, 4, true, false },
    { UVPT + UVPT / 1024 + 1020, 4, true, false },
    { UVPT, 4, false, false },                              /* the kernel's tables are not */
    { UVPT + PAGE_SIZE, 4, false, false },
    { UVPT + 4 * PAGE_SIZE, 4, false, false },
    { UVPT + WINDOW_LO / 1024, 4, false, false },
    { UVPT + VM_USERLO / 1024 - 4, 8, false, false },
    { UVPT + VM_USERHI / 1024 - 4, 8, false, false },
    { UVPT + VM_USERHI / 1024, 4, false, false }, { VM_USERHI - 4, 4, false, false },
    { 0, 1, false, false }, { 0, 0, true, true }, { 1, 4, false, false },
    { 0x100000, 4, false, false },                          /* kernel text, data, stacks */
    { WINDOW_LO, 4, false, false }, { VM_USERLO - 1, 1, false, false },
    { VM_USERLO - 4, PAGE_SIZE, false, false }, { VM_USERHI, 1, false, false },
    { VM_USERHI - 1, 2, false, false }, { DEVICE_LO, 4, false, false },
    { 0xfee00020, 4, false, false }, { UINT32_MAX, 1, false, false },
    { DATA, UINT32_MAX, false, false },                     /* wrap */
    { DATA, 0u - DATA, false, false }, { DATA, 0u - DATA + 1, false, false },
    { UINT32_MAX - 3, 8, false, false }, { VM_USERHI - 4, UINT32_MAX - 8, false, false },
    { DATA, 0, true, true }, { VM_USERHI, 0, true, true },
};

/* Sizes beyond this are refused before anything is copied. */
static char buffer[2 * PAGE_SIZE];

KTEST(vmm, copy_ranges)
{
    struct test_space test;

    set_up(&test);
    for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
        uaddr_t address = ranges[i].address;
        size_t size = ranges[i].size;
        int read = copy_from_user(buffer, address, size);
        int written = copy_to_user(address, buffer, size);
        EXPECT(!(read_eflags() & EFLAGS_AC));               /* user memory is closed again */
        if (read != (ranges[i].readable ? 0 : E_INVAL_ADDR))
            ktest_fail(__FILE__, __LINE__, "reading %u at %x: %d", size, address, read);
        if (written != (ranges[i].writable ? 0 : E_INVAL_ADDR))
            ktest_fail(__FILE__, __LINE__, "writing %u at %x: %d", size, address, written);
    }
    tear_down(&test);
}

/* Each size and alignment arrives as it was sent, and nothing beside it is touched. */
KTEST(vmm, copy_contents)
{
    enum { MOST = 40, EDGE = 0x5a };
    struct test_space test;
    struct random random;
    unsigned char sent[MOST], got[MOST + 2];

    set_up(&test);
    random_seed(&random, 9);
    for (size_t size = 0; size <= MOST; size++) {
        for (unsigned shift = 0; shift < 8; shift++) {
            uaddr_t va = DATA + PAGE_SIZE - 20 + shift;
            for (size_t i = 0; i < size; i++)
                sent[i] = (unsigned char)random_next(&random);
            memset(got, EDGE, sizeof got);
            EXPECT_EQ(copy_to_user(va - 1, got, 1), 0);
            EXPECT_EQ(copy_to_user(va + size, got, 1), 0);
            EXPECT_EQ(copy_to_user(va, sent, size), 0);
            EXPECT_EQ(copy_from_user(got + 1, va, size), 0);
            EXPECT_EQ(memcmp(got + 1, sent, size), 0);
            EXPECT(got[0] == EDGE && got[size + 1] == EDGE);
            EXPECT_EQ(copy_from_user(got, va - 1, size + 2), 0);
            EXPECT(got[0] == EDGE && got[size + 1] == EDGE);
        }
    }
    tear_down(&test);
}

/* What is filled on demand is zero, and charged when touched. */
KTEST(vmm, copy_demand)
{
    struct test_space test;
    uint32_t words[4] = { 1, 2, 3, 4 };

    set_up(&test);
    uint32_t used = quota_account(&test.quota).used;
    EXPECT_EQ(copy_from_user(words, HEAP + PAGE_SIZE - 8, sizeof words), 0);
    EXPECT(words[0] == 0 && words[1] == 0 && words[2] == 0 && words[3] == 0);
    EXPECT_EQ(quota_account(&test.quota).used, used + 2);
    EXPECT_EQ(space_set_break(&test.space, HEAP + PAGE_SIZE), 0);
    EXPECT_EQ(copy_from_user(words, HEAP + PAGE_SIZE - 8, sizeof words), E_INVAL_ADDR);
    EXPECT_EQ(copy_from_user(words, HEAP + PAGE_SIZE - 8, 8), 0);
    tear_down(&test);
}

/* Without quota the copy fails; nothing else happens. */
KTEST(vmm, copy_quota)
{
    struct test_space test;
    uint32_t word = 7;

    set_up(&test);
    uint32_t rest = quota_free(&test.quota);
    EXPECT_EQ(quota_charge(&test.quota, rest), 0);
    EXPECT_EQ(copy_to_user(HEAP, &word, sizeof word), E_INVAL_ADDR);
    quota_uncharge(&test.quota, rest);
    EXPECT_EQ(copy_to_user(HEAP, &word, sizeof word), 0);
    tear_down(&test);
}

/* "hello", with its 0 as the last byte before an address where nothing is. */
enum { HELLO = DATA + 2 * PAGE_SIZE - sizeof "hello" };

KTEST(vmm, copy_string_takes_a_string_that_fits)
{
    struct test_space test;
    char text[16];
    size_t length;

    set_up(&test);
    EXPECT_EQ(copy_to_user(HELLO, "hello", 6), 0);
    EXPECT_EQ(copy_string_from_user(text, HELLO, sizeof text, &length), 0);
    EXPECT(strcmp(text, "hello") == 0 && length == 5);
    length = 99;
    EXPECT_EQ(copy_string_from_user(text, HELLO, 6, &length), 0);
    EXPECT_EQ(length, 5);
    EXPECT_EQ(copy_string_from_user(text, HELLO + 5, 1, &length), 0);
    EXPECT(text[0] == 0 && length == 0);
    EXPECT_EQ(copy_string_from_user(text, HEAP + PAGE_SIZE - 1, 4, &length), 0);
    EXPECT_EQ(length, 0);
    for (size_t max = 0; max < 6; max++)
        EXPECT_EQ(copy_string_from_user(text, HELLO, max, &length), E_INVAL_ARG);
    tear_down(&test);
}

KTEST(vmm, copy_string_ends_where_memory_ends)
{
    static const uaddr_t nothing[] = {
        DATA + 2 * PAGE_SIZE, 0, 0x100000, VM_USERLO - 1, VM_USERHI, UINT32_MAX,
    };
    struct test_space test;
    char text[16];
    size_t length;

    set_up(&test);
    EXPECT_EQ(copy_to_user(HELLO, "hello!", 6), 0);
    EXPECT_EQ(copy_string_from_user(text, HELLO, sizeof text, &length), E_INVAL_ADDR);
    EXPECT_EQ(copy_string_from_user(text, HELLO, 6, &length), E_INVAL_ARG);
    for (unsigned i = 0; i < ARRAY_SIZE(nothing); i++)
        EXPECT_EQ(copy_string_from_user(text, nothing[i], 4, &length), E_INVAL_ADDR);
    EXPECT(!(read_eflags() & EFLAGS_AC));
    tear_down(&test);
}

/* The last entry that a program sees of its directory is a device's, without a byte that is 0. */
KTEST(vmm, copy_string_ends_where_the_programs_view_ends)
{
    uaddr_t last_entry = UVPT + VM_USERHI / 1024 - 4;
    struct test_space test;
    char text[16];
    size_t length;

    set_up(&test);
    EXPECT_EQ(copy_string_from_user(text, last_entry, 4, &length), E_INVAL_ARG);
    EXPECT_EQ(copy_string_from_user(text, last_entry, 5, &length), E_INVAL_ADDR);
    tear_down(&test);
}

/* The program sees its own page table where it is told. */
KTEST(vmm, uvpt)
{
    struct test_space test;
    uint32_t entry;

    set_up(&test);
    EXPECT_EQ(copy_from_user(&entry, UVPT + DATA / PAGE_SIZE * 4, 4), 0);
    EXPECT_EQ(entry, space_entry(&test.space, DATA));
    EXPECT_EQ(copy_from_user(&entry, UVPT + CONSTANT / PAGE_SIZE * 4, 4), 0);
    EXPECT_EQ(entry_page(entry), entry_page(space_entry(&test.space, CONSTANT)));
    EXPECT(!(entry & ENTRY_WRITABLE));
    uaddr_t directory = UVPT + UVPT / 1024;
    EXPECT_EQ(copy_from_user(&entry, directory + directory_index(DATA) * 4, 4), 0);
    EXPECT_EQ(entry_page(entry), page_address(space_table(&test.space, directory_index(DATA))));
    EXPECT_EQ(copy_from_user(&entry, directory + directory_index(0x80000000) * 4, 4), 0);
    EXPECT_EQ(entry, 0);
    EXPECT_EQ(copy_to_user(directory, &entry, 4), E_INVAL_ADDR);
    EXPECT_EQ(copy_to_user(UVPT + DATA / PAGE_SIZE * 4, &entry, 4), E_INVAL_ADDR);
    tear_down(&test);
}

/* A page that is unmapped is gone for the next copy, one that is mapped over is the new one:
 * no CPU remembers the old mapping. */
KTEST(vmm, remap)
{
    struct test_space test;
    uint32_t word = 1;

    set_up(&test);
    for (uint32_t round = 1; round < 20; round++) {
        EXPECT_EQ(copy_to_user(DATA, &round, 4), 0);
        EXPECT_EQ(copy_from_user(&word, DATA, 4), 0);
        EXPECT_EQ(word, round);
        EXPECT_EQ(space_alloc_page(&test.space, DATA, round % 2 ? PERM_READ : PERM_WRITE), 0);
        EXPECT_EQ(copy_from_user(&word, DATA, 4), 0);
        EXPECT_EQ(word, 0);
        EXPECT_EQ(copy_to_user(DATA, &round, 4), round % 2 ? E_INVAL_ADDR : 0);
        EXPECT_EQ(space_unmap(&test.space, DATA), 0);
        EXPECT_EQ(copy_from_user(&word, DATA, 4), E_INVAL_ADDR);
        EXPECT_EQ(space_alloc_page(&test.space, DATA, PERM_WRITE), 0);
    }
    tear_down(&test);
}

/* --- all CPUs at once -------------------------------------------------------------------- */

/* Each thread in a space of its own, at the same addresses: what one writes no other one sees,
 * however they are switched. */
static void copy_in_own_space(unsigned index, void *argument)
{
    enum { ROUNDS = 400 };
    struct quota *quota = argument;
    struct space space;
    struct random random;

    random_seed(&random, index);
    EXPECT_EQ(space_create(&space, quota), 0);
    EXPECT_EQ(space_set_heap(&space, HEAP), 0);
    EXPECT_EQ(space_set_break(&space, HEAP + 16 * PAGE_SIZE), 0);
    ktest_set_space(&space);
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t word = index << 8 | i;
        EXPECT_EQ(copy_to_user(HEAP + i * PAGE_SIZE, &word, 4), 0);
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t word, i = random_below(&random, 16);
        EXPECT_EQ(copy_from_user(&word, HEAP + i * PAGE_SIZE, 4), 0);
        EXPECT_EQ(word, index << 8 | i);
        EXPECT_EQ(copy_from_user(&word, HEAP + 16 * PAGE_SIZE, 4), E_INVAL_ADDR);
    }
    ktest_set_space(NULL);
    space_check(&space);
    space_destroy(&space);
}

KTEST(vmm, copy_storm)
{
    struct quota quota;

    pmm_warm_up(THREADS);
    struct pmm_level before = pmm_level();
    EXPECT_EQ(quota_split(&quota_root, &quota, THREADS * 18), 0);
    ktest_parallel(THREADS, copy_in_own_space, &quota);
    EXPECT_EQ(quota_account(&quota).used, 0);
    quota_close(&quota);
    pmm_expect_level(before);
}
