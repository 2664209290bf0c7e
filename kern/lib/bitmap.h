/* Sets of small numbers as arrays of 32-bit words.  The owner declares
 * `uint32_t map[BITMAP_WORDS(bits)]` and guards it; bits after the last one stay 0. */
#pragma once

#include "lib/types.h"

#define BITMAP_WORDS(bits) (((bits) + 31) / 32)

static inline void bitmap_set(uint32_t *map, unsigned bit)
{
    map[bit / 32] |= 1u << bit % 32;
}

static inline void bitmap_clear(uint32_t *map, unsigned bit)
{
    map[bit / 32] &= ~(1u << bit % 32);
}

static inline bool bitmap_test(const uint32_t *map, unsigned bit)
{
    return map[bit / 32] >> bit % 32 & 1;
}
