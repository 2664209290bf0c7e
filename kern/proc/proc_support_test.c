/* Helpers for the tests of processes. */
#include "proc/proc_test.h"

#include "lib/assert.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "thread/inspect.h"
#include "thread/thread_test.h"
#include "vmm/kstack.h"

enum {
    HEADER_SIZE = 52, SEGMENT_SIZE = 32, CODE_OFFSET = HEADER_SIZE + 2 * SEGMENT_SIZE,
    DATA_AT = VM_USERLO + 0x10000,
    EXECUTABLE_FILE = 2, MACHINE_386 = 3, LOAD = 1, READ = 4, WRITE = 2, EXECUTE = 1,
};

_Static_assert(TEST_CODE_AT == VM_USERLO + CODE_OFFSET, "code follows the headers");
_Static_assert(TEST_FILE_SIZE == CODE_OFFSET + TEST_CODE_SIZE, "headers and code fill a file");

enum { CODES_MAX = 16 };                /* different ones that test_create() gets */

static void file_put16(struct test_file *file, unsigned offset, uint16_t value)
{
    memcpy(file->bytes + offset, &value, sizeof value);
}

static void put_segment(struct test_file *file, unsigned number, const uint32_t values[8])
{
    memcpy(file->bytes + HEADER_SIZE + number * SEGMENT_SIZE, values, SEGMENT_SIZE);
}

void test_file_make(struct test_file *file, const char *code, uint32_t data_size)
{
    static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', 1, 1, 1 };
    const uint32_t words[] = { 1, TEST_CODE_AT, HEADER_SIZE };
    const uint32_t text[] = { LOAD, 0, VM_USERLO, 0, TEST_FILE_SIZE, TEST_FILE_SIZE,
                              READ | EXECUTE, PAGE_SIZE };
    const uint32_t data[] = { LOAD, TEST_DATA_OFFSET, DATA_AT + TEST_DATA_OFFSET, 0,
                              TEST_DATA_SIZE, data_size - TEST_DATA_OFFSET,
                              READ | WRITE, PAGE_SIZE };

    memset(file, 0, sizeof *file);
    memcpy(file->bytes, ident, sizeof ident);
    file_put16(file, 16, EXECUTABLE_FILE);
    file_put16(file, 18, MACHINE_386);
    memcpy(file->bytes + 20, words, sizeof words);      /* version, entry, segment table */
    file_put16(file, 40, HEADER_SIZE);
    file_put16(file, 42, SEGMENT_SIZE);
    file_put16(file, 44, data_size > 0 ? 2 : 1);
    memcpy(file->bytes + CODE_OFFSET, code, TEST_CODE_SIZE);
    put_segment(file, 0, text);
    put_segment(file, 1, data);
}

/* The program file with that code.  It stays, since the report of a fault looks for names in the
 * file of a process that still lives. */
static const struct test_file *lasting_file(const char *code)
{
    static const struct lock_class files_class = LOCK_CLASS("proc.test_files", 0);
    static struct spinlock lock = SPINLOCK_INITIALIZER(&files_class);
    static struct {
        const char      *code;
        struct test_file file;
    } files[CODES_MAX];
    unsigned place = 0;

    spinlock_acquire(&lock);
    while (place < CODES_MAX - 1 && files[place].code && files[place].code != code)
        place++;
    KERN_ASSERT(!files[place].code || files[place].code == code);
    if (!files[place].code)
        test_file_make(&files[place].file, code, 0);
    files[place].code = code;
    spinlock_release(&lock);
    return &files[place].file;
}

pid_t test_create(const char *code, const char *command, uint32_t quota, unsigned cpu)
{
    const struct process_config config = {
        .command = command, .quota = quota, .cpu = cpu,
        .image = lasting_file(code), .image_size = sizeof(struct test_file),
    };
    pid_t pid = -1;

    EXPECT_EQ(proc_create(&config, &pid), 0);
    return pid;
}

void test_try_kill(pid_t pid)
{
    int error = proc_kill(pid);

    EXPECT(error == 0 || error == E_INVAL_PID);
}

HANDS_OVER
bool test_is_zombie(pid_t pid)
{
    struct process *process = process_slot(pid);
    struct process *parent = process_lock_parent(process);
    bool is_zombie = process->state == PROCESS_ZOMBIE;

    spinlock_release(&parent->lock);
    return is_zombie;
}

void test_wait(pid_t pid, uint32_t expected)
{
    uint32_t status = UINT32_MAX;
    pid_t child = -1;

    EXPECT_EQ(proc_wait(pid, &child, &status), 0);
    EXPECT_EQ(status, expected);
    if (pid != WAIT_ANY)
        EXPECT_EQ(child, pid);
}

struct thread *test_deputy(pid_t pid, void (*function)(void *), void *argument)
{
    struct thread *thread;
    const struct thread_config config = {
        .name = "deputy", .start = function, .argument = argument, .cpu = CPU_ANY,
        .departed = test_departed, .quota = &quota_root, .process = process_slot(pid),
    };

    KERN_ASSERT(process_slot(pid)->id == pid);
    if (thread_spawn(&config, &thread))
        KERN_PANIC("no memory for a test's thread");
    return thread;
}

void test_act_as(pid_t pid, void (*function)(void *), void *argument)
{
    thread_join(test_deputy(pid, function, argument));
}

struct birth {
    const char *code;
    uint32_t quota;
    pid_t pid;
};

static void give_birth(void *argument)
{
    struct birth *birth = argument;

    birth->pid = test_create(birth->code, "b", birth->quota, CPU_ANY);
}

pid_t test_create_as(pid_t pid, const char *code, uint32_t quota)
{
    struct birth birth = { .code = code, .quota = quota };

    test_act_as(pid, give_birth, &birth);
    return birth.pid;
}

struct deed {
    pid_t whose;
    int error;
};

static void commit_murder(void *argument)
{
    struct deed *deed = argument;

    deed->error = proc_kill(deed->whose);
}

int test_kill_as(pid_t pid, pid_t victim)
{
    struct deed deed = { .whose = victim };

    test_act_as(pid, commit_murder, &deed);
    return deed.error;
}

static void do_wait(void *argument)
{
    struct deed *deed = argument;
    uint32_t status;

    deed->error = proc_wait(deed->whose, &deed->whose, &status);
}

int test_wait_as(pid_t pid, pid_t child)
{
    struct deed deed = { .whose = child };

    test_act_as(pid, do_wait, &deed);
    return deed.error;
}

static struct boot_module saved[NUM_PROGRAMS];
static unsigned saved_count;

void test_programs_save(void)
{
    saved_count = 0;
    for (const struct program *p = programs_next(NULL); p; p = programs_next(p)) {
        struct boot_module *module = &saved[saved_count++];
        strlcpy(module->name, p->name, sizeof module->name);
        module->image = p->file;
        module->size = p->size;
    }
}

void test_programs_restore(void)
{
    programs_init(saved, saved_count);
}

void test_programs_save_for(struct test_file *file, const char *name, const char *code)
{
    struct boot_module module = { .image = file, .size = sizeof *file };

    strlcpy(module.name, name, sizeof module.name);
    test_file_make(file, code, 0);
    test_programs_save();
    programs_init(&module, 1);
}

struct test_usage test_usage(void)
{
    struct account root = quota_account(&quota_root);

    return (struct test_usage){
        .free_pages = pmm_usage().free + kstack_usage().cached * KSTACK_PAGES +
                      proc_text_pages(),
        .used = root.used,
        .delegated = root.delegated,
        .processes = proc_count(),
        .threads = thread_count(),
    };
}

void test_expect_usage(const struct test_usage *before)
{
    struct test_usage now = test_usage();

    EXPECT_EQ(now.free_pages, before->free_pages);
    EXPECT_EQ(now.used, before->used);
    EXPECT_EQ(now.delegated, before->delegated);
    EXPECT_EQ(now.processes, before->processes);
    EXPECT_EQ(now.threads, before->threads);
}

void test_await_usage(const struct test_usage *before)
{
    AWAIT(proc_count() == before->processes);
    test_expect_usage(before);
}
