/* Searching and counting in bitmaps, a word at a time. */
#include "lib/bitmap.h"

/* The lowest bit below `bits` that differs from its place in a word of `fill`. */
static unsigned find_first(const uint32_t *map, unsigned bits, uint32_t fill)
{
    for (unsigned first = 0; first < bits; first += 32) {
        uint32_t found = map[first / 32] ^ fill;

        if (found != 0)
            return MIN(first + (unsigned)__builtin_ctz(found), bits);
    }
    return bits;
}

unsigned bitmap_find_first_set(const uint32_t *map, unsigned bits)
{
    return find_first(map, bits, 0);
}

unsigned bitmap_find_first_clear(const uint32_t *map, unsigned bits)
{
    return find_first(map, bits, UINT32_MAX);
}

unsigned bitmap_count(const uint32_t *map, unsigned bits)
{
    unsigned count = 0;

    for (unsigned bit = 0; bit < bits; bit++)
        count += bitmap_test(map, bit);
    return count;
}
