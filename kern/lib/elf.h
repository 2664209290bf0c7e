/* Program files: 32-bit ELF executables for the i386 (System V ABI, chapters 4 and 5, and its
 * Intel386 supplement).  The file is not trusted: whatever elf_parse accepts can be loaded
 * without further checks.  Nothing here blocks. */
#pragma once

#include "lib/types.h"

enum { ELF_MAX_SEGMENTS = 8 };

struct elf_segment {
    uint32_t offset;            /* of its contents in the file ... */
    uint32_t file_size;         /* ... and their size; the rest up to memory_size is zero */
    uint32_t memory_size;       /* not 0 */
    uaddr_t address;
    bool writable;
    bool executable;
};

/* Invariants: every segment's contents lie in the file, its memory lies between VM_USERLO and
 * VM_PROGRAM_HI, and no two segments touch the same page. */
struct elf_image {
    uaddr_t entry;              /* within the contents of an executable segment */
    unsigned segment_count;
    struct elf_segment segments[ELF_MAX_SEGMENTS];
};

/* Checks every field of the `size` bytes at `file` (any alignment) and describes what to load.
 * Returns 0 or the E_ELF_... of what is wrong; then `out` is untouched. */
MUST_USE int elf_parse(const void *file, size_t size, struct elf_image *out);
