/* For tests of what is printed: it goes to a buffer instead of the console. */
#pragma once

#include "lib/types.h"

/* From here on, up to size - 1 characters.  One test at a time. */
void output_capture(char *buffer, size_t size);

/* Returns how many there were, and ends them with a 0. */
size_t output_end_capture(void);
