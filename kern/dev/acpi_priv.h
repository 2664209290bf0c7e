/* The ACPI tables: what finding and reading them shares (section numbers are of ACPI 6.4). */
#pragma once

#include "dev/machine_tables_priv.h"

#define PACKED              __attribute__((packed))

/* --- acpi_tables.c --- */

struct PACKED table_header {            /* 5.2.6 */
    char     signature[4];
    uint32_t length;                    /* of the whole table */
    uint8_t  revision, checksum;
    char     oem[6], oem_table[8];
    uint32_t oem_revision, creator, creator_revision;
};

/* "Generic address": where a register is (5.2.3.2). */
struct PACKED generic_address {
    uint8_t  space;                     /* ADDRESS_... */
    uint8_t  width, offset, access;
    uint64_t address;
};
enum { ADDRESS_MEMORY = 0, ADDRESS_PORT = 1 };

/* All tables that there are, listed in a root table: RSDT with 4-byte addresses, XSDT with 8-byte
 * ones (5.2.7, 5.2.8). */
struct acpi_tables {
    const struct physical_memory *memory;
    const struct table_header    *root;
    uint32_t                      entry_size;
};

/* E_NOT_FOUND: no root pointer.  E_INVAL_ARG: its root table cannot be read.  `told`: where the
 * boot loader says that the root pointer is, or 0. */
MUST_USE int acpi_find_tables(const struct physical_memory *memory, paddr_t told,
                              struct acpi_tables *tables);

/* The table at `address` if it is what the signature says, and whole; or else NULL. */
const struct table_header *acpi_table_at(const struct physical_memory *memory, uint64_t address,
                                         const char *signature);

/* The first table of that name at index *next or after it, or NULL; moves *next past it. */
const struct table_header *acpi_next_table(const struct acpi_tables *tables,
                                           const char *signature, uint32_t *next);

/* The first table of that name, or NULL. */
const struct table_header *acpi_find_table(const struct acpi_tables *tables,
                                           const char *signature);

/* --- what is read of them --- */

/* CPUs and interrupt controllers, from the MADT (acpi_madt.c). */
MUST_USE int acpi_parse_madt(const struct table_header *table, struct machine *out);

/* Timers and the way to switch the machine off, as far as the tables tell (acpi_power.c). */
void acpi_parse_power(const struct acpi_tables *tables, struct machine *out);
