/* Work for CPUs that have none (balance.c). */
#pragma once

#include "lib/types.h"

/* This CPU has nothing to run: takes a thread from the longest queue.  True if it got one.
 * Interrupts off. */
bool balance_steal(void);

/* Timer interrupt: if threads wait here while another CPU that may run them idles, wakes it. */
void balance_offer(void);
