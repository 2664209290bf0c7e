/* Attack: threads have floating-point exceptions pending that are not masked, and then call, sleep,
 * fork, are preempted and end so.
 *
 * Must hold: the exception is their own, not the kernel's nor another thread's; each child ends by
 * it, or as it wants to. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { ROUNDS = 6, PAGES = 60, MATH_FAULT = STATUS_FAULT + 16, STATUS = 3 };

/* 1/0, with all exceptions let through: the next instruction of the x87 that waits raises it. */
static void make_pending(void)
{
    static const uint16_t control = 0x340;

    __asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp" : : "m"(control) : "st", "st(1)");
}

static void wait_for_it(void)
{
    __asm__ volatile("fwait");
}

static void *pend_and_sleep(void *unused UNUSED)
{
    make_pending();
    sleep_us(2000);
    return NULL;
}

NORETURN static void pend(unsigned kind)
{
    struct thread *thread;
    int child;

    switch (kind) {
    case 0:
        make_pending();
        exit(STATUS);
    case 1:
        make_pending();
        sleep_us(3000);
        wait_for_it();
        exit(0);
    case 2:
        CHECK_EQ(thread_create(&thread, pend_and_sleep, NULL), 0);
        thread_join(thread);
        wait_for_it();
        exit(STATUS);
    default:
        make_pending();
        child = fork();
        if (child > 0)
            wait_status(child);
        exit(STATUS);
    }
}

int main(int argc, char **argv)
{
    static const char *const roles[] = { "0", "1", "2", "3" };
    static const int statuses[] = { STATUS, MATH_FAULT, STATUS, STATUS };
    unsigned size = attack_size(argc, argv), kind;

    if (argc > 2 && parse_unsigned(argv[2], &kind))
        pend(kind);
    for (unsigned i = 0; i < ROUNDS * size * ARRAY_SIZE(roles); i++) {
        unsigned k = i % ARRAY_SIZE(roles);
        CHECK_EQ(wait_status(attack_start(argv, size, roles[k], PAGES)), statuses[k]);
    }
    return check_result();
}
