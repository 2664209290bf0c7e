/* fork, dumbfork and sfork: which process sees whose writes, in all kinds of memory; what the child
 * knows of itself; quotas that end in the middle; that nothing is lost over many of them; and that
 * far descendants can be killed.
 *
 * Must print 2 times: forking: this line is written
 * Must print 2 times: ^forking: this line is written once$
 * Must print 2 times: error code 0x7\n  eip 0x\w+ \(\w+\+0x\w+\) */
#include "check.h"
#include "env.h"
#include "errno.h"
#include "info.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"

enum { MAPPED = 0xD0000000, PAGES = 12, BUFFER = 1, GATE = 2, GENERATIONS = 20 };

static char data[PAGES * PAGE_SIZE] = "data";
static char zeros[3 * PAGE_SIZE];
static char *heap;

typedef int fork_function(void);

static unsigned pages_used(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return quota.used;
}

/* Fills, or expects, a letter in all kinds of memory. */
static void fill(char letter, char *stack)
{
    memset(data, letter, sizeof data);
    memset(zeros, letter, sizeof zeros);
    memset(heap, letter, PAGES * PAGE_SIZE);
    memset((char *)MAPPED, letter, PAGE_SIZE);
    memset(stack, letter, 300);
}

static bool is_full_of(const char *memory, size_t size, char letter)
{
    for (size_t i = 0; i < size; i++)
        if (memory[i] != letter)
            return false;
    return true;
}

static bool all_is(char letter)
{
    return is_full_of(data, sizeof data, letter) && is_full_of(zeros, sizeof zeros, letter) &&
           is_full_of(heap, PAGES * PAGE_SIZE, letter) &&
           is_full_of((char *)MAPPED, PAGE_SIZE, letter);
}

static void check_identity(int parent)
{
    CHECK_EQ(thisenv->id, getpid());
    CHECK_EQ(thisenv->parent_id, parent);
    CHECK_EQ(getppid(), parent);
    CHECK_EQ(thisenv->status, ENV_RUNNING);
    CHECK_EQ(thread_count(), 1);
}

/* Child and parent write at the same time and see only what is their own. */
static void check_separate(fork_function *kind)
{
    char stack[300];
    int self = getpid();

    fill('p', stack);
    int child = kind();
    if (child == 0) {
        check_identity(self);
        CHECK(all_is('p') && is_full_of(stack, 300, 'p'));
        fill('c', stack);
        yield();
        CHECK(all_is('c') && is_full_of(stack, 300, 'c'));
        exit(check_result() == 0 ? 7 : 1);
    }
    CHECK(child > 0);
    fill('q', stack);
    yield();
    CHECK(all_is('q') && is_full_of(stack, 300, 'q'));
    CHECK_EQ(thisenv->id, self);
    CHECK_EQ(wait_status(child), 7);
    CHECK(all_is('q') && is_full_of(stack, 300, 'q'));
}

/* Each generation forks before it has written to everything that it got. */
static int generations(fork_function *kind, unsigned depth)
{
    for (unsigned page = depth % PAGES; page < PAGES; page++)
        data[page * PAGE_SIZE] = (char)('a' + depth);
    if (depth == 6)
        return EXIT_SUCCESS;
    int child = kind();
    if (child == 0)
        exit(generations(kind, depth + 1));
    bool ok = child > 0;
    for (unsigned page = depth % PAGES; page < PAGES; page++)
        ok = ok && data[page * PAGE_SIZE] == (char)('a' + depth);
    return wait_status(child) == EXIT_SUCCESS && ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Read-only pages stay that, shared ones stay shared. */
static void check_permissions(fork_function *kind)
{
    volatile char *shared = (volatile char *)MAPPED + PAGE_SIZE;

    CHECK_EQ(sys_page_alloc(0, MAPPED + PAGE_SIZE, PTE_P | PTE_U | PTE_W | PTE_SHARE), 0);
    shared[0] = 1;
    int child = kind();
    if (child == 0) {
        shared[0]++;
        *(volatile char *)VM_USERLO = 0;            /* the program's text */
        exit(EXIT_FAILURE);
    }
    CHECK_EQ(wait_status(child), STATUS_FAULT + 14);
    CHECK_EQ(shared[0], 2);
    CHECK_EQ(sys_page_unmap(0, MAPPED + PAGE_SIZE), 0);
}

/* What is on its way to the console is written once. */
static void check_output(fork_function *kind)
{
    printf("forking: this line is written ");
    int child = kind();
    if (child == 0)
        exit(EXIT_SUCCESS);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    printf("once\n");
}

/* The quota ends at each of the steps in turn: an error, and nothing is left of the child. */
static void check_quota(fork_function *kind)
{
    unsigned succeeded = 0, failed = 0;

    for (unsigned room = 0; succeeded < 3; room++) {
        struct quota quota = { 0 };
        CHECK_EQ(sys_quota(&quota), 0);
        unsigned hog = quota_left(&quota);
        int other = 0;
        if (hog > room)
            other = spawn("sleeping 1000000", hog - room);
        unsigned before = pages_used();
        int child = kind();
        if (child == 0)
            exit(9);
        if (child < 0) {
            CHECK(child == -E_EXCEEDS_QUOTA);
            CHECK_EQ(pages_used(), before);
            failed++;
        } else {
            CHECK_EQ(sys_kill(child), 0);
            int status = wait_status(child);
            CHECK(status == STATUS_KILLED || status == 9 || status == STATUS_FAULT + 14);
            succeeded++;
        }
        if (other > 0) {
            CHECK_EQ(sys_kill(other), 0);
            wait_status(other);
        }
    }
    CHECK(failed > 3);
}

/* Nothing is lost: pages, slots, threads. */
static void check_many(fork_function *kind, unsigned count)
{
    unsigned before = 0;

    for (unsigned i = 0; i < count; i++) {
        int child = kind();
        if (child == 0) {
            data[0] = (char)i;
            exit((int)(i % 100));
        }
        CHECK_EQ(wait_status(child), i % 100);
        if (i == 0)
            before = pages_used();
    }
    CHECK_EQ(pages_used(), before);
}

/* The kernel writes to a page that is to be copied on writing. */
static void check_kernel_writes(fork_function *kind)
{
    static struct memory_info info;
    int child = kind();

    if (child == 0)
        exit(sys_memory_info(&info) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
}

static void expect_low_address(struct UTrapframe *fault)
{
    exit(fault->fault_va == 0x00a00000 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* A write where no process has anything is the program's own fault to handle, as it was: the
 * kernel's page tables, which the library cannot read, have no say in it. */
static void check_fault_elsewhere(fork_function *kind)
{
    int child = kind();

    if (child == 0) {
        if (set_pgfault_handler(expect_low_address) == 0)
            *(volatile char *)0x00a00000 = 1;
        exit(EXIT_FAILURE);
    }
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
}

/* A line of processes, each the last one's child.  The last is killed; the others are well. */
static int descend(unsigned generations)
{
    if (generations == 0) {
        produce(BUFFER, (uint32_t)getpid());
        (void)consume(GATE);
        exit(EXIT_FAILURE);
    }
    int child = fork();
    if (child == 0)
        exit(descend(generations - 1));
    return wait_status(child) == (generations == 1 ? STATUS_KILLED : EXIT_SUCCESS) ? EXIT_SUCCESS
                                                                                   : EXIT_FAILURE;
}

/* The way up from it is longer than the kernel climbs at once. */
static void check_kill_from_afar(void)
{
    int child = fork();

    if (child == 0)
        exit(descend(GENERATIONS));
    CHECK_EQ(sys_kill((int)consume(BUFFER)), 0);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
    static fork_function *const kinds[] = { fork, dumbfork };
    unsigned many = 60;

    if (argc > 1 && !parse_unsigned(argv[1], &many))
        return EXIT_FAILURE;
    heap = malloc(PAGES * PAGE_SIZE);
    CHECK_EQ(sys_page_alloc(0, MAPPED, PTE_P | PTE_U | PTE_W), 0);
    for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
        check_separate(kinds[i]);
        CHECK_EQ(generations(kinds[i], 0), EXIT_SUCCESS);
        check_permissions(kinds[i]);
        check_output(kinds[i]);
        check_fault_elsewhere(kinds[i]);
        check_kernel_writes(kinds[i]);
        check_quota(kinds[i]);
        check_many(kinds[i], many);
    }
    check_kill_from_afar();
    return check_result();
}
