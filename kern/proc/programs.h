/* The programs that there are: what the boot modules contain.
 *
 * A module whose name ends in ".tar" is a ustar archive, and so is a module without a name
 * that looks like one; every regular file in it is a program.  Any other module is one
 * program.  A program's name is the last part of its path.  If a name comes twice, the later
 * one counts, as tar has it: so a module given after the archive replaces a program of the
 * archive.
 *
 * Written at boot, read-only from then on: no lock. */
#pragma once

#include "lib/types.h"
#include "proc/text.h"

enum { BOOT_MODULE_NAME_MAX = 64 };

struct boot_module {
    char        name[BOOT_MODULE_NAME_MAX];     /* the last part of its path */
    const void *image;
    size_t      size;
};

#define PROGRAM_NAME_MAX        BOOT_MODULE_NAME_MAX
enum { NUM_PROGRAMS = 256 };

/* `file` is not checked: lib/elf.h does that when it is to run. */
struct program {
    char        name[PROGRAM_NAME_MAX];
    const void *file;
    size_t      size;
    struct program_text text;
};

/* Makes the list of programs.  An archive is used only if it is sound from end to end; what has
 * to be left out is said.  The modules' memory must stay.  Once, at boot. */
void programs_init(const struct boot_module *modules, unsigned count);

/* The program of that name, or NULL. */
const struct program *programs_find(const char *name);

/* The program after `program`, the first one after NULL; NULL at the end. */
const struct program *programs_next(const struct program *program);
