/* Attack: one page is mapped hundreds of times, over others and over itself, given to children, and
 * taken back while they write to it; and the kernel's pages and page tables are asked for.
 *
 * Must hold: each mapping is charged and comes back; what is not the program's is refused. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"

#define AREA    0x80000000u
#define WRITE   (PTE_P | PTE_U | PTE_W | PTE_SHARE)

enum { TIMES = 200, CHILDREN = 3 };

static void ask_for_the_kernels(void)
{
    static const uintptr_t others[] = { 0, 0x100000, 0x38000000, UINFO, UVPT, 0xfee00000 };

    for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
        CHECK_EQ(sys_page_map(0, others[i], 0, AREA, PTE_P | PTE_U), E_INVAL_ADDR);
        CHECK_EQ(sys_page_map(0, AREA, 0, others[i], PTE_P | PTE_U), E_INVAL_ADDR);
        CHECK_EQ(sys_page_unmap(0, others[i]), E_INVAL_ADDR);
    }
}

static void storm(unsigned times)
{
    int children[CHILDREN];

    for (unsigned i = 1; i < times; i++)
        CHECK_EQ(sys_page_map(0, AREA, 0, AREA + i * PAGE_SIZE, WRITE), 0);
    for (unsigned i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0)
            for (;;)
                ++*(volatile uint32_t *)(AREA + PAGE_SIZE * (1 + i));
    }
    for (unsigned i = 1; i < times; i++)
        for (unsigned j = 0; j < CHILDREN; j++)
            if (children[j] > 0)
                (void)sys_page_map(0, AREA, children[j], AREA + i * PAGE_SIZE, WRITE);
    for (unsigned j = 0; j < CHILDREN; j++)
        CHECK(children[j] < 0 || attack_end(children[j]) == STATUS_KILLED);
    for (unsigned i = 1; i < times; i++)
        CHECK_EQ(sys_page_unmap(0, AREA + i * PAGE_SIZE), 0);
}

int main(int argc, char **argv)
{
    struct quota before = { 0 };
    unsigned times = attack_afford(TIMES * attack_size(argc, argv), 1 + CHILDREN);

    CHECK_EQ(sys_page_alloc(0, AREA, WRITE), 0);
    storm(CHILDREN + 1);                        /* page tables and what fork needs stay */
    ask_for_the_kernels();
    CHECK_EQ(sys_quota(&before), 0);
    storm(times);
    check_quota_back(&before);
    return check_result();
}
