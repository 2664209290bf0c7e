/* The 8254 interval timer: the only clock in a PC whose rate is known beforehand. */
#pragma once

#include "lib/types.h"

#define PIT_HZ          1193182u
#define PIT_COUNT_MAX   0xffffu

/* Starts channel 2 (the speaker's, with the speaker off) counting down once from
 * PIT_COUNT_MAX.  Boot processor only, like the two below. */
void pit_start(void);

/* How many periods of 1/PIT_HZ have passed since pit_start(), if pit_is_running(). */
uint32_t pit_elapsed(void);

/* False after PIT_COUNT_MAX periods (55 ms): pit_elapsed() has wrapped. */
bool pit_is_running(void);

/* Lets channel 0 end a period every `count` counts.  Its interrupt is masked, but under
 * QEMU's deterministic flags each period's end also ends the running virtual CPU's slice. */
void pit_set_period(uint16_t count);
