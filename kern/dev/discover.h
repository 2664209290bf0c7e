/* Finding out what machine this is. */
#pragma once

#include "lib/types.h"

struct machine_hints {
    uint32_t boot_apic_id;                  /* of the CPU that asks */
    uint32_t apic_id_max;                   /* the greatest that its APIC can address */
    paddr_t  acpi_root;                     /* ACPI's root pointer, if the boot loader knows where
                                             * it is; or else 0 */
};

/* Fills `machine` from the ACPI tables, or else from the MP table, or else with one CPU and
 * the usual addresses; says what it had to leave out.  Boot processor, paging still off: the
 * tables may lie anywhere below 4 GB. */
void machine_discover(const struct machine_hints *hints);
