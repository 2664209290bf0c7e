/* Fuzzes the search in a program file's symbols; the first four bytes are the address. */
#include "lib/elf_symbol.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    struct elf_symbol symbol;
    uaddr_t address;

    take_bytes(&input, &address, sizeof address);
    if (elf_find_symbol(input.data, input.size, address, &symbol))
        REQUIRE(strnlen(symbol.name, ELF_SYMBOL_MAX) - 1 < ELF_SYMBOL_MAX - 1);
    return 0;
}
