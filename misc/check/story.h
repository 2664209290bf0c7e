/* The story of a failing run: who did what in which order, one column a CPU; and how it stood at
 * the end. */
#pragma once

#include "lib/types.h"
#include "machine.h"

/* The CPU that has the turn is at that step, and this happens next; and an interrupt is taken. */
void story_step(const struct move *move, bool was_chosen, const char *what, uintptr_t place);
void story_interrupt(unsigned vector);

/* Others see now what it has stored late. */
void story_stores_seen(void);

/* It now does the access at that place, and this is what it sees. */
void story_saw(uintptr_t address, size_t size, uintptr_t place);

/* A function of the kernel or of the scenario has been entered, from there. */
void story_call(uintptr_t place, uintptr_t caller);

void story_begin(void);

/* The run is over, and its threads still stand where they were. */
void story_end(void);

/* `lost_at`: the step from which on every end was bad. */
void story_print(unsigned lost_at);
