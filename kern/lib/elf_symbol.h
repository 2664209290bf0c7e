/* Function names out of a program file's symbol table, for reports about programs. */
#pragma once

#include "lib/types.h"

enum { ELF_SYMBOL_MAX = 48 };

struct elf_symbol {
    char     name[ELF_SYMBOL_MAX];      /* of the function, cut if need be */
    uint32_t offset;                    /* of the address within it */
};

/* Finds the function of the `size` bytes at `file`, any bytes, that `address` lies in.  False if
 * there is none, or no symbol table, or a damaged one.  Looks at every symbol: not for hot
 * paths. */
bool elf_find_symbol(const void *file, size_t size, uaddr_t address, struct elf_symbol *out);
