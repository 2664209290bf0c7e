/* Bitmaps of every length up to three words, against the plainest way to say it. */
#include "lib/bitmap.h"

#include "lib/ktest.h"
#include "lib/random.h"

#define BITS 96

static unsigned first_equal(const uint32_t *map, unsigned bits, bool value)
{
    unsigned bit = 0;

    while (bit < bits && bitmap_test(map, bit) != value)
        bit++;
    return bit;
}

KTEST(lib, bitmap_single_bits)
{
    uint32_t map[BITMAP_WORDS(BITS)] = { 0 };

    for (unsigned bit = 0; bit < BITS; bit++) {
        bitmap_set(map, bit);
        EXPECT_EQ(map[bit / 32], 1u << bit % 32);
        EXPECT(bitmap_test(map, bit));
        EXPECT_EQ(bitmap_find_first_set(map, BITS), bit);
        EXPECT_EQ(bitmap_find_first_set(map, bit), bit);
        EXPECT_EQ(bitmap_count(map, BITS), 1);
        EXPECT_EQ(bitmap_count(map, bit), 0);
        bitmap_clear(map, bit);
        EXPECT_EQ(map[bit / 32], 0);
        EXPECT(!bitmap_test(map, bit));
    }
    EXPECT_EQ(bitmap_find_first_set(map, BITS), BITS);
}

KTEST(lib, bitmap_full)
{
    uint32_t map[BITMAP_WORDS(BITS)] = { 0 };

    for (unsigned bit = 0; bit < BITS; bit++) {
        EXPECT_EQ(bitmap_find_first_clear(map, BITS), bit);
        bitmap_set(map, bit);
        EXPECT_EQ(bitmap_count(map, BITS), bit + 1);
    }
    for (unsigned bits = 0; bits <= BITS; bits++)
        EXPECT_EQ(bitmap_find_first_clear(map, bits), bits);
}

KTEST(lib, bitmap_random_run)
{
    uint32_t map[BITMAP_WORDS(BITS)] = { 0 };
    struct random random;

    random_seed(&random, 1);
    for (unsigned step = 0; step < 500; step++) {
        unsigned bit = random_below(&random, BITS), bits = random_below(&random, BITS + 1);

        (random_below(&random, 2) ? bitmap_set : bitmap_clear)(map, bit);
        EXPECT_EQ(bitmap_find_first_set(map, bits), first_equal(map, bits, true));
        EXPECT_EQ(bitmap_find_first_clear(map, bits), first_equal(map, bits, false));
    }
    EXPECT_EQ(BITMAP_WORDS(0) + BITMAP_WORDS(1) + BITMAP_WORDS(32) + BITMAP_WORDS(33), 4);
}
