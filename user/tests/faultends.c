/* Programs that a page fault ends: without a handler, with one that cannot be entered or does not
 * help, and what of memory is the kernel's.  The report says why a handler did not help.
 *
 * Must print: its page-fault handler 0x40000000: no exception stack
 * Must print: its page-fault handler 0xceadbeef: fault loop: it cannot be executed
 * Must print: its page-fault handler 0x00100020: its address is not the program's
 * Must print: its page-fault handler 0xfffffff0: its address is not the program's
 * Must print: its page-fault handler 0x40......: fault loop: the same fault again and again
 * Must print: its page-fault handler 0x40......: exception stack overflow */
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

static void write_to(uintptr_t address)
{
    *(volatile int *)address = 1;
}

static void read_from(uintptr_t address)
{
    (void)*(volatile int *)address;
}

static void faultread(void) { read_from(0); }
static void faultwrite(void) { write_to(0); }
static void faultreadkernel(void) { read_from(0x100000); }
static void faultwritekernel(void) { write_to(0x100000); }
static void faultreadstacks(void) { read_from(WINDOW_LO + 0x4000 - 4); }
static void faultwriteview(void) { write_to(UVPT + VM_USERLO / 1024); }
static void faultwriteinfo(void) { write_to(UINFO); }

static void with_upcall(uintptr_t upcall, uintptr_t stack)
{
    if (stack != 0)
        CHECK_EQ(sys_page_alloc(0, stack, PTE_P | PTE_U | PTE_W), 0);
    CHECK_EQ(sys_env_set_pgfault_upcall(0, (void (*)(void))upcall), 0);
    write_to(0);
}

static void faultnostack(void) { with_upcall(VM_USERLO, 0); }
static void faultbadhandler(void) { with_upcall(0xCEADBEEF, UXSTACKTOP - PAGE_SIZE); }
static void faultevilhandler(void) { with_upcall(0x100020, UXSTACKTOP - PAGE_SIZE); }
static void faulthighhandler(void) { with_upcall(0xfffffff0, UXSTACKTOP - PAGE_SIZE); }

static void do_nothing(struct UTrapframe *fault UNUSED)
{
}

static void fault_again(struct UTrapframe *fault)
{
    write_to(fault->fault_va + 4);
}

static void faultloop(void)
{
    CHECK_EQ(set_pgfault_handler(do_nothing), 0);
    write_to(0);
}

/* Each handler's frame is below the one before: until the exception stack is used up. */
static void faultdeep(void)
{
    CHECK_EQ(set_pgfault_handler(fault_again), 0);
    write_to(0);
}

/* The handler is taken away again. */
static void faultnone(void)
{
    CHECK_EQ(set_pgfault_handler(do_nothing), 0);
    CHECK_EQ(set_pgfault_handler(NULL), 0);
    write_to(0);
}

static const struct {
    const char *name;
    void      (*run)(void);
} programs[] = {
    { "faultread", faultread }, { "faultwrite", faultwrite },
    { "faultreadkernel", faultreadkernel }, { "faultwritekernel", faultwritekernel },
    { "faultreadstacks", faultreadstacks }, { "faultwriteview", faultwriteview },
    { "faultwriteinfo", faultwriteinfo }, { "faultnostack", faultnostack },
    { "faultbadhandler", faultbadhandler }, { "faultevilhandler", faultevilhandler },
    { "faulthighhandler", faulthighhandler }, { "faultloop", faultloop },
    { "faultdeep", faultdeep }, { "faultnone", faultnone },
};

int main(int argc, char **argv)
{
    for (unsigned i = 0; i < ARRAY_SIZE(programs); i++) {
        char command[COMMAND_MAX];

        if (argc > 1 && strcmp(argv[1], programs[i].name) == 0) {
            programs[i].run();
            return EXIT_SUCCESS;                /* too good */
        }
        snprintf(command, sizeof command, "faultends %s", programs[i].name);
        if (argc == 1 && run(command, 40) != STATUS_FAULT + 14)
            check_fail(__FILE__, __LINE__, "%s went on", programs[i].name);
    }
    return check_result();
}
