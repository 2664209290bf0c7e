/* The first serial port (COM1): 115200 bits/s, 8 bits, no parity, one stop bit.
 * Without the device all functions do nothing. */
#pragma once

#include "lib/types.h"

/* Finds and prepares the port; IRQ_SERIAL announces input from here on. */
void serial_init(void);

/* Sends as many of n characters as the transmitter has room for, and returns how many; does not
 * wait.  If the transmitter stands still for a second (the other side takes no output), what does
 * not fit counts as sent, and a line says later how much was lost.  The caller sees to it that
 * one CPU at a time sends. */
size_t serial_send(const char *text, size_t n);

/* Whether the other side may send: if not, what comes is left where it is, and RTS tells the
 * sender.  The caller sees to it that one CPU at a time says so. */
void serial_let_send(bool let);

/* Waits until the last character has left the port, but not for ever: for before the machine is
 * switched off.  Callable in any state. */
void serial_drain(void);

/* The next character received, or -1 if there is none or it is to be left.  The caller sees to it
 * that one CPU at a time asks. */
int serial_getc(void);
