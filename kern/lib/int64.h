/* What compilers call for 64-bit arithmetic that the i386 has no instruction for.  They expect
 * these names (GCC Internals, "The GCC low-level runtime library"), which usually come with
 * the compiler, in a library of its own; here they are a part of the kernel and of the programs'
 * library, so that no compiler needs one for 32 bits.  Call none of them by name: write `n / d`.
 * Division by zero faults like that of smaller numbers. */
#pragma once

#include "lib/types.h"

uint64_t __udivdi3(uint64_t number, uint64_t divisor);
uint64_t __umoddi3(uint64_t number, uint64_t divisor);
uint64_t __udivmoddi4(uint64_t number, uint64_t divisor, uint64_t *rest);

/* These round to zero: a rest has the sign of the number. */
int64_t __divdi3(int64_t number, int64_t divisor);
int64_t __moddi3(int64_t number, int64_t divisor);
int64_t __divmoddi4(int64_t number, int64_t divisor, int64_t *rest);

/* Zeros below the lowest bit that is set (`number` is not 0), and 1 more than that, 0 for 0. */
int __ctzdi2(uint64_t number);
int __ffsdi2(uint64_t number);

int __popcountsi2(uint32_t number);
int __popcountdi2(uint64_t number);

/* One division of the machine (divide_long.S): the quotient in the lower half of the result, the
 * rest in the upper.  The quotient must fit, so `number`'s upper half must be below `divisor`.
 * Programs call it like the kernel, arguments in registers. */
__attribute__((regparm(3))) uint64_t divide_long(uint64_t number, uint32_t divisor);
