/* The PC keyboard and its 8042 controller: US layout, shift, control, caps lock; the arrow and
 * editing keys give the escape sequences that a serial terminal sends for them.  Without the
 * controller there is never a character. */
#pragma once

#include "lib/types.h"

/* Finds and prepares the controller; IRQ_KEYBOARD announces input from here on. */
void keyboard_init(void);

/* The next character typed, or -1.  The caller sees to it that one CPU at a time asks. */
int keyboard_getc(void);

/* For keyboard_test.c: what one byte of scan code set 1 gives, after those before it: a character,
 * or -1. */
int keyboard_translate(uint8_t byte);

/* ... and the next character of the escape sequence that the last one began, or -1. */
int keyboard_rest(void);
