/* Time since boot, by the CPUs' time stamp counters. */
#pragma once

#include "lib/types.h"

/* Measures the time stamp counter and this CPU's LAPIC timer and starts the clock.  Returns by
 * what timer they were measured, or NULL if the machine has none that counts: then the clock stays
 * at 0.  Boot processor, once, interrupts off, after lapic_init() and machine_discover().  Takes
 * 1 to 10 ms. */
const char *clock_calibrate(void);

/* Microseconds since clock_calibrate(); 0 before.  Never goes back, on whatever CPU it is
 * read, provided the CPUs' counters agree (ap_start() checks that).  Callable in any state. */
uint64_t clock_us(void);

/* Cycles of the time stamp counter, and how many it makes in a second (0: not known yet). */
uint64_t clock_cycles(void);
uint64_t clock_rate(void);

#ifdef DEBUG
/* For tests of what watches over the clock: from now on no time passes. */
void clock_stop(void);

/* For tests of times that 32 bits do not hold: so much has passed; less than 0: it has
 * not.  Before any deadline is set. */
void clock_set_forward(int seconds);
#endif
