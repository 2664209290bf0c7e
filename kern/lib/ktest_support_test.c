/* What failing checks need; choosing and running tests is the runner's business. */
#include "lib/ktest.h"

#include "lib/printf.h"

#define LINE_MAX 200

const struct ktest *ktest_running;
void (*ktest_print)(const char *line);
void (*ktest_parallel)(unsigned nthreads,
                       void (*function)(unsigned index, void *argument),
                       void *argument);
void (*ktest_yield)(void);
void (*ktest_set_space)(struct space *space);

static unsigned failures;       /* atomic: checks fail on any CPU */

void ktest_fail(const char *file, int line, const char *format, ...)
{
    char text[LINE_MAX];
    va_list arguments;
    int start = snprintf(text, sizeof text, "%s:%d: ", file, line);

    va_start(arguments, format);
    if ((size_t)start < sizeof text)
        vsnprintf(text + start, sizeof text - (size_t)start, format, arguments);
    va_end(arguments);
    __atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
    ktest_print(text);
}

unsigned ktest_failures(void)
{
    return __atomic_load_n(&failures, __ATOMIC_RELAXED);
}
