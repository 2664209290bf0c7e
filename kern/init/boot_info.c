/* Reading the Multiboot information: version 1 (Multiboot 0.6.96, 3.3) and version 2
 * (lib/multiboot2.h).  Nothing in it is trusted to be well-formed. */
#include "init/boot_info_priv.h"

#include "dev/log.h"
#include "dev/machine_exit.h"
#include "lib/multiboot2.h"
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

static const void *pointer_at(uint32_t address)
{
    return (const void *)(uintptr_t)address;
}

/* QEMU puts the kernel's path before the options, GRUB 2 does not: a first word that is a path.
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
    if (strlcpy(boot->command_line, line, COMMAND_LINE_MAX) < COMMAND_LINE_MAX)
        return;
    KERN_WARN("the command line is longer than %u characters\n", COMMAND_LINE_MAX - 1);
    machine_exit(EXIT_FAIL);
}

static void add_memory(struct boot_info *boot, const struct memory_range *range)
{
    if (boot->memory_count < MEMORY_RANGES_MAX)
        boot->memory[boot->memory_count] = *range;
    else if (boot->memory_count == MEMORY_RANGES_MAX)
        KERN_WARN("only the first %u memory ranges are used\n", MEMORY_RANGES_MAX);
    boot->memory_count++;
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

static void add_module(struct boot_info *boot, uint32_t start, uint32_t end, const char *string)
{
    struct boot_module *out = &boot->modules[boot->module_count];

    if (boot->module_count == BOOT_MODULES_MAX) {
        KERN_WARN("only the first %u boot modules are used\n", BOOT_MODULES_MAX);
        return;
    }
    module_name(out->name, string);
    if (end < start || end > KERNEL_LIMIT) {
        KERN_WARN("boot module %s at 0x%x..0x%x is out of reach\n", out->name, start, end);
        return;
    }
    out->image = pointer_at(start);
    out->size = end - start;
    boot->module_count++;
}

/* Does memory reach as far as the modules, which the loader has put somewhere? */
static void check_modules(const struct boot_info *boot)
{
    for (unsigned i = 0; i < boot->module_count; i++) {
        const struct boot_module *module = &boot->modules[i];
        uint64_t last = (uintptr_t)module->image + module->size - 1;
        bool is_there = module->size == 0;
        for (unsigned j = 0; j < boot->memory_count && !is_there; j++) {
            const struct memory_range *range = &boot->memory[j];
            is_there = range->type == MEMORY_USABLE && last >= range->base &&
                       last - range->base < range->length;
        }
        if (!is_there) {
            KERN_WARN("Strata needs more memory: there is none for all of %s\n", module->name);
            machine_exit(EXIT_FAIL);
        }
    }
}

/* --- Multiboot 1 ------------------------------------------------------------------------- */

static void read_memory_map(struct boot_info *boot, uint32_t address, uint32_t length)
{
    uint32_t offset = 0;

    while (length - offset >= sizeof(struct multiboot_range)) {
        const struct multiboot_range *range = pointer_at(address + offset);
        add_memory(boot, &(struct memory_range){ range->base, range->length, range->type });
        if (range->size < sizeof *range - 4 || range->size > length - offset - 4)
            return;
        offset += range->size + 4;
    }
}

static void read_multiboot(struct boot_info *boot, const struct multiboot_info *info)
{
    const struct multiboot_module *module = pointer_at(info->modules);

    if (info->flags & HAS_COMMAND_LINE)
        read_command_line(boot, pointer_at(info->command_line));
    if (info->flags & HAS_MEMORY_MAP)
        read_memory_map(boot, info->memory_map, info->memory_map_length);
    for (uint32_t i = 0; info->flags & HAS_MODULES && i < info->module_count; i++)
        add_module(boot, module[i].start, module[i].end,
                   module[i].string ? pointer_at(module[i].string) : "");
}

/* --- Multiboot 2 ------------------------------------------------------------------------- */

static void read_module_tag(struct boot_info *boot, const struct multiboot2_tag *tag)
{
    struct multiboot2_module module;

    if (multiboot2_module(tag, &module))
        add_module(boot, module.start, module.end, module.string);
}

static void read_memory_tag(struct boot_info *boot, const struct multiboot2_tag *tag)
{
    struct multiboot2_range range;

    for (unsigned i = 0; multiboot2_range(tag, i, &range); i++)
        add_memory(boot, &(struct memory_range){ range.base, range.length, range.type });
}

static void read_framebuffer_tag(struct boot_info *boot, const struct multiboot2_tag *tag)
{
    struct multiboot2_framebuffer f;

    if (!multiboot2_framebuffer(tag, &f) || f.is_text)
        return;
    boot->has_framebuffer = true;
    boot->framebuffer = (struct framebuffer){
        .address = f.address, .pitch = f.pitch, .width = f.width, .height = f.height,
        .bits_per_pixel = f.bits_per_pixel, .is_direct_colour = f.is_direct_colour,
        .red = { f.red_shift, f.red_bits }, .green = { f.green_shift, f.green_bits },
        .blue = { f.blue_shift, f.blue_bits },
    };
}

static void read_tag(struct boot_info *boot, const struct multiboot2_tag *tag)
{
    const char *line;

    switch (tag->type) {
    case MULTIBOOT2_COMMAND_LINE:
        line = multiboot2_text(tag, 0);
        read_command_line(boot, line ? line : "");
        break;
    case MULTIBOOT2_MODULE:
        read_module_tag(boot, tag);
        break;
    case MULTIBOOT2_MEMORY_MAP:
        read_memory_tag(boot, tag);
        break;
    case MULTIBOOT2_FRAMEBUFFER:
        read_framebuffer_tag(boot, tag);
        break;
    case MULTIBOOT2_ACPI_OLD:
    case MULTIBOOT2_ACPI_NEW:           /* the newer one comes second, or alone */
        boot->acpi_root = (paddr_t)(uintptr_t)tag->content;
        break;
    }
}

static void read_multiboot2(struct boot_info *boot, const void *info)
{
    struct multiboot2_tag tag;
    size_t size = multiboot2_size(info), position = 0;

    while (multiboot2_next(info, size, &position, &tag))
        read_tag(boot, &tag);
}

/* ----------------------------------------------------------------------------------------- */

void boot_info_read(struct boot_info *boot, uint32_t magic, const void *info)
{
    if (magic == LOADER_MAGIC)
        read_multiboot(boot, info);
    else if (magic == MULTIBOOT2_LOADER_MAGIC)
        read_multiboot2(boot, info);
    boot->memory_count = MIN(boot->memory_count, (unsigned)MEMORY_RANGES_MAX);
    if (boot->memory_count == 0) {
        KERN_WARN("not started by a Multiboot loader that gives a memory map\n");
        machine_exit(EXIT_FAIL);
    }
    check_modules(boot);
}
