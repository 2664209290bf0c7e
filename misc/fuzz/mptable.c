/* Fuzzes the parser of the MP table.  The input is the pointer to it, which stands where a BIOS may
 * put it, and the table itself.  If the pointer's last byte is 0, both checksums are made right. */
#include "machine.h"

#define LAST_KB         0x9fc00u
#define TABLE           0x7ff0000u
enum {
    KB = 1024, POINTER_SIZE = 16, POINTER_CHECKSUM_AT = 10, POINTER_LAST = 15,
    TABLE_LENGTH_AT = 4, TABLE_CHECKSUM_AT = 7, TABLE_HEAD = 44,
};

static void seal_table(uint8_t *table, size_t size)
{
    uint16_t length;

    if (size < TABLE_HEAD)
        return;
    memcpy(&length, table + TABLE_LENGTH_AT, sizeof length);
    seal_bytes(table, MIN(length, size), TABLE_CHECKSUM_AT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    uint8_t *low = calloc(1, KB);
    struct machine machine;

    take_bytes(&input, low, POINTER_SIZE);
    uint8_t *table = take_rest(&input, &size);
    if (low[POINTER_LAST] == 0) {
        seal_bytes(low, POINTER_SIZE, POINTER_CHECKSUM_AT);
        seal_table(table, size);
    }

    const struct physical_window windows[] = {
        { low, LAST_KB, KB }, { table, TABLE, (uint32_t)size },
    };
    const struct physical_memory memory = { windows, ARRAY_SIZE(windows) };
    machine_set_defaults(&machine);
    require_machine(mptable_parse(&memory, &machine), &machine);
    free(table);
    free(low);
    return 0;
}
