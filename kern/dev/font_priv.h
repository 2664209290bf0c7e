/* The font of the framebuffer console. */
#pragma once

#include "lib/types.h"

#define FONT_WIDTH      8
#define FONT_HEIGHT     16
#define FONT_FIRST      0x20
#define FONT_CHARACTERS 96              /* ASCII; the last, DEL's, stands for what is not there */

/* One row of a character, from left to right: FONT_WIDTH times '#' or '.'. */
const char *font_row(uint8_t character, unsigned row);
