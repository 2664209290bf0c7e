/* Attack: threads wait for words on a page that is shared, taken away, put elsewhere, and given to
 * another process, while strangers wake them and a kill comes.
 *
 * Must hold: no process waits for ever, and a wake reaches only those that wait for that word. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"

#define SHARED  0x80000000u

enum { ROUNDS = 15 };

/* Waits for the word until the page is taken away under it, or it is killed. */
static void be_waiting(void)
{
    while (sys_futex_wait((const uint32_t *)SHARED, 0, 3000) == E_TIMEOUT) {}
    exit(EXIT_SUCCESS);
}

static void one_round(unsigned round)
{
    unsigned woken = 0;

    CHECK_EQ(sys_page_alloc(0, SHARED, PTE_P | PTE_U | PTE_W | PTE_SHARE), 0);
    int child = fork();
    if (child == 0)
        be_waiting();
    sleep_us(500 * (round % 3));
    switch (round % 3) {
    case 0:
        CHECK_EQ(sys_kill(child), 0);
        break;
    case 1:
        CHECK_EQ(sys_page_unmap(child, SHARED), 0);
        break;
    default:
        do
            CHECK_EQ(sys_futex_wake((const uint32_t *)SHARED, 0xffffffff, &woken), 0);
        while (woken == 0);
    }
    CHECK_EQ(sys_page_unmap(0, SHARED), 0);
    CHECK(sys_futex_wake((const uint32_t *)SHARED, 1, &woken) == E_INVAL_ADDR);
    CHECK(wait_status(child) == (round % 3 == 0 ? STATUS_KILLED : EXIT_SUCCESS));
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);

    for (unsigned i = 0; i < ROUNDS * size; i++)
        one_round(i);
    return check_result();
}
