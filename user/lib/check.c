/* Failed checks of test programs. */
#include "check.h"

#include "stdio.h"
#include "stdlib.h"

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

int check_result(void)
{
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
