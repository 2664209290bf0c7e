/* Fuzzes the parser of program files: what it accepts can be loaded as it is. */
#include "lib/elf.h"

#include "abi/layout.h"
#include "fuzz.h"

static void require_loadable(const struct elf_segment *segment, size_t size)
{
    REQUIRE(segment->file_size <= segment->memory_size && segment->memory_size > 0);
    REQUIRE((uint64_t)segment->offset + segment->file_size <= size);
    REQUIRE(segment->address >= VM_USERLO);
    REQUIRE((uint64_t)segment->address + segment->memory_size <= VM_PROGRAM_HI);
}

static void require_apart(const struct elf_segment *a, const struct elf_segment *b)
{
    REQUIRE((a->address + a->memory_size - 1) / PAGE_SIZE < b->address / PAGE_SIZE ||
            (b->address + b->memory_size - 1) / PAGE_SIZE < a->address / PAGE_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct elf_image image;
    bool has_entry = false;

    if (elf_parse(data, size, &image) != 0)
        return 0;
    for (unsigned i = 0; i < image.segment_count; i++) {
        const struct elf_segment *segment = &image.segments[i];
        require_loadable(segment, size);
        for (unsigned j = 0; j < i; j++)
            require_apart(segment, &image.segments[j]);
        touch_bytes(data + segment->offset, segment->file_size);
        has_entry |= segment->executable && image.entry - segment->address < segment->file_size;
    }
    REQUIRE(has_entry);
    return 0;
}
