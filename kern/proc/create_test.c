/* Tests of the creation of processes: every error, and that after a failure nothing is left. */
#include "proc/proc_test.h"

#include "ipc/ipc.h"
#include "lib/elf.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "thread/thread_test.h"
#include "vmm/frame.h"
#include "vmm/kstack.h"
#include "vmm/space.h"

static int try_create(const struct process_config *config)
{
    struct test_usage before = test_usage();
    pid_t pid = 12345;
    int error = proc_create(config, &pid);

    if (error) {
        EXPECT_EQ(pid, 12345);
        test_expect_usage(&before);
    }
    return error;
}

static int try_file(const struct test_file *file, size_t size)
{
    return try_create(&(struct process_config){
        .command = "x", .quota = TEST_QUOTA, .cpu = CPU_ANY,
        .image = file, .image_size = size });
}

/* Offsets of the second segment's header in a test file, and of fields in it. */
enum { DATA_HEADER = 84, P_ADDRESS = 8, P_FILE_SIZE = 16, P_MEMORY_SIZE = 20 };

/* A file that is wrong in one place; lib/elf_test.c has all of them. */
static int try_damaged(unsigned offset, uint32_t value)
{
    struct test_file file;

    test_file_make(&file, code_exit, 5000);
    memcpy(file.bytes + offset, &value, sizeof value);
    return try_file(&file, sizeof file);
}

KTEST(proc, bad_files)
{
    struct test_file file;

    EXPECT_EQ(try_damaged(0, 0x464c457e), E_ELF_MAGIC);
    EXPECT_EQ(try_damaged(4, 0x00010102), E_ELF_CLASS);         /* 64 bits */
    EXPECT_EQ(try_damaged(16, 0x00030001), E_ELF_TYPE);         /* to be linked */
    EXPECT_EQ(try_damaged(16, 0x003e0002), E_ELF_MACHINE);      /* x86-64 */
    EXPECT_EQ(try_damaged(40, 0x00200030), E_ELF_HEADER);
    EXPECT_EQ(try_damaged(28, 0x7fffffff), E_ELF_TRUNCATED);    /* no segment table there */
    EXPECT_EQ(try_damaged(24, VM_USERLO + 0x10000), E_ELF_ENTRY);
    EXPECT_EQ(try_damaged(DATA_HEADER + P_ADDRESS, TEST_DATA_OFFSET), E_ELF_ADDRESS);
    EXPECT_EQ(try_damaged(DATA_HEADER + P_ADDRESS, VM_USERLO + TEST_DATA_OFFSET),
              E_ELF_OVERLAP);
    EXPECT_EQ(try_damaged(DATA_HEADER + P_MEMORY_SIZE, 0x40000000), E_ELF_ADDRESS);
    EXPECT_EQ(try_damaged(DATA_HEADER + P_MEMORY_SIZE, 0x10000000), E_EXCEEDS_QUOTA);
    EXPECT_EQ(try_damaged(DATA_HEADER + P_FILE_SIZE, 6000), E_ELF_SEGMENT);

    test_file_make(&file, code_exit, 5000);
    for (size_t size = 0; size < sizeof file; size++)
        EXPECT_EQ(try_file(&file, size), E_ELF_TRUNCATED);
}

KTEST(proc, create_errors)
{
    static char long_command[COMMAND_MAX + 10];
    struct test_file file;
    const struct process_config good = {
        .command = "a", .quota = TEST_QUOTA, .cpu = CPU_ANY,
        .image = &file, .image_size = sizeof file,
    };
    struct process_config config = good;

    test_file_make(&file, code_exit, 0);
    config.image = NULL;
    config.command = "no-such-program a b";
    EXPECT_EQ(try_create(&config), E_INVAL_PID);
    config.command = "";
    EXPECT_EQ(try_create(&config), E_INVAL_PID);
    config.command = "   ";
    EXPECT_EQ(try_create(&config), E_INVAL_PID);
    memset(long_command, 'y', COMMAND_MAX - 1);
    config.command = long_command;
    EXPECT_EQ(try_create(&config), E_INVAL_PID);
    long_command[COMMAND_MAX - 1] = 'y';
    EXPECT_EQ(try_create(&config), E_INVAL_ARG);

    config = good;
    config.cpu = NUM_CPUS;
    EXPECT_EQ(try_create(&config), E_INVAL_CPU);
    config.cpu = CPU_ANY - 1;
    EXPECT_EQ(try_create(&config), E_INVAL_CPU);
    config.quota = 0;                           /* the CPU is looked at before the quota */
    EXPECT_EQ(try_create(&config), E_INVAL_CPU);

    config = good;
    config.quota = quota_free(&quota_root) + 1;
    EXPECT_EQ(try_create(&config), E_EXCEEDS_QUOTA);
    config.quota = UINT32_MAX;
    EXPECT_EQ(try_create(&config), E_EXCEEDS_QUOTA);
}

/* With one page more each time, every single allocation on the way is the one that fails. */
KTEST(proc, every_quota)
{
    struct test_file file;
    struct process_config config = {
        .command = "Q", .cpu = CPU_ANY, .image = &file, .image_size = sizeof file,
    };
    pid_t pid;

    test_file_make(&file, code_exit, 3 * PAGE_SIZE);
    for (config.quota = 0; config.quota < TEST_QUOTA; config.quota++) {
        struct test_usage before = test_usage();
        int error = proc_create(&config, &pid);
        if (!error)
            test_wait(pid, 'Q');
        else
            EXPECT_EQ(error, E_EXCEEDS_QUOTA);
        test_expect_usage(&before);
        if (!error)
            break;
    }
    /* directory, two page tables, text, three of data, stack, kernel stack */
    EXPECT_EQ(config.quota, 8 + KSTACK_PAGES);
}

struct held_page {
    struct held_page *next;
};

static void release_one(struct held_page **held)
{
    struct held_page *page = *held;

    *held = page->next;
    page_drop(page_address(page));
}

/* The machine has fewer pages than the quota promises, as if the kernel had lost some: one page
 * more each time, until the process can be made. */
KTEST(proc, no_memory)
{
    struct test_file file;
    const struct process_config config = {
        .command = "M", .quota = TEST_QUOTA, .cpu = CPU_ANY,
        .image = &file, .image_size = sizeof file,
    };
    struct held_page *held = NULL;
    unsigned failures = 0;
    paddr_t page;
    pid_t pid;
    int error;

    while ((error = frame_alloc(&quota_root, &page)) == 0) {
        quota_uncharge(&quota_root, 1);
        *(struct held_page *)page_pointer(page) = (struct held_page){ held };
        held = page_pointer(page);
    }
    EXPECT_EQ(error, E_MEM);
    test_file_make(&file, code_exit, 3 * PAGE_SIZE);
    for (;;) {
        struct test_usage before = test_usage();
        error = proc_create(&config, &pid);
        if (!error || failures == TEST_QUOTA)
            break;
        EXPECT_EQ(error, E_MEM);
        test_expect_usage(&before);
        release_one(&held);
        failures++;
    }
    EXPECT_EQ(error, 0);
    EXPECT_EQ(failures, 8 + KSTACK_PAGES);
    test_wait(pid, 'M');
    while (held)
        release_one(&held);
}

/* --- what a program finds ----------------------------------------------------------------- */

static const uint8_t *page_at(struct space *space, uaddr_t va, uint32_t expected_perm)
{
    static const uint8_t none[PAGE_SIZE];
    paddr_t page;
    uint32_t perm;

    EXPECT_EQ(space_lookup(space, va, &page, &perm), 0);
    if (space_lookup(space, va, &page, &perm))
        return none;
    EXPECT_EQ(perm, expected_perm);
    return page_pointer(page);
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
    while (size > 0 && bytes[size - 1] == 0)
        size--;
    return size == 0;
}

static void check_loaded(struct space *space, const struct test_file *file,
                         const struct program_start *start)
{
    const size_t size = sizeof *file;
    const uint8_t *text = page_at(space, VM_USERLO, PERM_READ);
    const uint8_t *data = page_at(space, VM_USERLO + 0x10000, PERM_WRITE);
    const uint8_t *stack = page_at(space, USTACKTOP - PAGE_SIZE, PERM_WRITE);
    paddr_t page;
    uint32_t perm, command;

    EXPECT(memcmp(text, file, size) == 0 && is_zero(text + size, PAGE_SIZE - size));
    EXPECT(is_zero(data, TEST_DATA_OFFSET));
    EXPECT(memcmp(data + TEST_DATA_OFFSET, file->bytes + TEST_DATA_OFFSET,
                  TEST_DATA_SIZE) == 0);
    EXPECT(is_zero(data + TEST_DATA_OFFSET + TEST_DATA_SIZE,
                   PAGE_SIZE - TEST_DATA_OFFSET - TEST_DATA_SIZE));
    EXPECT(is_zero(page_at(space, VM_USERLO + 0x11000, PERM_WRITE), PAGE_SIZE));
    EXPECT_EQ(space_lookup(space, VM_USERLO + 0x12000, &page, &perm), E_INVAL_ADDR);
    EXPECT_EQ(space->heap_lo, VM_USERLO + 0x12000);

    EXPECT_EQ(start->stack % 16, 0);
    memcpy(&command, stack + start->stack % PAGE_SIZE, sizeof command);
    EXPECT(command > start->stack && command < USTACKTOP);
    EXPECT(strcmp((const char *)stack + command % PAGE_SIZE, "l a bc") == 0);
}

KTEST(proc, load)
{
    struct quota quota;
    struct space space;
    struct elf_image image;
    struct test_file file;

    test_file_make(&file, code_exit, 2 * PAGE_SIZE);
    EXPECT_EQ(elf_parse(&file, sizeof file, &image), 0);
    EXPECT_EQ(program_pages(&image), 4);
    EXPECT_EQ(quota_split(&quota_root, &quota, TEST_QUOTA), 0);
    EXPECT_EQ(space_create(&space, &quota), 0);
    const struct program_source source = { .file = &file, .image = &image };
    EXPECT_EQ(program_load(&space, &source, "l a bc"), 0);
    struct program_start start = program_start(&image, "l a bc");
    check_loaded(&space, &file, &start);
    space_check(&space);
    space_destroy(&space);
    quota_close(&quota);
}

KTEST(proc, commands)
{
    static char longest[COMMAND_MAX];

    for (size_t length = 1; length < COMMAND_MAX; length++) {
        longest[length - 1] = 'c';
        test_wait(test_create(code_exit, longest, TEST_QUOTA, test_cpu(length)), 'c');
    }
}

/* A first word that is longer than any name is none. */
KTEST(proc, longest_name)
{
    static char word[PROGRAM_NAME_MAX + 1];

    memset(word, 'n', PROGRAM_NAME_MAX - 1);
    pid_t pid = test_create(code_sleep, word, TEST_QUOTA, CPU_ANY);
    EXPECT_EQ(process_slot(pid)->name[0], 'n');
    EXPECT_EQ(proc_kill(pid), 0);
    test_wait(pid, STATUS_KILLED);
    word[PROGRAM_NAME_MAX - 1] = 'n';
    pid = test_create(code_sleep, word, TEST_QUOTA, CPU_ANY);
    EXPECT_EQ(process_slot(pid)->name[0], 0);
    EXPECT_EQ(proc_kill(pid), 0);
    test_wait(pid, STATUS_KILLED);
}

/* --- limits ------------------------------------------------------------------------------- */

static struct {
    unsigned created;
    int      error;
} limit;

/* Creates children that wait, until something is refused. */
static void create_many(void *unused)
{
    struct test_file file;
    const struct process_config config = {
        .command = "m", .quota = 6 + KSTACK_PAGES, .cpu = CPU_ANY,
        .image = &file, .image_size = sizeof file,
    };
    pid_t pid;

    (void)unused;
    test_file_make(&file, code_block, 0);
    limit.created = 0;
    while ((limit.error = proc_create(&config, &pid)) == 0)
        limit.created++;
}

/* How many have had to wait for an item since the buffer was configured. */
static unsigned times_waited(void)
{
    struct buffer_statistics statistics = { .in = 0 };

    EXPECT_EQ(buffer_statistics(TEST_BUFFER, &statistics), 0);
    return (unsigned)statistics.times_empty;
}

/* They stand in line for an item each, in the order in which they began to wait. */
static void end_many(void *count)
{
    for (unsigned i = 0; i < *(unsigned *)count; i++)
        EXPECT_EQ(buffer_produce(TEST_BUFFER, 9), 0);
    for (unsigned i = 0; i < *(unsigned *)count; i++)
        test_wait(WAIT_ANY, 9);
}

/* The most children of one process; and then as many of a second one as its part of the machine's
 * pages permits (pmm/share.h), which leaves some slots free.  They are freed on another CPU, so
 * that slots lie about there. */
static void reach_limits(uint32_t quota)
{
    pid_t second = test_create(code_sleep, "s", quota, CPU_ANY);

    EXPECT_EQ(buffer_configure(TEST_BUFFER, BUFFER_CAPACITY_DEFAULT), 0);
    create_many(NULL);
    EXPECT_EQ(limit.error, E_MAX_NUM_CHILDEN_REACHED);
    EXPECT_EQ(limit.created + 1, MAX_CHILDREN);
    unsigned first_part = limit.created;
    AWAIT(times_waited() == first_part);

    test_act_as(second, create_many, NULL);
    EXPECT_EQ(limit.error, E_MAX_NUM_CHILDEN_REACHED);
    EXPECT(limit.created > MAX_CHILDREN / 2 && limit.created < MAX_CHILDREN);
    EXPECT_EQ(first_part + limit.created + 1 + process_slots_free(), process_slots - 1);
    proc_check();

    thread_join(test_spawn(test_cpu(1), end_many, &first_part));
    test_act_as(second, end_many, &limit.created);
    EXPECT_EQ(proc_kill(second), 0);
    test_wait(second, STATUS_KILLED);
    proc_check();
}

KTEST(proc, limits)
{
    const uint32_t each = 6 + KSTACK_PAGES;

    if (quota_free(&quota_root) < 2 * (MAX_CHILDREN + 100) * each)
        return;                                 /* too little memory in this machine */
    reach_limits(MAX_CHILDREN * each + 100);
    reach_limits(MAX_CHILDREN * each + 100);
}

/* Whoever gives a process its registers cannot keep interrupts from it, nor give it I/O. */
KTEST(proc, a_frame_from_outside_has_only_free_flags)
{
    const struct trapframe none = { .eflags = 0 }, all = { .eflags = UINT32_MAX };

    EXPECT_EQ(process_sanitise_frame(&none).eflags, EFLAGS_IF | EFLAGS_ALWAYS_SET);
    uint32_t flags = process_sanitise_frame(&all).eflags;
    EXPECT(flags & EFLAGS_TF);
    EXPECT(flags & EFLAGS_DF);
    EXPECT_EQ(flags & EFLAGS_IOPL, 0);
    EXPECT_EQ(flags & EFLAGS_VM, 0);
}
