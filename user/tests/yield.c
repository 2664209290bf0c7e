/* Three processes that yield to each other all come to their end.
 *
 * Must print 3 times: ^Hello, I am environment [0-9a-f]{8}\.$
 * Must print 15 times: ^Back in environment [0-9a-f]{8}, iteration [0-4], CPU \d+\.$
 * Must print 3 times: ^All done in environment [0-9a-f]{8}\.$ */
#include "inc/lib.h"

static volatile uint32_t *const done = (uint32_t *)0xD0000000;

static void take_turns(void)
{
    cprintf("Hello, I am environment %08x.\n", thisenv->env_id);
    for (int i = 0; i < 5; i++) {
        sys_yield();
        cprintf("Back in environment %08x, iteration %d, CPU %d.\n", thisenv->env_id, i,
                thisenv->env_cpunum);
    }
    cprintf("All done in environment %08x.\n", thisenv->env_id);
    __atomic_add_fetch(done, 1, __ATOMIC_SEQ_CST);
}

void umain(int argc, char **argv)
{
    (void)argc, (void)argv;
    if (sys_page_alloc(0, (void *)done, PTE_P | PTE_U | PTE_W | PTE_SHARE) < 0)
        panic("no page");
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            take_turns();
            return;
        }
    uint32_t before = thisenv->env_runs;
    take_turns();
    while (*done < 3)
        sys_yield();
    assert(thisenv->env_runs >= before && thisenv->env_status == ENV_RUNNING);
}
