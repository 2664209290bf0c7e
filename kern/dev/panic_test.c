/* Symbols and backtraces.  (A panic itself ends the run: the runner's own test tries it.) */
#include "dev/panic.h"

#include "dev/backtrace_priv.h"
#include "dev/ksyms_priv.h"
#include "dev/output_test.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"

static char captured[4096];

static unsigned count_lines(const char *text)
{
    unsigned lines = 0;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static bool is_this_file_named(void)
{
    for (const char *at = captured; *at; at++)
        if (strncmp(at, "panic_test.c", 12) == 0)
            return true;
    return false;
}

/* Walks the stack from there; how many lines that gave. */
static unsigned backtrace_lines(uintptr_t eip, uintptr_t ebp)
{
    struct panic_place place = { .eip = eip, .ebp = ebp };

    output_capture(captured, sizeof captured);
    print_backtrace(&place);
    output_end_capture();
    return count_lines(captured);
}

__attribute__((noinline)) static uintptr_t return_address(void)
{
    return (uintptr_t)__builtin_return_address(0);
}

KTEST(dev, ksyms_know_functions_and_lines)
{
    struct ksym symbol = { .function = "", .file = NULL };
    uintptr_t here = return_address(); uint32_t line = __LINE__;

    EXPECT(ksyms_lookup((uintptr_t)ksyms_lookup, &symbol));
    EXPECT(strcmp(symbol.function, "ksyms_lookup") == 0);
    EXPECT_EQ(symbol.offset, 0);
    EXPECT(symbol.file && strcmp(symbol.file, "kern/dev/ksyms.c") == 0);
    EXPECT(ksyms_lookup((uintptr_t)ksyms_lookup + 1, &symbol));
    EXPECT_EQ(symbol.offset, 1);

    EXPECT(ksyms_lookup(here - 1, &symbol));
    EXPECT(strcmp(symbol.function, "ktest_dev_ksyms_know_functions_and_lines") == 0);
    EXPECT(symbol.file && strcmp(symbol.file, "kern/dev/panic_test.c") == 0);
    EXPECT_EQ(symbol.line, line);
}

KTEST(dev, ksyms_know_their_limits)
{
    struct ksym symbol;

    EXPECT(!ksyms_lookup(0, &symbol));
    EXPECT(!ksyms_lookup(0xfffff, &symbol));
    EXPECT(!ksyms_lookup((uintptr_t)captured, &symbol));
    EXPECT(!ksyms_lookup(UINT32_MAX, &symbol));
}

KTEST(dev, backtrace_of_a_good_stack)
{
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

    EXPECT(backtrace_lines(return_address() - 1, frame) >= 2);
    EXPECT(is_this_file_named());
}

KTEST(dev, backtrace_survives_a_damaged_stack)
{
    uintptr_t eip = return_address();
    uintptr_t stack[2];                 /* a frame on this stack: caller, return address */
    uintptr_t frame = (uintptr_t)stack;

    EXPECT_EQ(backtrace_lines(eip, 0), 1);
    EXPECT_EQ(backtrace_lines(eip, 0xfff), 1);
    EXPECT_EQ(backtrace_lines(eip, frame + 1), 1);
    EXPECT_EQ(backtrace_lines(eip, (uintptr_t)current_context() - 4), 1);
    EXPECT_EQ(backtrace_lines(eip, 0x50000000), 1);     /* a program's */
    EXPECT_EQ(backtrace_lines(eip, UINT32_MAX - 3), 1);
    stack[1] = eip;
    stack[0] = frame;                   /* would go round for ever */
    EXPECT_EQ(backtrace_lines(eip, frame), 2);
    stack[0] = frame - 64;              /* downwards */
    EXPECT_EQ(backtrace_lines(eip, frame), 2);
    stack[0] = frame + KSTACK_SLOT;     /* another stack */
    EXPECT_EQ(backtrace_lines(eip, frame), 2);
    stack[0] = 0x50000000;
    EXPECT_EQ(backtrace_lines(0x40001234, frame), 1);   /* user mode: not followed */
    EXPECT_EQ(backtrace_lines(eip, frame), 2);
}
