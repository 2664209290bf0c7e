/* Attack: half-made children without end.  Each fails, since the quota is used up; if each cost a
 * process id, the process table would wear out.
 *
 * Must hold: a call that fails changes nothing.  The ids of processes that are made afterwards
 * are those that they would have had anyway. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"

enum { CALLS = 6000, QUOTA = 40, SAMPLES = 20 };

/* Uses up the quota, and then has no page for a child. */
static int fail(unsigned calls)
{
    uintptr_t address = VM_USERLO + (VM_USERHI - VM_USERLO) / 2;
    int child, error;

    while ((error = sys_page_alloc(0, address, PTE_P | PTE_U | PTE_W)) == 0)
        address += PAGE_SIZE;
    CHECK_EQ(error, E_EXCEEDS_QUOTA);
    while (calls-- > 0)
        CHECK_EQ(sys_exofork(&child), E_EXCEEDS_QUOTA);
    return check_result();
}

/* The highest generation of the ids of processes that are made now, all of them at once. */
static unsigned generation(void)
{
    int pids[SAMPLES];
    unsigned samples = attack_afford(SAMPLES, QUOTA), highest = 0;

    for (unsigned i = 0; i < samples; i++) {
        pids[i] = spawn("true", QUOTA);
        CHECK(pids[i] > 0);
        highest = MAX(highest, (unsigned)pids[i] / NUM_PROCESSES);
    }
    for (unsigned i = 0; i < samples; i++)
        CHECK_EQ(wait_status(pids[i]), EXIT_SUCCESS);
    return highest;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);

    if (attack_is(argc, argv, "fail"))
        return fail(CALLS * size);
    CHECK_EQ(sys_set_affinity(0, 1), 0);   /* one CPU's free slots are all that is used */
    unsigned before = generation();
    CHECK_EQ(wait_status(attack_start(argv, size, "fail", QUOTA)), EXIT_SUCCESS);
    CHECK(generation() <= before + 2);
    return check_result();
}
