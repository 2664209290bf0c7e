/* PCT: schedules by random priorities. */
#pragma once

#include "lib/types.h"

enum { DEPTH_LIMIT = 8 };

extern unsigned fault_depth;            /* of the faults that the bound below is about */

/* The least probability that one schedule finds a fault of that depth, by what was seen so far. */
double priority_probability(void);
