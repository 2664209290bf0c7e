/* A file with two functions in its symbol table, whole and damaged. */
#include "lib/elf_symbol.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"

enum { SECTIONS = 64, SYMBOLS = 256, STRINGS = 400, FILE_SIZE = 512 };

static uint8_t file[FILE_SIZE];

static void file_put16(unsigned offset, uint16_t value)
{
    memcpy(file + offset, &value, sizeof value);
}

static void file_put32(unsigned offset, uint32_t value)
{
    memcpy(file + offset, &value, sizeof value);
}

/* A section header of which only type, offset, size and link matter. */
static void put_section(unsigned index, uint32_t type, uint32_t offset, uint32_t size)
{
    unsigned header = SECTIONS + index * 40;

    file_put32(header + 4, type);
    file_put32(header + 16, offset);
    file_put32(header + 20, size);
    file_put32(header + 24, 2);
}

static void put_function(unsigned index, uint32_t name, uint32_t value, uint32_t size)
{
    unsigned entry = SYMBOLS + index * 16;

    file_put32(entry, name);
    file_put32(entry + 4, value);
    file_put32(entry + 8, size);
    file[entry + 12] = 0x12;            /* a global function */
}

static void make_file(void)
{
    memset(file, 0, sizeof file);
    file_put32(32, SECTIONS);
    file_put16(48, 3);
    put_section(1, 2, SYMBOLS, 3 * 16);
    put_section(2, 3, STRINGS, 32);
    put_function(1, 1, 0x40001000, 0x20);
    put_function(2, 6, 0x40001020, 0x100);
    memcpy(file + STRINGS, "\0main\0helper", 13);
}

KTEST(lib, elf_symbol_is_found)
{
    struct elf_symbol symbol;

    make_file();
    EXPECT(elf_find_symbol(file, sizeof file, 0x4000101f, &symbol));
    EXPECT(strcmp(symbol.name, "main") == 0);
    EXPECT_EQ(symbol.offset, 0x1f);
    EXPECT(elf_find_symbol(file, sizeof file, 0x40001020, &symbol));
    EXPECT(strcmp(symbol.name, "helper") == 0);
    EXPECT_EQ(symbol.offset, 0);
    EXPECT(!elf_find_symbol(file, sizeof file, 0x40000fff, &symbol));
    EXPECT(!elf_find_symbol(file, sizeof file, 0x40001120, &symbol));
}

KTEST(lib, elf_symbol_survives_damage)
{
    struct random random;
    struct elf_symbol symbol;

    random_seed(&random, 1);
    for (unsigned i = 0; i < 3000; i++) {
        make_file();
        file_put32(random_below(&random, FILE_SIZE / 4) * 4, random_next(&random));
        size_t size = i % 2 ? sizeof file : random_below(&random, sizeof file);
        if (elf_find_symbol(file, size, 0x40001010, &symbol))
            EXPECT(strnlen(symbol.name, ELF_SYMBOL_MAX) < ELF_SYMBOL_MAX);
    }
}
