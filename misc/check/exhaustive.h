/* Depth-first search through all schedules of bounded cost. */
#pragma once

#include "lib/types.h"

/* The greatest cost of a schedule; the search raises its own up to this one. */
extern unsigned bound;

/* The bound up to which all schedules were run, or -1. */
int exhausted_bound(void);

/* Begins with bound 0 again: for another scenario. */
void exhaustive_restart(void);

/* What the CPU does now may depend on any access of another one, though it is no step. */
void exhaustive_note_unseen(void);

/* It looks at the time, which ticks change. */
void exhaustive_note_time(void);
