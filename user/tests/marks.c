/* Marks in the record of the run: several processes at once mark texts of every length; a bad text
 * is an error, and marks nothing.  scripts/selftest/trace looks at the record of this program. */
#include "abi/layout.h"
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define CHILDREN 3

static char long_text[TRACE_MARK_MAX + 1];

/* "1", "12", ... up to the longest, and then nothing. */
static void mark_every_length(void)
{
    char text[TRACE_MARK_MAX] = "";

    for (unsigned length = 1; length < TRACE_MARK_MAX; length++) {
        text[length - 1] = (char)('0' + length % 10);
        CHECK_EQ(sys_trace_mark(text), 0);
    }
    trace_mark("");
}

static void mark_bad_texts(void)
{
    static const uint32_t bad[] = { 0, PAGE_SIZE, VM_USERLO - 16, USTACKTOP, UVPT, 0xfffffff0 };

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_EQ(sys_trace_mark((const char *)(uintptr_t)bad[i]), E_INVAL_ADDR);
    volatile char *last = (char *)USTACKTOP - 1;        /* nothing is mapped behind it */
    char kept = *last;
    *last = 'x';
    CHECK_EQ(sys_trace_mark((char *)last), E_INVAL_ADDR);
    *last = kept;
    memset(long_text, 'x', TRACE_MARK_MAX);
    CHECK_EQ(sys_trace_mark(long_text), E_INVAL_ARG);
    long_text[TRACE_MARK_MAX - 1] = '\0';
    CHECK_EQ(sys_trace_mark(long_text), 0);
}

int main(int argc, char **argv)
{
    int pids[CHILDREN];

    (void)argv;
    if (argc > 1) {
        mark_every_length();
        return check_result();
    }
    trace_mark("before \"them\", all \xc3\xa4");
    mark_bad_texts();
    for (unsigned i = 0; i < CHILDREN; i++)
        pids[i] = spawn("marks child", 32);
    for (unsigned i = 0; i < CHILDREN; i++)
        CHECK_EQ(wait_status(pids[i]), EXIT_SUCCESS);
    trace_mark("after");
    return check_result();
}
