/* Runs the kernel's tests of layers that need no machine as a program on the host, under the
 * address and undefined-behaviour sanitizers: all, or those whose names begin with the first
 * argument.  Prints TAP and a closing line; the exit status is 0 if all passed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/assert.h"
#include "lib/ktest.h"

void panic_at(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    printf("# panic: %s:%d: ", file, line);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
    abort();
}

static void print_line(const char *line)
{
    printf("# %s\n", line);
}

int main(int argc, char **argv)
{
    const char *prefix = argc > 1 ? argv[1] : "";
    unsigned passed = 0, failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    ktest_print = print_line;
    for (const struct ktest *test = __start_ktest; test < __stop_ktest; test++) {
        if (strncmp(test->name, prefix, strlen(prefix)) != 0)
            continue;

        unsigned before = ktest_failures();
        test->run();
        bool ok = ktest_failures() == before;
        *(ok ? &passed : &failed) += 1;
        printf("%sok %u - %s\n", ok ? "" : "not ", passed + failed, test->name);
    }
    printf("1..%u\n%u passed, %u failed\n", passed + failed, passed, failed);
    return passed > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
