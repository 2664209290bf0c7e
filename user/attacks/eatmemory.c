/* Attack: several processes take pages in every way there is, at once, until they get no more.
 *
 * Must hold: an error, or a page fault with its report, and never more than the quota; afterwards
 * all is back. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"

enum { EATERS = 4, PAGES = 150, FAULT = STATUS_FAULT + 14 };

static void eat(void)
{
    struct quota quota = { 0 };
    void *end;

    for (uintptr_t va = 0x80000000; sys_page_alloc(0, va, PTE_P | PTE_U | PTE_W) == 0;
         va += 3 * SUPERPAGE_SIZE / 2)          /* often with another page table */
        CHECK(va < VM_USERHI);
    for (uintptr_t va = 0x70000000; sys_page_map(0, (uintptr_t)eat & ~0xfffu, 0, va,
                                                 PTE_P | PTE_U) == 0; va += PAGE_SIZE) {}
    CHECK_EQ(sys_quota(&quota), 0);
    CHECK(quota.used + quota.delegated <= quota.limit);
    CHECK_EQ(sys_sbrk((int)(quota.limit * PAGE_SIZE), &end), E_EXCEEDS_QUOTA);
    for (volatile char *stack = (volatile char *)&quota;; stack -= PAGE_SIZE)
        *stack = 1;                             /* no page for it */
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct quota before = { 0 };
    int eaters[EATERS];

    if (attack_is(argc, argv, "eater"))
        eat();
    CHECK_EQ(sys_quota(&before), 0);
    unsigned pages = attack_afford(PAGES * size, EATERS);
    for (unsigned round = 0; round < size; round++) {
        for (unsigned i = 0; i < EATERS; i++)
            eaters[i] = attack_start(argv, size, "eater", pages);
        for (unsigned i = 0; i < EATERS; i++)
            CHECK_EQ(wait_status(eaters[i]), FAULT);
    }
    check_quota_back(&before);
    return check_result();
}
