/* Fuzzes the parsers of the ACPI tables.  The input is a root pointer, and what stands in memory
 * from TABLES on.  If the root pointer's revision is even, all checksums are made right. */
#include "machine.h"

#define ROOT            0xf0000u
#define TABLES          0x7ff0000u
enum {
    ROOT_SIZE = 36, ROOT_V1_SIZE = 20, ROOT_CHECKSUM_AT = 8, ROOT_REVISION_AT = 15,
    ROOT_V2_CHECKSUM_AT = 32,
    TABLE_STEP = 16, TABLE_LENGTH_AT = 4, TABLE_CHECKSUM_AT = 9, TABLE_HEAD = 36,
};

/* Whatever has a plausible length may be a table.  Backwards, as a table may have the look of one
 * inside it. */
static void seal_tables(uint8_t *bytes, size_t size)
{
    for (size_t at = size / TABLE_STEP * TABLE_STEP + TABLE_STEP; at > 0;) {
        uint32_t length;
        at -= TABLE_STEP;
        if (at > size || size - at < TABLE_HEAD)
            continue;
        memcpy(&length, bytes + at + TABLE_LENGTH_AT, sizeof length);
        if (length >= TABLE_HEAD && length <= size - at)
            seal_bytes(bytes + at, length, TABLE_CHECKSUM_AT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    uint8_t *root = malloc(ROOT_SIZE);
    struct machine machine;

    take_bytes(&input, root, ROOT_SIZE);
    uint8_t *tables = take_rest(&input, &size);
    if (root[ROOT_REVISION_AT] % 2 == 0) {
        seal_bytes(root, ROOT_V1_SIZE, ROOT_CHECKSUM_AT);
        seal_bytes(root, ROOT_SIZE, ROOT_V2_CHECKSUM_AT);
        seal_tables(tables, size);
    }

    const struct physical_window windows[] = {
        { root, ROOT, ROOT_SIZE }, { tables, TABLES, (uint32_t)size },
    };
    const struct physical_memory memory = { windows, ARRAY_SIZE(windows) };
    machine_set_defaults(&machine);
    require_machine(acpi_parse(&memory, ROOT, &machine), &machine);
    free(tables);
    free(root);
    return 0;
}
