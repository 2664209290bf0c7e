/* Assertions of programs. */
#include "assert.h"

#include "stdio.h"
#include "stdlib.h"

void assertion_failed(const char *file, int line, const char *condition)
{
    printf("%s:%d: assertion failed: %s\n", file, line, condition);
    exit(EXIT_FAILURE);
}
