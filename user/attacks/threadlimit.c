/* Attack: a program makes as many threads as it can, waits, and exits; one after the other.
 *
 * Must hold: the pages of their stacks come back.  What the kernel keeps for the next threads is
 * little, and a program that needs all pages gets them. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"

enum { SPARE_MAX = 34, PAGES_PER_STACK = 3, OWN_PAGES = 60, THREADS = 700 };

static struct memory_info memory(void)
{
    struct memory_info info;

    CHECK_EQ(sys_memory_info(&info), 0);
    return info;
}

/* Maps pages until the quota is used up: nothing else may stop it. */
static int take_pages(void)
{
    uintptr_t address = 0x80000000;
    int error;

    while ((error = sys_page_alloc(0, address, PTE_P | PTE_U | PTE_W)) == 0)
        address += PAGE_SIZE;
    CHECK_EQ(error, E_EXCEEDS_QUOTA);
    return check_result();
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);

    if (attack_is(argc, argv, "threads"))
        return attack_threads(THREADS * size) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    if (attack_is(argc, argv, "pages"))
        return take_pages();
    for (unsigned i = 0; i < 2; i++) {
        int pid = attack_start(argv, size, "threads", attack_pages() - OWN_PAGES);

        CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
        CHECK(memory().stack_pages <= SPARE_MAX * PAGES_PER_STACK * (cpu_count() + 1));
    }
    CHECK_EQ(wait_status(attack_start(argv, size, "pages", attack_pages() - OWN_PAGES)),
             EXIT_SUCCESS);
    return check_result();
}
