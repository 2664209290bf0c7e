/* Fuzzes the reader of the boot loader's information. */
#include "lib/multiboot2.h"

#include "fuzz.h"

enum { HEAD = 8 };                      /* a loader gives at least so much */

/* As boot_info.c does, whatever the type says. */
static void read_tag(const struct multiboot2_tag *tag)
{
    struct multiboot2_module module;
    struct multiboot2_range range;
    struct multiboot2_framebuffer framebuffer;
    const char *text = multiboot2_text(tag, 0);

    touch_bytes(tag->content, tag->size);
    if (text)
        touch_bytes(text, strlen(text) + 1);
    if (multiboot2_module(tag, &module))
        touch_bytes(module.string, strlen(module.string) + 1);
    for (unsigned i = 0; multiboot2_range(tag, i, &range); i++)
        REQUIRE(i < tag->size);
    if (multiboot2_framebuffer(tag, &framebuffer))
        touch_bytes(&framebuffer, sizeof framebuffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct multiboot2_tag tag;
    size_t position = 0, before = 0;

    if (size < HEAD)
        return 0;
    REQUIRE(multiboot2_size(data) <= MULTIBOOT2_SIZE_MAX);
    while (multiboot2_next(data, size, &position, &tag)) {
        const uint8_t *content = tag.content;
        REQUIRE(position > before);
        REQUIRE(content >= data && tag.size <= (size_t)(data + size - content));
        read_tag(&tag);
        before = position;
    }
    return 0;
}
