/* Data races: two accesses to a word, at least one of them a plain write and none of both atomic,
 * with nothing that orders them (FastTrack, Flanagan and Freund 2009, with the clocks of CPUs). */
#pragma once

#include "lib/types.h"

extern bool races_are_failures;

/* Before the first step of a run. */
void race_begin(void);

void race_read(uintptr_t address, size_t size, uintptr_t place);
void race_write(uintptr_t address, size_t size, uintptr_t place);

/* What orders accesses: the caller's CPU takes over what was released to the word; releases to it;
 * a fence that all CPUs see in one order; an interrupt sent and taken; a CPU that starts. */
void race_acquire(uintptr_t address);
void race_release(uintptr_t address);
void race_fence(void);
void race_send(unsigned cpu);
void race_take(void);
