/* The firmware's tables, parsed: acpi*.c and mptable.c.
 *
 * The parsers trust nothing.  They see memory only through struct physical_memory, which hands
 * out a stretch of it only if that lies inside as a whole; lengths and checksums are tested
 * before anything else is believed.  So they can be fed with bad tables (acpi_test.c,
 * mptable_test.c). */
#pragma once

#include "dev/machine.h"
#include "lib/types.h"

/* `bytes` are those at physical address `base` and up. */
struct physical_window {
    const uint8_t *bytes;
    uint32_t       base;
    uint32_t       length;
};

struct physical_memory {
    const struct physical_window *windows;
    unsigned                      count;
};

/* The `length` bytes at `address`, or NULL if they do not lie inside one window. */
const void *physical_bytes(const struct physical_memory *memory, uint64_t address,
                           uint32_t length);

/* True if the bytes add up to 0 modulo 256, as all these tables do. */
bool checksum_is_right(const void *bytes, uint32_t length);

/* Where the BIOS data area says that the extended BIOS data area is, or 0. */
uint32_t extended_bios_area(const struct physical_memory *memory);

/* Where a structure may stand, in steps of 16 bytes, and how it begins. */
struct search_area {
    uint32_t    start, length;
    const char *signature;
};

/* The first address in the area at which the signature stands and is_right() holds, or 0. */
uint32_t find_structure(const struct physical_memory *memory, const struct search_area *area,
                        bool (*is_right)(const struct physical_memory *, uint32_t));

/* A machine of which nothing is known: no CPU yet, ISA interrupts at the inputs of the same
 * number. */
void machine_set_defaults(struct machine *out);

/* Add what a table lists; what does not fit or cannot be used is counted instead. */
void machine_add_cpu(struct machine *out, uint32_t apic_id);
void machine_add_ioapic(struct machine *out, const struct machine_ioapic *ioapic);

/* Makes the CPU with this id CPU 0, listed or not. */
void machine_set_boot_cpu(struct machine *out, uint32_t apic_id);

/* How many of the CPUs are in the boot CPU's package, if a package has `room` APIC ids. */
unsigned machine_cpus_in_boot_package(const struct machine *m, unsigned room);

/* Fill `out`, which holds the defaults.  E_NOT_FOUND: no such table.  E_INVAL_ARG: one that is
 * damaged or lists no CPU.  Then `out` is unchanged.  `root`: where the boot loader has found
 * ACPI's root pointer, 0 if it does not say. */
MUST_USE int acpi_parse(const struct physical_memory *memory, paddr_t root, struct machine *out);
MUST_USE int mptable_parse(const struct physical_memory *memory, struct machine *out);
