/* Standstill: every thread waits, and no thread or deadline can wake one (standstill.c). */
#pragma once

#include "lib/types.h"

/* The boot CPU's timer interrupt.  A thread that waits for input may be woken by a device. */
void standstill_tick(bool (*input_is_awaited)(void));

/* Waits until the machine stands still.  For one kernel thread, which looks then what others wait
 * for.  Blocks. */
void standstill_await(void);
