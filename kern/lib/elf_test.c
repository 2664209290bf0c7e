/* Program files with one field wrong at a time.  The offsets are written down here once more,
 * from the specification, so that a wrong struct in elf.c does not agree with itself. */
#include "lib/elf.h"

#include "abi/error.h"
#include "abi/layout.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"

enum {                          /* offsets in the file header */
    IDENT_CLASS = 4, IDENT_DATA = 5, IDENT_VERSION = 6, IDENT_ABI = 7, IDENT_ABI_VERSION = 8,
    TYPE = 16, MACHINE = 18, VERSION = 20, ENTRY = 24, TABLE = 28, SECTIONS = 32, FLAGS = 36,
    HEADER_SIZE = 40, ENTRY_SIZE = 42, COUNT = 44,
    HEADER_END = 52,
};

enum {                          /* offsets in a segment header */
    P_TYPE = 0, P_OFFSET = 4, P_ADDRESS = 8, P_FILE_SIZE = 16, P_MEMORY_SIZE = 20,
    P_FLAGS = 24, P_ALIGN = 28, P_END = 32,
};

#define TEXT        HEADER_END          /* the first segment header of the test's file */
#define DATA        (HEADER_END + P_END)
#define FILE_SIZE   0x3000
#define TEXT_AT     VM_USERLO
#define DATA_AT     (VM_USERLO + 0x5000)

static uint8_t file[FILE_SIZE];

static void file_put16(unsigned offset, uint16_t value)
{
    memcpy(file + offset, &value, sizeof value);
}

static void file_put32(unsigned offset, uint32_t value)
{
    memcpy(file + offset, &value, sizeof value);
}

static void put_segment(unsigned header, uint32_t offset, uint32_t address, uint32_t flags)
{
    file_put32(header + P_TYPE, 1);
    file_put32(header + P_OFFSET, offset);
    file_put32(header + P_ADDRESS, address);
    file_put32(header + P_FILE_SIZE, 0x800);
    file_put32(header + P_MEMORY_SIZE, 0x1800);
    file_put32(header + P_FLAGS, flags);
    file_put32(header + P_ALIGN, PAGE_SIZE);
}

/* A file that is right: text at TEXT_AT, data at DATA_AT. */
static void make_file(void)
{
    static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', 1, 1, 1 };

    memset(file, 0, sizeof file);
    memcpy(file, ident, sizeof ident);
    file_put16(TYPE, 2);
    file_put16(MACHINE, 3);
    file_put32(VERSION, 1);
    file_put32(ENTRY, TEXT_AT + 0x100);
    file_put32(TABLE, HEADER_END);
    file_put16(HEADER_SIZE, HEADER_END);
    file_put16(ENTRY_SIZE, P_END);
    file_put16(COUNT, 2);
    put_segment(TEXT, 0x1000, TEXT_AT, 5);
    put_segment(DATA, 0x2000, DATA_AT, 6);
}

/* Parses the file; an error must leave the result alone. */
static int parse_file(void)
{
    static struct elf_image image, before;

    memset(&image, 0x5a, sizeof image);
    before = image;
    int error = elf_parse(file, sizeof file, &image);
    EXPECT_EQ(error != 0, memcmp(&image, &before, sizeof image) == 0);
    return error;
}

/* Each puts one wrong number into a file that is right otherwise. */
#define EXPECT_BAD16(offset, value, error) \
    do { make_file(); file_put16(offset, value); EXPECT_EQ(parse_file(), error); } while (0)
#define EXPECT_BAD32(offset, value, error) \
    do { make_file(); file_put32(offset, value); EXPECT_EQ(parse_file(), error); } while (0)

KTEST(lib, elf_good)
{
    struct elf_image image;

    make_file();
    EXPECT_EQ(elf_parse(file, sizeof file, &image), 0);
    EXPECT_EQ(image.entry, TEXT_AT + 0x100);
    EXPECT_EQ(image.segment_count, 2);
    EXPECT_EQ(image.segments[0].offset, 0x1000);
    EXPECT_EQ(image.segments[0].file_size, 0x800);
    EXPECT_EQ(image.segments[0].memory_size, 0x1800);
    EXPECT_EQ(image.segments[0].address, TEXT_AT);
    EXPECT(!image.segments[0].writable && image.segments[0].executable);
    EXPECT_EQ(image.segments[1].offset, 0x2000);
    EXPECT_EQ(image.segments[1].address, DATA_AT);
    EXPECT(image.segments[1].writable && !image.segments[1].executable);
}

/* Things that are unusual but right: of the file as a whole, of where segments lie, and of what is
 * in them. */
KTEST(lib, elf_unusual_file)
{
    make_file();
    file[IDENT_ABI] = 3;                            /* GNU */
    file_put32(SECTIONS, 0xffffffff);               /* not for the loader */
    file_put32(DATA + P_ALIGN, 0);
    file_put32(DATA + P_OFFSET, 0x2345);
    EXPECT_EQ(parse_file(), 0);

    make_file();                                    /* the table at the file's end */
    memcpy(file + FILE_SIZE - 2 * P_END, file + TEXT, 2 * P_END);
    file_put32(TABLE, FILE_SIZE - 2 * P_END);
    EXPECT_EQ(parse_file(), 0);

    make_file();                                    /* a note, wherever it claims to be */
    file_put32(DATA + P_TYPE, 4);
    file_put32(DATA + P_ADDRESS, 0);
    EXPECT_EQ(parse_file(), 0);
}

KTEST(lib, elf_unusual_places)
{
    make_file();                                    /* up to the last byte of each range */
    file_put32(DATA + P_OFFSET, FILE_SIZE - 0x800);
    file_put32(DATA + P_ADDRESS, VM_PROGRAM_HI - 0x1800);
    file_put32(DATA + P_ALIGN, 1);
    EXPECT_EQ(parse_file(), 0);

    make_file();                                    /* neighbouring pages */
    file_put32(DATA + P_ADDRESS, TEXT_AT + 0x2000);
    EXPECT_EQ(parse_file(), 0);

    make_file();                                    /* address and offset agree in a page */
    file_put32(DATA + P_OFFSET, 0x2345);
    file_put32(DATA + P_ADDRESS, DATA_AT + 0x345);
    EXPECT_EQ(parse_file(), 0);

    make_file();                                    /* no contents, at the file's end */
    file_put32(DATA + P_OFFSET, FILE_SIZE);
    file_put32(DATA + P_FILE_SIZE, 0);
    EXPECT_EQ(parse_file(), 0);
}

KTEST(lib, elf_unusual_segments)
{
    make_file();                                    /* code in the last segment */
    file_put32(DATA + P_FLAGS, 7);
    file_put32(ENTRY, DATA_AT);
    EXPECT_EQ(parse_file(), 0);

    make_file();                                    /* an empty segment lies nowhere */
    file_put32(DATA + P_FILE_SIZE, 0);
    file_put32(DATA + P_MEMORY_SIZE, 0);
    file_put32(DATA + P_ADDRESS, TEXT_AT);
    EXPECT_EQ(parse_file(), 0);
}

KTEST(lib, elf_bad_file_header)
{
    for (unsigned i = 0; i < 4; i++) {
        make_file();
        file[i] ^= 1;
        EXPECT_EQ(parse_file(), E_ELF_MAGIC);
    }
    EXPECT_BAD16(IDENT_CLASS, 0x0102, E_ELF_CLASS);         /* 64 bits */
    EXPECT_BAD16(IDENT_CLASS, 0x0201, E_ELF_CLASS);         /* big-endian */
    EXPECT_BAD16(IDENT_VERSION, 0, E_ELF_HEADER);
    EXPECT_BAD16(IDENT_ABI, 9, E_ELF_HEADER);               /* FreeBSD */
    EXPECT_BAD16(IDENT_ABI_VERSION, 1, E_ELF_HEADER);
    EXPECT_BAD16(TYPE, 1, E_ELF_TYPE);                      /* an object file */
    EXPECT_BAD16(TYPE, 3, E_ELF_TYPE);                      /* a shared library */
    EXPECT_BAD16(TYPE, 4, E_ELF_TYPE);                      /* a core dump */
    EXPECT_BAD16(MACHINE, 0x3e, E_ELF_MACHINE);             /* x86-64 */
    EXPECT_BAD16(MACHINE, 0x28, E_ELF_MACHINE);             /* ARM */
    EXPECT_BAD32(VERSION, 2, E_ELF_HEADER);
    EXPECT_BAD32(FLAGS, 1, E_ELF_HEADER);
    EXPECT_BAD16(HEADER_SIZE, HEADER_END - 1, E_ELF_HEADER);
    EXPECT_BAD16(ENTRY_SIZE, P_END + 8, E_ELF_HEADER);
    EXPECT_BAD16(ENTRY_SIZE, 0, E_ELF_HEADER);
    EXPECT_BAD16(COUNT, 0, E_ELF_HEADER);
    EXPECT_BAD32(TABLE, HEADER_END - 4, E_ELF_HEADER);
}

KTEST(lib, elf_bad_table)
{
    EXPECT_BAD32(TABLE, FILE_SIZE - 2 * P_END + 1, E_ELF_TRUNCATED);
    EXPECT_BAD32(TABLE, FILE_SIZE, E_ELF_TRUNCATED);
    EXPECT_BAD32(TABLE, FILE_SIZE + 1, E_ELF_TRUNCATED);
    EXPECT_BAD32(TABLE, 0xffffffff, E_ELF_TRUNCATED);
    EXPECT_BAD32(TABLE, 0 - 2 * P_END, E_ELF_TRUNCATED);    /* the table's end wraps to 0 */
    EXPECT_BAD16(COUNT, FILE_SIZE / P_END, E_ELF_TRUNCATED);
    EXPECT_BAD16(COUNT, 0xffff, E_ELF_TRUNCATED);
}

/* Cut off anywhere: every byte up to the end of the last segment's contents is needed. */
KTEST(lib, elf_truncated)
{
    struct elf_image image;

    make_file();
    for (size_t size = 0; size < 0x2800; size += size < 0x100 ? 1 : 0x3f)
        EXPECT_EQ(elf_parse(file, size, &image), E_ELF_TRUNCATED);
    EXPECT_EQ(elf_parse(file, 0x27ff, &image), E_ELF_TRUNCATED);
    EXPECT_EQ(elf_parse(file, 0x2800, &image), 0);
}

KTEST(lib, elf_bad_segment)
{
    EXPECT_BAD32(DATA + P_FILE_SIZE, 0x1801, E_ELF_SEGMENT);    /* more than in memory */
    EXPECT_BAD32(DATA + P_MEMORY_SIZE, 0, E_ELF_SEGMENT);
    EXPECT_BAD32(DATA + P_FLAGS, 8, E_ELF_SEGMENT);
    EXPECT_BAD32(DATA + P_FLAGS, 0x80000006, E_ELF_SEGMENT);
    EXPECT_BAD32(DATA + P_ALIGN, 3, E_ELF_SEGMENT);
    EXPECT_BAD32(DATA + P_ALIGN, 6, E_ELF_SEGMENT);
    EXPECT_BAD32(DATA + P_ALIGN, 0x2000, E_ELF_SEGMENT);        /* address and offset differ */
    EXPECT_BAD32(DATA + P_OFFSET, 0x2001, E_ELF_SEGMENT);
    make_file();
    file_put32(DATA + P_ALIGN, 2);
    file_put32(DATA + P_OFFSET, 0x2001);
    EXPECT_EQ(parse_file(), E_ELF_SEGMENT);
    EXPECT_BAD32(DATA + P_TYPE, 2, E_ELF_SEGMENT);              /* needs a dynamic linker */
    EXPECT_BAD32(DATA + P_TYPE, 3, E_ELF_SEGMENT);
    EXPECT_BAD32(DATA + P_TYPE, 7, E_ELF_SEGMENT);              /* thread-local storage */
    EXPECT_BAD32(DATA + P_OFFSET, FILE_SIZE, E_ELF_TRUNCATED);
    EXPECT_BAD32(DATA + P_OFFSET, 0xfffff000, E_ELF_TRUNCATED); /* its end wraps */

    make_file();                                                /* so does this one's */
    file_put32(DATA + P_FILE_SIZE, 0xffffe000);
    file_put32(DATA + P_MEMORY_SIZE, 0xffffe000);
    EXPECT_EQ(parse_file(), E_ELF_TRUNCATED);
}

/* A segment of one byte counts. */
KTEST(lib, elf_small_segment)
{
    struct elf_image image;

    make_file();
    file_put32(DATA + P_FILE_SIZE, 0);
    file_put32(DATA + P_MEMORY_SIZE, 1);
    EXPECT_EQ(elf_parse(file, sizeof file, &image), 0);
    EXPECT_EQ(image.segment_count, 2);
    EXPECT_EQ(image.segments[1].memory_size, 1);
    file_put32(DATA + P_MEMORY_SIZE, 0);
    EXPECT_EQ(elf_parse(file, sizeof file, &image), 0);
    EXPECT_EQ(image.segment_count, 1);
}

KTEST(lib, elf_too_many_segments)
{
    make_file();
    for (unsigned i = 0; i <= ELF_MAX_SEGMENTS; i++)
        put_segment(TEXT + i * P_END, 0x1000, TEXT_AT + i * 0x2000, 5);
    file_put16(COUNT, ELF_MAX_SEGMENTS);
    EXPECT_EQ(parse_file(), 0);
    file_put16(COUNT, ELF_MAX_SEGMENTS + 1);
    EXPECT_EQ(parse_file(), E_ELF_SEGMENT);
}

KTEST(lib, elf_bad_address)
{
    EXPECT_BAD32(DATA + P_ADDRESS, 0, E_ELF_ADDRESS);
    EXPECT_BAD32(DATA + P_ADDRESS, 0x100000, E_ELF_ADDRESS);            /* the kernel */
    EXPECT_BAD32(DATA + P_ADDRESS, WINDOW_LO, E_ELF_ADDRESS);
    EXPECT_BAD32(DATA + P_ADDRESS, VM_USERLO - 0x1000, E_ELF_ADDRESS);  /* half below */
    EXPECT_BAD32(DATA + P_ADDRESS, VM_PROGRAM_HI - 0x1000, E_ELF_ADDRESS);
    EXPECT_BAD32(DATA + P_ADDRESS, VM_PROGRAM_HI, E_ELF_ADDRESS);
    EXPECT_BAD32(DATA + P_ADDRESS, USTACK_LO, E_ELF_ADDRESS);
    EXPECT_BAD32(DATA + P_ADDRESS, DEVICE_LO, E_ELF_ADDRESS);
    EXPECT_BAD32(DATA + P_ADDRESS, 0xfffff000, E_ELF_ADDRESS);          /* its end wraps */
    EXPECT_BAD32(DATA + P_MEMORY_SIZE, VM_PROGRAM_HI - DATA_AT + 1, E_ELF_ADDRESS);
    EXPECT_BAD32(DATA + P_MEMORY_SIZE, 0 - DATA_AT, E_ELF_ADDRESS);     /* ends at 0 */
    EXPECT_BAD32(DATA + P_MEMORY_SIZE, 0 - DATA_AT + 0x2000, E_ELF_ADDRESS);
    EXPECT_BAD32(DATA + P_MEMORY_SIZE, 0xffffffff, E_ELF_ADDRESS);
    EXPECT_BAD32(DATA + P_MEMORY_SIZE, VM_PROGRAM_HI - DATA_AT, 0);
}

KTEST(lib, elf_overlap)
{
    EXPECT_BAD32(DATA + P_ADDRESS, TEXT_AT, E_ELF_OVERLAP);
    EXPECT_BAD32(DATA + P_ADDRESS, TEXT_AT + 0x1000, E_ELF_OVERLAP);    /* same page only */
    EXPECT_BAD32(TEXT + P_MEMORY_SIZE, 0x5001, E_ELF_OVERLAP);
    EXPECT_BAD32(TEXT + P_MEMORY_SIZE, 0x20000, E_ELF_OVERLAP);         /* one in the other */
    EXPECT_BAD32(TEXT + P_MEMORY_SIZE, 0x5000, 0);

    make_file();                                                        /* and turned round */
    file_put32(TEXT + P_ADDRESS, DATA_AT);
    file_put32(DATA + P_ADDRESS, DATA_AT - 0x1000);
    file_put32(ENTRY, DATA_AT);
    EXPECT_EQ(parse_file(), E_ELF_OVERLAP);
    file_put32(DATA + P_MEMORY_SIZE, 0x1001);
    EXPECT_EQ(parse_file(), E_ELF_OVERLAP);
    file_put32(DATA + P_MEMORY_SIZE, 0x1000);
    EXPECT_EQ(parse_file(), 0);

    make_file();                                                        /* the third */
    put_segment(DATA + P_END, 0x2000, DATA_AT + 0x1000, 6);
    file_put16(COUNT, 3);
    EXPECT_EQ(parse_file(), E_ELF_OVERLAP);
}

KTEST(lib, elf_bad_entry)
{
    EXPECT_BAD32(ENTRY, TEXT_AT, 0);
    EXPECT_BAD32(ENTRY, TEXT_AT + 0x7ff, 0);
    EXPECT_BAD32(ENTRY, TEXT_AT + 0x800, E_ELF_ENTRY);      /* zeros, no code */
    EXPECT_BAD32(ENTRY, TEXT_AT - 1, E_ELF_ENTRY);
    EXPECT_BAD32(ENTRY, DATA_AT, E_ELF_ENTRY);
    EXPECT_BAD32(ENTRY, 0, E_ELF_ENTRY);
    EXPECT_BAD32(ENTRY, 0x100000, E_ELF_ENTRY);
    EXPECT_BAD32(ENTRY, 0xffffffff, E_ELF_ENTRY);
    EXPECT_BAD32(TEXT + P_FLAGS, 4, E_ELF_ENTRY);
    EXPECT_BAD32(TEXT + P_TYPE, 0, E_ELF_ENTRY);
}

/* The file may start anywhere in memory. */
KTEST(lib, elf_unaligned)
{
    static uint8_t shifted[FILE_SIZE + 1];
    struct elf_image image;

    make_file();
    memcpy(shifted + 1, file, sizeof file);
    EXPECT_EQ(elf_parse(shifted + 1, sizeof file, &image), 0);
    EXPECT_EQ(image.entry, TEXT_AT + 0x100);
}

/* What elf.h promises of every file that is accepted. */
static void check_promises(const struct elf_image *image)
{
    bool entry_found = false;

    EXPECT(image->segment_count <= ELF_MAX_SEGMENTS);
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *a = &image->segments[i];
        uint64_t end = (uint64_t)a->address + a->memory_size;

        EXPECT(a->memory_size > 0 && a->file_size <= a->memory_size);
        EXPECT((uint64_t)a->offset + a->file_size <= FILE_SIZE);
        EXPECT(a->address >= VM_USERLO && end <= VM_PROGRAM_HI);
        entry_found |= a->executable && image->entry >= a->address &&
                       image->entry < (uint64_t)a->address + a->file_size;
        for (unsigned j = 0; j < i; j++) {
            const struct elf_segment *b = &image->segments[j];
            uint64_t b_end = (uint64_t)b->address + b->memory_size;

            EXPECT(end <= ROUND_DOWN(b->address, PAGE_SIZE) ||
                   b_end <= ROUND_DOWN(a->address, PAGE_SIZE));
        }
    }
    EXPECT(entry_found);
}

/* Headers with a few random or boundary numbers: whatever is accepted keeps the promises. */
KTEST(lib, elf_random)
{
    static const uint32_t interesting[] = {
        0, 1, PAGE_SIZE - 1, PAGE_SIZE, FILE_SIZE, VM_USERLO - 1, VM_USERLO, VM_PROGRAM_HI - 1,
        VM_PROGRAM_HI, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff,
    };
    struct elf_image image;
    struct random random;
    unsigned accepted = 0;

    random_seed(&random, 1);
    for (unsigned round = 0; round < 5000; round++) {
        make_file();
        for (unsigned changes = 1 + random_below(&random, 3); changes > 0; changes--) {
            unsigned offset = ENTRY + random_below(&random, DATA + P_END - ENTRY - 3);
            uint32_t value = random_below(&random, 2) ? random_next(&random) :
                             interesting[random_below(&random, ARRAY_SIZE(interesting))];

            file_put32(offset & (random_below(&random, 4) ? ~3u : ~0u), value);
        }
        if (elf_parse(file, sizeof file, &image) == 0) {
            accepted++;
            check_promises(&image);
        }
    }
    EXPECT(accepted > 100);
}
