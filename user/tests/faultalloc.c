/* A page-fault handler that makes the page: also while the handler's own work faults, and in the
 * middle of a cprintf.
 *
 * Must print: ^fault at 0xceadbeef\nthis string was made at 0xceadbeef$
 * Must print: ^fault at 0xcafebffe\nfault at 0xcafec000\nthis string was made at 0xcafebffe$ */
#include "inc/lib.h"

static unsigned calls;

static void make_page(struct UTrapframe *fault)
{
    void *address = (void *)fault->utf_fault_va;

    calls++;
    cprintf("fault at %p\n", address);
    if (sys_page_alloc(0, ROUNDDOWN(address, PGSIZE), PTE_P | PTE_U | PTE_W) < 0)
        panic("no page for %p", address);
    snprintf((char *)address, 100, "this string was made at %p", address);
}

static void check_string(char *address, unsigned faults)
{
    char wanted[100];

    calls = 0;
    cprintf("%s\n", address);
    snprintf(wanted, sizeof wanted, "this string was made at %p", (void *)address);
    if (strncmp(address, wanted, 14) != 0)
        panic("\"%s\", not \"%s\"", address, wanted);
    if (calls != faults)
        panic("%u faults at %p, not %u", calls, (void *)address, faults);
}

void umain(int argc, char **argv)
{
    (void)argc, (void)argv;
    set_pgfault_handler(make_page);
    check_string((char *)0xCEADBEEF, 1);
    check_string((char *)0xCAFEBFFE, 2);        /* across a page's end: a fault in the handler */
}
