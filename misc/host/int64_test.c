/* kern/lib's 64-bit arithmetic against the host's own, which has instructions for it. */
#include "lib/int64.h"

#include "lib/ktest.h"
#include "lib/random.h"

#define ROUNDS 1000000

/* Stands for divide_long.S. */
uint64_t divide_long(uint64_t number, uint32_t divisor)
{
    KERN_ASSERT(number >> 32 < divisor);
    return number % divisor << 32 | number / divisor;
}

/* Any length, often with long runs of equal bits, where a quotient is easily 1 off. */
static uint64_t any(struct random *random)
{
    uint64_t number = (uint64_t)random_next(random) << 32 | random_next(random);

    if (random_below(random, 2) != 0)
        number = random_below(random, 3) - 1ull + ((uint64_t)1 << random_below(random, 64));
    if (random_below(random, 4) == 0)
        number *= random_below(random, 1000) + 1ull;
    return random_below(random, 2) != 0 ? number : number >> random_below(random, 64);
}

static bool same_unsigned(uint64_t number, uint64_t divisor)
{
    uint64_t rest, quotient = __udivmoddi4(number, divisor, &rest);

    return quotient == number / divisor && rest == number % divisor &&
           __udivdi3(number, divisor) == quotient && __umoddi3(number, divisor) == rest;
}

static bool same_signed(int64_t number, int64_t divisor)
{
    int64_t rest, quotient = __divmoddi4(number, divisor, &rest);

    return quotient == number / divisor && rest == number % divisor &&
           __divdi3(number, divisor) == quotient && __moddi3(number, divisor) == rest;
}

static bool same_bits(uint64_t number)
{
    return (number == 0 || __ctzdi2(number) == __builtin_ctzll(number)) &&
           __ffsdi2(number) == __builtin_ffsll((long long)number) &&
           __popcountdi2(number) == __builtin_popcountll(number) &&
           __popcountsi2((uint32_t)number) == __builtin_popcount((uint32_t)number);
}

KTEST(host, int64_as_the_host)
{
    struct random random;

    random_seed(&random, 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t number = any(&random), divisor = any(&random);
        bool overflow = (int64_t)number == INT64_MIN && divisor == UINT64_MAX;

        if (divisor != 0 && !same_unsigned(number, divisor))
            ktest_fail(__FILE__, __LINE__, "%llu / %llu", (unsigned long long)number,
                       (unsigned long long)divisor);
        if (divisor != 0 && !overflow && !same_signed((int64_t)number, (int64_t)divisor))
            ktest_fail(__FILE__, __LINE__, "%lld / %lld", (long long)number,
                       (long long)divisor);
        if (!same_bits(number))
            ktest_fail(__FILE__, __LINE__, "bits of %llx", (unsigned long long)number);
    }
}
