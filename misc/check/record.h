/* The record of a failing run, as a file that scripts/timeline draws: what the kernel notes by
 * trace_note(), as on a real machine, with the step as its time (kern/abi/trace.h). */
#pragma once

#include "abi/trace.h"
#include "lib/types.h"

/* From here on it is written anew. */
void record_begin(void);

/* On the CPU that has the turn, at this step.  The subject and the value are below 4 GB, as all of
 * the machine's memory is. */
void record_note(enum trace_event event, uintptr_t subject, uintptr_t value);

/* Into a file of that folder, called `name` with .trace; ends the program if it can't. */
void record_write(const char *folder, const char *name);
