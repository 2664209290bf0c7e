/* The ELF format.  Sums of two numbers from the file could wrap, so ranges are tested by
 * subtracting from the limit instead. */
#include "lib/elf.h"

#include "abi/error.h"
#include "abi/layout.h"
#include "lib/string.h"

struct file_header {
    uint8_t magic[4];
    uint8_t class, data, ident_version, abi, abi_version, padding[7];
    uint16_t type, machine;
    uint32_t version, entry, segment_table, section_table, flags;
    uint16_t header_size, segment_header_size, segment_count;
    uint16_t section_header_size, section_count, section_names;
};
_Static_assert(sizeof(struct file_header) == 52, "ELF32 file header");

struct segment_header {
    uint32_t type, offset, address, physical_address, file_size, memory_size, flags, align;
};
_Static_assert(sizeof(struct segment_header) == 32, "ELF32 segment header");

enum {
    CLASS_32 = 1,
    DATA_LITTLE_ENDIAN = 1,
    VERSION_CURRENT = 1,
    ABI_SYSTEM_V = 0,
    ABI_GNU = 3,
    TYPE_EXECUTABLE = 2,
    MACHINE_386 = 3,
    SEGMENT_LOAD = 1,
    SEGMENT_DYNAMIC = 2,
    SEGMENT_INTERPRETER = 3,
    SEGMENT_THREAD_LOCAL = 7,
    FLAG_EXECUTE = 1,
    FLAG_WRITE = 2,
    FLAG_READ = 4,
};

/*@ requires \valid_read(header);
    assigns \nothing;
    ensures \result == 0 ==> header->segment_count > 0 &&
      header->segment_table + header->segment_count * sizeof(struct segment_header) <= size; */
static int check_file_header(const struct file_header *header, size_t size)
{
    if (header->class != CLASS_32 || header->data != DATA_LITTLE_ENDIAN)
        return E_ELF_CLASS;
    if (header->type != TYPE_EXECUTABLE)
        return E_ELF_TYPE;
    if (header->machine != MACHINE_386)
        return E_ELF_MACHINE;
    if (header->ident_version != VERSION_CURRENT || header->version != VERSION_CURRENT ||
        (header->abi != ABI_SYSTEM_V && header->abi != ABI_GNU) ||
        header->abi_version != 0 || header->flags != 0)
        return E_ELF_HEADER;
    if (header->header_size != sizeof(struct file_header) ||
        header->segment_header_size != sizeof(struct segment_header) ||
        header->segment_table < header->header_size || header->segment_count == 0)
        return E_ELF_HEADER;
    if (header->segment_table > size ||
        header->segment_count > (size - header->segment_table) / sizeof(struct segment_header))
        return E_ELF_TRUNCATED;
    return 0;
}

/*@ predicate loads(struct segment_header *header) =
      header->type == SEGMENT_LOAD && header->memory_size > 0; */

/* A segment to be loaded, or one that says how: without a dynamic linker and thread-local
 * storage, a program that needs them would start and then crash. */
/*@ requires \valid_read(header);
    assigns \nothing;
    ensures \result == 0 && loads(header) ==>
      header->offset + header->file_size <= size && header->file_size <= header->memory_size &&
      VM_USERLO <= header->address && header->address + header->memory_size <= VM_PROGRAM_HI; */
static int check_segment_header(const struct segment_header *header, size_t size)
{
    if (header->type == SEGMENT_DYNAMIC || header->type == SEGMENT_INTERPRETER ||
        header->type == SEGMENT_THREAD_LOCAL)
        return E_ELF_SEGMENT;
    if (header->type != SEGMENT_LOAD)
        return 0;
    if (header->file_size > header->memory_size ||
        (header->flags & ~(uint32_t)(FLAG_READ | FLAG_WRITE | FLAG_EXECUTE)) != 0)
        return E_ELF_SEGMENT;
    if (header->align > 1 && ((header->align & (header->align - 1)) != 0 ||
                              (header->address - header->offset) % header->align != 0))
        return E_ELF_SEGMENT;
    if (header->offset > size || header->file_size > size - header->offset)
        return E_ELF_TRUNCATED;
    if (header->address < VM_USERLO || header->address > VM_PROGRAM_HI ||
        header->memory_size > VM_PROGRAM_HI - header->address)
        return E_ELF_ADDRESS;
    return 0;
}

/*@ predicate in_half(struct elf_segment *segment) =
      segment->memory_size > 0 && VM_USERLO <= segment->address &&
      segment->address + segment->memory_size <= VM_PROGRAM_HI;
    predicate apart(struct elf_segment *a, struct elf_segment *b) =
      (a->address + a->memory_size - 1) / PAGE_SIZE < b->address / PAGE_SIZE ||
      (b->address + b->memory_size - 1) / PAGE_SIZE < a->address / PAGE_SIZE; */

/*@ requires \valid_read(a) && \valid_read(b) && in_half(a) && in_half(b);
    assigns \nothing;
    ensures \result <==> !apart(a, b); */
static bool share_a_page(const struct elf_segment *a, const struct elf_segment *b)
{
    uint32_t a_last = (a->address + a->memory_size - 1) / PAGE_SIZE;
    uint32_t b_last = (b->address + b->memory_size - 1) / PAGE_SIZE;

    return a->address / PAGE_SIZE <= b_last && b->address / PAGE_SIZE <= a_last;
}

/*@ requires \valid(image) && \valid_read(header) && \separated(image, header);
    requires image->segment_count <= ELF_MAX_SEGMENTS && loads(header);
    requires VM_USERLO <= header->address;
    requires header->address + header->memory_size <= VM_PROGRAM_HI;
    requires \forall integer i; 0 <= i < image->segment_count ==> in_half(&image->segments[i]);
    assigns image->segment_count, image->segments[image->segment_count];
    ensures image->segment_count <= ELF_MAX_SEGMENTS;
    ensures \result == 0 ==> image->segment_count == \old(image->segment_count) + 1 &&
      \forall integer i; 0 <= i < \old(image->segment_count) ==>
        apart(&image->segments[i], &image->segments[\old(image->segment_count)]); */
static int add_segment(struct elf_image *image, const struct segment_header *header)
{
    struct elf_segment segment = {
        .offset = header->offset,
        .file_size = header->file_size,
        .memory_size = header->memory_size,
        .address = header->address,
        .writable = (header->flags & FLAG_WRITE) != 0,
        .executable = (header->flags & FLAG_EXECUTE) != 0,
    };

    if (image->segment_count == ELF_MAX_SEGMENTS)
        return E_ELF_SEGMENT;
    /*@ loop invariant 0 <= i <= image->segment_count;
        loop invariant \forall integer j; 0 <= j < i ==> apart(&image->segments[j], &segment);
        loop assigns i;
        loop variant image->segment_count - i; */
    for (unsigned i = 0; i < image->segment_count; i++)
        if (share_a_page(&image->segments[i], &segment))
            return E_ELF_OVERLAP;
    image->segments[image->segment_count++] = segment;
    return 0;
}

/*@ requires \valid_read(image) && image->segment_count <= ELF_MAX_SEGMENTS;
    assigns \nothing;
    ensures \result == 0 ==> \exists integer i; 0 <= i < image->segment_count &&
      image->segments[i].executable && image->segments[i].address <= image->entry <
        image->segments[i].address + image->segments[i].file_size; */
static int check_entry(const struct elf_image *image)
{
    /*@ loop invariant 0 <= i <= image->segment_count;
        loop assigns i;
        loop variant image->segment_count - i; */
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        if (segment->executable && image->entry >= segment->address &&
            image->entry - segment->address < segment->file_size)
            return 0;
    }
    return E_ELF_ENTRY;
}

int elf_parse(const void *file, size_t size, struct elf_image *out)
{
    const uint8_t *bytes = file;
    struct file_header header;

    if (size < sizeof header.magic)
        return E_ELF_TRUNCATED;
    if (memcmp(bytes, "\177ELF", sizeof header.magic) != 0)
        return E_ELF_MAGIC;
    if (size < sizeof header)
        return E_ELF_TRUNCATED;
    memcpy(&header, bytes, sizeof header);
    int error = check_file_header(&header, size);
    if (error)
        return error;

    struct elf_image image = { .entry = header.entry };
    const uint8_t *table = bytes + header.segment_table;
    for (unsigned i = 0; i < header.segment_count; i++) {
        struct segment_header segment;

        memcpy(&segment, table + i * sizeof segment, sizeof segment);
        error = check_segment_header(&segment, size);
        if (!error && segment.type == SEGMENT_LOAD && segment.memory_size > 0)
            error = add_segment(&image, &segment);
        if (error)
            return error;
    }
    error = check_entry(&image);
    if (!error)
        *out = image;
    return error;
}
