/* The ACPI tables: which of them are read. */
#include "abi/error.h"
#include "dev/acpi_priv.h"

int acpi_parse(const struct physical_memory *memory, paddr_t root, struct machine *out)
{
    struct machine found = *out;
    struct acpi_tables tables;
    int error = acpi_find_tables(memory, root, &tables);

    if (error)
        return error;
    const struct table_header *madt = acpi_find_table(&tables, "APIC");
    error = madt ? acpi_parse_madt(madt, &found) : E_INVAL_ARG;
    if (error)
        return error;
    acpi_parse_power(&tables, &found);
    found.source = "ACPI MADT";
    found.is_from_acpi = true;
    *out = found;
    return 0;
}
