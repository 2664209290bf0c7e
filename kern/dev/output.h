/* Output: texts from all CPUs, on their way to the console.
 *
 * Each CPU has a ring of texts.  The writer puts its text there and then, unless another CPU does
 * so at that moment, takes texts out and gives them to the console (output.c).  So no lock is
 * held over a device, and only a writer that finds its ring full waits for one. */
#pragma once

#include "lib/types.h"

/* Writes n characters, at most OUTPUT_TEXT_MAX, as they are; they stay together.  The texts of a
 * CPU come out in their order, and those of several CPUs in the order in which they were written,
 * by the time stamp counters.  Callable in every state; does not block.  If the ring is full, it
 * waits until the text fits. */
#define OUTPUT_TEXT_MAX 512
void output_write(const char *text, size_t n);

/* The same, but returns false and writes nothing if the ring is full.  Interrupts on. */
MUST_USE bool output_try_write(const char *text, size_t n);

/* Writes a few characters of what waits.  The boot CPU's timer interrupt. */
void output_tick(void);

/* Until this is called, no tick comes, and each text is out when output_write() returns. */
void output_rely_on_ticks(void);

/* Returns when all is out that was written before.  Callable in every state. */
void output_flush(void);

/* From here on texts go to the console at once; what waits goes first.  The other CPUs are
 * stopped, perhaps in the middle of a text. */
void output_panic_mode(void);

/* Where texts go: the console, unless a test listens.  One CPU at a time calls it, with
 * interrupts off, and each call is short. */
struct output_device {
    /* Takes some of n characters, perhaps none, and returns how many. */
    size_t (*take)(const char *text, size_t n);
    /* A text has ended, or there is time: makes visible what was taken.  False: not all yet. */
    bool   (*show)(void);
};

/* Returns the one used so far, which has got all that was written before. */
const struct output_device *output_set_device(const struct output_device *device);
