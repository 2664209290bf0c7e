/* The watchdog timer ib700 (QEMU: -device ib700 -action watchdog=...): it stops a machine whose
 * kernel hangs, by guest time.  Without the device nothing happens.
 * Boot processor only. */
#pragma once

#include "lib/types.h"

/* Counts from `seconds` (2 to 30, rounded up to even) down; at 0 the machine is stopped. */
void watchdog_arm(unsigned seconds);

/* Starts the count anew, if it was armed. */
void watchdog_kick(void);
