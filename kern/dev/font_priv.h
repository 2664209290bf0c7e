/* The font of the framebuffer console. */
#pragma once

#include "lib/types.h"

enum {
    FONT_WIDTH = 8,
    FONT_HEIGHT = 16,
    FONT_FIRST = 0x20,
    FONT_CHARACTERS = 96,               /* ASCII; the last, DEL's, stands for what is not there */
};

/* One row of a character, from left to right: FONT_WIDTH times '#' or '.'. */
const char *font_row(uint8_t character, unsigned row);
