/* The Multiboot 2 information (Multiboot 2.0, 3.6): a list of tags.  Nothing in it is trusted to
 * be well-formed: what does not lie inside as a whole is not handed out. */
#pragma once

#include "lib/types.h"

#define MULTIBOOT2_LOADER_MAGIC     0x36d76289u
enum { MULTIBOOT2_SIZE_MAX = 0x100000 }; /* no loader's information comes near it */

enum multiboot2_type {
    MULTIBOOT2_END = 0, MULTIBOOT2_COMMAND_LINE = 1, MULTIBOOT2_MODULE = 3,
    MULTIBOOT2_MEMORY_MAP = 6, MULTIBOOT2_FRAMEBUFFER = 8, MULTIBOOT2_ACPI_OLD = 14,
    MULTIBOOT2_ACPI_NEW = 15,
};

/* One tag: what stands after its type and size. */
struct multiboot2_tag {
    uint32_t    type;
    const void *content;
    size_t      size;                   /* of the content */
};

/* The size that the information says it has, at most MULTIBOOT2_SIZE_MAX. */
size_t multiboot2_size(const void *info);

/* The tag at *position, 0 for the first one, and *position moved to the next; false at the end of
 * the list, or where its `size` bytes end without one. */
bool multiboot2_next(const void *info, size_t size, size_t *position,
                     struct multiboot2_tag *tag);

/* The text in a tag, `start` bytes from the beginning of its content; NULL if it has no end. */
const char *multiboot2_text(const struct multiboot2_tag *tag, size_t start);

struct multiboot2_module {
    uint32_t    start, end;             /* physical addresses */
    const char *string;
};

/* False if the tag is too short, or its text has no end. */
bool multiboot2_module(const struct multiboot2_tag *tag, struct multiboot2_module *module);

struct multiboot2_range {
    uint64_t base, length;
    uint32_t type;
};

/* Range number `index` of a memory map; false if it has not so many. */
bool multiboot2_range(const struct multiboot2_tag *tag, unsigned index,
                      struct multiboot2_range *range);

struct multiboot2_framebuffer {
    uint64_t address;
    uint32_t pitch, width, height;
    uint8_t  bits_per_pixel;
    bool     is_text;                   /* the VGA card's text, no pixels */
    bool     is_direct_colour;          /* the rest is there only if so */
    uint8_t  red_shift, red_bits, green_shift, green_bits, blue_shift, blue_bits;
};

/* False if the tag is too short. */
bool multiboot2_framebuffer(const struct multiboot2_tag *tag,
                            struct multiboot2_framebuffer *framebuffer);
