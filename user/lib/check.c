/* Failed checks of test programs. */
#include "check.h"

#include "info.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

enum { PATIENCE_MS = 10000 };            /* and so many turns, however slow they are */

static unsigned failures;

void check_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    __atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
    printf("%s:%d: ", file, line);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

/* `what` may be longer than the name that the kernel tells. */
static void await(int pid, enum info_state state, const char *what)
{
    struct process_info info = { 0 };

    for (unsigned tries = 0; tries < PATIENCE_MS; tries++) {
        if (!find_process(pid, &info))
            break;
        if (info.state == state && strncmp(info.wait, what, INFO_NAME_MAX - 1) == 0)
            return;
        sleep_us(1000);
    }
    check_fail(__FILE__, __LINE__, "process %d does not come to state %u %s, but is in %u %s",
               pid, state, what, info.state, info.wait);
}

void check_exits(int pid)
{
    await(pid, INFO_EXITED, "");
}

void check_waits(int pid, const char *what)
{
    await(pid, INFO_WAITING, what);
}

void check_quota_back(const struct quota *before)
{
    struct quota after = { 0 };

    for (unsigned tries = 0; tries < PATIENCE_MS; tries++) {
        CHECK_EQ(sys_quota(&after), 0);
        if (memcmp(before, &after, sizeof after) == 0)
            return;
        sleep_us(1000);
    }
    check_fail(__FILE__, __LINE__, "used %u and %u, delegated %u and %u", before->used,
               after.used, before->delegated, after.delegated);
}

int check_result(void)
{
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
