/* Attack: a program that says that it acts on Ctrl-C itself, and does not; it has a child that does
 * the same, and it names a child that is gone.  `stubborn 1 loop` is that program alone: Ctrl-\
 * must end it (scripts/session).
 *
 * Must hold: its parent can end it; and it cannot take the key from a process that is not its
 * descendant. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "terminal.h"

enum { ROUNDS = 4, PAGES = 150, CHILD_PAGES = 40 };

NORETURN static void refuse_keys(void)
{
    CHECK_EQ(sys_foreground(getppid()), E_INVAL_PID);
    CHECK_EQ(sys_foreground(getpid()), E_INVAL_PID);
    CHECK_EQ(sys_foreground(0), 0);
    int gone = spawn("true", CHILD_PAGES);
    if (fork() == 0) {
        sys_foreground(0);
        for (;;)
            yield();
    }
    if (gone > 0)
        sys_foreground(gone);
    printf("no key is acted on\n");
    wait_status(gone);
    for (;;)
        yield();
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    uint32_t delegated = attack_delegated();

    if (attack_is(argc, argv, "loop"))
        refuse_keys();
    for (unsigned i = 0; i < ROUNDS * size; i++) {
        int pid = attack_start(argv, size, "loop", PAGES);

        sleep_us(1000 * (i % 4));
        CHECK_EQ(attack_end(pid), STATUS_KILLED);
        attack_end_family(delegated);           /* its child is an orphan now */
    }
    return check_result();
}
