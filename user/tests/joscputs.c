/* sys_cputs as JOS has it: of a text that cannot be read whole nothing is printed, JOS's words are,
 * and the program ends; its page-fault handler is not asked.
 *
 * Must print: \] user_mem_check assertion failure for va 00000001$
 * Must print: \] user_mem_check assertion failure for va cdadbeef$
 * Must print: \] user_mem_check assertion failure for va d0001000$
 * Must print: ^w{4096}$
 * Must print 0 times: wx|handler|not reached */
#include <inc/lib.h>
#include <inc/mmu.h>
#include <inc/x86.h>

#define PAGE ((char *)0xD0000000)

static void refuse(struct UTrapframe *fault)
{
    panic("the handler was asked for %08x", fault->utf_fault_va);
}

static bool exists(envid_t env)
{
    return envs[ENVX(env)].env_id == env && envs[ENVX(env)].env_status != ENV_FREE;
}

/* In a child, which must end of it. */
static void put_badly(const char *text, size_t length)
{
    envid_t child = fork();

    if (child < 0)
        panic("fork: %e", child);
    if (child == 0) {
        set_pgfault_handler(refuse);
        sys_cputs(text, length);
        panic("not reached");
    }
    while (exists(child))
        sys_yield();
}

void umain(int argc, char **argv)
{
    (void)argc, (void)argv;
    if (sys_page_alloc(0, PAGE, PTE_P | PTE_U | PTE_W) < 0)
        panic("no page");
    memset(PAGE, 'w', PGSIZE);
    sys_cputs(PAGE, PGSIZE);
    sys_cputs("\n", 1);
    memset(PAGE, 'x', PGSIZE);
    put_badly((char *)1, 1);
    put_badly((char *)0xCDADBEEF, 1);
    put_badly(PAGE + PGSIZE - 600, 601);        /* more than one system call takes */
    sys_cputs((char *)1, 0);
    assert((read_eflags() & (FL_IF | FL_IOPL_MASK | FL_TF | FL_NT | FL_VM)) == FL_IF);
}
