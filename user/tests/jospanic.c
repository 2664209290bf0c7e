/* A program in JOS's manner whose child panics: the child ends, and no other process does.
 *
 * Must print: \] user panic in jospanic at .*jospanic\.c:\d+: as it should: 1, invalid parameter$
 * Must print: ^the parent goes on$ */
#include <inc/lib.h>

static bool exists(envid_t env)
{
    return envs[ENVX(env)].env_id == env && envs[ENVX(env)].env_status != ENV_FREE;
}

void umain(int argc, char **argv)
{
    envid_t child = fork();

    if (child < 0)
        panic("%s: fork: %e", argv[0], child);
    if (child == 0)
        panic("as it should: %d, %e", argc, -E_INVAL);
    while (exists(child))
        sys_yield();
    if (sys_env_set_status(child, ENV_RUNNABLE) != -E_BAD_ENV)
        panic("%s: there still is something of the child", argv[0]);
    cprintf("the parent goes on\n");
}
