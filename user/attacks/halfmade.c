/* Attack: children that are made and never let go, with pages of their parent's, some of them
 * killed, some left over when the parent ends, some given a frame in the kernel.
 *
 * Must hold: none of them runs, and nothing of them is left. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"

enum { CHILDREN = 8, PAGES = 200 };

static char page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static int make_and_leave(void)
{
    struct trapframe frame;
    int child = 0;

    memset(&frame, 0xff, sizeof frame);
    memset(page, 1, sizeof page);
    for (unsigned i = 0; i < CHILDREN; i++) {
        CHECK_EQ(sys_exofork(&child), 0);
        CHECK_EQ(sys_page_map(0, (uintptr_t)page, child, (uintptr_t)page, PTE_P | PTE_U), 0);
        CHECK_EQ(sys_page_alloc(child, UXSTACKTOP - PAGE_SIZE, PTE_P | PTE_U | PTE_W), 0);
        CHECK_EQ(sys_env_set_trapframe(child, &frame), 0);
        if (i % 2 == 0)
            CHECK_EQ(sys_kill(child), 0);
        else
            CHECK_EQ(sys_env_set_status(child, 99), E_INVAL_ARG);
    }
    return check_result();
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct quota before = { 0 };

    if (attack_is(argc, argv, "maker"))
        return make_and_leave();
    CHECK_EQ(sys_quota(&before), 0);
    for (unsigned i = 0; i < 4 * size; i++) {
        CHECK_EQ(wait_status(attack_start(argv, size, "maker", PAGES)), EXIT_SUCCESS);
        check_quota_back(&before);
    }
    return check_result();
}
