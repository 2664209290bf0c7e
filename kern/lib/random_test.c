/* The generator: repeatable, within its limit, and not obviously lopsided. */
#include "lib/random.h"

#include "lib/ktest.h"

KTEST(lib, random_repeats)
{
    struct random a, b, c;
    unsigned equal = 0;

    random_seed(&a, 7);
    random_seed(&b, 7);
    random_seed(&c, 8);
    for (unsigned i = 0; i < 1000; i++) {
        uint32_t number = random_next(&a);

        EXPECT_EQ(number, random_next(&b));
        equal += number == random_next(&c);
    }
    EXPECT(equal < 2);
}

KTEST(lib, random_below_is_even)
{
    struct random random;
    unsigned counts[10] = { 0 };

    random_seed(&random, 0);
    for (unsigned i = 0; i < 10000; i++) {
        uint32_t number = random_below(&random, 10);

        EXPECT(number < 10);
        if (number < 10)
            counts[number]++;
    }
    for (unsigned i = 0; i < 10; i++)
        EXPECT(counts[i] > 800 && counts[i] < 1200);
    EXPECT_EQ(random_below(&random, 1), 0);
}

/* No seed may lead to the state 0, which the generator never leaves. */
KTEST(lib, random_seeds)
{
    struct random random;

    for (uint32_t seed = 0; seed < 1000; seed++) {
        random_seed(&random, seed - 500);
        EXPECT(random.state != 0);
    }
}
