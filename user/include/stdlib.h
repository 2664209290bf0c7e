/* Memory, numbers, and the end of the program. */
#pragma once

#include "lib/types.h"

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX     0x7fffffff

/* Memory on the heap, aligned to 16 bytes.  NULL if the quota does not allow it or the size is
 * beyond reason; realloc then leaves the old memory as it is.  Freeing what is not allocated
 * ends the program with a message. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);

/* Calls the functions given to atexit(), the last one first, writes pending output and ends the
 * program. */
NORETURN void exit(int status);

/* 0, or -1 if there are ATEXIT_MAX functions already. */
#define ATEXIT_MAX 32
int atexit(void (*handler)(void));

/* A decimal number, or 0x and a hexadecimal one, and nothing else; false if `text` is none or it
 * exceeds 32 bits. */
MUST_USE bool parse_unsigned(const char *text, unsigned *out);

/* As in C: what the text begins with, after spaces and a sign.  A base of 0: 0x and 0 tell it.
 * What exceeds a long becomes the largest or smallest one; `end`, unless NULL, points to what
 * follows. */
long strtol(const char *text, char **end, int base);
int atoi(const char *text);

int abs(int number);

/* Sorts `count` elements of `size` bytes in place; equal ones in any order.  compare() is negative,
 * 0 or positive, as its first argument belongs before, with or behind the second. */
void qsort(void *elements, size_t count, size_t size,
           int (*compare)(const void *one, const void *other));

/* A repeatable sequence of numbers from 0 to RAND_MAX. */
int rand(void);
void srand(unsigned seed);
