/* Backtraces by frame pointers, for reports. */
#pragma once

#include "dev/panic.h"
#include "lib/types.h"

/* Prints where the code is, and who called it.  Reads only memory that is mapped, and follows
 * frame pointers only upwards within one kernel stack: the stack may be damaged. */
void print_backtrace(const struct panic_place *place);

/* Is there something to read at all of these bytes?  (At most a page.) */
bool is_readable(const void *start, size_t size);
