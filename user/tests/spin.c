/* A child that never gives up its CPU is stopped by its parent, even on the same CPU. */
#include "inc/lib.h"

void umain(int argc, char **argv)
{
    (void)argc, (void)argv;
    for (int i = 0; i < 5; i++) {
        envid_t child = fork();
        if (child == 0)
            for (;;)
                continue;
        if (child < 0)
            panic("fork: %d", child);
        for (int turn = 0; turn < 8; turn++)
            sys_yield();
        if (sys_env_destroy(child) < 0)
            panic("the child cannot be destroyed");
        while (envs[ENVX(child)].env_id == child && envs[ENVX(child)].env_status != ENV_FREE)
            sys_yield();
    }
    if (sys_env_destroy(0x7fffffff) != -E_BAD_ENV)
        panic("a process that is none was destroyed");
}
