/* A framebuffer: the screen of machines that have no VGA text mode, drawn pixel by pixel. */
#pragma once

#include "lib/types.h"

struct colour_field {
    uint8_t shift, bits;                /* within a pixel */
};

/* What the boot loader says of it.  Nothing of that is trusted. */
struct framebuffer {
    uint64_t address;                   /* physical */
    uint32_t pitch;                     /* bytes from one row of pixels to the next */
    uint32_t width, height;             /* in pixels */
    uint8_t  bits_per_pixel;
    bool     is_direct_colour;          /* a pixel holds its colour, not an index or a letter */
    struct colour_field red, green, blue;
};

/* What keeps it from being used, in words that follow "of the framebuffer,"; NULL: nothing. */
const char *framebuffer_problem(const struct framebuffer *framebuffer);

struct framebuffer_memory {
    paddr_t  start;
    uint32_t size;                      /* 0: no framebuffer is in use; at most FRAMEBUFFER_SIZE,
                                         * with what is missing to a large page's start */
};

/* The memory that must be mapped where paging is on. */
struct framebuffer_memory framebuffer_memory(void);

/* From here on that memory is reached at `pixels`. */
void framebuffer_move(void *pixels);
