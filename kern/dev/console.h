/* The console: one stream of characters to the serial port and, where there is one, the
 * screen; and what comes from the serial port and, where there is one, the keyboard. */
#pragma once

#include "lib/types.h"

/* Finds and prepares the devices.  Boot processor, once, before anything is printed. */
void console_init(void);

/* Writes as many of n characters as the serial port has room for, and returns how many.  Does not
 * wait.  For the drainer (output.c): one CPU at a time, interrupts off. */
size_t console_take(const char *text, size_t n);

/* Makes visible what was written; false: only a part of it.  For the drainer. */
bool console_show(void);

/* The next character received, or -1 if there is none.  Call it until -1 on an interrupt of
 * either device (IRQ_KEYBOARD, IRQ_SERIAL), or at times if their interrupts could not be
 * routed.  Does not block. */
int console_getc(void);
