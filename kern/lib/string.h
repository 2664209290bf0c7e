/* Memory and strings: as in ISO C, and strnlen and strlcpy as in POSIX and BSD.
 * Nothing here locks or blocks.  The same source serves the kernel and programs. */
#pragma once

#include "lib/types.h"

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);

size_t strlen(const char *string);
size_t strnlen(const char *string, size_t max);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t max);
char *strchr(const char *string, int character);

/* Copies as much of `from` as fits `size` bytes with its terminating 0 (nothing if `size` is 0).
 * Returns the length of `from`: the copy is cut short if that is not below `size`. */
size_t strlcpy(char *to, const char *from, size_t size);
