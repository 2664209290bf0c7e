/* Doubles as text, from all their digits: correctly rounded, whatever the precision. */
#include "lib/printf_priv.h"

#include "lib/decimal_priv.h"
#include "lib/string.h"

enum { PRECISION_DEFAULT = 6 };

/* IEEE 754 binary64: sign, 11 bits of exponent, 52 of fraction. */
enum {
    FRACTION_BITS = 52,
    EXPONENT_MAX = 0x7ff,               /* infinities and what is not a number */
    EXPONENT_BIAS = 1075,               /* of an integer mantissa */
};

/* How the digits are written. */
struct form {
    int top;                /* the power of the first digit */
    int integers;           /* digits before the point */
    int fraction;           /* and after it */
    char exponent[6];       /* "e+308", or nothing */
};

static bool is_upper(char letter)
{
    return letter >= 'A' && letter <= 'Z';
}

static struct form fixed_form(const struct decimal *value, int fraction)
{
    int top = MAX(decimal_top(value), 0);

    return (struct form) { .top = top, .integers = top + 1, .fraction = fraction };
}

/* The letter, a sign, and two digits at least; the exponent of a double has three at most. */
static void write_exponent(char *text, char letter, int exponent)
{
    int rest = exponent < 0 ? -exponent : exponent;

    *text++ = is_upper(letter) ? 'E' : 'e';
    *text++ = exponent < 0 ? '-' : '+';
    if (rest >= 100)
        *text++ = (char)('0' + rest / 100);
    *text++ = (char)('0' + rest / 10 % 10);
    *text++ = (char)('0' + rest % 10);
    *text = '\0';
}

static struct form scientific_form(const struct decimal *value, int fraction, char letter)
{
    int top = decimal_top(value);
    struct form form = { .top = top, .integers = 1, .fraction = fraction };

    write_exponent(form.exponent, letter, top);
    return form;
}

/* Zeros at the end are left out. */
static void drop_zeros(const struct decimal *value, struct form *form)
{
    int last = form->top - form->integers + 1 - form->fraction;

    for (; form->fraction > 0 && decimal_digit(value, last) == 0; last++)
        form->fraction--;
}

/* %g: a precision of significant digits, in the form that is shorter (C11, 7.21.6.1, 8). */
static struct form general_form(struct decimal *value, int precision, char letter)
{
    precision = MAX(precision, 1);
    decimal_round(value, decimal_top(value) - precision + 1);
    int top = decimal_top(value);
    if (top < -4 || top >= precision)
        return scientific_form(value, precision - 1, letter);
    return fixed_form(value, precision - 1 - top);
}

static struct form form_of(struct decimal *value, const struct conversion *conversion)
{
    int precision = conversion->precision < 0 ? PRECISION_DEFAULT : conversion->precision;
    struct form form;

    switch (conversion->letter) {
    case 'f': case 'F':
        decimal_round(value, -precision);
        return fixed_form(value, precision);
    case 'e': case 'E':
        decimal_round(value, decimal_top(value) - precision);
        return scientific_form(value, precision, conversion->letter);
    default:
        form = general_form(value, precision, conversion->letter);
        if (!conversion->alternate)
            drop_zeros(value, &form);
        return form;
    }
}

static void put_digits(struct output *out, const struct decimal *value, int top, int count)
{
    for (int i = 0; i < count; i++)
        put(out, (char)('0' + decimal_digit(value, top - i)));
}

static void put_form(struct output *out, const struct conversion *conversion, const char *prefix,
                     const struct decimal *value, const struct form *form)
{
    bool point = form->fraction > 0 || conversion->alternate;
    size_t exponent = strlen(form->exponent);
    int digits = form->integers + form->fraction;
    int begin = field_begin(out, conversion, prefix, (size_t)(digits + point) + exponent);

    put_digits(out, value, form->top, form->integers);
    if (point)
        put(out, '.');
    put_digits(out, value, form->top - form->integers, form->fraction);
    put_text(out, form->exponent, exponent);
    field_end(out, conversion, begin);
}

/* Infinity, or not a number. */
static void put_special(struct output *out, struct conversion *conversion, const char *prefix,
                        bool is_infinity)
{
    static const char *const texts[2][2] = { { "nan", "inf" }, { "NAN", "INF" } };

    put_text_field(out, conversion, prefix, texts[is_upper(conversion->letter)][is_infinity], 3);
}

void put_double(struct output *out, struct conversion *conversion, uint64_t bits)
{
    const char *prefix = sign_prefix(conversion, bits >> 63);
    uint64_t fraction = bits & ((1ull << FRACTION_BITS) - 1);
    int exponent = (int)(bits >> FRACTION_BITS & EXPONENT_MAX);
    struct decimal value;

    if (exponent == EXPONENT_MAX) {
        put_special(out, conversion, prefix, fraction == 0);
        return;
    }
    if (exponent == 0)                  /* subnormal, or 0 */
        exponent = 1;
    else
        fraction |= 1ull << FRACTION_BITS;
    decimal_set(&value, fraction, exponent - EXPONENT_BIAS);
    struct form form = form_of(&value, conversion);
    put_form(out, conversion, prefix, &value, &form);
}
