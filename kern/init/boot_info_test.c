/* What is read of a boot loader's information, well-formed or not. */
#include "init/boot_info_priv.h"

#include "dev/output_test.h"
#include "lib/ktest.h"
#include "lib/multiboot2.h"
#include "lib/string.h"

enum {
    MAGIC = 0x2badb002,
    COMMAND_LINE = 0x04, MODULES = 0x08, MEMORY_MAP = 0x40,     /* flags of version 1 */
    MEGABYTE = 0x100000,
};

/* Version 1 (Multiboot 0.6.96, 3.3). */
static struct {
    uint32_t flags, unused[3], command_line, module_count, modules, unused_too[4];
    uint32_t memory_map_length, memory_map;
} info;

struct range {
    uint32_t size, base, base_high, length, length_high, type;
};

static struct range ranges[MEMORY_RANGES_MAX + 1];
static struct {
    uint32_t start, end, string, reserved;
} modules[BOOT_MODULES_MAX + 1];
static struct boot_info boot;
static char said[512];

static uint32_t address_of(const void *object)
{
    return (uint32_t)(uintptr_t)object;
}

/* One range, with all that the kernel can reach. */
static void info_begin(void)
{
    memset(&info, 0, sizeof info);
    info.flags = MEMORY_MAP;
    info.memory_map = address_of(ranges);
    info.memory_map_length = sizeof ranges[0];
    ranges[0] = (struct range){ 20, 0, 0, KERNEL_LIMIT, 0, MEMORY_USABLE };
}

/* True if there was something to be said. */
static bool read_info(uint32_t magic, const void *from)
{
    memset(&boot, 0, sizeof boot);
    output_capture(said, sizeof said);
    boot_info_read(&boot, magic, from);
    return output_end_capture() > 0;
}

static bool read_line(const char *line)
{
    info.flags |= COMMAND_LINE;
    info.command_line = address_of(line);
    return read_info(MAGIC, &info);
}

KTEST(init, options_without_the_kernels_path)
{
    static const char *const cases[][2] = {
        { "", "" }, { "cpus=2", "cpus=2" }, { "demo quiet", "demo quiet" },
        { "./strata.elf", "" }, { "/boot/strata.elf cpus=2 demo", "cpus=2 demo" },
        { "run=a/b c", "run=a/b c" }, { "demo a/b", "demo a/b" },
    };

    info_begin();
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        EXPECT(!read_line(cases[i][0]));
        EXPECT(strcmp(boot.command_line, cases[i][1]) == 0);
    }
    info.flags = MEMORY_MAP;
    EXPECT(!read_info(MAGIC, &info));
    EXPECT_EQ(boot.command_line[0], 0);
}

KTEST(init, options_of_the_greatest_length)
{
    static char line[COMMAND_LINE_MAX];

    info_begin();
    memset(line, 'x', COMMAND_LINE_MAX - 1);
    EXPECT(!read_line(line));
    EXPECT(strcmp(boot.command_line, line) == 0);
}

KTEST(init, memory_ranges_as_many_as_fit)
{
    info_begin();
    for (unsigned i = 0; i <= MEMORY_RANGES_MAX; i++)
        ranges[i] = (struct range){ 20, i * MEGABYTE, i, MEGABYTE, 0, 1 + i % 2 };
    info.memory_map_length = MEMORY_RANGES_MAX * sizeof ranges[0];
    EXPECT(!read_info(MAGIC, &info));
    EXPECT_EQ(boot.memory_count, MEMORY_RANGES_MAX);
    EXPECT(boot.memory[5].base == (5ull << 32) + 5 * MEGABYTE);
    EXPECT(boot.memory[5].length == MEGABYTE && boot.memory[5].type == 2);
    info.memory_map_length += sizeof ranges[0];
    EXPECT(read_info(MAGIC, &info));
    EXPECT_EQ(boot.memory_count, MEMORY_RANGES_MAX);
    EXPECT_EQ(boot.module_count, 0);
}

/* The sizes of the entries, and how many of them are read: entries may be longer than we know. */
KTEST(init, memory_ranges_end_at_nonsense)
{
    static const struct {
        uint32_t size, length;
        unsigned count;
    } cases[] = {
        { 20, 48, 2 }, { 20, 47, 1 }, { 19, 48, 1 }, { 0, 48, 1 }, { UINT32_MAX, 48, 1 },
        { 44, 48, 1 }, { 45, 48, 1 }, { 44, 72, 2 },
    };

    info_begin();
    ranges[1] = ranges[2] = ranges[0];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        ranges[0].size = cases[i].size;
        info.memory_map_length = cases[i].length;
        EXPECT(!read_info(MAGIC, &info));
        EXPECT_EQ(boot.memory_count, cases[i].count);
    }
}

static bool read_module(uint32_t start, uint32_t end, const char *string)
{
    info.flags |= MODULES;
    info.modules = address_of(modules);
    info.module_count = 1;
    modules[0].start = start;
    modules[0].end = end;
    modules[0].string = address_of(string);
    return read_info(MAGIC, &info);
}

KTEST(init, modules_have_the_last_part_of_their_path)
{
    static char longest[BOOT_MODULE_NAME_MAX], longer[BOOT_MODULE_NAME_MAX + 1];
    const char *const cases[][2] = {
        { "mine", "mine" }, { "mine 1 2", "mine" }, { "/boot/mine.elf a/b", "mine.elf" },
        { "", "" }, { "a/", "" }, { NULL, "" }, { longest, longest }, { longer, longest },
    };

    memset(longest, 'm', sizeof longest - 1);
    memset(longer, 'm', sizeof longer - 1);
    info_begin();
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        EXPECT(!read_module(MEGABYTE, 2 * MEGABYTE, cases[i][0]));
        EXPECT_EQ(boot.module_count, 1);
        EXPECT(strcmp(boot.modules[0].name, cases[i][1]) == 0);
    }
    EXPECT(boot.modules[0].image == (const void *)MEGABYTE);
    EXPECT_EQ(boot.modules[0].size, MEGABYTE);
}

KTEST(init, modules_out_of_reach_are_left_out)
{
    info_begin();
    EXPECT(!read_module(MEGABYTE, KERNEL_LIMIT, "m"));
    EXPECT_EQ(boot.module_count, 1);
    EXPECT(!read_module(MEGABYTE, MEGABYTE, "m"));
    EXPECT_EQ(boot.module_count, 1);
    EXPECT(read_module(MEGABYTE, KERNEL_LIMIT + 1, "m"));
    EXPECT_EQ(boot.module_count, 0);
    EXPECT(read_module(MEGABYTE, MEGABYTE - 1, "m"));
    EXPECT_EQ(boot.module_count, 0);
}

KTEST(init, modules_as_many_as_fit)
{
    info_begin();
    for (unsigned i = 1; i <= BOOT_MODULES_MAX; i++) {
        modules[i].start = i * MEGABYTE;
        modules[i].end = i * MEGABYTE + i;
        modules[i].string = 0;
    }
    (void)read_module(MEGABYTE, 2 * MEGABYTE, "first");
    info.module_count = BOOT_MODULES_MAX;
    EXPECT(!read_info(MAGIC, &info));
    EXPECT_EQ(boot.module_count, BOOT_MODULES_MAX);
    EXPECT_EQ(boot.modules[BOOT_MODULES_MAX - 1].size, BOOT_MODULES_MAX - 1);
    info.module_count++;
    EXPECT(read_info(MAGIC, &info));
    EXPECT_EQ(boot.module_count, BOOT_MODULES_MAX);
    info.flags &= ~(uint32_t)MODULES;
    EXPECT(!read_info(MAGIC, &info));
    EXPECT_EQ(boot.module_count, 0);
}

/* --- version 2 ---------------------------------------------------------------------------- */

static union {
    uint32_t size;
    uint8_t  bytes[512];
    uint64_t aligned;
} list;

static void add_tag(uint32_t type, const void *content, uint32_t size)
{
    const uint32_t head[2] = { type, size + sizeof head };

    memcpy(list.bytes + list.size, head, sizeof head);
    memcpy(list.bytes + list.size + sizeof head, content, size);
    list.size = ROUND_UP(list.size + sizeof head + size, 8);
}

static void list_begin(void)
{
    static const struct {
        uint32_t entry_size, version, base, base_high, length, length_high, type, reserved;
    } map = { 24, 0, 0, 0, KERNEL_LIMIT, 0, MEMORY_USABLE, 0 };

    memset(&list, 0, sizeof list);
    list.size = 8;
    add_tag(MULTIBOOT2_MEMORY_MAP, &map, sizeof map);
}

static bool read_list(void)
{
    add_tag(MULTIBOOT2_END, "", 0);
    return read_info(MULTIBOOT2_LOADER_MAGIC, &list);
}

KTEST(init, tags_of_memory_modules_and_options)
{
    static const struct {
        uint32_t start, end;
        char     string[8];
    } module = { MEGABYTE, 3 * MEGABYTE, "x/tar 1" };

    list_begin();
    add_tag(MULTIBOOT2_COMMAND_LINE, "demo", 5);
    add_tag(MULTIBOOT2_MODULE, &module, sizeof module);
    EXPECT(!read_list());
    EXPECT_EQ(boot.memory_count, 1);
    EXPECT(boot.memory[0].length == KERNEL_LIMIT && boot.memory[0].type == MEMORY_USABLE);
    EXPECT(strcmp(boot.command_line, "demo") == 0);
    EXPECT_EQ(boot.module_count, 1);
    EXPECT(strcmp(boot.modules[0].name, "tar") == 0);
    EXPECT_EQ(boot.modules[0].size, 2 * MEGABYTE);
    EXPECT(!boot.has_framebuffer && !boot.acpi_root);
}

/* The new root pointer wins, wherever it is alone or second. */
KTEST(init, tags_of_acpi)
{
    list_begin();
    add_tag(MULTIBOOT2_ACPI_OLD, "old", 4);
    EXPECT(!read_list());
    EXPECT(strcmp((const char *)(uintptr_t)boot.acpi_root, "old") == 0);
    list_begin();
    add_tag(MULTIBOOT2_ACPI_OLD, "old", 4);
    add_tag(MULTIBOOT2_ACPI_NEW, "new", 4);
    EXPECT(!read_list());
    EXPECT(strcmp((const char *)(uintptr_t)boot.acpi_root, "new") == 0);
}

static bool read_framebuffer(uint8_t type)
{
    const struct {
        uint32_t address, address_high, pitch, width, height;
        uint8_t  bits, type, reserved[2], colours[6], end[2];
    } tag = { 0xfd000000, 0, 4096, 1024, 768, 32, type, { 0 }, { 16, 8, 9, 7, 1, 6 }, { 0 } };

    list_begin();
    add_tag(MULTIBOOT2_FRAMEBUFFER, &tag, sizeof tag);
    EXPECT(!read_list());
    return boot.has_framebuffer;
}

KTEST(init, tags_of_a_framebuffer)
{
    enum { INDEXED, RGB, TEXT };
    const struct framebuffer *f = &boot.framebuffer;

    EXPECT(!read_framebuffer(TEXT));
    EXPECT(read_framebuffer(INDEXED) && !f->is_direct_colour);
    EXPECT(read_framebuffer(RGB) && f->is_direct_colour);
    EXPECT(f->address == 0xfd000000 && f->pitch == 4096 && f->width == 1024);
    EXPECT(f->height == 768 && f->bits_per_pixel == 32);
    EXPECT(f->red.shift == 16 && f->red.bits == 8 && f->green.shift == 9);
    EXPECT(f->green.bits == 7 && f->blue.shift == 1 && f->blue.bits == 6);
}
