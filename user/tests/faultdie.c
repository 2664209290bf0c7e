/* A page-fault handler may end the program: with status 0, as if nothing had happened.
 *
 * Must print: ^fault at 0xceadbeef, error code 6$
 * Must print 0 times: it went on */
#include "inc/lib.h"

static void end_here(struct UTrapframe *fault)
{
    cprintf("fault at 0x%x, error code %u\n", fault->utf_fault_va, fault->utf_err & 7);
    if (fault->utf_fault_va == 0xCEADBEEF && (fault->utf_err & 7) == (FEC_WR | FEC_U))
        sys_env_destroy(sys_getenvid());
}

void umain(int argc, char **argv)
{
    (void)argc, (void)argv;
    set_pgfault_handler(end_here);
    *(volatile int *)0xCEADBEEF = 0;
    panic("it went on");
}
