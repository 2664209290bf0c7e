/* A fork made of the exokernel's calls in the program itself, as in JOS: an eager copy of the image
 * and of the stack's page.  Both go on with what was there, and write to their own.
 *
 * Must print: dumbfork: both have their own memory */
#include "inc/lib.h"

static int variable = 5;

static void must(int result)
{
    if (result < 0)
        panic("error %d", -result);
}

static void copy_page(envid_t to, void *page)
{
    must(sys_page_alloc(to, page, PTE_P | PTE_U | PTE_W));
    must(sys_page_map(to, page, 0, UTEMP, PTE_P | PTE_U | PTE_W));
    memmove(UTEMP, page, PGSIZE);
    must(sys_page_unmap(0, UTEMP));
}

static envid_t copy_self(void)
{
    envid_t child = sys_exofork();
    char *page;

    must(child);
    if (child == 0) {
        thisenv = &envs[ENVX(sys_getenvid())];
        return 0;
    }
    for (page = (char *)UTEXT; page < (char *)end; page += PGSIZE)
        copy_page(child, page);
    copy_page(child, ROUNDDOWN((char *)&page, PGSIZE));
    must(sys_env_set_status(child, ENV_RUNNABLE));
    return child;
}

/* The page that the parent maps into the child holds what the child found: 1 is good. */
static void check_child(envid_t child, void *page)
{
    while (envs[ENVX(child)].env_id == child && envs[ENVX(child)].env_status != ENV_FREE &&
           *(volatile int *)page == 0)
        sys_yield();
    if (*(volatile int *)page != 1)
        panic("the child says %d", *(volatile int *)page);
}

void umain(int argc, char **argv)
{
    volatile int *report = (int *)((char *)UTEMP + PGSIZE);
    envid_t parent = sys_getenvid();
    int local = argc;

    envid_t child = copy_self();
    if (child == 0) {
        bool ok = variable == 5 && local == argc && thisenv->env_id == sys_getenvid() &&
                  thisenv->env_parent_id == parent && strcmp(argv[0], binaryname) == 0;
        variable = 6;
        while (!(uvpd[PDX(report)] & PTE_P) || !(uvpt[PGNUM(report)] & PTE_P))
            sys_yield();
        *report = ok ? 1 : 2;
        return;
    }
    must(sys_page_alloc(0, (void *)report, PTE_P | PTE_U | PTE_W));
    must(sys_page_map(0, (void *)report, child, (void *)report, PTE_P | PTE_U | PTE_W));
    check_child(child, (void *)report);
    if (variable != 5 || local != argc)
        panic("the child's writes are here");
    cprintf("dumbfork: both have their own memory\n");
}
