/* The I/O APICs: which CPU gets a device's interrupt, as which vector. */
#pragma once

#include "lib/types.h"

/* Masks all inputs.  Boot processor, once, after machine_discover(). */
void ioapic_init(void);

/* Sends ISA interrupt `irq` as `vector` to CPU `cpu`, honouring the machine's overrides.
 * E_NOT_FOUND if no I/O APIC has that input: poll the device then. */
MUST_USE int ioapic_route(unsigned irq, uint8_t vector, unsigned cpu);
