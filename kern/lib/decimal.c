/* Exact decimal digits of a double: it is doubled or halved as often as its exponent says, which
 * needs neither division nor multiplication of large numbers. */
#include "lib/decimal_priv.h"

#define BASE   1000000000u              /* of a word */
enum { DIGITS = 9 };                    /* of a word */
#define UNITS  (DECIMAL_INTEGER - 1)    /* the word that has the units */

static void double_it(struct decimal *decimal)
{
    uint32_t carry = 0;

    for (int i = decimal->last; i >= decimal->first; i--) {
        uint32_t word = 2 * decimal->words[i] + carry;
        carry = word >= BASE;
        decimal->words[i] = word - carry * BASE;
    }
    if (carry)
        decimal->words[--decimal->first] = 1;
}

static void halve_it(struct decimal *decimal)
{
    uint32_t carry = 0;

    for (int i = decimal->first; i <= decimal->last; i++) {
        uint32_t word = decimal->words[i];
        decimal->words[i] = word / 2 + carry;
        carry = word % 2 * (BASE / 2);
    }
    if (carry)
        decimal->words[++decimal->last] = carry;
    if (decimal->words[decimal->first] == 0 && decimal->first < decimal->last)
        decimal->first++;
}

/* Doubled numbers are even, so adding a bit of the mantissa carries nothing. */
void decimal_set(struct decimal *decimal, uint64_t mantissa, int exponent)
{
    *decimal = (struct decimal) { .first = UNITS, .last = UNITS };
    for (int bit = 52; bit >= 0; bit--) {
        double_it(decimal);
        decimal->words[UNITS] += mantissa >> bit & 1;
    }
    for (; exponent > 0; exponent--)
        double_it(decimal);
    for (; exponent < 0; exponent++)
        halve_it(decimal);
}

/* Where a digit stands if all are counted from the highest one that there can be. */
static int place_of(int power)
{
    return UNITS * DIGITS + DIGITS - 1 - power;
}

static uint32_t weight_of(int place)
{
    static const uint32_t weights[DIGITS] = {
        100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1,
    };

    return weights[place % DIGITS];
}

unsigned decimal_digit(const struct decimal *decimal, int power)
{
    int place = place_of(power);

    if (place < decimal->first * DIGITS || place / DIGITS > decimal->last)
        return 0;
    return decimal->words[place / DIGITS] / weight_of(place) % 10;
}

/* The powers of the highest and the lowest digit that may not be 0. */
static int highest_place(const struct decimal *decimal)
{
    return place_of(0) - decimal->first * DIGITS;
}

static int lowest_place(const struct decimal *decimal)
{
    return place_of(0) - (decimal->last * DIGITS + DIGITS - 1);
}

int decimal_top(const struct decimal *decimal)
{
    for (int power = highest_place(decimal); power >= lowest_place(decimal); power--)
        if (decimal_digit(decimal, power) != 0)
            return power;
    return 0;
}

/* Is what lies below the digit of `power` more than half of its unit, or half and the digit odd? */
static bool rounds_up(const struct decimal *decimal, int power)
{
    unsigned next = decimal_digit(decimal, power - 1);

    if (next != 5)
        return next > 5;
    for (int below = power - 2; below >= lowest_place(decimal); below--)
        if (decimal_digit(decimal, below) != 0)
            return true;
    return decimal_digit(decimal, power) % 2 == 1;
}

void decimal_round(struct decimal *decimal, int power)
{
    int i = place_of(power) / DIGITS;

    if (!rounds_up(decimal, power))
        return;
    decimal->first = MIN(decimal->first, i);
    decimal->words[i] += weight_of(place_of(power));
    for (; decimal->words[i] >= BASE; i--) {
        decimal->words[i] -= BASE;
        decimal->words[i - 1]++;
        decimal->first = MIN(decimal->first, i - 1);
    }
}
