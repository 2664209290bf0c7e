/* Attack: a process takes its own code or stack away, or its parent does, while it runs and while
 * it is in the kernel.
 *
 * Must hold: without code it ends by a page fault; a stack fills again; it can be ended. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"

enum { KINDS = 4, PAGES = 60, FAULT = STATUS_FAULT + 14 };

NORETURN static void be_robbed(void)
{
    for (;;)
        yield();
}

static uintptr_t target(unsigned kind)
{
    static const uintptr_t stack = USTACKTOP - PAGE_SIZE;

    return kind % 2 == 0 ? (uintptr_t)be_robbed & ~(uintptr_t)(PAGE_SIZE - 1) : stack;
}

static void rob_self(unsigned kind)
{
    for (unsigned i = 0; i < 4; i++)
        sys_page_unmap(0, target(kind) - i * PAGE_SIZE);
    be_robbed();
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);

    if (attack_is(argc, argv, "code"))
        rob_self(0);
    if (attack_is(argc, argv, "stack"))
        rob_self(1);
    if (attack_is(argc, argv, "victim"))
        be_robbed();
    for (unsigned i = 0; i < KINDS * size; i++) {
        const char *role = i % KINDS == 0 ? "code" : i % KINDS == 1 ? "stack" : "victim";
        int pid = attack_start(argv, size, role, PAGES);

        if (i % KINDS >= 2) {
            sleep_us(500);
            CHECK_EQ(sys_page_unmap(pid, target(i)), 0);
        }
        if (i % 2 == 0)
            CHECK_EQ(wait_status(pid), FAULT);
        else
            CHECK(attack_end(pid) >= STATUS_KILLED);
    }
    return check_result();
}
