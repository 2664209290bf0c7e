/* Attack: a long line of processes, each the child of the one before; the first acts on the last
 * again and again, while those in between end.
 *
 * Must hold: each call finds the last one, which is alive, however the line changes; none of them
 * remains. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"

enum { LINE = 60, LINE_MAX = 1000, CALLS = 120, PAGES_EACH = 20, SPARE = 10 };

/* The last one, which has no child, tells the first one. */
NORETURN static void stand_in_line(unsigned left, int first)
{
    int behind = 0;

    while (left > 0 && (behind = fork()) == 0)
        left--;
    if (behind <= 0)
        ipc_send(first, 0, NULL, 0);
    for (;;)
        sleep_us(0xffffffff);
}

static int parent_of(int pid)
{
    return envs[ENV_INDEX(pid)].parent_id;
}

/* The one so many places before the last; 0 if there is none but the caller. */
static int before_last(int last, unsigned places)
{
    int pid = parent_of(last);

    for (; places > 0 && pid != getpid() && pid > 0; places--)
        pid = parent_of(pid);
    return pid == getpid() ? 0 : pid;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    unsigned length = attack_afford(MIN(LINE * size, (unsigned)LINE_MAX), PAGES_EACH);
    uint32_t delegated = attack_delegated();
    int last = 0;

    if (attack_is(argc, argv, "line"))
        stand_in_line(length - 1, getppid());
    int child = attack_start(argv, size, "line", attack_afford(PAGES_EACH * (length + SPARE), 1));
    (void)ipc_recv(&last, NULL, NULL);
    for (unsigned i = 0; i < CALLS; i++) {
        int ended = before_last(last, i * 7 % length);
        if (ended > 0)
            (void)sys_kill(ended);      /* it may have ended before */
        CHECK_EQ(sys_set_affinity(last, 1ull << i % cpu_count()), 0);
    }
    CHECK_EQ(attack_end(child), STATUS_KILLED);
    attack_end_family(delegated);
    return check_result();
}
