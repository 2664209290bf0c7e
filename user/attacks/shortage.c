/* Attack: a program does one thing of each kind that needs pages, with too few of them, and then
 * with one more, until all succeeds: so each allocation in turn is the first that fails.
 *
 * Must hold: an error, or a page fault for want of a page; what was half made is undone; and when
 * the program has ended, all is back. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { REFUSED = 40, FAULT = STATUS_FAULT + 14, PAGES_MAX = 200, CHILD_PAGES = 30 };
enum { FAR = 0x70000000, FARTHER = 0x78000000 };        /* no page table is there yet */

static unsigned refusals;

/* Was it done?  It may have been refused. */
static bool was_done(int error)
{
    bool refused = error == E_EXCEEDS_QUOTA || error == E_MEM;

    refusals += refused;
    CHECK(refused || error == 0);
    return error == 0;
}

static void use_pages(void)
{
    if (!was_done(sys_page_alloc(0, FAR, PTE_P | PTE_U | PTE_W)))
        return;
    if (was_done(sys_page_map(0, FAR, 0, FARTHER, PTE_P | PTE_U)))
        CHECK_EQ(sys_page_unmap(0, FARTHER), 0);
    CHECK_EQ(sys_page_unmap(0, FAR), 0);
}

static void *do_nothing(void *unused UNUSED)
{
    return NULL;
}

static void use_thread(void)
{
    struct thread *thread;

    if (was_done(thread_create(&thread, do_nothing, NULL)))
        thread_join(thread);
}

/* The child may need a page that is not there. */
static void use_fork(void)
{
    int child = fork();

    if (child == 0)
        sys_exit(EXIT_SUCCESS);
    if (!was_done(child < 0 ? -child : 0))
        return;
    int status = wait_status(child);
    refusals += status == FAULT;
    CHECK(status == EXIT_SUCCESS || status == FAULT);
}

static void use_half_child(void)
{
    int child = 0;

    if (!was_done(sys_exofork(&child)))
        return;
    (void)was_done(sys_page_alloc(child, FAR, PTE_P | PTE_U | PTE_W));
    CHECK_EQ(attack_end(child), STATUS_KILLED);
}

static void use_heap(void)
{
    void *block = malloc(5 * PAGE_SIZE);

    refusals += !block;
    free(block);
}

static void use_spawn(char **argv)
{
    int child = attack_start(argv, 1, "nothing", CHILD_PAGES);

    if (!was_done(child < 0 ? -child : 0))
        return;
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
}

static int use_all(char **argv)
{
    use_pages();
    use_half_child();
    use_fork();
    use_thread();
    use_heap();
    use_spawn(argv);
    return check_result() ? EXIT_FAILURE : refusals ? REFUSED : EXIT_SUCCESS;
}

/* True if that many pages were enough for everything. */
static bool try_with(char **argv, unsigned pages)
{
    struct quota before = { 0 };

    CHECK_EQ(sys_quota(&before), 0);
    int worker = attack_start(argv, 1, "worker", pages);
    int status = worker > 0 ? wait_status(worker) : REFUSED;
    CHECK(worker > 0 || !was_done(-worker));
    CHECK(status == EXIT_SUCCESS || status == REFUSED || status == FAULT);
    check_quota_back(&before);
    return status == EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);

    if (attack_is(argc, argv, "nothing"))
        return EXIT_SUCCESS;
    if (attack_is(argc, argv, "worker"))
        return use_all(argv);
    for (unsigned round = 0; round < size; round++) {
        unsigned pages = 1;
        while (pages < PAGES_MAX && !try_with(argv, pages))
            pages++;
        CHECK(pages > CHILD_PAGES && pages < PAGES_MAX);
    }
    return check_result();
}
