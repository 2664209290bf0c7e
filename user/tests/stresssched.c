/* Twenty processes count at once, each for itself, with yields in between: a process that ran on
 * two CPUs at a time would lose counts, and so would one whose registers are mixed up. */
#include "inc/lib.h"

enum { CHILDREN = 20, ROUNDS = 10, COUNT = 2000 };

static struct {
    uint32_t finished, wrong;
} volatile *const report = (void *)0xD0000000;

static volatile uint32_t counter;

static void count(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        sys_yield();
        for (int i = 0; i < COUNT; i++)
            counter++;
    }
    if (counter != ROUNDS * COUNT) {
        cprintf("[%08x] counted %u, on CPU %d\n", thisenv->env_id, counter, thisenv->env_cpunum);
        __atomic_add_fetch(&report->wrong, 1, __ATOMIC_SEQ_CST);
    }
    __atomic_add_fetch(&report->finished, 1, __ATOMIC_SEQ_CST);
}

void umain(int argc, char **argv)
{
    int i;

    (void)argc, (void)argv;
    if (sys_page_alloc(0, (void *)report, PTE_P | PTE_U | PTE_W | PTE_SHARE) < 0)
        panic("no page");
    for (i = 0; i < CHILDREN; i++)
        if (fork() == 0)
            break;
    if (i < CHILDREN) {
        count();
        return;
    }
    while (report->finished < CHILDREN)
        sys_yield();
    if (report->wrong > 0 || counter != 0)
        panic("%u counted wrong", report->wrong);
}
