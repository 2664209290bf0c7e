/* What the parsers of the firmware's tables share: reading memory that may not be there. */
#include "dev/machine_tables_priv.h"

#include "lib/string.h"

#define BIOS_DATA_AREA_END  0x500u
#define EBDA_SEGMENT        0x40eu      /* word: the extended BIOS data area's segment */
#define LOW_MEMORY_END      0xa0000u
#define STRUCTURE_STEP      16u

const void *physical_bytes(const struct physical_memory *memory, uint64_t address,
                           uint32_t length)
{
    for (unsigned i = 0; i < memory->count; i++) {
        const struct physical_window *window = &memory->windows[i];
        uint64_t offset = address - window->base;
        if (address >= window->base && offset <= window->length &&
            length <= window->length - offset)
            return window->bytes + (uint32_t)offset;
    }
    return NULL;
}

bool checksum_is_right(const void *bytes, uint32_t length)
{
    const uint8_t *byte = bytes;
    uint8_t sum = 0;

    for (uint32_t i = 0; i < length; i++)
        sum += byte[i];
    return sum == 0;
}

uint32_t extended_bios_area(const struct physical_memory *memory)
{
    const uint8_t *segment = physical_bytes(memory, EBDA_SEGMENT, 2);
    uint32_t address = segment ? (segment[0] | (uint32_t)segment[1] << 8) << 4 : 0;

    return address >= BIOS_DATA_AREA_END && address < LOW_MEMORY_END ? address : 0;
}

uint32_t find_structure(const struct physical_memory *memory, const struct search_area *area,
                        bool (*is_right)(const struct physical_memory *, uint32_t))
{
    const char *bytes = physical_bytes(memory, area->start, area->length);
    size_t length = strlen(area->signature);

    if (!bytes)
        return 0;
    for (uint32_t offset = 0; offset + length <= area->length; offset += STRUCTURE_STEP)
        if (bytes[offset] == area->signature[0] &&
            memcmp(bytes + offset, area->signature, length) == 0 &&
            is_right(memory, area->start + offset))
            return area->start + offset;
    return 0;
}
