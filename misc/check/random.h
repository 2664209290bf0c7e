/* Random numbers for the strategies: the same seed and number of the schedule give the same. */
#pragma once

#include "lib/types.h"

extern uint32_t seed;

/* Begins the numbers for the schedule of that number. */
void random_begin(uint64_t schedule);

uint32_t random_number_below(uint32_t limit);
