/* Bitmaps of three words, against an array of truth values. */
#include "lib/bitmap.h"

#include "lib/ktest.h"
#include "lib/random.h"

#define BITS 96

KTEST(lib, bitmap_single_bits)
{
    uint32_t map[BITMAP_WORDS(BITS)] = { 0 };

    for (unsigned bit = 0; bit < BITS; bit++) {
        bitmap_set(map, bit);
        EXPECT_EQ(map[bit / 32], 1u << bit % 32);
        EXPECT(bitmap_test(map, bit));
        bitmap_clear(map, bit);
        EXPECT_EQ(map[bit / 32], 0);
        EXPECT(!bitmap_test(map, bit));
    }
    EXPECT_EQ(BITMAP_WORDS(0) + BITMAP_WORDS(1) + BITMAP_WORDS(32) + BITMAP_WORDS(33), 4);
}

KTEST(lib, bitmap_random_run)
{
    uint32_t map[BITMAP_WORDS(BITS)] = { 0 };
    bool expected[BITS] = { false };
    struct random random;

    random_seed(&random, 1);
    for (unsigned step = 0; step < 500; step++) {
        unsigned bit = random_below(&random, BITS);

        expected[bit] = random_below(&random, 2);
        (expected[bit] ? bitmap_set : bitmap_clear)(map, bit);
        for (unsigned i = 0; i < BITS; i++)
            EXPECT_EQ(bitmap_test(map, i), expected[i]);
    }
}
