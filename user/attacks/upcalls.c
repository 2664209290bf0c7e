/* Attack: page-fault handlers that fault themselves without end, that are nowhere, that unmap their
 * own stack, or that are the kernel's code.
 *
 * Must hold: the process ends by a page fault; no other process notices. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"

enum { KINDS = 5, PAGES = 80, FAULT = STATUS_FAULT + 14 };

static volatile uint32_t *const nowhere = (volatile uint32_t *)0x90000000;

static void fault_again(struct UTrapframe *fault)
{
    *(volatile uint32_t *)(uintptr_t)(fault->fault_va + PAGE_SIZE) = 1;
}

static void unmap_stack(struct UTrapframe *fault UNUSED)
{
    sys_page_unmap(0, UXSTACKTOP - PAGE_SIZE);
}

static void return_only(struct UTrapframe *fault UNUSED)
{
}

static void fault_as(unsigned kind)
{
    static void (*const handlers[])(struct UTrapframe *) = {
        fault_again, unmap_stack, return_only,
    };

    if (kind < ARRAY_SIZE(handlers))
        CHECK_EQ(set_pgfault_handler(handlers[kind]), 0);
    else
        CHECK_EQ(sys_env_set_pgfault_upcall(0, (void (*)(void))(kind == 3 ? 0x100000 : UTOP - 1)),
                 0);
    *nowhere = 1;
}

int main(int argc, char **argv)
{
    static const char *const roles[KINDS] = { "0", "1", "2", "3", "4" };
    unsigned size = attack_size(argc, argv), kind;

    if (argc > 2 && parse_unsigned(argv[2], &kind))
        fault_as(kind);
    for (unsigned i = 0; i < KINDS * size; i++)
        CHECK_EQ(wait_status(attack_start(argv, size, roles[i % KINDS], PAGES)), FAULT);
    return check_result();
}
