/* Text in and out.  Output is collected per process and written by one system call when a
 * line ends, so that lines of different processes do not mix; what is left is written at exit
 * and before input is waited for.  Lines longer than PUTS_MAX go out in pieces. */
#pragma once

#include "lib/printf.h"

#define EOF (-1)

/* Conversions are those of lib/printf.h.  Return the number of bytes. */
int printf(const char *format, ...) PRINTF_LIKE(1, 2);
int vprintf(const char *format, va_list arguments) PRINTF_LIKE(1, 0);

/* Return a number that is not negative. */
int puts(const char *line);
int putchar(int character);

/* Writes what has been collected. */
void flush(void);

/* The next character that is typed, or EOF if there will be none. */
int getchar(void);
