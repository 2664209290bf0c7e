/* What the boot loader handed over, copied out of its memory: command line, memory map, boot
 * modules, screen. */
#pragma once

#include "dev/framebuffer.h"
#include "lib/types.h"
#include "pmm/pmm.h"
#include "proc/proc.h"

enum {
    COMMAND_LINE_MAX = 512,
    MEMORY_RANGES_MAX = 64,
    BOOT_MODULES_MAX = 16,
};

struct boot_info {
    char                command_line[COMMAND_LINE_MAX];
    struct memory_range memory[MEMORY_RANGES_MAX];
    unsigned            memory_count;
    struct boot_module  modules[BOOT_MODULES_MAX];
    unsigned            module_count;
    paddr_t             acpi_root;          /* ACPI's root pointer; 0: the loader does not say.
                                             * Only until memory is given out. */
    bool                has_framebuffer;
    struct framebuffer  framebuffer;
};

/* Reads the loader's structures, before paging is on; says what it has to leave out.  Stops
 * the machine if the loader is none or gives no memory map, or if the command line is too long. */
void boot_info_read(struct boot_info *boot, uint32_t magic, const void *info);
