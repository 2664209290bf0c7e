/* assert: ends the program with a message if the condition does not hold. */
#pragma once

#include "lib/types.h"

NORETURN void assertion_failed(const char *file, int line, const char *condition);

#define assert(condition) \
    ((condition) ? (void)0 : assertion_failed(__FILE__, __LINE__, #condition))
