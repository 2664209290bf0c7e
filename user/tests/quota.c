/* Quotas: what a child gets is missing from the parent's, no more can be used than there is,
 * and everything comes back, whatever the end. */
#include "abi/layout.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define CHILD_QUOTA 100
#define BUFFER      13
#define ELSEWHERE   (UTHREADS_HI + SUPERPAGE_SIZE)

static struct quota look(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    CHECK(quota.used > 0 && quota.used + quota.delegated <= quota.limit);
    return quota;
}

/* Uses heap until there is no page left: the program must survive that. */
static int use_all(void)
{
    void *heap = NULL;
    unsigned pages = 0;

    CHECK_EQ(look().limit, CHILD_QUOTA);
    while (pages < CHILD_QUOTA) {
        struct quota quota = look();

        if (quota.used + 2 > quota.limit)       /* a page and perhaps a page table */
            break;
        CHECK_EQ(sys_sbrk(PAGE_SIZE, &heap), 0);
        *(volatile char *)heap = 1;
        CHECK(look().used > quota.used);
        pages++;
    }
    CHECK(pages > CHILD_QUOTA / 2 && pages < CHILD_QUOTA);
    CHECK_EQ(spawn("hello", 50), -E_EXCEEDS_QUOTA);
    return check_result();
}

/* Pages that are left, and half of those that are used.  Of these most are the program's own: a
 * heap can't have them. */
static uint32_t beside_half_of_used(void)
{
    struct quota quota = look();

    return quota.limit - quota.delegated - quota.used / 2;
}

/* A heap of more pages than are left.  To ask for more than the quota has is refused, at once or in
 * two halves that are not used yet; but what one half needs is used elsewhere afterwards. */
static char *make_too_large_heap(void)
{
    void *heap = NULL, *rest = NULL;

    CHECK_EQ(sys_sbrk(CHILD_QUOTA * PAGE_SIZE, &heap), E_EXCEEDS_QUOTA);
    CHECK_EQ(sys_sbrk((int)(beside_half_of_used() * PAGE_SIZE), &heap), E_EXCEEDS_QUOTA);
    CHECK_EQ(sys_sbrk(CHILD_QUOTA / 2 * PAGE_SIZE, &heap), 0);
    CHECK_EQ(sys_sbrk(CHILD_QUOTA / 2 * PAGE_SIZE, &rest), E_EXCEEDS_QUOTA);
    for (unsigned i = 0; i < CHILD_QUOTA / 2; i++)
        CHECK_EQ(sys_page_alloc(0, ELSEWHERE + i * PAGE_SIZE, PTE_P | PTE_U | PTE_W), 0);
    return heap;
}

/* One page more than the quota allows is a fault. */
static int use_too_much(void)
{
    memset(make_too_large_heap(), 1, CHILD_QUOTA / 2 * PAGE_SIZE);
    return EXIT_SUCCESS;
}

/* The same when the kernel touches the page for the program. */
static int use_too_much_in_kernel(void)
{
    const char *heap = make_too_large_heap();
    int error = E_INVAL_PID, pid;           /* there is no program with an empty name */

    for (unsigned i = 0; i < CHILD_QUOTA / 2 && error == E_INVAL_PID; i++)
        error = sys_spawn(heap + i * PAGE_SIZE, 0, CPU_ANY, &pid);
    return error;
}

/* Children of children take from their parent's quota only. */
static int nest(unsigned depth)
{
    struct quota quota = look();
    char command[COMMAND_MAX];

    if (depth == 0)
        return EXIT_SUCCESS;
    snprintf(command, sizeof command, "quota nest %u", depth - 1);
    CHECK_EQ(run(command, quota.limit - quota.used - 5), EXIT_SUCCESS);
    struct quota after = look();
    CHECK(memcmp(&quota, &after, sizeof quota) == 0);
    return check_result();
}

static int child(int argc, char **argv)
{
    unsigned depth = 0;

    if (strcmp(argv[1], "all") == 0)
        return use_all();
    if (strcmp(argv[1], "too-much") == 0)
        return use_too_much();
    if (strcmp(argv[1], "kernel") == 0)
        return use_too_much_in_kernel();
    if (strcmp(argv[1], "nest") == 0 && argc > 2 && parse_unsigned(argv[2], &depth))
        return nest(depth);
    consume(BUFFER);
    return EXIT_SUCCESS;
}

/* While a child lives, its quota is delegated; neither side can use it twice. */
static void check_delegation(void)
{
    struct quota before = look();
    int pid = spawn("quota waiter", CHILD_QUOTA);
    struct quota during = look();

    CHECK(pid > 0);
    CHECK_EQ(during.limit, before.limit);
    CHECK_EQ(during.used, before.used);
    CHECK_EQ(during.delegated, before.delegated + CHILD_QUOTA);
    unsigned rest = quota_left(&during);
    CHECK_EQ(spawn("quota waiter", rest + 1), -E_EXCEEDS_QUOTA);
    produce(BUFFER, 1);
    CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
    struct quota after = look();
    CHECK(memcmp(&before, &after, sizeof before) == 0);
}

/* Every quota from nothing to enough: refused, or a program that may run out of stack, or one
 * that runs; and never back again. */
static void check_small_quotas(void)
{
    int last = -E_EXCEEDS_QUOTA;

    for (unsigned pages = 0; pages < 64; pages++) {
        int status = run("hello", pages);

        CHECK(status == last || status == STATUS_FAULT + 14 || status == EXIT_SUCCESS);
        CHECK(last == -E_EXCEEDS_QUOTA || status != -E_EXCEEDS_QUOTA);
        CHECK(last != EXIT_SUCCESS || status == EXIT_SUCCESS);
        last = status;
    }
    CHECK_EQ(last, EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return child(argc, argv);
    struct quota before = look();
    check_small_quotas();
    check_delegation();
    CHECK_EQ(run("quota all", CHILD_QUOTA), EXIT_SUCCESS);
    CHECK_EQ(run("quota too-much", CHILD_QUOTA), STATUS_FAULT + 14);
    CHECK_EQ(run("quota kernel", CHILD_QUOTA), E_INVAL_ADDR);
    CHECK_EQ(run("quota nest 8", 300), EXIT_SUCCESS);
    CHECK_EQ(run("malloc exhaust", 300), EXIT_SUCCESS);
    struct quota after = look();
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    return check_result();
}
