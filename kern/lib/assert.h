/* Broken assertions and other panics.  Both stop the machine with a report; assertions are checked
 * in every build, so they must be cheap. */
#pragma once

#include "lib/types.h"

/* Defined in dev/panic.c: stops all CPUs, prints, leaves the machine.  No locks needed. */
NORETURN void panic_at(const char *file, int line, const char *format, ...)
    PRINTF_LIKE(3, 4);

#define KERN_PANIC(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)

/* What an assertion says when it fails: constant, so that the place that checks it costs
 * one comparison, one branch and, out of the way, one call with one argument. */
struct assertion {
    const char *file;
    int line;
    const char *text;
};

#ifdef __i386__
#define IN_REGISTER __attribute__((regparm(1)))
#else
#define IN_REGISTER
#endif

/* What is proved (`make prove`) never calls it. */
/*@ requires \false; */
NORETURN IN_REGISTER __attribute__((cold))
void assertion_failed(const struct assertion *assertion);

#define KERN_ASSERT(condition)                                                          \
    do {                                                                                \
        if (__builtin_expect(!(condition), 0)) {                                        \
            static const struct assertion assertion_ = { __FILE__, __LINE__, #condition }; \
            assertion_failed(&assertion_);                                              \
        }                                                                               \
    } while (0)
