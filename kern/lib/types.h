/* Integer types, address types and the few macros that every file uses. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address in physical memory, and one in a program's half.  Neither is a pointer, so
 * that neither can be dereferenced by mistake. */
typedef uint32_t paddr_t;
typedef uint32_t uaddr_t;

#define ARRAY_SIZE(a)       (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)           ((a) < (b) ? (a) : (b))
#define MAX(a, b)           ((a) > (b) ? (a) : (b))

/* `unit` is a power of two; ROUND_UP wraps to 0 if the result would not fit. */
#define ROUND_DOWN(n, unit) ((n) & ~((unit) - 1))
#define ROUND_UP(n, unit)   (((n) + (unit) - 1) & ~((unit) - 1))

/* The struct that `pointer`, the address of its `member`, lies in. */
#define container_of(pointer, type, member) \
    ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

#define MUST_USE            __attribute__((warn_unused_result))
#define NORETURN            __attribute__((noreturn))
#define NOINLINE            __attribute__((noinline))
#define ALWAYS_INLINE       __attribute__((always_inline))
#define COLD                __attribute__((cold))       /* a function that is rarely called */

/* The same pointer.  The compiler keeps it in a register, instead of computing it anew for each
 * use: that spares an acquired lock 5 of 25 instructions. */
#define KEPT(pointer)                                                                   \
    __extension__ ({                                                                    \
        __typeof__(pointer) kept_ = (pointer);                                          \
        __asm__("" : "+r"(kept_));                                                      \
        kept_;                                                                          \
    })

#ifdef __clang__
#define COLD_LABEL          UNUSED
#else
#define COLD_LABEL          __attribute__((cold))       /* after a label: rarely come by */
#endif
#define UNUSED              __attribute__((unused))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
