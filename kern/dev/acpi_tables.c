/* Finding the ACPI tables (section numbers are of ACPI 6.4). */
#include "dev/acpi_priv.h"

#include "abi/error.h"
#include "lib/string.h"

#define ROOT_SIGNATURE      "RSD PTR "
#define BIOS_ROM            0xe0000u    /* where the root pointer may stand (5.2.5.1) */
#define BIOS_ROM_LENGTH     0x20000u
enum {
    EBDA_SEARCHED = 1024,
    TABLE_MAX = 0x100000,               /* no table used here comes near it */
};

struct PACKED root_pointer {            /* "RSDP", 5.2.5.3 */
    char     signature[8];
    uint8_t  checksum;                  /* of the first ROOT_POINTER_V1 bytes */
    char     oem[6];
    uint8_t  revision;
    uint32_t rsdt;
    uint32_t length;                    /* the rest only from revision 2 on */
    uint64_t xsdt;
    uint8_t  extended_checksum;         /* of `length` bytes */
    uint8_t  reserved[3];
};
#define ROOT_POINTER_V1     20u

static bool is_root_pointer(const struct physical_memory *memory, uint32_t address)
{
    const struct root_pointer *root = physical_bytes(memory, address, ROOT_POINTER_V1);

    return root && checksum_is_right(root, ROOT_POINTER_V1);
}

/* The root pointer at `told`, if it is one there, or else where the BIOS puts it; 0: none. */
static uint32_t find_root_pointer(const struct physical_memory *memory, paddr_t told)
{
    const struct search_area areas[] = {
        { told, told ? strlen(ROOT_SIGNATURE) : 0, ROOT_SIGNATURE },
        { extended_bios_area(memory), EBDA_SEARCHED, ROOT_SIGNATURE },
        { BIOS_ROM, BIOS_ROM_LENGTH, ROOT_SIGNATURE },
    };
    uint32_t found = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(areas) && !found; i++)
        found = find_structure(memory, &areas[i], is_root_pointer);
    return found;
}

const struct table_header *acpi_table_at(const struct physical_memory *memory, uint64_t address,
                                         const char *signature)
{
    const struct table_header *table = physical_bytes(memory, address, sizeof *table);

    if (!table || memcmp(table->signature, signature, 4) != 0)
        return NULL;
    uint32_t length = table->length;
    if (length < sizeof *table || length > TABLE_MAX ||
        !physical_bytes(memory, address, length) || !checksum_is_right(table, length))
        return NULL;
    return table;
}

const struct table_header *acpi_next_table(const struct acpi_tables *tables,
                                           const char *signature, uint32_t *next)
{
    const uint8_t *entries = (const uint8_t *)(tables->root + 1);
    uint32_t count = (tables->root->length - sizeof *tables->root) / tables->entry_size;

    while (*next < count) {
        uint64_t address = 0;
        memcpy(&address, entries + *next * tables->entry_size, tables->entry_size);
        (*next)++;
        const struct table_header *table = acpi_table_at(tables->memory, address, signature);
        if (table)
            return table;
    }
    return NULL;
}

const struct table_header *acpi_find_table(const struct acpi_tables *tables,
                                           const char *signature)
{
    uint32_t next = 0;

    return acpi_next_table(tables, signature, &next);
}

/* The XSDT if the pointer has one that can be read (not above 4 GB, say), or else NULL. */
static const struct table_header *find_xsdt(const struct physical_memory *memory,
                                            uint32_t address)
{
    const struct root_pointer *root = physical_bytes(memory, address, sizeof *root);

    if (!root || root->revision < 2 || root->length < sizeof *root ||
        root->length > TABLE_MAX || !physical_bytes(memory, address, root->length) ||
        !checksum_is_right(root, root->length))
        return NULL;
    return acpi_table_at(memory, root->xsdt, "XSDT");
}

/* The root table that the pointer leads to; `root` is NULL if it cannot be read. */
static struct acpi_tables tables_of(const struct physical_memory *memory, uint32_t address)
{
    struct acpi_tables tables = { memory, find_xsdt(memory, address), sizeof(uint64_t) };

    if (!tables.root) {
        const struct root_pointer *root = physical_bytes(memory, address, ROOT_POINTER_V1);
        tables.root = acpi_table_at(memory, root->rsdt, "RSDT");
        tables.entry_size = sizeof(uint32_t);
    }
    return tables;
}

int acpi_find_tables(const struct physical_memory *memory, paddr_t told,
                     struct acpi_tables *tables)
{
    uint32_t address = find_root_pointer(memory, told);

    if (!address)
        return E_NOT_FOUND;
    *tables = tables_of(memory, address);
    return tables->root ? 0 : E_INVAL_ARG;
}
