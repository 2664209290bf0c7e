/* The VGA card's text screen, 80 columns by 25 rows.  Without a card all functions do nothing.
 * The caller sees to it that one CPU at a time writes. */
#pragma once

#include "lib/types.h"

/* Finds the card and clears the screen. */
void vga_init(void);

/* Writes text at the cursor; understands \n, \r, \t and \b, and of escape sequences ESC [ H
 * (cursor to the top left), ESC [ K (clear to the row's end), ESC [ J (also all below) and
 * ESC [ 2 J (clear everything).  Drops all others, and other control codes. */
void vga_write(const char *text, size_t n);
