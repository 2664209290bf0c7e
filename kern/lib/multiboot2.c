/* Reading the Multiboot 2 information (section numbers are of Multiboot 2.0). */
#include "lib/multiboot2.h"

#include "lib/string.h"

#define PACKED          __attribute__((packed))
#define ALIGNMENT       8u              /* of tags: 3.6.2 */
#define DIRECT_COLOUR   1u              /* types of a framebuffer: 3.6.12 */
#define TEXT            2u

struct info {                           /* 3.6.1 */
    uint32_t size, reserved;
};

struct tag {                            /* 3.6.2 */
    uint32_t type, size;                /* with this */
};

struct PACKED module {                  /* 3.6.6; a text follows */
    uint32_t start, end;
};

struct PACKED memory_map {              /* 3.6.8; entries follow */
    uint32_t entry_size, entry_version;
};

struct PACKED range {                   /* later versions may add to its end */
    uint64_t base, length;
    uint32_t type;
};

struct PACKED framebuffer {             /* 3.6.12 */
    uint64_t address;
    uint32_t pitch, width, height;
    uint8_t  bits_per_pixel, type;
    uint16_t reserved;
    struct PACKED {
        uint8_t shift, bits;
    } red, green, blue;
};
#define FRAMEBUFFER_LEAST   __builtin_offsetof(struct framebuffer, red)

/* Copies `size` bytes of the tag's content from `start`, if it has so many. */
static bool get_content(const struct multiboot2_tag *tag, size_t start, void *to, size_t size)
{
    if (start > tag->size || size > tag->size - start)
        return false;
    memcpy(to, (const uint8_t *)tag->content + start, size);
    return true;
}

size_t multiboot2_size(const void *info)
{
    struct info head;

    memcpy(&head, info, sizeof head);
    return MIN(head.size, MULTIBOOT2_SIZE_MAX);
}

bool multiboot2_next(const void *info, size_t size, size_t *position,
                     struct multiboot2_tag *tag)
{
    size_t at = *position ? *position : sizeof(struct info);
    struct tag head;

    if (at > size || size - at < sizeof head)
        return false;
    memcpy(&head, (const uint8_t *)info + at, sizeof head);
    if (head.type == MULTIBOOT2_END || head.size < sizeof head || head.size > size - at)
        return false;
    *tag = (struct multiboot2_tag){ head.type, (const uint8_t *)info + at + sizeof head,
                                    head.size - sizeof head };
    *position = at + ROUND_UP(head.size, ALIGNMENT);
    return true;
}

const char *multiboot2_text(const struct multiboot2_tag *tag, size_t start)
{
    const char *text = (const char *)tag->content + start;

    if (start >= tag->size || strnlen(text, tag->size - start) == tag->size - start)
        return NULL;
    return text;
}

bool multiboot2_module(const struct multiboot2_tag *tag, struct multiboot2_module *out)
{
    struct module module;

    if (!get_content(tag, 0, &module, sizeof module))
        return false;
    *out = (struct multiboot2_module){ module.start, module.end,
                                       multiboot2_text(tag, sizeof module) };
    return out->string;
}

bool multiboot2_range(const struct multiboot2_tag *tag, unsigned index,
                      struct multiboot2_range *out)
{
    struct memory_map map;
    struct range range;

    if (!get_content(tag, 0, &map, sizeof map) || map.entry_size < sizeof range ||
        index >= (tag->size - sizeof map) / map.entry_size ||
        !get_content(tag, sizeof map + index * map.entry_size, &range, sizeof range))
        return false;
    *out = (struct multiboot2_range){ range.base, range.length, range.type };
    return true;
}

bool multiboot2_framebuffer(const struct multiboot2_tag *tag,
                            struct multiboot2_framebuffer *out)
{
    struct framebuffer f = { .address = 0 };

    if (!get_content(tag, 0, &f, FRAMEBUFFER_LEAST))
        return false;
    if (f.type == DIRECT_COLOUR && !get_content(tag, 0, &f, sizeof f))
        return false;
    *out = (struct multiboot2_framebuffer){
        .address = f.address, .pitch = f.pitch, .width = f.width, .height = f.height,
        .bits_per_pixel = f.bits_per_pixel, .is_text = f.type == TEXT,
        .is_direct_colour = f.type == DIRECT_COLOUR,
        .red_shift = f.red.shift, .red_bits = f.red.bits,
        .green_shift = f.green.shift, .green_bits = f.green.bits,
        .blue_shift = f.blue.shift, .blue_bits = f.blue.bits,
    };
    return true;
}
