/* Failed checks of test programs. */
#include "check.h"

#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

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

void check_quota_back(const struct quota *before)
{
    struct quota after = { 0 };

    for (unsigned tries = 0; tries < 5000; tries++) {
        CHECK_EQ(sys_quota(&after), E_SUCC);
        if (memcmp(before, &after, sizeof(after)) == 0)
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
