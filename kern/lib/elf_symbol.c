/* The symbol table of ELF files (System V ABI, chapter 4).  Nothing in the file is trusted:
 * every read goes through read_at(). */
#include "lib/elf_symbol.h"

#include "lib/string.h"

enum {
    SECTION_TABLE_AT = 32, SECTION_COUNT_AT = 48, SECTION_SYMBOLS = 2,
    SYMBOL_TYPE = 15, SYMBOL_FUNCTION = 2,              /* in a symbol's `info` */
};

struct file_bytes {
    const char *bytes;
    size_t      size;
};

struct section {
    uint32_t name, type, flags, address, offset, size, link, info, align, entry_size;
};

struct symbol {
    uint32_t name, value, size;
    uint8_t  info, other;
    uint16_t section;
};

static bool read_at(struct file_bytes file, uint32_t offset, void *out, size_t size)
{
    if (offset > file.size || size > file.size - offset)
        return false;
    memcpy(out, file.bytes + offset, size);
    return true;
}

static bool read_section(struct file_bytes file, uint32_t index, struct section *section)
{
    uint32_t table;

    return read_at(file, SECTION_TABLE_AT, &table, sizeof table) && table <= file.size &&
           index < file.size / sizeof *section &&
           read_at(file, table + index * sizeof *section, section, sizeof *section);
}

static bool find_symbol_section(struct file_bytes file, struct section *section)
{
    uint16_t count;

    if (!read_at(file, SECTION_COUNT_AT, &count, sizeof count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (read_section(file, i, section) && section->type == SECTION_SYMBOLS)
            return true;
    return false;
}

static bool read_name(struct file_bytes file, uint32_t strings, uint32_t name,
                      char out[ELF_SYMBOL_MAX])
{
    struct section section;
    size_t length = 0;

    if (!read_section(file, strings, &section) || section.offset > file.size ||
        name > file.size - section.offset)
        return false;
    while (length < ELF_SYMBOL_MAX - 1 &&
           read_at(file, section.offset + name + length, out + length, 1) && out[length])
        length++;
    out[length] = '\0';
    return length > 0;
}

bool elf_find_symbol(const void *bytes, size_t size, uaddr_t address, struct elf_symbol *out)
{
    struct file_bytes file = { bytes, size };
    struct section table;
    struct symbol symbol;

    if (!find_symbol_section(file, &table) || table.offset > size)
        return false;
    for (uint32_t at = table.offset; read_at(file, at, &symbol, sizeof symbol) &&
         at - table.offset < table.size; at += sizeof symbol) {
        if ((symbol.info & SYMBOL_TYPE) == SYMBOL_FUNCTION &&
            address - symbol.value < symbol.size) {
            out->offset = address - symbol.value;
            return read_name(file, table.link, symbol.name, out->name);
        }
    }
    return false;
}
