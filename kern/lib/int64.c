/* 64-bit division from the machine's 64-by-32-bit division, and counting of bits. */
#include "lib/int64.h"

static inline uint32_t upper_word(uint64_t number)
{
    return (uint32_t)(number >> 32);
}

/* School division with two digits of 32 bits. */
static inline uint64_t divide_by_word(uint64_t number, uint32_t divisor, uint64_t *rest)
{
    uint32_t high = upper_word(number), high_quotient = 0;

    if (high >= divisor) {
        high_quotient = high / divisor;
        high %= divisor;
    }
    uint64_t low = divide_long((uint64_t)high << 32 | (uint32_t)number, divisor);
    *rest = upper_word(low);
    return (uint64_t)high_quotient << 32 | (uint32_t)low;
}

/* `divisor` has more than 32 bits, so the quotient has at most 32.  Dividing by the 32 leading
 * bits of the divisor alone gives it or 1 too much (Warren, Hacker's Delight, 9-5: "Unsigned
 * Doubleword Division from Long Division"). */
static uint64_t divide_by_two_words(uint64_t number, uint64_t divisor, uint64_t *rest)
{
    unsigned zeros = (unsigned)__builtin_clz(upper_word(divisor));
    /* Half of the number, so that the quotient fits; its upper half is below 2^31. */
    uint32_t quotient = (uint32_t)divide_long(number >> 1, upper_word(divisor << zeros));

    quotient = (uint32_t)((uint64_t)quotient << zeros >> 31);
    if (quotient != 0)
        quotient--;             /* right or 1 too little */
    *rest = number - quotient * divisor;
    if (*rest >= divisor) {
        *rest -= divisor;
        quotient++;
    }
    return quotient;
}

static inline uint64_t divide_unsigned(uint64_t number, uint64_t divisor, uint64_t *rest)
{
    if (upper_word(divisor) == 0)
        return divide_by_word(number, (uint32_t)divisor, rest);
    return divide_by_two_words(number, divisor, rest);
}

uint64_t __udivmoddi4(uint64_t number, uint64_t divisor, uint64_t *rest)
{
    return divide_unsigned(number, divisor, rest);
}

uint64_t __udivdi3(uint64_t number, uint64_t divisor)
{
    uint64_t rest;

    return divide_unsigned(number, divisor, &rest);
}

uint64_t __umoddi3(uint64_t number, uint64_t divisor)
{
    uint64_t rest;

    divide_unsigned(number, divisor, &rest);
    return rest;
}

/* Unsigned, as the lowest number has no positive counterpart. */
static inline uint64_t negate_if(bool negative, uint64_t number)
{
    return negative ? -number : number;
}

int64_t __divmoddi4(int64_t number, int64_t divisor, int64_t *rest)
{
    uint64_t positive_rest;
    uint64_t quotient = divide_unsigned(negate_if(number < 0, (uint64_t)number),
                                        negate_if(divisor < 0, (uint64_t)divisor), &positive_rest);

    *rest = (int64_t)negate_if(number < 0, positive_rest);
    return (int64_t)negate_if((number < 0) != (divisor < 0), quotient);
}

int64_t __divdi3(int64_t number, int64_t divisor)
{
    int64_t rest;

    return __divmoddi4(number, divisor, &rest);
}

int64_t __moddi3(int64_t number, int64_t divisor)
{
    int64_t rest;

    __divmoddi4(number, divisor, &rest);
    return rest;
}

int __ctzdi2(uint64_t number)
{
    uint32_t low = (uint32_t)number;

    return low != 0 ? __builtin_ctz(low) : 32 + __builtin_ctz(upper_word(number));
}

int __ffsdi2(uint64_t number)
{
    return number != 0 ? __ctzdi2(number) + 1 : 0;
}

/* Adds neighbours: bits to pairs, pairs to nibbles, nibbles to bytes, and all bytes by the
 * multiplication, whose highest byte is their sum. */
int __popcountsi2(uint32_t number)
{
    number -= number >> 1 & 0x55555555;
    number = (number & 0x33333333) + (number >> 2 & 0x33333333);
    number = (number + (number >> 4)) & 0x0f0f0f0f;
    return (int)(number * 0x01010101 >> 24);
}

int __popcountdi2(uint64_t number)
{
    return __popcountsi2((uint32_t)number) + __popcountsi2(upper_word(number));
}
