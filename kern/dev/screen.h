/* The screen: a terminal of rows and columns, on the VGA card's text memory or on a framebuffer.
 * Without either all functions do nothing.  The caller sees to it that one CPU at a time
 * writes. */
#pragma once

#include "lib/types.h"

struct framebuffer;

/* Finds the VGA card and clears its screen. */
void screen_init(void);

/* Changes to a framebuffer, which takes the VGA card's place.  Returns NULL, or what is wrong
 * with it: then there is no screen. */
const char *screen_use_framebuffer(const struct framebuffer *framebuffer);

/* Writes text at the cursor; understands \n, \r, \t and \b, and of escape sequences ESC [ H
 * (cursor to the top left), ESC [ K (clear to the row's end), ESC [ J (also all below) and
 * ESC [ 2 J (clear everything).  Drops all others, and other control codes.  It may be visible
 * only after screen_show(). */
void screen_write(const char *text, size_t n);

/* How much of a text of 16 characters at most, but at least one, it can take without taking
 * long. */
size_t screen_fits(const char *text, size_t n);

/* Shows some of what was written; false: not all of it yet, so call it again. */
bool screen_show(void);
