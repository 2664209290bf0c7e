/* A mapping that is taken away, replaced or made read-only is so on other CPUs before the call
 * returns: two CPUs race over one page, one by writing to it, one by system calls. */
#include "abi/error.h"
#include "check.h"
#include "env_calls.h"
#include "thread.h"

enum { PAGE = 0xC4000000u, FIRST = 0xC4001000u, SECOND = 0xC4002000u, ROUNDS = 300 };

#define WORD(va) (*(volatile uint32_t *)(va))

static volatile bool over;

static void *write_on(void *unused)
{
    while (!over)
        WORD(PAGE) = WORD(PAGE) + 1;
    return unused;
}

static void await_change(uint32_t va)
{
    uint32_t before = WORD(va);

    while (WORD(va) == before)
        yield();
}

/* Of the two pages, one is what the other thread sees at PAGE; as soon as it is the other one,
 * the first must stand still. */
static void check_replace(void)
{
    struct thread *thread;

    CHECK_EQ(sys_page_alloc(0, FIRST, PTE_WRITE), 0);
    CHECK_EQ(sys_page_alloc(0, SECOND, PTE_WRITE), 0);
    CHECK_EQ(sys_page_map(0, FIRST, 0, PAGE, PTE_WRITE), 0);
    CHECK_EQ(thread_create(&thread, write_on, NULL), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t from = i % 2 ? SECOND : FIRST, to = i % 2 ? FIRST : SECOND;

        await_change(from);
        CHECK_EQ(sys_page_map(0, to, 0, PAGE, PTE_WRITE), 0);
        uint32_t seen = WORD(from);
        await_change(to);
        CHECK_EQ(WORD(from), seen);
    }
    over = true;
    thread_join(thread);
}

enum how { UNMAP, PROTECT, REPLACE };

static int take_away(int child, enum how how)
{
    switch (how) {
    case UNMAP:
        return sys_page_unmap(child, PAGE);
    case PROTECT:
        return sys_page_map(child, PAGE, child, PAGE, PTE_READ);
    default:
        return sys_page_alloc(child, PAGE, PTE_READ);
    }
}

/* A child writes to a page until that is taken from it: from then on the page stands still, and
 * the next write ends the child. */
static void check_child(enum how how)
{
    int child = exofork();

    if (child == 0)
        for (;;)
            WORD(PAGE) = WORD(PAGE) + 1;
    CHECK(child > 0);
    CHECK_EQ(copy_space(child), 0);
    CHECK_EQ(sys_page_map(0, FIRST, child, PAGE, PTE_WRITE), 0);
    CHECK_EQ(sys_env_set_status(child, ENV_RUNNABLE), 0);
    await_change(FIRST);
    CHECK_EQ(take_away(child, how), 0);
    uint32_t seen = WORD(FIRST);
    CHECK_EQ(wait_status(child), STATUS_FAULT + 14);
    CHECK_EQ(WORD(FIRST), seen);
}

int main(void)
{
    check_replace();
    for (unsigned i = 0; i < 10; i++) {
        check_child(UNMAP);
        check_child(PROTECT);
        check_child(REPLACE);
    }
    return check_result();
}
