/* Parsers of foreign bytes, fed with mutations of a good file: a fixed number of rounds with a
 * fixed seed.  Each file lies in a heap block of exactly its size, so that the sanitizer sees
 * the first byte read outside; what is accepted is then read like the kernel would. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/error.h"
#include "abi/layout.h"
#include "lib/elf.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/ustar_test.h"

#define ELF_ROUNDS      200000
#define ARCHIVE_ROUNDS  20000

static volatile unsigned sink;

/* Reads every byte: the sanitizer complains if one is not there. */
static void touch(const void *data, size_t size)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < size; i++)
        sink += bytes[i];
}

static void mutate(struct random *random, unsigned char *bytes, size_t size)
{
    static const uint32_t numbers[] = {
        0, 1, 2, 0x1000, VM_USERLO, VM_PROGRAM_HI, 0x7fffffff, 0x80000000, 0xfffff000,
        UINT32_MAX,
    };

    for (unsigned changes = random_below(random, 4); changes > 0 && size >= 4; changes--) {
        uint32_t at = random_below(random, (uint32_t)size - 3);
        uint32_t number = numbers[random_below(random, ARRAY_SIZE(numbers))];

        switch (random_below(random, 4)) {
        case 0:
            bytes[at] = (unsigned char)random_next(random);
            break;
        case 1:
            bytes[at] ^= (unsigned char)(1u << random_below(random, 8));
            break;
        case 2:
            memcpy(bytes + at, &number, sizeof number);
            break;
        default:
            memcpy(bytes + (at & ~3u), &number, sizeof number);
            break;
        }
    }
}

/* A mutated copy of `good`, often cut short, in a block of its own: the caller frees it. */
static unsigned char *make_variant(struct random *random, const void *good, size_t *size,
                                   size_t mutated)
{
    if (random_below(random, 4) == 0)
        *size = random_below(random, (uint32_t)*size + 1);
    unsigned char *copy = malloc(*size);
    memcpy(copy, good, *size);
    mutate(random, copy, MIN(*size, mutated));
    return copy;
}

struct program {
    Elf32_Ehdr header;
    Elf32_Phdr segments[3];
    unsigned char text[64], data[32];
};

/* Made with the host's own description of the format. */
static const struct program program = {
    .header = {
        .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
        .e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT, .e_entry = VM_USERLO,
        .e_phoff = offsetof(struct program, segments), .e_ehsize = sizeof(Elf32_Ehdr),
        .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 3,
    },
    .segments = {
        { .p_type = PT_LOAD, .p_offset = offsetof(struct program, text), .p_vaddr = VM_USERLO,
          .p_filesz = 64, .p_memsz = 64, .p_flags = PF_R | PF_X, .p_align = 4 },
        { .p_type = PT_LOAD, .p_offset = offsetof(struct program, data),
          .p_vaddr = VM_USERLO + PAGE_SIZE, .p_filesz = 32, .p_memsz = 0x3000,
          .p_flags = PF_R | PF_W, .p_align = 4 },
        { .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W },
    },
};

KTEST(host, fuzz_elf)
{
    struct random random;
    unsigned accepted = 0;

    random_seed(&random, 1);
    for (unsigned round = 0; round < ELF_ROUNDS; round++) {
        struct elf_image image;
        size_t size = sizeof program;
        unsigned char *file = make_variant(&random, &program, &size,
                                           offsetof(struct program, text));

        if (elf_parse(file, size, &image) == 0) {
            accepted++;
            for (unsigned i = 0; i < image.segment_count; i++)
                touch(file + image.segments[i].offset, image.segments[i].file_size);
        }
        free(file);
    }
    EXPECT(accepted > ELF_ROUNDS / 20 && accepted < ELF_ROUNDS);
}

/* An archive written by the host's tar. */
static unsigned char *read_archive(size_t *size)
{
    FILE *stream = fopen(SEED_ARCHIVE, "rb");
    unsigned char *archive = malloc(1 << 20);

    if (!stream || !archive) {
        perror(SEED_ARCHIVE);
        exit(EXIT_FAILURE);
    }
    *size = fread(archive, 1, 1 << 20, stream);
    fclose(stream);
    return archive;
}

/* Makes the checksum right, so that the other fields are looked at too. */
static void repair_checksum(unsigned char *header)
{
    unsigned sum = 0;

    memset(header + 148, ' ', 8);
    for (unsigned i = 0; i < 512; i++)
        sum += header[i];
    snprintf((char *)header + 148, 8, "%06o", sum);
}

KTEST(host, fuzz_ustar)
{
    struct random random;
    size_t good_size;
    unsigned found = 0, damaged = 0;
    unsigned char *good = read_archive(&good_size);

    random_seed(&random, 1);
    for (unsigned round = 0; round < ARCHIVE_ROUNDS; round++) {
        struct ustar_file file;
        size_t position = 0, size = MIN(good_size, 8192u);
        unsigned char *archive = make_variant(&random, good, &size, 512);
        int error;

        if (size >= 512 && random_below(&random, 8) != 0)
            repair_checksum(archive);
        while ((error = ustar_next(archive, size, &position, &file)) == 0) {
            touch(file.data, file.size);
            found++;
        }
        damaged += error == E_ARCHIVE;
        free(archive);
    }
    EXPECT(found > ARCHIVE_ROUNDS && damaged > ARCHIVE_ROUNDS / 10);
    free(good);
}

/* What tar wrote is what is found. */
KTEST(host, ustar_reads_tar)
{
    struct ustar_file file;
    size_t size;
    unsigned char *archive = read_archive(&size);

    EXPECT_EQ(ustar_check(archive, size), 0);
    EXPECT_EQ(ustar_find(archive, size, "ustar.h", &file), 0);
    EXPECT(file.size > 100 && memcmp(file.data, "/* Archives of programs", 23) == 0);
    EXPECT_EQ(ustar_find(archive, size, "missing", &file), E_NOT_FOUND);
    free(archive);
}
