/* Formatted text, as in ISO C (C11, 7.21.6.1):
 *
 *     %[- + space # 0][width][.precision][hh h l ll j z t]  and one of
 *     d i u x X o     integers                c   a character      %  itself
 *     f F e E g G     a double, exactly       s   a string         p  a pointer
 *
 * Width and precision may be `*`.  A pointer has 0x, also NULL's; a NULL string is "(null)".
 * Any other conversion is copied as it stands, and its argument, of the size that the length
 * says, is skipped: what follows is right.  Nothing here locks, blocks or uses the FPU. */
#pragma once

#include "lib/types.h"

/* Write at most `size` bytes, the last of them 0 (nothing if `size` is 0).  Return the length
 * that the whole text has: it was cut short if that is not below `size`. */
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
    PRINTF_LIKE(3, 0);
int snprintf(char *buffer, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);

/* For text that does not go to a buffer. */
struct printf_sink {
    /* Is called for each byte of the text. */
    void (*put)(struct printf_sink *sink, char character);

    /* If not NULL, %e is JOS's: the name of an error number.  NULL if there is none. */
    const char *(*error_name)(int error);
};

/* Returns the number of bytes. */
int vprintf_sink(struct printf_sink *sink, const char *format, va_list arguments)
    PRINTF_LIKE(2, 0);
