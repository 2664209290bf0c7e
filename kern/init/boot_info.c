/* Reading the Multiboot information (Multiboot 0.6.96, 3.3).  Nothing in it is trusted to be
 * well-formed. */
#include "init/boot_info.h"

#include "dev/exit.h"
#include "dev/log.h"
#include "lib/string.h"

#define LOADER_MAGIC        0x2badb002
#define HAS_COMMAND_LINE    0x04
#define HAS_MODULES         0x08
#define HAS_MEMORY_MAP      0x40

struct multiboot_info {
    uint32_t flags, mem_lower, mem_upper, boot_device, command_line;
    uint32_t module_count, modules;
    uint32_t symbols[4];
    uint32_t memory_map_length, memory_map;
};

struct multiboot_module {
    uint32_t start, end, string, reserved;
};

/* `size` does not count itself; entries may be longer than this. */
struct multiboot_range {
    uint32_t size;
    uint64_t base, length;
    uint32_t type;
} __attribute__((packed));

static const void *at(uint32_t address)
{
    return (const void *)(uintptr_t)address;
}

/* QEMU puts the kernel's path before the options, GRUB may: a first word that is a path.
 * SUBTLE: loader-path */
static const char *skip_kernel_path(const char *line)
{
    size_t n = 0;
    bool path = false;

    while (line[n] && line[n] != ' ' && line[n] != '=')
        path |= line[n++] == '/';
    if (!path || line[n] == '=')
        return line;
    return line[n] ? line + n + 1 : line + n;
}

static void read_command_line(struct boot_info *boot, const char *line)
{
    line = skip_kernel_path(line);
    if (strnlen(line, COMMAND_LINE_MAX) == COMMAND_LINE_MAX)
        KERN_WARN("the command line is cut after %u characters\n", COMMAND_LINE_MAX - 1);
    strlcpy(boot->command_line, line, COMMAND_LINE_MAX);
}

static void read_memory_map(struct boot_info *boot, uint32_t address, uint32_t length)
{
    uint32_t offset = 0;

    while (length - offset >= sizeof(struct multiboot_range)) {
        const struct multiboot_range *range = at(address + offset);
        if (boot->memory_count == MEMORY_RANGES_MAX) {
            KERN_WARN("only the first %u memory ranges are used\n", MEMORY_RANGES_MAX);
            return;
        }
        boot->memory[boot->memory_count++] = (struct memory_range){
            .base = range->base, .length = range->length, .type = range->type };
        if (range->size < sizeof *range - 4 || range->size > length - offset - 4)
            return;
        offset += range->size + 4;
    }
}

/* The program's name: the last part of the path that the module's first word is. */
static void module_name(char name[BOOT_MODULE_NAME_MAX], const char *string)
{
    size_t length = 0, begin = 0;

    while (string[length] && string[length] != ' ')
        if (string[length++] == '/')
            begin = length;
    length -= begin;
    if (length >= BOOT_MODULE_NAME_MAX)
        length = BOOT_MODULE_NAME_MAX - 1;
    memcpy(name, string + begin, length);
    name[length] = 0;
}

static void read_modules(struct boot_info *boot, const struct multiboot_module *module,
                         uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, module++) {
        struct boot_module *out = &boot->modules[boot->module_count];
        if (boot->module_count == BOOT_MODULES_MAX) {
            KERN_WARN("only the first %u boot modules are used\n", BOOT_MODULES_MAX);
            return;
        }
        module_name(out->name, module->string ? at(module->string) : "");
        if (module->end < module->start || module->end > KERNEL_LIMIT) {
            KERN_WARN("boot module %s at 0x%x..0x%x is out of reach\n", out->name,
                      module->start, module->end);
            continue;
        }
        out->image = at(module->start);
        out->size = module->end - module->start;
        boot->module_count++;
    }
}

void boot_info_read(struct boot_info *boot, uint32_t magic, const struct multiboot_info *info)
{
    if (magic != LOADER_MAGIC || !(info->flags & HAS_MEMORY_MAP)) {
        KERN_WARN("not started by a Multiboot 1 loader that gives a memory map\n");
        machine_exit(EXIT_FAIL);
    }
    if (info->flags & HAS_COMMAND_LINE)
        read_command_line(boot, at(info->command_line));
    read_memory_map(boot, info->memory_map, info->memory_map_length);
    if (info->flags & HAS_MODULES)
        read_modules(boot, at(info->modules), info->module_count);
}
