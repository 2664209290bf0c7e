/* For test programs: checks that report what is wrong and go on.  A test's main ends with
 * `return check_result();`. */
#pragma once

#include "lib/types.h"

#define CHECK(condition)                                                                \
    do {                                                                                \
        if (!(condition))                                                               \
            check_fail(__FILE__, __LINE__, "%s", #condition);                           \
    } while (0)

/* Two numbers that must be equal; both are shown. */
#define CHECK_EQ(left, right)                                                           \
    do {                                                                                \
        uint32_t left_ = (uint32_t)(left), right_ = (uint32_t)(right);                  \
        if (left_ != right_)                                                            \
            check_fail(__FILE__, __LINE__, "%s == %s: %u (0x%x) and %u (0x%x)",         \
                       #left, #right, left_, left_, right_, right_);                    \
    } while (0)

void check_fail(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);

/* Wait until process `pid` has exited, or waits for WHAT ("sleep", "buffer not full"): then it has
 * done what leads there.  A sleep of some length never makes sure of that. */
void check_exits(int pid);
void check_waits(int pid, const char *what);

/* Waits until what the process holds and gave to children is what it was; for what comes back
 * only a while after the call that gave it up: stacks of threads, and what orphans hold. */
struct quota;
void check_quota_back(const struct quota *before);

/* EXIT_SUCCESS if no check has failed, or EXIT_FAILURE. */
int check_result(void);
