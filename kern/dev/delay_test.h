/* For tests that need time to pass. */
#pragma once

#include "lib/types.h"

/* Spins for at least that long.  After clock_calibrate(). */
void clock_delay_us(uint32_t microseconds);
