/* Tests inside the kernel: KTEST defines one, the linker collects them in a table, the runner
 * (init/, or the host's main) picks and runs them.  A check that fails is reported and
 * counted, and the test goes on. */
#pragma once

#include "lib/types.h"

struct ktest {
    const char *name;           /* "layer.name" */
    void (*run)(void);
};

/* The test that runs; set by the runner. */
extern const struct ktest *ktest_running;

/* The table: the linker names the ends of the section "ktest" so. */
extern const struct ktest __start_ktest[], __stop_ktest[];

#define KTEST(layer, test)                                                              \
    static void ktest_##layer##_##test(void);                                           \
    static const struct ktest ktest_entry_##layer##_##test                              \
        __attribute__((used, section("ktest"), aligned(sizeof(void *)))) =              \
        { #layer "." #test, ktest_##layer##_##test };                                   \
    static void ktest_##layer##_##test(void)

#define EXPECT(condition)                                                               \
    do {                                                                                \
        if (!(condition))                                                               \
            ktest_fail(__FILE__, __LINE__, "%s", #condition);                           \
    } while (0)

/* Compares two numbers of at most 32 bits and shows both if they differ. */
#define EXPECT_EQ(left, right)                                                          \
    do {                                                                                \
        uint32_t left_ = (uint32_t)(left), right_ = (uint32_t)(right);                  \
        if (left_ != right_)                                                            \
            ktest_fail(__FILE__, __LINE__, "%s == %s: %u (0x%x) and %u (0x%x)",         \
                       #left, #right, left_, left_, right_, right_);                    \
    } while (0)

/* Counts a failure and hands one line without its end to ktest_print.  Any thread. */
void ktest_fail(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);

/* Failed checks since boot. */
unsigned ktest_failures(void);

/* Prints one line: set by the runner before it runs anything. */
extern void (*ktest_print)(const char *line);

/* Runs `function(index, argument)` on nthreads kernel threads spread over all CPUs and returns
 * when all are done: set by the thread layer, used by the stress tests of those below it. */
extern void (*ktest_parallel)(unsigned nthreads,
                              void (*function)(unsigned index, void *argument),
                              void *argument);

/* Lets other threads of this CPU run: set by the thread layer. */
extern void (*ktest_yield)(void);

/* Gives the calling thread another address space, NULL for the kernel's: set by the thread
 * layer, used by the tests of those below it. */
struct space;
extern void (*ktest_set_space)(struct space *space);
