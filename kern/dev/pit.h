/* The 8254 interval timer.  The clock is calibrated by it (reference_priv.h). */
#pragma once

#include "lib/types.h"

/* Lets channel 0 end a period every `count` counts.  Its interrupt is masked, but under
 * QEMU's deterministic flags each period's end also ends the running virtual CPU's slice. */
void pit_set_period(uint16_t count);
