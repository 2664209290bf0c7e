/* The Multiboot 2 information, good and bad.  It ends where its memory ends, so that the host's
 * sanitizer sees a read beyond it. */
#include "lib/multiboot2.h"

#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"

static uint32_t info[128];              /* filled from its end when complete */
static size_t length;

static void begin_info(void)
{
    length = 8;
    memset(info, 0, sizeof info);
}

static void add_bytes(const void *bytes, size_t size)
{
    memcpy((uint8_t *)info + length, bytes, size);
    length += size;
}

/* A tag whose own account of its size may be wrong. */
static void add_tag(uint32_t type, uint32_t size, const void *content, size_t content_size)
{
    const uint32_t head[] = { type, size };

    length = ROUND_UP(length, 8);
    add_bytes(head, sizeof head);
    add_bytes(content, content_size);
}

static void add_content(uint32_t type, const void *content, size_t size)
{
    add_tag(type, 8 + (uint32_t)size, content, size);
}

/* The finished information, moved to the end of its memory. */
static const uint8_t *end_info(void)
{
    uint8_t *moved = (uint8_t *)info + sizeof info - length;

    info[0] = (uint32_t)length;
    memmove(moved, info, length);
    return moved;
}

KTEST(lib, multiboot2_tags)
{
    struct multiboot2_tag tag;
    size_t position = 0;

    begin_info();
    add_content(1, "cpus=4", 7);
    add_content(77, "", 0);
    add_content(15, "RSD PTR ", 8);
    add_content(0, "", 0);
    const uint8_t *bytes = end_info();
    EXPECT_EQ(multiboot2_size(bytes), length);
    EXPECT(multiboot2_next(bytes, length, &position, &tag));
    EXPECT_EQ(tag.type, MULTIBOOT2_COMMAND_LINE);
    EXPECT(strcmp(multiboot2_text(&tag, 0), "cpus=4") == 0);
    EXPECT(strcmp(multiboot2_text(&tag, 5), "4") == 0);
    EXPECT(multiboot2_text(&tag, 7) == NULL);
    EXPECT(multiboot2_next(bytes, length, &position, &tag));
    EXPECT_EQ(tag.type, 77);
    EXPECT_EQ(tag.size, 0);
    EXPECT(multiboot2_text(&tag, 0) == NULL);
    EXPECT(multiboot2_next(bytes, length, &position, &tag));
    EXPECT_EQ(tag.type, MULTIBOOT2_ACPI_NEW);
    EXPECT(memcmp(tag.content, "RSD PTR ", 8) == 0);
    EXPECT(multiboot2_text(&tag, 0) == NULL);           /* eight letters, and no end */
    EXPECT(!multiboot2_next(bytes, length, &position, &tag));
}

/* One tag whose size is said to be `said`, in a list that ends with it. */
static bool is_accepted(uint32_t said, size_t content_size)
{
    struct multiboot2_tag tag;
    size_t position = 0;

    begin_info();
    add_tag(1, said, "0123456789abcdef", content_size);
    const uint8_t *bytes = end_info();
    return multiboot2_next(bytes, length, &position, &tag);
}

KTEST(lib, multiboot2_bad_sizes)
{
    struct multiboot2_tag tag;
    size_t position = 0;

    EXPECT(is_accepted(8, 0) && is_accepted(16, 8));
    EXPECT(!is_accepted(0, 8));         /* would never end */
    EXPECT(!is_accepted(7, 8));
    EXPECT(!is_accepted(17, 8));
    EXPECT(!is_accepted(UINT32_MAX, 8));
    EXPECT(!is_accepted(UINT32_MAX - 7, 8));
    begin_info();
    EXPECT(!multiboot2_next(end_info(), 0, &position, &tag));
    EXPECT(!multiboot2_next(end_info(), 8, &position, &tag));
    info[0] = UINT32_MAX;
    EXPECT_EQ(multiboot2_size(info), MULTIBOOT2_SIZE_MAX);
    position = SIZE_MAX;
    EXPECT(!multiboot2_next(info, sizeof info, &position, &tag));
}

/* The first tag, whatever it is. */
static struct multiboot2_tag only_tag(uint32_t type, const void *content, size_t size)
{
    struct multiboot2_tag tag = { .size = 0 };
    size_t position = 0;

    begin_info();
    add_content(type, content, size);
    EXPECT(multiboot2_next(end_info(), length, &position, &tag));
    return tag;
}

KTEST(lib, multiboot2_modules)
{
    static const char good[] = "\x00\x10\x20\x00\x00\x20\x20\x00" "a.tar x";
    struct multiboot2_module module;
    struct multiboot2_tag tag = only_tag(3, good, sizeof good);

    EXPECT(multiboot2_module(&tag, &module));
    EXPECT_EQ(module.start, 0x201000);
    EXPECT_EQ(module.end, 0x202000);
    EXPECT(strcmp(module.string, "a.tar x") == 0);
    for (size_t size = 0; size < sizeof good; size++) {
        tag = only_tag(3, good, size);
        EXPECT(!multiboot2_module(&tag, &module));
    }
}

KTEST(lib, multiboot2_memory_map)
{
    static const uint32_t map[] = {
        24, 0, 0, 0, 0x9f000, 0, 1, 0, 0x100000, 0, 0x7f00000, 1, 2, 0,
    };
    static const uint32_t absurd[] = { 0, 19, UINT32_MAX };
    struct multiboot2_range range;
    struct multiboot2_tag tag = only_tag(6, map, sizeof map);

    EXPECT(multiboot2_range(&tag, 0, &range));
    EXPECT_EQ(range.length, 0x9f000);
    EXPECT_EQ(range.type, 1);
    EXPECT(multiboot2_range(&tag, 1, &range));
    EXPECT_EQ(range.base, 0x100000);
    EXPECT_EQ(range.length, 0x107f00000);
    EXPECT(!multiboot2_range(&tag, 2, &range));
    EXPECT(!multiboot2_range(&tag, UINT32_MAX, &range));
    tag = only_tag(6, map, sizeof map - 1);
    EXPECT(!multiboot2_range(&tag, 1, &range));
    tag = only_tag(6, map, 7);
    EXPECT(!multiboot2_range(&tag, 0, &range));
    for (unsigned i = 0; i < ARRAY_SIZE(absurd); i++) {
        uint32_t bad[ARRAY_SIZE(map)];
        memcpy(bad, map, sizeof map);
        bad[0] = absurd[i];
        tag = only_tag(6, bad, sizeof bad);
        EXPECT(!multiboot2_range(&tag, 0, &range));
    }
}

KTEST(lib, multiboot2_framebuffer)
{
    static const char good[] =
        "\x00\x00\x00\xc0\x01\x00\x00\x00" "\x00\x14\x00\x00" "\x00\x05\x00\x00"
        "\x20\x03\x00\x00" "\x20\x01\x00\x00" "\x10\x08\x08\x08\x00\x08";
    struct multiboot2_framebuffer f;
    struct multiboot2_tag tag = only_tag(8, good, sizeof good - 1);

    EXPECT(multiboot2_framebuffer(&tag, &f));
    EXPECT_EQ(f.address, 0x1c0000000);
    EXPECT_EQ(f.pitch, 5120);
    EXPECT_EQ(f.width, 1280);
    EXPECT_EQ(f.height, 800);
    EXPECT_EQ(f.bits_per_pixel, 32);
    EXPECT(f.is_direct_colour && !f.is_text);
    EXPECT(f.red_shift == 16 && f.green_shift == 8 && f.blue_shift == 0 && f.blue_bits == 8);
    for (size_t size = 0; size < sizeof good - 1; size++) {
        tag = only_tag(8, good, size);
        EXPECT(!multiboot2_framebuffer(&tag, &f));
    }
    char text_mode[24];
    memcpy(text_mode, good, sizeof text_mode);
    text_mode[21] = 2;                  /* the VGA's text: no colours follow */
    tag = only_tag(8, text_mode, sizeof text_mode);
    EXPECT(multiboot2_framebuffer(&tag, &f));
    EXPECT(f.is_text && !f.is_direct_colour);
}

/* Whatever the bytes are, reading ends, inside them. */
KTEST(lib, multiboot2_random)
{
    struct random random;
    unsigned tags = 0;

    random_seed(&random, 3);
    for (unsigned run = 0; run < 2000; run++) {
        struct multiboot2_tag tag;
        size_t position = 0;
        for (unsigned i = 0; i < ARRAY_SIZE(info); i++)
            info[i] = random_below(&random, i % 3 ? 30 : 9);
        while (multiboot2_next(info, sizeof info, &position, &tag)) {
            struct multiboot2_module module;
            struct multiboot2_range range;
            struct multiboot2_framebuffer framebuffer;
            const uint8_t *content = tag.content;
            EXPECT(content + tag.size <= (const uint8_t *)info + sizeof info);
            tags += multiboot2_module(&tag, &module) + multiboot2_range(&tag, 1, &range) +
                    multiboot2_framebuffer(&tag, &framebuffer);
        }
    }
    EXPECT(tags > 0);
}
