/* A ring of whole texts, between one CPU that puts them in and one reader at a time that takes
 * them out piece by piece.  No lock, no waiting: each side writes only its own fields. */
#pragma once

#include "dev/output.h"
#include "lib/types.h"
#include "pcpu/pcpu.h"

enum { TEXT_RING_SIZE = 2048 };         /* characters, with the texts' headers */

_Static_assert((TEXT_RING_SIZE & (TEXT_RING_SIZE - 1)) == 0, "positions wrap");

/* Positions count all bytes so far; a byte lies at its position modulo the size.
 * [w] the writer, [a] for the reader  [r] the reader, [a] for the writer */
struct text_ring {
    uint32_t written __attribute__((aligned(CACHE_LINE)));      /* [w] */
    uint32_t taken __attribute__((aligned(CACHE_LINE)));        /* [r] the first text's begin */
    uint32_t done;                      /* [r] characters of that text which are out */
    char     bytes[TEXT_RING_SIZE];     /* [w] from `taken` to `written` they stay as they are */
};

/* Puts in n characters (1 to OUTPUT_TEXT_MAX), or nothing and returns false if there is no room.
 * Only the ring's CPU, with interrupts off. */
MUST_USE bool text_ring_put(struct text_ring *ring, uint64_t stamp, const char *text, size_t n);

/* The reader's. */

bool text_ring_is_empty(const struct text_ring *ring);

/* The first text's stamp; there must be a text. */
uint64_t text_ring_stamp(const struct text_ring *ring);

/* Copies what is left of the first text, at most `max` characters; returns how many. */
size_t text_ring_look(const struct text_ring *ring, char *piece, size_t max);

/* So many of them are out.  True: that was the text's end, and its room is the writer's. */
bool text_ring_take(struct text_ring *ring, size_t n);
