/* The FPU as a program has it: one register, which stands for all.  The first access of a thread
 * traps, and the kernel gives it a state of its own. */
#pragma once

#include "lib/types.h"

void fpu_write(uint32_t value);
uint32_t fpu_read(void);
