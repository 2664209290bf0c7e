/* The instructions of a simulated CPU (machine.c).  Each acts on the CPU that runs the caller. */
#pragma once

#include "lib/types.h"

bool vcpu_interrupts_are_on(void);
void vcpu_cli(void);

/* As the manual has it, no interrupt comes before the next step (SDM vol. 2, STI): so between
 * vcpu_sti() and a vcpu_hlt() that follows at once there is no room for one. */
void vcpu_sti(void);

/* Returns after an interrupt. */
void vcpu_hlt(void);

/* A CPU that comes by the same PAUSE again, and finds all that it has read since as it was, gets no
 * turn until another CPU writes to some of that. */
void vcpu_pause(void);

/* Adds 1 to a word that only this CPU writes. */
void vcpu_count_up(uint32_t *count);

/* The time stamp counter, which moves with each look. */
uint64_t vcpu_cycles(void);

uint32_t vcpu_read_cr3(void);
void vcpu_write_cr3(uint32_t value);
void vcpu_invlpg(uint32_t address);

/* Copies between kernel and user memory, or within one of them.  False: a page is not mapped, or
 * may not be written. */
bool vcpu_copy(uintptr_t to, uintptr_t from, size_t size);
