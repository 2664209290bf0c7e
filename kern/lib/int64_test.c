/* 64-bit arithmetic, by what defines it for numbers at and around every power of two and random
 * ones, and by the compiler's own results for a few constants.  The functions are called by
 * name: given constants, a compiler does not call them. */
#include "lib/int64.h"

#include "lib/ktest.h"
#include "lib/random.h"

#define EDGES   (64 * 3)
#define ROUNDS  20000

/* 2^n - 1, 2^n and 2^n + 1 for every n. */
static uint64_t edge_number(unsigned index)
{
    return ((uint64_t)1 << index / 3) + index % 3 - 1;
}

/* As many small numbers as large ones. */
static uint64_t any_number(struct random *random)
{
    uint64_t number = (uint64_t)random_next(random) << 32 | random_next(random);

    return number >> random_below(random, 64);
}

/* Only one pair has: number = quotient * divisor + rest, and rest < divisor. */
static void expect_division(uint64_t number, uint64_t divisor)
{
    uint64_t rest, product, quotient = __udivmoddi4(number, divisor, &rest);

    if (__builtin_mul_overflow(quotient, divisor, &product) || product > number ||
        rest != number - product || rest >= divisor ||
        __udivdi3(number, divisor) != quotient || __umoddi3(number, divisor) != rest)
        ktest_fail(__FILE__, __LINE__, "%llu / %llu", (unsigned long long)number,
                   (unsigned long long)divisor);
}

KTEST(lib, int64_divide_edges)
{
    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned j = 1; j < EDGES; j++)            /* the first is 0 */
            expect_division(edge_number(i), edge_number(j));
}

KTEST(lib, int64_divide_random)
{
    struct random random;

    random_seed(&random, 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t number = any_number(&random), divisor = any_number(&random);

        if (divisor != 0)
            expect_division(number, divisor);
    }
}

/* The quotient and the rest are what the compiler calculates itself. */
#define KNOWN(number, divisor) \
    { (number), (divisor), (int64_t)(number) / (divisor), (int64_t)(number) % (divisor) }

static const struct {
    int64_t number, divisor, quotient, rest;
} known[] = {
    KNOWN(0, 7), KNOWN(0, -7), KNOWN(6, 7), KNOWN(-6, 7), KNOWN(7, 7), KNOWN(-7, 7),
    KNOWN(1000000007, -1000), KNOWN(-1000000007, -1000), KNOWN(-1000000007, 1000),
    KNOWN(INT64_MAX, 10), KNOWN(INT64_MAX, -1), KNOWN(INT64_MAX, INT64_MAX - 1),
    KNOWN(INT64_MIN, 1), KNOWN(INT64_MIN, 10), KNOWN(INT64_MIN, INT64_MIN),
    KNOWN(INT64_MIN, INT64_MAX), KNOWN(INT64_MAX, INT64_MIN), KNOWN(-1, INT64_MIN),
    KNOWN(1234567890123456789, 4294967295), KNOWN(1234567890123456789, 4294967296),
    KNOWN(1234567890123456789, -4294967297), KNOWN(-1234567890123456789, 987654321098765),
};

KTEST(lib, int64_divide_signed)
{
    for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
        int64_t rest, quotient = __divmoddi4(known[i].number, known[i].divisor, &rest);

        EXPECT(quotient == known[i].quotient);
        EXPECT(rest == known[i].rest);
        EXPECT(__divdi3(known[i].number, known[i].divisor) == known[i].quotient);
        EXPECT(__moddi3(known[i].number, known[i].divisor) == known[i].rest);
    }
}

KTEST(lib, int64_lowest_bit)
{
    EXPECT_EQ(__ffsdi2(0), 0);
    for (unsigned bit = 0; bit < 64; bit++) {
        EXPECT_EQ(__ctzdi2((uint64_t)1 << bit), bit);
        EXPECT_EQ(__ctzdi2(UINT64_MAX << bit), bit);
        EXPECT_EQ(__ffsdi2(UINT64_MAX << bit), bit + 1);
    }
}

KTEST(lib, int64_count_bits)
{
    struct random random;

    random_seed(&random, 1);
    EXPECT_EQ(__popcountdi2(0), 0);
    EXPECT_EQ(__popcountdi2(UINT64_MAX), 64);
    EXPECT_EQ(__popcountsi2(UINT32_MAX), 32);
    for (unsigned round = 0; round < 1000; round++) {
        uint64_t number = any_number(&random);
        int count = 0;

        for (unsigned bit = 0; bit < 64; bit++)
            count += number >> bit & 1;
        EXPECT_EQ(__popcountdi2(number), count);
    }
}
