/* Formatted text.  Understands %d %i %u %x %X %p %s %c %%, the lengths l and
 * ll, the flags - and 0, a width, and a precision for %s; both numbers may be `*`.
 * Anything else is copied as it stands.  Nothing here locks or blocks. */
#pragma once

#include "lib/types.h"

/* Write at most SIZE bytes, the last of them 0 (nothing if SIZE is 0).  Return the length
 * that the whole text has: it was cut short if that is not below SIZE. */
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
    PRINTF_LIKE(3, 0);
int snprintf(char *buffer, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);

/* For text that does not go to a buffer: put is called for each of its bytes. */
struct printf_sink {
    void (*put)(struct printf_sink *sink, char character);
};

/* Returns the number of bytes. */
int vprintf_sink(struct printf_sink *sink, const char *format, va_list arguments)
    PRINTF_LIKE(2, 0);
