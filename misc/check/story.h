/* The story of a failing run: who did what in which order, one column a CPU. */
#pragma once

#include "lib/types.h"
#include "machine.h"

/* The CPU that has the turn is at that step, and this happens next; and an interrupt is taken. */
void story_step(const struct move *move, bool was_chosen, const char *what, uintptr_t place);
void story_interrupt(unsigned vector);

void story_begin(void);
void story_print(void);
