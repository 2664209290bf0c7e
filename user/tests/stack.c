/* The stack grows on demand to its limit and not one byte further, within the quota, and the
 * pages come back. */
#include "abi/layout.h"
#include "check.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"

#define STACK_PAGES (USTACK_SIZE / PAGE_SIZE)
#define ENOUGH      (STACK_PAGES + 64)
#define TOO_FEW     (STACK_PAGES / 2)
#define PAGE_FAULT  (STATUS_FAULT + 14)

static volatile uint32_t *word_at(uint32_t address)
{
    return (volatile uint32_t *)(uintptr_t)address;
}

/* Touches every page from the top down to `lowest`; each must be zero before. */
static int touch_down_to(uint32_t lowest)
{
    uint32_t here = ROUND_DOWN((uint32_t)(uintptr_t)&lowest, PAGE_SIZE);

    for (uint32_t page = here - PAGE_SIZE; page >= lowest; page -= PAGE_SIZE) {
        if (*word_at(page) != 0)
            return EXIT_FAILURE;
        *word_at(page) = page;
    }
    for (uint32_t page = here - PAGE_SIZE; page >= lowest; page -= PAGE_SIZE)
        if (*word_at(page) != page)
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}

/* A real overflow: every call takes some stack, and there are more than fit. */
static __attribute__((noinline)) unsigned recurse(unsigned depth)
{
    volatile unsigned frame[32];

    if (depth == USTACK_SIZE)
        return 0;
    frame[depth % 32] = depth;
    return recurse(depth + 1) + frame[depth % 32];
}

static int child(const char *what)
{
    if (strcmp(what, "whole") == 0)
        return touch_down_to(USTACK_LO);
    if (strcmp(what, "lowest") == 0)            /* it need not grow evenly */
        *word_at(USTACK_LO) = 1;
    if (strcmp(what, "past") == 0)
        *word_at(USTACK_LO - 4) = 1;
    if (strcmp(what, "recursion") == 0)
        return (int)recurse(0);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct quota before = { 0 }, after = { 0 };

    if (argc > 1)
        return child(argv[1]);
    CHECK_EQ(sys_quota(&before), 0);
    CHECK_EQ(run("stack whole", ENOUGH), EXIT_SUCCESS);
    CHECK_EQ(run("stack lowest", ENOUGH), EXIT_SUCCESS);
    CHECK_EQ(run("stack past", ENOUGH), PAGE_FAULT);
    CHECK_EQ(run("stack recursion", ENOUGH), PAGE_FAULT);
    CHECK_EQ(run("stack whole", TOO_FEW), PAGE_FAULT);      /* the quota is exhausted */
    CHECK_EQ(run("stack lowest", TOO_FEW), EXIT_SUCCESS);
    CHECK_EQ(sys_quota(&after), 0);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    return check_result();
}
