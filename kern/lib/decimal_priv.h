/* Numbers of the form mantissa * 2^exponent, as far as a double has them (IEEE 754 binary64), with
 * all their decimal digits.  Nothing here uses the FPU. */
#pragma once

#include "lib/types.h"

enum {
    DECIMAL_INTEGER = 35,               /* words of 9 digits: 2^1024 has 309 digits */
    DECIMAL_FRACTION = 120,             /* 2^-1074 has 1074 digits after the point */
};

/* In base 10^9, the highest word first.  The words outside first..last are 0. */
struct decimal {
    uint32_t words[DECIMAL_INTEGER + DECIMAL_FRACTION];
    int first, last;
};

/* `mantissa` is below 2^53, `exponent` from -1074 to 971. */
void decimal_set(struct decimal *decimal, uint64_t mantissa, int exponent);

/* A digit is named by its power of ten: 0 for units, -1 for the first one after the point. */
unsigned decimal_digit(const struct decimal *decimal, int power);

/* The power of the first digit that is not 0; of 0, 0. */
int decimal_top(const struct decimal *decimal);

/* Rounds to the digit of `power`, at most 1 above the top: to nearest, to even if both are as near.
 * The digits below mean nothing from then on. */
void decimal_round(struct decimal *decimal, int power);
